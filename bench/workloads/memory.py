# SPDX-License-Identifier: BSD-3-Clause
"""Memory of what is held. Each contestant has a process of its own, so nobody's leftovers count."""

import asyncio
import pathlib
import subprocess

import session
from workload import Target, workload

SCRIPT = pathlib.Path(__file__).parent.parent / "holders.py"


def measure(what, name, count):
    folder = session.options.build / "bench"
    command = [folder / "qi-bench", SCRIPT, what, name, count, folder / "qi-bench-client"]
    ended = subprocess.run([str(part) for part in command], timeout=120, capture_output=True, text=True)
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr.strip().splitlines()[-1] if ended.stderr else "qi-bench failed")
    return float(ended.stdout)


def held(what, name):
    async def body(count):
        return await asyncio.to_thread(measure, what, name, count)

    return body


def memory(name, what, count, target):
    bodies = {loop: held(what, loop) for loop in session.LOOPS if loop != "owner"}
    workload(name, unit="bytes", count=count, rounds=3, scale=0.6, fixed=True, target=target, apart=True,
             **bodies)(None)


memory("memory of a sleeping task", "tasks", 50_000, Target(1.0, "asyncio"))
memory("memory of a timer", "timers", 50_000, Target(1.0, "asyncio"))
memory("memory of a connection", "connections", 5_000, Target(1.0, "asyncio"))
