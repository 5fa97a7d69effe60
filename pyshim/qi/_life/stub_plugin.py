# SPDX-License-Identifier: BSD-3-Clause
"""The settings and actions that a plugin.toml declares, as stubs: the types of `ctx.settings`, the names for `ctx.action()`."""

from .._python.plain import plain
from .stub_text import attribute, class_, function, is_writable

HEAD = '''\
"""What the plugin {id} declares in its plugin.toml, made by `qi-run stubs`."""

# mypy: ignore-errors

import builtins
from collections.abc import Callable
from typing import Any, Literal, overload

from . import _Ending, _Settings

ActionName = {actions}

'''

_KINDS = {"bool": "bool", "int": "int", "float": "float", "list": "list[str]"}


def text(manifest):
    """The text of qi/plugin/_declared.pyi for a Manifest."""
    names = [action["name"] for action in manifest.contributes.get("actions", ())]
    actions = f"Literal[{', '.join(map(repr, names))}] | str" if names else "str"  # others may be made, too
    settings = manifest.settings.values()
    lines = class_("DeclaredSettings", ["_Settings"], "", _members(list(settings)))
    return HEAD.format(id=manifest.id, actions=actions) + "\n".join(lines)


def _members(settings):
    members = [attribute(setting.key, _kind(setting), _doc(setting)) for setting in settings if is_writable(setting.key)]
    for setting in settings:
        members.append(function("__getitem__", ["self", f"key: Literal[{setting.key!r}]", "/"], _kind(setting), decorators=_overload(settings)))
    for setting in settings:
        members.append(function("__setitem__", ["self", f"key: Literal[{setting.key!r}]", f"value: {_kind(setting)}", "/"], "None", decorators=_overload(settings)))
    if settings:
        keys = ", ".join(repr(setting.key) for setting in settings)
        members.append(function("on_change", ["self", "function: Callable[[str, Any], Any]", f"key: Literal[{keys}] | None = None"], "_Ending"))
    return members


def _overload(settings):
    return ["@overload"] if len(settings) > 1 else []


def _kind(setting):
    if setting.type == "choice":
        return f"Literal[{', '.join(map(repr, setting.choices))}]"
    return _KINDS.get(setting.type, "str")


def _doc(setting):
    return plain(": ".join(filter(None, (setting.title, setting.description))))
