# SPDX-License-Identifier: BSD-3-Clause
"""Who has changed which state, and what is put back.

The state is read whenever code of a plugin begins and ends, and what has changed in between is its. Of a change in
other times nobody knows whose it is, unless the value tells (a function of the plugin's), or Python does (the folder,
the environment): it is named, as one of those plugins' that are on, and not put back. What a library changes while it
is imported stays with the library.

A value is put back only where it is still the plugin's. If another plugin has changed it meanwhile, that one will put
back what was there before both.
"""

import operator

from . import interpreter, libraries, loops, process, qt
from .kinds import ABSENT, same_value
from .provenance import is_own, plugin_behind

LIBRARY = object()  # who changes something, where that is the import of a library


class _Mark:
    """A change of one plugin's."""

    __slots__ = ("old", "new", "certain")

    def __init__(self, old, new, certain):
        self.old, self.new, self.certain = old, new, certain


class Ledger:
    """The changes of all plugins that are on. A plugin is known here by its Activation."""

    def __init__(self, application=lambda: None):
        self._kinds = [*interpreter.KINDS, *process.KINDS, *libraries.KINDS, *loops.KINDS, *qt.KINDS, qt.Properties(application)]
        self._last = [{} for _ in self._kinds]
        self._marks = {}  # activation -> {(index of the kind, key): _Mark}
        self._busy = set()  # those that are being started or ended

    def begin(self, owner):
        """A plugin is about to be started."""
        self._observe(None)
        self._last = self._read()
        self._marks[owner] = {}
        self._busy.add(owner)

    def started(self, owner):
        """It is on, or will be ended without having been."""
        self._observe(None)
        self._busy.discard(owner)

    def others_ran(self):
        """Somebody's code has run, or that of a plugin which is being started."""
        self._observe(None)

    def ran(self, owner):
        """Code of that plugin has run, or a LIBRARY's import, and nobody else's."""
        self._observe(owner)

    def ending(self, owner):
        """A plugin is about to be ended."""
        if owner in self._marks:
            self._observe(None)
            self._busy.add(owner)

    def end(self, owner):
        """Puts back what is the plugin's. Returns what it had changed, as texts."""
        if owner not in self._marks:
            return []
        self._observe(None)
        marks = self._marks.pop(owner)
        self._busy.discard(owner)
        lines = [line for slot in reversed(marks) if (line := self._settle(slot, marks[slot]))]
        self._last = self._read()
        return lines[::-1]

    # -- reading --

    def _read(self):
        return [self._read_one(kind, last) for kind, last in zip(self._kinds, self._last)]

    def _read_one(self, kind, last):
        try:
            return kind.read()
        except Exception:  # what cannot be read now is taken for unchanged
            return last

    def _observe(self, who):
        if not self._marks:
            return
        before, self._last = self._last, self._read()
        for index, (old, new) in enumerate(zip(before, self._last)):
            if len(old) == len(new) and all(map(operator.is_, old.values(), new.values())) and old.keys() == new.keys():
                continue
            for key in {**old, **new}:
                one, other = old.get(key, ABSENT), new.get(key, ABSENT)
                if not same_value(one, other) and self._counts(index, key, one, other):
                    self._note(index, key, one, other, who)
        for owner in self._marks:
            owner.scope.touched.clear()

    def _counts(self, index, key, old, new):
        counts = getattr(self._kinds[index], "counts", None)
        return counts is None or counts(key, old, new)

    # -- whose it is --

    def _note(self, index, key, old, new, who):
        culprits, certain = self._culprits(index, key, old, new, who)
        for owner in culprits:
            marks = self._marks[owner]
            mark = marks.get((index, key))
            if mark is None:
                marks[index, key] = _Mark(old, new, certain)
            elif same_value(mark.old, new):
                del marks[index, key]
            else:
                mark.new, mark.certain = new, certain

    def _culprits(self, index, key, old, new, who):
        """The activations that may have made a change, and whether that is certain."""
        kind = self._kinds[index]
        value = old if new is ABSENT else new
        value = getattr(value, "item", value)
        if is_own(value):
            return [], True
        made = plugin_behind(value) if new is not ABSENT else None
        if made is not None:
            return [owner for owner in self._marks if owner.plugin.id == made], True
        if who is LIBRARY:
            return [], True
        if kind.watched:
            return [owner for owner in self._marks if (key or kind.name) in owner.scope.touched], True
        if who is not None:
            return [who], True
        return self._suspects(index, key)

    def _suspects(self, index, key):
        if len(self._busy) == 1:
            return list(self._busy), True
        if not self._kinds[index].guessed:
            return [], True
        before = [owner for owner, marks in self._marks.items() if (index, key) in marks]
        return before or list(self._busy or self._marks), False

    # -- putting it back --

    def _settle(self, slot, mark):
        """What is said of a change; None: nothing is left of it."""
        index, key = slot
        kind = self._kinds[index]
        now = self._last[index].get(key, ABSENT)
        if same_value(now, mark.old):
            return None
        if not same_value(now, mark.new):
            self._hand_over(slot, mark)
            return None
        line = kind.describe(key, mark.old, mark.new)
        if not mark.certain:
            return f"{line}; since that may be another's, it stays"
        try:
            done = kind.put(key, mark.old)
        except Exception as problem:
            return f"{line}; it cannot be put back: {problem}"
        return f"{line}; put back" if done else f"{line}; it stays"

    def _hand_over(self, slot, mark):
        """Whoever has come afterwards puts back what was there before."""
        for marks in self._marks.values():
            later = marks.get(slot)
            if later is not None and same_value(later.old, mark.new):
                later.old = mark.old
