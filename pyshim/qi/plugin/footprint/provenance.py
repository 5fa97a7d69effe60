# SPDX-License-Identifier: BSD-3-Clause
"""Whose code an object is: a hook, a handler or a finder tells by the module that its function or class is from."""

import functools
import types

from ..._python.scope import plugin_of_module

_OWN = __package__.partition(".")[0]


def is_a(value, kind):
    """isinstance() that asks nothing of the object, which is anybody's: a proxy's __class__ may raise anything."""
    return issubclass(type(value), kind)


def plugin_behind(value):
    """The id of the plugin that a function, method, class or object is of, or None."""
    return plugin_of_module(_module_of(value))


def is_own(value):
    """Whether it is of this package."""
    return _module_of(value).partition(".")[0] in (_OWN, "_qi")


def _module_of(value):
    for _ in range(10):
        if is_a(value, functools.partial):
            value = value.func
        elif is_a(value, types.MethodType):
            value = value.__self__ if is_a(value.__self__, type) else value.__func__
        else:
            break
    if is_a(value, types.ModuleType):
        name = vars(value).get("__name__")
    elif is_a(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        name = value.__module__
    else:
        name = type(value).__module__
    return name if isinstance(name, str) else ""
