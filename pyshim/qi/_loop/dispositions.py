# SPDX-License-Identifier: BSD-3-Clause
"""What a signal did before a loop took it, and does again when no loop has it any more.

asyncio gives a signal back as the system's default, whatever was there. A host may have handlers of C's, which
Python's table does not know, with flags and masks; so the disposition is kept as the system has it. It is the
process's and not a loop's: the first loop that takes a signal finds the host's, the last one puts that back.
"""

import signal
import threading
import weakref

import _qi

_taken = {}  # by the signal's number


class Disposition:
    """What a signal does: for Python, and for the system."""

    def __init__(self, number):
        self.handler = signal.getsignal(number)
        self.action = _qi._get_signal_action(number)

    def restore(self, number):
        # A handler of C's has no name in Python's table, where SIG_DFL comes nearest.
        signal.signal(number, signal.SIG_DFL if self.handler is None else self.handler)
        _qi._set_signal_action(number, self.action)

    def is_as(self, other):
        return self.handler is other.handler and _qi._is_same_signal_action(self.action, other.action)


class _Taken:
    def __init__(self, before):
        self.before = before
        self.ours = None  # what the loops have put in its place
        self.loops = weakref.WeakSet()


def can_be_taken(number):
    """Whether asyncio will try; else it says why not."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and isinstance(number, int) and number in signal.valid_signals()


def take(loop, number, take_it):
    """Has take_it() give a signal to a loop, and keeps what was there."""
    before = Disposition(number)
    take_it()
    taken = _taken.get(number)
    if taken is None or not before.is_as(taken.ours):  # else it is the loops' already
        taken = _taken[number] = _Taken(before)
    taken.ours = Disposition(number)
    taken.loops.add(loop)


def give_back(loop, number, give_it):
    """Has give_it() take a signal away from a loop, and puts back what was there, unless somebody has changed it."""
    now, taken = Disposition(number), _taken.get(number)
    try:
        return give_it()
    finally:
        if taken is not None:
            taken.loops.discard(loop)
            is_ours = now.is_as(taken.ours)
            (taken.before if is_ours and not taken.loops else now).restore(number)
            if not taken.loops:
                del _taken[number]


# -- the descriptor that signals write to ---------------------------------------------------------------

_loops = []  # the descriptors of loops that have signals, the last one is written to
_before = -1  # what was written to before the first of them


def get_wakeup():
    """The descriptor that signals write to, or -1. In Python's main thread only."""
    found = signal.set_wakeup_fd(-1)
    _set_wakeup(found)
    return found


def _set_wakeup(fd):
    try:
        signal.set_wakeup_fd(fd)
    except (ValueError, OSError):  # it was closed: of a loop that is being closed, or somebody's
        signal.set_wakeup_fd(-1)


def wakeup_taken(before):
    """A loop has set its own, which is returned; before: what get_wakeup() said then."""
    global _before
    own = get_wakeup()
    if before not in _loops:
        _before = -1 if before == own else before
    _loops.append(own)
    return own


def give_wakeup_back(own, now):
    """A loop has no signals any more, and signals write to nothing; now: what they wrote to before that."""
    if own in _loops:
        _loops.remove(own)
    if now == own:
        now = _loops[-1] if _loops else _before
    _set_wakeup(now)
