# SPDX-License-Identifier: BSD-3-Clause
"""A host's start: the smallest program with qi_runtime_init(), against Python alone with asyncio.

The programs are run as processes, from their start to their end. "bare" is the same program without
qi_runtime_init(), "no_end" leaves out the end of the interpreter, which a host of libqi skips, too.
"""

import asyncio
import subprocess
import sys
import time

import suite
from suite import Target, workload


def spawn(arguments):
    started = time.perf_counter()
    subprocess.run(arguments, check=True, timeout=60)
    return time.perf_counter() - started


def running(arguments):
    async def body(count):
        command = arguments()
        return sum([await asyncio.to_thread(spawn, command) for _ in range(count)])

    return body


def program(*arguments):
    return [str(suite.options.build / "bench" / "qi-bench-startup"), *arguments]


def python(source):
    return [sys.executable, "-I", "-c", source]


@workload("qi_runtime_init, whole process", unit="ms", count=1, target=Target(1.2, "asyncio"), uvloop=None,
          libqi=running(program), bare=running(lambda: program("bare")),
          no_end=running(lambda: python("import asyncio, os; os._exit(0)")))
async def start(count):
    return await running(lambda: python("import asyncio"))(count)
