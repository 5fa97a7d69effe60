# SPDX-License-Identifier: BSD-3-Clause
"""How smooth a window stays while tasks spin: lateness of its timer and of its paint events.

The timer has 5 ms; the slot of it asks for a repaint. Each step of a task keeps the thread for 50 µs.
"""

import asyncio
import time

import _bench
import session
from figures import quantile
from workload import Part, Target, workload

SLICE_MS = 2  # of libqi, unless a host sets another
SMOOTH = (Target(SLICE_MS + 1),)
STEP = 50e-6
SECONDS = 1.5


async def spin():
    while True:
        until = time.perf_counter() + STEP
        while time.perf_counter() < until:
            pass
        await asyncio.sleep(0)


def figures(seconds):
    ordered = sorted(seconds)
    if not ordered:
        raise RuntimeError("nothing came through to the window at all")
    return [1e3 * quantile(ordered, share) for share in (0.5, 0.99, 1.0)]


def beside(tasks):
    async def body(count):
        loop = asyncio.get_running_loop()
        spinning = [loop.create_task(spin()) for _ in range(tasks)]
        _bench.open_window()
        try:
            await asyncio.sleep(0.15 if session.options.quick else SECONDS)
        finally:
            timer, paint = _bench.close_window()
            for task in spinning:
                task.cancel()
            await asyncio.wait(spinning)
        return figures(timer) + figures(paint)

    return body


for number in (10, 200):
    workload(
        f"window beside {number} spinning tasks", count=1, rounds=3, only="qt",
        parts=[
            Part("5 ms QTimer late, p50", "ms", steady=False),
            Part("5 ms QTimer late, p99", "ms", SMOOTH, steady=False),
            Part("5 ms QTimer late, max", "ms", steady=False),
            Part("paint late, p50", "ms", steady=False),
            Part("paint late, p99", "ms", steady=False),
            Part("paint late, max", "ms", steady=False),
        ],
    )(beside(number))
