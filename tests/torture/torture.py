# SPDX-License-Identifier: BSD-3-Clause
"""Makes the collector run wherever it can: at every allocation, and whole between any two calls.

    begin()                                      from now on, in this interpreter
    leaks(case, ...)                             what grows each time that a test case is run

Memory errors that need a collection at a bad moment show then, with PYTHONMALLOC=debug as a crash near the fault.
"""

import gc
import sys
import threading
import unittest
import weakref

EVERY = 8  # of so many returns of Python functions, one is followed by a whole collection


def begin():
    """Everything that is there stays, uncollected, or a whole collection would take too long."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000))
    gc.collect()
    gc.freeze()
    gc.set_threshold(1, 1, 1)
    count = 0
    collect = gc.collect
    # Runs while an object dies that a frame's stack still names. Early versions of 3.11 have the collector look at what is
    # left of it there, where somebody profiles, and crash; without libqi as well.
    spared = weakref.WeakSet()._remove.__code__

    def returned(frame, event, argument):
        nonlocal count
        if event == "return" and frame.f_code is not spared:
            count += 1
            if count % EVERY == 0:
                collect()

    threading.setprofile(returned)
    sys.setprofile(returned)


def total():
    """A number that grows with what is kept: references, or, in a release build, blocks of memory."""
    for _ in range(3):
        gc.collect()
    count = getattr(sys, "gettotalrefcount", sys.getallocatedblocks)
    return count()


def leaks(test, warm_up=4, rounds=6):
    """By how much total() grows a run once the caches are warm; 0 unless each run adds something."""
    grown = []
    for number in range(warm_up + rounds):
        result = unittest.TestResult()
        before = total()
        unittest.TestSuite([test()]).run(result)
        if result.skipped or not result.wasSuccessful():
            return 0  # that is for the run without repetition to tell
        del result
        if number >= warm_up:
            grown.append(total() - before)
    return min(grown) if min(grown) > 0 else 0
