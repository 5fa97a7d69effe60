# SPDX-License-Identifier: BSD-3-Clause
"""What is looked at of the plugins that the user has not agreed to, however many they are; each has its own limits besides.

Time is the processor's, of the thread that looks: how slow a disk is, or whoever else is at work, is nobody's fault here. But a
symlink may lead through forty others of 4 kB each, and then costs a millisecond whenever somebody looks behind it.
"""

import time

_LONGEST = 5  # seconds of the processor


class Exhausted(Exception):
    """Others have used up what may be looked at of all of them."""


class Common:
    """How much is left for all of them. Thread: the one that has made it."""

    def __init__(self, seconds=None):
        self._left = {}
        self._end = time.thread_time() + (_LONGEST if seconds is None else seconds)

    def take(self, what, amount, most):
        """Exhausted if that is more than there is left of `most`; from then on whatever is asked for."""
        self._left[what] = self._left.get(what, most) - amount
        self.check()

    def has_time(self):
        return time.thread_time() < self._end

    def check(self):
        if not self.has_time() or min(self._left.values(), default=0) < 0:
            raise Exhausted("plugins that the user has not agreed to need more in all than is looked at before one is enabled")
