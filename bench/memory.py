# SPDX-License-Identifier: BSD-3-Clause
"""What `memory_limit` costs: `qi-run --app=core --loop=none bench/memory.py`.

Loops that do nothing but make and drop objects, by processor time: with the count in force, in code of the application
and of a plugin, against without. Prints the ratios, and how long a look at the count takes.
"""

import contextvars
import json
import time

import _qi
from qi._python import scope

ROUNDS = 15
HELD = 1_000_000  # objects that plugins hold
DOCUMENT = json.dumps([{"a": i, "b": [str(i)] * 3} for i in range(3000)])


class Thing:
    def __init__(self, number):
        self.number, self.list = number, [number]


def tuples():
    for _ in range(20):
        [(i,) for i in range(5000)]


def texts():
    for _ in range(20):
        [f"{i}:{i}" for i in range(5000)]


def instances():
    for _ in range(5):
        [Thing(i) for i in range(5000)]


def documents():
    for _ in range(3):
        json.loads(DOCUMENT)


LOOPS = (tuples, texts, instances, documents)


def best():
    """Seconds of each loop, the best of some rounds."""
    found = {}
    for _ in range(ROUNDS):
        for loop in LOOPS:
            begun = time.process_time()
            loop()
            took = time.process_time() - begun
            found[loop] = min(took, found.get(loop, took))
    return found


def main():
    plugin = scope.Scope("bench")
    context = contextvars.copy_context()
    context.run(scope.current.set, plugin)
    without = best()
    _qi._memory_watch(True)
    _qi._memory_follow(plugin)
    columns = {"application": best(), "plugin": context.run(best)}
    held = context.run(lambda: [object() for _ in range(HELD)])
    columns[f"application, {len(held):,} objects held"] = best()
    for title, column in columns.items():
        print(f"{title}: " + ", ".join(f"{loop.__name__} {column[loop] / without[loop]:.2f}" for loop in LOOPS))
    looks = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        _qi._memory_held()
        looks.append(time.perf_counter() - begun)
    print(f"a look: {min(looks) * 1e6:.0f} µs")
    _qi._memory_watch(False)


main()
