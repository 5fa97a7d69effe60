# SPDX-License-Identifier: BSD-3-Clause
"""A host's start: the smallest program with qi_runtime_init(), against Python alone with asyncio.

The programs are run as processes, from their start to their end. "bare" is the same program without
qi_runtime_init(), "no_end" leaves out the end of the interpreter, which a host of libqi skips, too.
Processor time has the target, since on a busy machine the time on the wall is mostly that of others.
"""

import asyncio
import os
import sys
import time

import session
from workload import Target, workload


def spawn(arguments):
    """Processor time and time on the wall of one process."""
    started = time.perf_counter()
    process = os.posix_spawn(arguments[0], arguments, os.environ)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"{arguments} failed with status {status}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - started


def program(*arguments):
    return [str(session.options.build / "bench" / "qi-bench-startup"), *arguments]


def python(source):
    return [sys.executable, "-I", "-c", source]


def contestants(which):
    """Bodies that give one of spawn()'s two times."""

    def running(command):
        async def body(count):
            return sum([(await asyncio.to_thread(spawn, command()))[which] for _ in range(count)])

        return body

    return {
        "libqi": running(program),
        "asyncio": running(lambda: python("import asyncio")),
        "no_end": running(lambda: python("import asyncio, os; os._exit(0)")),
        "bare": running(lambda: program("bare")),
    }


def against_python(name, which, target=()):
    workload(name, unit="ms", count=1, target=target, fixed=True, apart=True, **contestants(which))(None)


against_python("qi_runtime_init, whole process, CPU", 0, Target(1.2, "asyncio"))
against_python("qi_runtime_init, whole process, wall", 1)
