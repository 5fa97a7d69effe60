# SPDX-License-Identifier: BSD-3-Clause
"""What the loop does most: callbacks and turns of tasks."""

import asyncio

import loads
from workload import Target, workload

TWICE = Target(1 / 2, "uvloop")
HALF_MORE = Target(1 / 1.5, "uvloop")


workload("call_soon, chain", count=10_000, target=TWICE)(loads.chain)


@workload("call_soon, batch of 10,000", count=10_000, target=TWICE)
async def batch(count):
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    left = count

    def one():
        nonlocal left
        left -= 1
        if not left:
            over.set_result(None)

    for _ in range(count):
        loop.call_soon(one)
    await over


workload("sleep(0), 1 task", count=4_000, target=TWICE)(loads.sleep_zero)


def shared_by(tasks):
    async def body(count):
        each = max(1, count // tasks)
        return await loads.steps(tasks, each) * count / (each * tasks)

    return body


workload("sleep(0), 100 tasks", count=5_000, target=HALF_MORE)(shared_by(100))
workload("sleep(0), 10,000 tasks", count=100_000, target=HALF_MORE, fixed=True)(shared_by(10_000))
