# SPDX-License-Identifier: BSD-3-Clause
"""Models of the application as Python reads them: sequences of rows, which are mappings.

A `_qi.Model` asks this module for what makes it a sequence. A row knows its columns by their headers and its
roles by their names; which of the two are its keys depends on what the model has: one that names roles of
its own, as models for QML do, is read by them, any other by its headers.
"""

from collections.abc import Mapping, Sequence

import _qi

DISPLAY, EDIT = 0, 2
FIRST_OF_ITS_OWN = 0x0100  # Qt::UserRole


class _Layout:
    """How the rows below one parent are read: looked up once, when it is first needed."""

    def __init__(self, model, parent):
        self._model, self._parent = model, parent
        self.roles = _qi._model_roles(model)
        headers = _qi._model_headers(model, parent)
        self.columns = {}
        for column, header in enumerate(headers):
            # A header that is no text, or there already, is no name; the column's number always is one.
            name = header if isinstance(header, str) and header and header not in self.columns else column
            self.columns[name] = column
        self.count = len(headers)
        own = {name: role for name, role in self.roles.items() if role >= FIRST_OF_ITS_OWN}
        self.keys = sorted(own, key=own.get) or list(self.columns)

    def fits(self):
        """False once columns have come or gone."""
        return _qi._model_size(self._model, self._parent)[1] == self.count

    def find(self, key, column):
        """Column and role of a key; the role of a whole column is None."""
        if isinstance(key, tuple) and len(key) == 2:
            return self.find(key[0], column)[0], self.role(key[1])
        if isinstance(key, int) and not isinstance(key, bool):
            if -self.count <= key < self.count:
                return key % self.count, None
            raise IndexError(f"there is no column {key}; there are {self.count}")
        if key in self.roles and self.roles[key] >= FIRST_OF_ITS_OWN:
            return column, self.roles[key]
        if key in self.columns:
            return self.columns[key], None
        return column, self.role(key)

    def role(self, key):
        if isinstance(key, int):
            return int(key)
        if key in self.roles:
            return self.roles[key]
        names = [repr(name) for name in [*self.columns, *self.roles] if isinstance(name, str)]
        raise KeyError(f"no column or role {key!r}; there is {', '.join(names)}")


class Row(_qi.Index, Mapping):
    """A row of a model, or of one the cell that a signal tells of.

    `row["name"]` reads a role or a column, `row[0]` a column by number, `row["name", "toolTip"]` a role of a
    column. Assigning writes through the model. A row stays the same one when others come and go before it;
    once it is removed, using it raises LookupError, and `valid` is False.

    Rows are compared by their place, not by what they hold; `dict(row)` is for that.
    """

    @property
    def _how(self):
        layout = self.__dict__.get("_layout")
        if layout is None or not layout.fits():
            layout = self._layout = _Layout(self.model, self.parent)
        return layout

    def __getitem__(self, key):
        own = self.column  # raises if the row is gone
        column, role = self._how.find(key, own)
        return self._read(column, DISPLAY if role is None else role)

    def __setitem__(self, key, value):
        own = self.column  # raises if the row is gone
        column, role = self._how.find(key, own)
        if not self._write(column, EDIT if role is None else role, value):
            raise ValueError(f"the model did not take {value!r} for {key!r}")

    def __iter__(self):
        return iter(self._how.keys)

    def __len__(self):
        return len(self._how.keys)

    def __contains__(self, key):
        try:
            self._how.find(key, 0)
        except (KeyError, IndexError):
            return False
        return True

    def __bool__(self):
        return True

    @property
    def value(self):
        """What the cell shows."""
        return self._read(self.column, DISPLAY)

    def data(self, role=DISPLAY, column=None):
        """Returns what the row holds for a role, which is a name or a number, in one column."""
        return self._read(self.column if column is None else column, self._how.role(role))

    def rows(self):
        """Returns the rows below this one, in a tree."""
        return Rows(self.model, self)

    def __repr__(self):
        try:
            if self.valid:
                return f"<qi.Row {self.row} {dict(self)}>"
        except (RuntimeError, LookupError):  # its thread does not answer, or it goes right now
            pass
        return "<qi.Row, removed>"


class Rows(Sequence):
    """The rows below one parent. It is read anew at each use, so it follows the model."""

    def __init__(self, model, parent=None):
        if parent is not None and not isinstance(parent, Row):
            parent = model[parent]
        self.model = model
        self.parent = parent if parent is None or parent.column == 0 else _first_cell(parent)

    def __len__(self):
        return _qi._model_size(self.model, self.parent)[0]

    def __getitem__(self, key):
        if isinstance(key, tuple):
            row, column = key
            return self._row(row)[column]
        if isinstance(key, slice):
            layout = _Layout(self.model, self.parent)
            rows = (self._find(number, layout) for number in range(*key.indices(len(self))))
            return [row for row in rows if row is not None]
        return self._row(key)

    def __iter__(self):
        layout = _Layout(self.model, self.parent)
        number = 0
        while number < len(self) or _qi._model_fetch(self.model, self.parent) and number < len(self):
            row = self._find(number, layout)
            if row is None:
                return
            yield row
            number += 1

    def _find(self, number, layout):
        """None where the model, which may live in another thread, has lost the row meanwhile."""
        row = _qi._model_index(self.model, number, 0, self.parent) if number < len(self) else None
        if row is not None:
            row._layout = layout
        return row

    def _row(self, key):
        number = key.__index__() if hasattr(key, "__index__") else None
        if number is None:
            raise TypeError(f"rows are numbered: an int or a slice expected, got {type(key).__name__}")
        count = len(self)
        row = None
        if -count <= number < count:
            row = _qi._model_index(self.model, number % count, 0, self.parent)
        if row is None:
            raise IndexError(f"there is no row {number}; there are {count}")
        return row

    def __repr__(self):
        return f"<qi.Rows, {len(self)} of {self.model!r}>"


def _first_cell(row):
    return _qi._model_index(row.model, row.row, 0, row.parent)


# -- what a `_qi.Model` asks ------------------------------------------------------------------------------


def length(model):
    return len(Rows(model))


def item(model, key):
    return Rows(model)[key]


def iterate(model):
    return iter(Rows(model))
