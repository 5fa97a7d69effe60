# SPDX-License-Identifier: BSD-3-Clause
"""Whose code an object is: a hook, a handler or a finder tells by the module that its function or class is from."""

import functools
import types

from ..._python.scope import plugin_of_module

_OWN = __package__.partition(".")[0]


def plugin_behind(value):
    """The id of the plugin that a function, method, class or object is of, or None."""
    return plugin_of_module(_module_of(value))


def is_own(value):
    """Whether it is of this package."""
    return _module_of(value).partition(".")[0] in (_OWN, "_qi")


def _module_of(value):
    for _ in range(10):
        if isinstance(value, functools.partial):
            value = value.func
        elif isinstance(value, types.MethodType):
            value = value.__self__ if isinstance(value.__self__, type) else value.__func__
        else:
            break
    if isinstance(value, types.ModuleType):
        name = vars(value).get("__name__")
    elif isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        name = value.__module__
    else:
        name = type(value).__module__
    return name if isinstance(name, str) else ""
