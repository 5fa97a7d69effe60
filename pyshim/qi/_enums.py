# SPDX-License-Identifier: BSD-3-Clause
"""What the classes of the application's enumerations and flags are made from, by runtime/qt/enums.cpp."""

import enum


def _scoped(cls):
    """repr() says to which class of the application a member belongs: <shop.Order.State.Sent: 2>."""
    base = cls.__repr__

    def __repr__(self):
        return base(self).replace(type(self).__name__, type(self).__qualname__, 1)

    cls.__repr__ = __repr__
    return cls


@_scoped
class HostEnum(enum.IntEnum):
    """An enumeration of the application."""


@_scoped
class HostFlag(enum.IntFlag):
    """Flags of the application."""
