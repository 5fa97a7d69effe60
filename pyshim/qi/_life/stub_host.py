# SPDX-License-Identifier: BSD-3-Clause
"""qi.host as stubs: what the application has registered, exposed and, in a test host, put there as stand-ins."""

import inspect
import types

import _qi

from .. import host
from .._objects import expose
from ..testing.standins import FakeObject, Property, Signal
from . import stub_types
from .stub_classes import Classes
from .stub_text import attribute, class_, function, is_writable

TYPES = '''\
"""The classes of what the application shows, made by qi_stubs_write(). For annotations only, since Python has none of them:

    if TYPE_CHECKING:
        from qi.host_types import ...
"""

# mypy: ignore-errors

import builtins
import datetime
import enum
import uuid
from collections.abc import Coroutine, Generator, Sequence
from typing import Any, overload

import qi
from qi import _Signal as Signal
'''

HOST = '''\
"""The objects and functions that the application shows, made by qi_stubs_write()."""

# mypy: ignore-errors

import builtins
from collections.abc import Coroutine, Sequence
from typing import Any

import qi
from . import host_types
'''


class _Written:
    """The two files while they are made."""

    def __init__(self):
        self.classes = Classes()
        self.fakes = {}  # classes of stand-ins, by name
        self.namespaces = []
        self.module, self.members = [], []  # of qi.host, and of ctx.host

    def show(self, name, annotation):
        self.module.append([f"{name}: {annotation}"])
        self.members.append(attribute(name, annotation, readonly=True))

    def show_function(self, name, parameters, result, doc):
        self.module.append(function(name, parameters, result, doc))
        self.members.append(function(name, ["self", *parameters], result, doc))


def texts():
    """The texts of qi/host.pyi and qi/host_types.pyi, for all that qi.host has."""
    written = _Written()
    for name in filter(is_writable, sorted(_qi._host_names())):
        try:
            written.show(name, f"host_types.{written.classes.add(_qi._host_classes(name))}")
        except ReferenceError:
            continue  # it was destroyed
    for name in filter(is_writable, expose.names_below("")):
        _add_exposed(written, name, expose.find(name))
    return _texts(written, host._objects)


def texts_of(stand_ins):
    """The same of stand-ins alone, by name."""
    return _texts(_Written(), stand_ins)


def _texts(written, objects):
    for name, value in sorted(objects.items()):
        _add_object(written, name, value)
    members = class_("_Host", [], "`ctx.host` of plugins, which is this module.", [*written.members, function("__dir__", ["self"], "builtins.list[str]")])
    lines = ["", *members, *(line for lines in written.module for line in lines), "def __dir__() -> builtins.list[str]: ..."]
    namespaces = [line for lines in written.namespaces for line in lines]
    fakes = [line for name in sorted(written.fakes) for line in _fake_class(written.fakes[name])]
    return {
        "qi/host.pyi": HOST + "\n".join([*lines[:1], *namespaces, *lines[1:]]) + "\n",
        "qi/host_types.pyi": TYPES + "\n" + "\n".join([*written.classes.lines(), *fakes]).rstrip() + "\n",
    }


def _add_exposed(written, name, found):
    if isinstance(found, expose.Namespace):
        written.show(name, _namespace(written, name, found))
    else:
        written.show_function(name, *_exposed(found))


def _namespace(written, prefix, namespace):
    """Writes a class for the functions whose names have this one before a dot. Returns its name."""
    members = []
    for name in filter(is_writable, dir(namespace)):
        found = getattr(namespace, name)
        if isinstance(found, expose.Namespace):
            members.append(attribute(name, _namespace(written, f"{prefix}_{name}", found), readonly=True))
        else:
            parameters, result, doc = _exposed(found)
            members.append(function(name, ["self", *parameters], result, doc))
    name = f"_{prefix.title().replace('_', '')}Namespace"
    written.namespaces.append(class_(name, [], "", members))
    return name


def _exposed(found):
    """Parameters, result and docstring of an exposed function."""
    result = stub_types.of_signature(found.__signature__.return_annotation)
    return _parameters(found.__signature__), "qi.HostFuture" if found._is_awaited else result, found.__doc__


def _parameters(signature):
    parts, kind = [], inspect.Parameter
    parameters = list(signature.parameters.values())
    for number, parameter in enumerate(parameters):
        before = parameters[number - 1].kind if number else None
        if before is kind.POSITIONAL_ONLY and parameter.kind is not kind.POSITIONAL_ONLY:
            parts.append("/")
        if parameter.kind is kind.KEYWORD_ONLY and before not in (kind.KEYWORD_ONLY, kind.VAR_POSITIONAL):
            parts.append("*")
        stars = {kind.VAR_POSITIONAL: "*", kind.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        taken = stub_types.widened(stub_types.of_signature(parameter.annotation))
        default = "" if parameter.default is kind.empty else " = ..."
        parts.append(f"{stars}{parameter.name}: {taken}{default}")
    if parameters and parameters[-1].kind is kind.POSITIONAL_ONLY:
        parts.append("/")
    return parts


# -- what is no object of the application's ------------------------------------------------------------------


def _add_object(written, name, value):
    if isinstance(value, FakeObject):
        written.fakes[type(value).__name__] = type(value)
        written.show(name, f"host_types.{type(value).__name__}")
    elif isinstance(value, types.SimpleNamespace):
        members = [function(each, ["self", *_parameters(inspect.signature(called))], _result(called), called.__doc__)
                   for each, called in vars(value).items() if inspect.isroutine(called)]
        kind = f"_{name.title().replace('_', '')}Namespace"
        written.namespaces.append(class_(kind, [], "", members))
        written.show(name, kind)
    elif inspect.isfunction(value):
        written.show_function(name, _parameters(inspect.signature(value)), _result(value), value.__doc__)
    else:
        written.show(name, "Any")  # a plugin has shown it


def _result(called):
    result = stub_types.of_signature(inspect.signature(called).return_annotation)
    return f"Coroutine[Any, Any, {result}]" if inspect.iscoroutinefunction(called) else result


def _fake_class(kind):
    members = []
    for name, member in sorted(kind._properties.items()):
        known = member.type.__name__ if member.type in stub_types.KNOWN else "Any"
        members.append(attribute(name, known, readonly=member.readonly))
    for name in filter(is_writable, dir(kind)):
        member = getattr(kind, name)
        if isinstance(member, Signal) and not isinstance(member, Property):
            kinds = ", ".join(each.__name__ if each in stub_types.KNOWN else "Any" for each in member.types) or "()"
            members.append(attribute(name, f"Signal[tuple[{kinds}]]", readonly=True))
    for name in sorted(kind._methods):
        signature = inspect.signature(getattr(kind, name))
        parameters = _parameters(signature.replace(parameters=list(signature.parameters.values())[1:]))
        members.append(function(name, ["self", *parameters], _result(getattr(kind, name)), getattr(kind, name).__doc__))
    return class_(kind.__name__, ["qi._Object"], kind.__doc__, members)
