# SPDX-License-Identifier: BSD-3-Clause
"""The stages in which a runtime ends, each with its deadline. shutdown.c calls run().

asyncio runs in native mode meanwhile: Qt's event loop has ended, or waits below. Nothing here may wait
without a limit, and nothing that a task or thread does may end the stages early.
"""

import asyncio
import gc
import importlib
import importlib.machinery
import linecache
import os
import sys
import time

import _qi

from .._loop import hosts
from .._loop.loop import QiLoopMode, quit_waiters
from .._python.ends import at_end, leave_task, left_behind
from .._python.names import name_of, name_of_frame, where

left_threads = []


class Report:
    def __init__(self):
        self.cancelled = 0
        self.tasks = []
        self.threads = []


def run(loop, grace, cancel, executor):
    """Ends everything that runs in the loop and closes it. Seconds; returns (cancelled, tasks, threads),
    the last two as texts that name what was left behind."""
    report = Report()
    if loop.is_closed():  # somebody did who had no right to; nothing can run in it any more
        return 0, [], []
    hosts.release(loop)
    try:
        if loop.is_running():
            loop.stop()
        loop._stopping = False  # somebody has stopped it already: that it has stopped is all that is wanted
        loop.set_mode(QiLoopMode.NATIVE)
        run_stages(loop, stages(loop, report, grace, cancel, executor))
    finally:
        loop.close()
    return report.cancelled, report.tasks, report.threads


def run_stages(loop, coroutine):
    """SystemExit and KeyboardInterrupt in somebody's clean-up leave the loop, but must not end the stages."""
    task = loop.create_task(coroutine, name="qi shutdown")
    while not task.done():
        try:
            loop.run_until_complete(task)
        except BaseException as exception:
            if not task.done():
                _qi._report(exception, None, None, None)
    task.result()


async def stages(loop, report, grace, cancel, executor):
    await end_plugins()
    await let_finish(loop, grace)
    await cancel_tasks(loop, report, cancel)
    await close_generators(loop, report, cancel)
    await end_executor(loop, report, executor)
    await asyncio.sleep(0)  # transports that were closed above say so to their protocols
    await asyncio.sleep(0)


async def end_plugins():
    if "qi.plugin._manager" in sys.modules:  # else there are none
        from ..plugin._manager import manager

        await manager.stop()


# -- tasks ----------------------------------------------------------------------------------------------


def others(loop):
    return asyncio.all_tasks(loop) - {asyncio.current_task(loop)}


async def let_finish(loop, seconds):
    """Tasks that have awaited the application's aboutToQuit may do what they waited for."""
    waiters = {task for task in quit_waiters if not task.done()}
    waiters &= others(loop)
    if waiters:
        await asyncio.wait(waiters, timeout=seconds)


async def cancel_tasks(loop, report, seconds):
    end = time.monotonic() + seconds
    asked = set()
    while True:
        alive = others(loop)
        for task in alive - asked:  # clean-up may start further tasks
            task.cancel("the runtime shuts down")
        asked |= alive
        left = end - time.monotonic()
        if not alive or left <= 0:
            break
        await asyncio.wait(alive, timeout=left)
    report.cancelled = len(asked) - len(alive)
    report.tasks = sorted(leave_task(task) for task in alive)


async def close_generators(loop, report, seconds):
    """A generator may refuse its end as a task may, so nothing here waits for what was cancelled."""
    generators = list(loop._asyncgens)
    closing = loop.create_task(loop.shutdown_asyncgens(), name="qi shutdown of generators")
    await asyncio.wait({closing}, timeout=seconds)
    if not closing.done():
        for task in others(loop).difference(left_behind):
            leave_task(task)
        report.tasks += sorted(leave_generator(generator) for generator in generators if generator.ag_running)


def leave_generator(generator):
    left_behind.append(generator)
    return f"asynchronous generator {name_of_frame(generator.ag_frame)}: {where(generator.ag_frame)}"


# -- threads --------------------------------------------------------------------------------------------


async def end_executor(loop, report, seconds):
    """asyncio's own shutdown_default_executor() waits without a limit for a thread that is stuck."""
    executor = loop._default_executor
    if executor is None:
        return
    loop._executor_shutdown_called = True
    executor.shutdown(wait=False, cancel_futures=True)
    threads = list(getattr(executor, "_threads", ()))
    end = time.monotonic() + seconds
    pause = 0.0005
    while True:
        # The loop goes on, since a thread may wait for a callback.
        alive = [thread for thread in threads if thread.is_alive()]
        left = end - time.monotonic()
        if not alive or left <= 0:
            break
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 2, 0.05)
    report.threads = sorted(leave_thread(thread) for thread in alive)


def leave_thread(thread):
    # An interpreter's end would join it otherwise, for ever.
    futures = sys.modules.get("concurrent.futures.thread")
    getattr(futures, "_threads_queues", {}).pop(thread, None)
    left_threads.append(thread)
    frame = sys._current_frames().get(thread.ident)
    return f"{thread.name}: {what_it_runs(frame) if frame else 'outside of Python'}"


def what_it_runs(frame):
    """The innermost line, and the function that was given to the executor."""
    text, outer = where(frame), frame
    while outer is not None:
        job = outer.f_locals.get("self") if outer.f_code.co_name == "run" else None
        if type(job).__name__ == "_WorkItem":  # of concurrent.futures; until 3.13 it has the function itself
            return f"{name_of(job.fn if hasattr(job, 'fn') else job.task[0])} at {text}"
        outer = outer.f_back
    return text


def finish():
    while at_end:
        try:
            at_end.pop()()
        except BaseException as exception:
            _qi._report(exception, None, None, None)


# -- modules --------------------------------------------------------------------------------------------


def forget_modules(folders):
    """Drops what was imported from these folders, so that the next runtime imports it afresh.

    A package that holds an extension module stays whole: these cannot be loaded a second time, and
    their Python halves do not fit another copy.
    """
    roots = tuple(os.path.join(os.path.realpath(folder), "") for folder in folders)
    if not roots:
        return
    found = {name for name, module in list(sys.modules.items()) if comes_from(module, roots)}
    fixed = {name.partition(".")[0] for name in found if is_extension(sys.modules[name])}
    for name in found:
        if name.partition(".")[0] not in fixed and name != "__main__":
            del sys.modules[name]
    importlib.invalidate_caches()
    linecache.clearcache()


def comes_from(module, roots):
    try:
        paths = [module.__file__] if module.__file__ else list(module.__path__)
        return any(os.path.realpath(path).startswith(roots) for path in paths)
    except Exception:  # modules may be any objects
        return False


def is_extension(module):
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    return isinstance(loader, importlib.machinery.ExtensionFileLoader)


def forget_main():
    """Empties the namespace of qi_exec(), but for what every module has."""
    names = sys.modules["__main__"].__dict__
    for name in [name for name in names if not (name.startswith("__") and name.endswith("__"))]:
        del names[name]


def collect():
    """Exceptions that nobody awaited are reported when their tasks go, so these go while somebody listens."""
    gc.collect()
