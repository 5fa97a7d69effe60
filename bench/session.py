# SPDX-License-Identifier: BSD-3-Clause
"""What this run of qi-bench has: what was asked for, the loops that take part, and threads for all of them.

main.py begins it. What is measured looks at the loops while it is imported, so it is imported afterwards.
"""

import concurrent.futures
import dataclasses
import gc
import pathlib

LOOPS = {}  # name -> contestant that is a loop

POOL = concurrent.futures.ThreadPoolExecutor(8)


@dataclasses.dataclass
class Options:
    quick: bool
    build: pathlib.Path
    rounds: int | None = None

    SECONDS = 4.0  # how long one workload takes, about
    LONGEST = 0.5  # how long one round may take before its count is reduced

    def count(self, work):
        if not self.quick:
            return work.count
        return max(1, work.count // 50)

    def most_rounds(self, work):
        if self.quick:
            return 1
        return min(self.rounds or 1000, work.rounds or 1000)


options = None


def begin(asked, found):
    global options
    options = asked
    LOOPS.update(found)


def tidy():
    """Begins anew: what is there already is not to be looked through in somebody's round."""
    for loop in LOOPS.values():
        loop.renew()
    gc.collect()
    gc.freeze()


def end():
    for loop in LOOPS.values():
        loop.close()
    POOL.shutdown()
