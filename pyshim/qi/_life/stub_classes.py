# SPDX-License-Identifier: BSD-3-Clause
"""The classes of the application's objects as stubs, from what `_qi._host_classes()` tells of their meta-objects."""

import itertools
import re

from . import stub_types
from .stub_text import attribute, class_, function, is_writable

ROOT = "qi._Object"


class Classes:
    """All classes that stubs tell of, by their names in C++; each gets a name of its own in Python."""

    def __init__(self):
        self._found = {}
        self._names = {}
        self._scopes = {}  # enumerations of what is no class of an object, such as the namespace Qt

    def add(self, table):
        """Takes the classes of one object. Returns the name of its own one."""
        for described in table:
            if described["name"] not in self._found:
                self._found[described["name"]] = described
                self._names[described["name"]] = self._free_name(described["name"])
        for described in table:
            self._add_scopes(described)
        return self._names[table[0]["name"]]

    def _free_name(self, name):
        short = re.sub(r"\W", "_", name.rpartition("::")[2])
        wanted = [short, re.sub(r"\W+", "_", name), *(f"{short}_{number}" for number in range(2, len(self._names) + 3))]
        return next(each for each in wanted if each not in self._names.values() and each not in self._scopes and is_writable(each))

    def _add_scopes(self, described):
        types = [kind for _, kind, *_ in described["properties"]]
        for _, result, parameters, *_ in described["methods"]:
            types += [result, *(kind for kind, _ in parameters)]
        for kind, named in types:
            if kind == "enum" and named[0] not in self._found:
                self._scopes.setdefault(named[0], {})[named[1]] = named

    # -- types ------------------------------------------------------------------------------------------

    def annotation(self, kind, named):
        """What a value of a type is."""
        if kind == "enum":
            return self._enumeration(named)
        if kind == "object":
            return self.pointed(named)
        return "qi.Gadget" if kind == "gadget" else stub_types.plain(named, self.pointed)

    def pointed(self, name):
        """A pointer, which may be null."""
        return f"{self._names.get(name, 'qi.Object')} | None"

    def taken(self, kind, named):
        """What may be given for it: of enumerations names and numbers, too."""
        if kind == "enum":
            return f"{self._enumeration(named)} | int | str"
        return "Any" if kind == "gadget" else stub_types.widened(self.annotation(kind, named))

    def _enumeration(self, named):
        scope, name, _, made = named
        if made is None or not is_writable(name):
            return "int"
        return f"{self._names.get(scope) or _scope_name(scope)}.{name}"

    # -- text -------------------------------------------------------------------------------------------

    def lines(self):
        """Of all classes, in the order of their names."""
        for scope, enumerations in sorted(self._scopes.items()):
            if scope not in self._found:
                members = [member for named in enumerations.values() for member in _enumeration_lines(named)]
                yield from class_(_scope_name(scope), [], f"Enumerations of {scope}.", members)
        for name in sorted(self._found, key=self._names.get):
            yield from self._class(self._found[name])

    def _class(self, described):
        base = self._names.get(described["base"], ROOT)
        bases = ["qi._Model", base] if described["name"] == "QAbstractItemModel" else [base]
        seen, members = set(), []
        for name, kind, writable, notify in described["properties"]:
            if is_writable(name) and not (name in seen or seen.add(name)):
                told = _type_text(kind) + (f", changes are told by {notify}" if notify else "")
                members.append(attribute(name, self.annotation(*kind), told, readonly=not writable))
        if described["awaited"]:
            members.append(function("__await__", ["self"], "Generator[Any, Any, Any]", "Waits for what the object comes to."))
        enumerations = [named for named in described["enumerations"] if named[1] not in seen and not seen.add(named[1])]
        members = [line for named in enumerations for line in _enumeration_lines(named)] + members  # mypy wants them above their uses
        for is_signal in (True, False):
            methods = [method for method in described["methods"] if method[4] is is_signal and is_writable(method[0])]
            for name, forms in itertools.groupby(sorted(methods, key=lambda method: method[0]), key=lambda method: method[0]):
                if name not in seen and not seen.add(name):
                    members += (self._signal if is_signal else self._method)(name, list(forms))
        return class_(self._names[described["name"]], bases, f"{described['name']}, a class of the application.", members)

    def _signal(self, name, forms):
        _, _, parameters, _, _ = forms[0]
        kinds = ", ".join(self.annotation(*kind) for kind, _ in parameters) or "()"
        arguments = f"tuple[{kinds}]" if len(forms) == 1 else "tuple[Any, ...]"
        return [attribute(name, f"Signal[{arguments}]", "\n".join(map(_declaration, forms)), readonly=True)]

    def _method(self, name, forms):
        decorators = ["@overload"] if len(forms) > 1 else []
        return [self._form(name, form, decorators) for form in forms]

    def _form(self, name, form, decorators):
        _, result, parameters, optional, _ = form
        texts, used = ["self"], {"self"}
        for number, (kind, called) in enumerate(parameters):
            if not is_writable(called) or called in used:
                called = f"arg{number + 1}"
            used.add(called)
            default = " = ..." if number >= len(parameters) - optional else ""
            texts.append(f"{called}: {self.taken(*kind)}{default}")
        return function(name, [*texts, *(["/"] if parameters else [])], self.annotation(*result), _declaration(form), decorators)


def _scope_name(scope):
    return re.sub(r"\W+", "_", scope)


def _type_text(kind):
    return kind[1] + " *" if kind[0] == "object" else "::".join(kind[1][:2]) if kind[0] == "enum" else kind[1]


def _declaration(form):
    """As C++ has it: what an author finds in the application's documentation."""
    name, result, parameters, optional, is_signal = form
    texts = [f"{_type_text(kind)} {called}".strip() + (" = ..." if number >= len(parameters) - optional else "")
             for number, (kind, called) in enumerate(parameters)]
    return f"{_type_text(result)} {name}({', '.join(texts)})" + (", a signal" if is_signal else "")


def _enumeration_lines(named):
    _, name, is_flag, made = named
    if made is None or not is_writable(name):
        return []
    members = [[f"{key} = {int(value)}"] for key, value in made.__members__.items() if is_writable(key)]
    lines = class_(name, ["enum.IntFlag" if is_flag else "enum.IntEnum"], "", members)
    return [lines[:-1]]
