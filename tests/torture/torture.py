# SPDX-License-Identifier: BSD-3-Clause
"""Makes the collector run wherever it can: at every allocation, and whole between any two calls.

    begin()                                      from now on, in this interpreter
    leaks(case, ...)                             what grows each time that a test case is run

Memory errors that need a collection at a bad moment show then, with PYTHONMALLOC=debug as a crash near the fault.
"""

import gc
import inspect
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
    # Where somebody profiles it, the collector of early versions of 3.11 looks at what is left on a frame's stack of an
    # object that dies, or of a generator that goes on, and crashes; without libqi as well.
    finalizers = {weakref.WeakSet()._remove.__code__, weakref.finalize.__call__.__code__}

    def is_spared(frame):
        while frame is not None:
            if frame.f_code in finalizers or frame.f_code.co_flags & inspect.CO_GENERATOR:
                return True
            frame = frame.f_back
        return False

    def returned(frame, event, argument):
        nonlocal count
        if event == "return":
            count += 1
            if count % EVERY == 0 and gc.isenabled() and not is_spared(frame):
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
