# SPDX-License-Identifier: BSD-3-Clause
"""Memory of a task that sleeps. Each contestant has a process of its own, so nobody's leftovers count."""

import asyncio
import pathlib
import subprocess

import suite
from suite import Target, workload

SCRIPT = pathlib.Path(__file__).parent.parent / "sleepers.py"


def measure(loop, count):
    program = suite.options.build / "bench" / "qi-bench"
    output = subprocess.run([str(program), str(SCRIPT), loop, str(count)], check=True, timeout=120,
                            stdout=subprocess.PIPE, text=True).stdout
    return float(output)


def on(loop):
    async def body(count):
        return await asyncio.to_thread(measure, loop, count)

    return body


@workload("memory of a sleeping task", unit="bytes", count=100_000, rounds=3, target=Target(1.0, "asyncio"),
          libqi=on("libqi"), uvloop=None)
async def sleeping(count):
    return await asyncio.to_thread(measure, "asyncio", count)
