# SPDX-License-Identifier: BSD-3-Clause
"""qi.ListModel: rows of Python as a model for views, those of QML and of Widgets alike.

The rows are in a QAbstractListModel of C++ (runtime/qt/list_model.cpp), of which this is the proxy.
"""

import asyncio
import dataclasses
import datetime
import types
import typing
import weakref
from collections.abc import Mapping

import _qi

from .._loop.loop import run_task

_NAMES = {bool: "bool", int: "int", float: "float", str: "str", bytes: "bytes",
          datetime.datetime: "datetime", datetime.date: "date", datetime.time: "time"}
_ROWS_A_STEP = 256  # of a generator that never waits

_feeding = set()  # tasks, which asyncio itself would let go of


class ListModel(_qi.Model):
    """A model made of rows: mappings by role names, dataclasses, or named tuples.

    rows      the first ones: an iterable, or an async iterable that is read as by feed()
    roles     names and types of what a row has: a dict such as {"name": str, "price": float | None}, a list of names, or the
              dataclass or typed named tuple that rows are of. Left out, it is what the first row has; of a mapping the
              names alone.
    editable  what views may change: True is all, and a list of names those

    It is a qi.Model, so `model[3]["price"]` reads and `model[3]["price"] = 2.5` edits; and it is changed as a list is: append(),
    extend(), insert(), pop(), clear(), `del model[2:5]`, `model[1:1] = rows`, besides move() and update(). Views are told in
    batches, once the code that runs now waits; tell() tells them at once. The signal `edited` is emitted with row, role and value
    when a view has edited, dataChanged whoever has. Rows are copied: changing an object that one was made of changes nothing here.

    A role that is named as one of Qt's ("toolTip", "decoration") is that one for Widgets; they show and edit the first.

    The QObject ends when nothing in Python refers to the model any more, whatever shows it then; a connection of one of its signals does,
    until it is disconnected. It lives in the GUI thread, and may be used in any: others wait until that one takes the call.

    TypeError: a row, a value or a role is of a kind that does not fit. ValueError: a row lacks a role, or has more of them.
    IndexError: there is no such row. RuntimeError: rows come or go while views are told of others.
    """

    def __new__(cls, rows=(), *, roles=None, editable=False):
        later = hasattr(rows, "__aiter__")
        if roles is None and later:
            raise TypeError("rows that come later do not tell their roles now: roles={'name': str, …}")
        if not later:
            rows = list(rows)
        columns = _columns(roles, rows)
        names = [name for name, _type, _optional in columns]
        model = _qi._list_model_new(cls, [(*column, column[0] in _editable(editable, names)) for column in columns])
        try:
            if later:
                model.feed(rows)
            else:
                model.extend(rows)
                model.tell()  # nobody shows it yet
        except BaseException:
            _qi._list_model_drop(model)
            raise
        return model

    def __init_subclass__(cls, **named):
        raise TypeError("qi.ListModel cannot be derived from; have one as an attribute")

    def __del__(self):
        _qi._list_model_drop(self)

    def __repr__(self):
        if not self.alive:
            return "<qi.ListModel, destroyed>"
        return f"<qi.ListModel, {len(self)} rows of {', '.join(self._names())}>"

    def __len__(self):
        return _qi._list_model_size(self)

    def __setitem__(self, key, value):
        if isinstance(key, slice):
            first, count = self._run_of(key)
            _qi._list_model_splice(self, first, count, self._values(value))
        else:
            self.update(key, dict(zip(self._names(), *self._values([value]))))

    def __delitem__(self, key):
        if isinstance(key, slice) and key.step not in (None, 1):
            for number in sorted(range(*key.indices(len(self))), reverse=True):
                _qi._list_model_splice(self, number, 1, ())
            return
        first, count = self._run_of(key) if isinstance(key, slice) else (self._number(key), 1)
        _qi._list_model_splice(self, first, count, ())

    def append(self, row):
        """Add a row at the end."""
        _qi._list_model_splice(self, -1, 0, self._values([row]))

    def extend(self, rows):
        """Add rows at the end: all of them, or where one does not fit, none."""
        _qi._list_model_splice(self, -1, 0, self._values(rows))

    def insert(self, index, row):
        """Add a row before another, or at the nearest end, as list.insert() does."""
        first, _count = self._run_of(slice(index, index))
        _qi._list_model_splice(self, first, 0, self._values([row]))

    def pop(self, index=-1):
        """Remove a row, and return it as a dict."""
        row = dict(self[index])
        del self[index]
        return row

    def clear(self):
        """Remove all rows."""
        del self[:]

    def move(self, first, to, count=1):
        """Move rows, so that the first of them comes to be row `to`."""
        _qi._list_model_move(self, self._number(first), count, self._number(to))

    def update(self, index, values=(), /, **named):
        """Edit some roles of a row, which are given as dict.update() takes them: all of them, or none."""
        names, row = self._names(), self._number(index)
        changes = dict(values, **named)
        _refuse_others(changes, names, f"row {row}")
        _qi._list_model_edit(self, row, [names.index(name) for name in changes], list(changes.values()))

    def tell(self):
        """Tell views now of what has changed."""
        _qi._list_model_tell(self)

    def feed(self, rows):
        """Add what an async iterable gives, as it comes, and return the task that does. Once the model ends, so does that."""
        task = run_task(_feed(weakref.ref(self), rows), name="qi.ListModel.feed")
        _feeding.add(task)
        task.add_done_callback(_feeding.discard)
        return task

    def _names(self):
        """The roles in their order, which stay."""
        names = self.__dict__.get("_role_names")
        if names is None:
            roles = self.roles
            names = self.__dict__["_role_names"] = sorted(roles, key=roles.get)
        return names

    def _values(self, rows):
        names = self._names()
        return [_values(row, names, number) for number, row in enumerate(rows)]

    def _number(self, index):
        number, count = index.__index__(), len(self)
        if not -count <= number < count:
            raise IndexError(f"there is no row {number}; there are {count}")
        return number % count

    def _run_of(self, key):
        first, stop, step = key.indices(len(self))
        if step != 1:
            raise ValueError("rows are replaced one after the other: a slice without a step")
        return first, max(stop - first, 0)


# -- rows --------------------------------------------------------------------------------------------------


def _refuse_others(names, known, where):
    others = [name for name in names if name not in known]
    if others:
        raise ValueError(f"{where} has {others[0]!r}, which is no role; there is {', '.join(map(repr, known))}")


def _values(row, names, number):
    """What a row has, in the order of the roles."""
    if isinstance(row, Mapping):
        if len(row) > len(names) or any(name not in row for name in names):
            _refuse_others(row, names, f"row {number}")
        try:
            return [row[name] for name in names]
        except KeyError as error:
            raise ValueError(f"row {number} has no {error}; there is {', '.join(map(repr, row))}") from None
    if dataclasses.is_dataclass(row) and not isinstance(row, type) or _is_named_tuple(row):
        try:
            return [getattr(row, name) for name in names]
        except AttributeError as error:
            raise ValueError(f"row {number}: {error}") from None
    raise TypeError(f"row {number}: a mapping, a dataclass or a named tuple expected, got {type(row).__name__}")


def _is_named_tuple(row):
    return isinstance(row, tuple) and hasattr(row, "_fields")


async def _feed(reference, rows):
    since = 0
    try:
        async for row in rows:
            if not _append_to(reference(), row):
                break
            since += 1
            if since == _ROWS_A_STEP:
                since = 0
                await asyncio.sleep(0)
    finally:
        close = getattr(rows, "aclose", None)
        if close is not None:
            await close()


def _append_to(model, row):
    """Whether there still is a model."""
    if model is None or not model.alive:
        return False
    model.append(row)
    return True


# -- roles -------------------------------------------------------------------------------------------------


def _editable(editable, names):
    if editable is True or editable is False:
        return names if editable else ()
    if isinstance(editable, str):
        raise TypeError("editable is a bool, or a list of the names of roles")
    editable = list(editable)
    _refuse_others(editable, names, "editable")
    return editable


def _columns(roles, rows):
    """Name, type, and whether there may be None, of each role."""
    if roles is None:
        if not rows:
            raise ValueError("without rows there is nothing that tells the roles: roles={'name': str, …}")
        roles = _roles_of(rows[0])
    elif isinstance(roles, type):
        roles = _roles_of_class(roles)
    elif isinstance(roles, str) or not isinstance(roles, Mapping):
        if isinstance(roles, str):
            raise TypeError("roles are a dict of types, a list of names, or a class")
        roles = dict.fromkeys(roles, object)
    columns = []
    for name, kind in roles.items():
        if not isinstance(name, str) or not name:
            raise TypeError(f"the name of a role is a str, not {name!r}")
        columns.append((name, *_type_of(name, kind)))
    if not columns:
        raise ValueError("a model has one role or more")
    return columns


def _roles_of(row):
    if isinstance(row, Mapping):
        return dict.fromkeys(row, object)
    if dataclasses.is_dataclass(row) or _is_named_tuple(row):
        return _roles_of_class(type(row))
    raise TypeError(f"row 0: a mapping, a dataclass or a named tuple expected, got {type(row).__name__}")


def _roles_of_class(cls):
    names = [field.name for field in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else getattr(cls, "_fields", None)
    if names is None:
        raise TypeError(f"roles are a dict of types, a list of names, a dataclass or a named tuple, not {cls.__name__}")
    try:
        hints = typing.get_type_hints(cls)
    except NameError:  # names that are only there for type checkers
        hints = {}
    return {name: hints.get(name, object) for name in names}


def _type_of(name, kind):
    optional = False
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kinds = [one for one in typing.get_args(kind) if one is not type(None)]
        optional, kind = len(kinds) < len(typing.get_args(kind)), kinds[0] if len(kinds) == 1 else object
    if kind is None or not (isinstance(kind, type) or kind is typing.Any or typing.get_origin(kind)):
        raise TypeError(f"role {name!r}: a type expected, got {kind!r}")
    return _NAMES.get(kind, "any"), optional
