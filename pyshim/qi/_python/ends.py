# SPDX-License-Identifier: BSD-3-Clause
"""What is put back, called and left behind when something ends: the runtime, or a plugin."""

from .names import where_it_waits

at_stop = []  # functions to call once when the runtime stops
at_end = []  # functions to call once the loop is closed, the last one first, while all modules are there

# Tasks that did not end. They are never resumed, nor destroyed, which would run their `finally` blocks
# at a moment that nobody chose.
left_behind = []


def leave_task(task):
    left_behind.append(task)
    task._log_destroy_pending = False
    return f"{task.get_name()}: {where_it_waits(task)}"


class Changes:
    """Attributes that are set for a time."""

    def __init__(self):
        self._made = []

    def set(self, owner, name, value, only_if=None):
        """Set it, where only_if is given only in place of that very object."""
        old = getattr(owner, name, only_if)  # somebody may have deleted it
        if only_if is not None and old is not only_if:
            return
        setattr(owner, name, value)
        self._made.append((owner, name, old, value))

    def undo(self):
        while self._made:
            owner, name, old, value = self._made.pop()
            if getattr(owner, name, None) is value:
                setattr(owner, name, old)
