# SPDX-License-Identifier: BSD-3-Clause
"""Methods of `_qi.Gadget`, the values of the application that have properties and methods."""


from .describe import signature


class GadgetMethod:

    __slots__ = ("__name__", "__self__")

    def __init__(self, gadget, name):
        self.__self__ = gadget
        self.__name__ = name

    def __call__(self, *args):
        return self.__self__._invoke(self.__name__, *args)

    @property
    def signatures(self):
        """Its C++ signatures, one a line."""
        return self.__self__._signatures(self.__name__)

    @property
    def __doc__(self):
        return self.__self__._member_help(self.__name__)

    @property
    def __signature__(self):
        return signature(self.__self__._forms(self.__name__))

    def __repr__(self):
        return f"<method {self.__name__} of {self.__self__!r}>"
