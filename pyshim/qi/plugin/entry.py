# SPDX-License-Identifier: BSD-3-Clause
"""What a manifest's `entry` names: it is found, and looked at before it is called."""

import inspect

from .schema import near


def find(module, manifest):
    """The object that the entry names in its module, or the class of which one is made.

    AttributeError or TypeError, which say what the author has to write, if there is none that could be started.
    """
    found, path = module, manifest.module
    for name in filter(None, manifest.attribute.split(".")):
        if not hasattr(found, name):
            raise AttributeError(f"{path!r} has no {name!r}, which the entry {manifest.entry!r} names{_others(name, found)}")
        found, path = getattr(found, name), f"{path}.{name}"
    _check_activate(found, manifest)
    if inspect.isclass(found):
        _check_class(found, manifest)
    return found


def _others(name, module):
    own = [each for each, value in vars(module).items() if not each.startswith("_") and (inspect.isclass(value) or inspect.isfunction(value))]
    return near(name, own) if own else ""


def _check_activate(found, manifest):
    activate = getattr(found, "activate", None)
    owner = "self, " if inspect.isclass(found) else ""
    if not callable(activate):
        close = near("activate", [name for name in dir(found) if name.lower().startswith("activ")])
        raise TypeError(f"{manifest.entry!r} has no function activate(ctx), which a plugin starts with{close}")
    if not _takes(activate, *([None, None] if owner and _is_method(found) else [None])):
        raise TypeError(f"{manifest.entry!r}: activate{_signature(activate)} does not take ctx; define it as `def activate({owner}ctx)`")


def _is_method(kind):
    """Whether an object of the class gives itself to its activate()."""
    return inspect.isfunction(inspect.getattr_static(kind, "activate", None))


def _check_class(found, manifest):
    if not _takes(found):
        raise TypeError(f"{manifest.entry!r}: an object is made by {found.__name__}() without arguments, but its __init__{_signature(found)} "
                        "wants some; what the plugin needs it gets in activate(ctx)")


def _takes(function, *args):
    try:
        inspect.signature(function).bind(*args)
    except TypeError:
        return False
    except ValueError:  # nobody knows
        return True
    return True


def _signature(function):
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):
        return "()"
