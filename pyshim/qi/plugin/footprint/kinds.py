# SPDX-License-Identifier: BSD-3-Clause
"""What a piece of state is: how it is read, compared and put back.

A kind reads a dict of keys to values, so that what two plugins add to one list are two things. Reading runs no code of
anybody's: values are compared by what they are, and by == only where they are numbers, texts and the like.
"""

import sys

_PLAIN = (int, float, bool, str, bytes, frozenset, type(None))


class _Absent:
    def __repr__(self):
        return "nothing"


ABSENT = _Absent()  # the value of what is not there


def same(one, other):
    """Whether two values are one and the same."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if type(one) is tuple:
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) in _PLAIN and one == other


def show(value):
    """A value, or of what it is an object."""
    if value is ABSENT or type(value) in _PLAIN or type(value) is tuple and all(type(each) in _PLAIN for each in value):
        text = repr(value)
        return text if len(text) <= 120 else text[:117] + "..."
    name = getattr(value, "__qualname__", None)
    if isinstance(name, str):
        return f"{getattr(value, '__module__', None) or 'builtins'}.{name}"
    return f"an object of {type(value).__module__}.{type(value).__qualname__}"


class Kind:
    """A kind of state, of which there is one piece."""

    watched = False  # the Scope of whoever changes it has that in `touched`
    guessed = True  # a change that nobody is known to have made is named all the same

    def __init__(self, name, get, put=None):
        self.name = name
        self._get, self._put = get, put

    def read(self):
        return {"": self._get()}

    def put(self, key, value):
        """Puts a value back. Returns whether that can be done."""
        if self._put is None or value is ABSENT:
            return False
        self._put(value)
        return True

    def describe(self, key, old, new):
        return f"{self.name}: {show(new)} in place of {show(old)}"


class Attributes(Kind):
    """Attributes of a module, if that is imported."""

    def __init__(self, module, *names):
        self.name = module
        self._names = names

    def read(self):
        module = sys.modules.get(self.name)
        found = vars(module) if module is not None else {}
        return {name: found.get(name, ABSENT) for name in self._names} if found else {}

    def put(self, key, value):
        module = sys.modules[self.name]
        if value is ABSENT:
            delattr(module, key)
        else:
            setattr(module, key, value)
        return True

    def describe(self, key, old, new):
        return f"{self.name}.{key}: {show(new)} in place of {show(old)}"


class Table(Kind):
    """The entries of a dict."""

    def __init__(self, name, table, ignore=()):
        self.name = name
        self._table, self._ignore = table, ignore

    def read(self):
        found = dict(self._table())
        for key in self._ignore:
            found.pop(key, None)
        return found

    def put(self, key, value):
        if value is ABSENT:
            self._table().pop(key, None)
        else:
            self._table()[key] = value
        return True

    def describe(self, key, old, new):
        return f"{self.name}[{key!r}]: {show(new)} in place of {show(old)}"


class Items(Kind):
    """The items of a list. The key says which, the value where it was."""

    def __init__(self, name, items, changed=None):
        self.name = name
        self._items, self._changed = items, changed

    def read(self):
        found, counts = {}, {}
        for index, item in enumerate(list(self._items())):
            mark = item if type(item) is str else id(item)
            counts[mark] = count = counts.get(mark, 0) + 1
            found[mark, count] = Item(item, index)
        return found

    def put(self, key, value):
        """Takes an item out that was added, or puts one back that was taken out, as near as can be to its place."""
        items = self._items()
        there = [index for index, item in enumerate(items) if (item if type(item) is str else id(item)) == key[0]]
        if value is ABSENT and there:
            del items[there[-1]]
        elif value is not ABSENT and len(there) < key[1]:
            items.insert(value.index, value.item)
        if self._changed is not None:
            self._changed()
        return True

    def describe(self, key, old, new):
        if new is ABSENT:
            return f"{self.name}: {show(old.item)} was taken out"
        return f"{self.name}: {show(new.item)} was added"


class Item:
    """An item of a list, and where it was."""

    __slots__ = ("item", "index")

    def __init__(self, item, index):
        self.item, self.index = item, index


def same_value(one, other):
    """same(), for what kinds read."""
    if isinstance(one, Item) and isinstance(other, Item):
        return True  # they have one key
    return same(one, other)
