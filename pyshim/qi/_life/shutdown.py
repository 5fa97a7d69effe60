# SPDX-License-Identifier: BSD-3-Clause
"""The stages in which a runtime ends, each with its deadline. shutdown.c calls run().

asyncio runs in native mode meanwhile: Qt's event loop has ended, or waits below. Nothing here may wait without a limit,
and nothing that a task or thread does may end the stages early. So no stage is a coroutine, which would need the loop
to be whole: the loop is run by C code of its own (loop/down.c) until what a stage waits for has ended, or its time is up;
and code that does not give the thread back by then is interrupted (life/deadline.c).
"""

import asyncio
import atexit
import builtins
import gc
import importlib
import importlib.machinery
import linecache
import os
import sys
import time

import _qi

from .._loop import hosts
from .._loop.loop import QiBaseEventLoop, QiSelectorEventLoop, quit_waiters
from .._python.ends import at_end, leave_task, left_behind
from .._python.names import name_of, name_of_frame, where
from .._watch.interrupted import Interrupted  # noqa: F401  deadline.c takes it from here

# Plugins may have replaced any name by now: what the stages call is what it was when the runtime began.
__builtins__ = dict(vars(builtins))

_all_tasks, _Task = asyncio.all_tasks, asyncio.Task
_monotonic = time.monotonic
_modules = sys.modules
_leave_host = QiBaseEventLoop._run_forever_cleanup
_run_down = _qi.Loop._run_down

LATE_LEAST = 0.1  # seconds that tasks have which begin when all others have ended
GENERATORS_LEAST = 0.1  # seconds that asynchronous generators have where tasks have used up all of theirs
MOST_NAMES = 1000  # so many tasks that are left behind are looked at

left_threads = []


class Report:
    def __init__(self):
        self.cancelled = 0
        self.tasks = []
        self.threads = []

    def attempt(self, what, function, *args):
        """Takes a step that must not keep the others from being taken."""
        try:
            return function(*args)
        except BaseException as exception:
            self.tasks.append(f"{what} failed: {type(exception).__name__}: {text_of(exception)}")
            _qi._report(exception, None, None, None)
            return None


def text_of(exception):
    try:
        return str(exception)
    except BaseException:
        return "it has no text"


def run(loop, grace, cancel, executor):
    """Ends everything that runs in the loop and closes it. Seconds; returns (cancelled, tasks, threads),
    the last two as texts that name what was left behind."""
    report = Report()
    report.attempt("taking the loop from its host", take_down, loop)
    end = _monotonic() + cancel
    if not loop.is_closed():  # else somebody has closed it who had no right to, and nothing can run in it
        report.attempt("ending the plugins", end_plugins, loop)
        report.attempt("the tasks' own clean-up", let_finish, loop, grace)
        end = _monotonic() + cancel
    report.attempt("cancelling the tasks", cancel_tasks, loop, report, end)
    if not loop.is_closed():
        report.attempt("closing generators", close_generators, loop, report, max(end - _monotonic(), GENERATORS_LEAST))
        report.attempt("ending the executor", end_executor, loop, report, executor)
        drive(loop, None, 0)  # transports that were closed above say so to their protocols
        drive(loop, None, 0)
        if others(loop):  # what was ready just now may have begun something
            report.attempt("cancelling the last tasks", cancel_tasks, loop, report, max(end, _monotonic() + LATE_LEAST))
    _qi._deadline(None)
    try:
        loop.close()
    except BaseException as exception:
        _qi._report(exception, None, None, None)
    loop._abandon()
    sys.set_asyncgen_hooks(None, None)
    return report.cancelled, report.tasks, report.threads


def take_down(loop):
    """From here on it goes by its own methods, whoever has put others in their place."""
    hosts.release(loop)
    try:
        if loop.is_running():
            _leave_host(loop)
    finally:
        loop._bring_down()
        own = vars(loop)
        for name in [name for name in own if callable(own[name]) and hasattr(QiSelectorEventLoop, name)]:
            if name not in ("default_exception_handler", "call_exception_handler"):  # these are the runtime's, or qi-run's
                del own[name]
        sys.set_asyncgen_hooks(loop._asyncgen_firstiter_hook, loop._asyncgen_finalizer_hook)


def drive(loop, futures, seconds):
    """Runs the loop until all of the futures have ended: True, or the time is up; None: for that time."""
    _qi._deadline(seconds)
    return _run_down(loop, futures, seconds)


def end_plugins(loop):
    manager = getattr(_modules.get("qi.plugin._manager"), "manager", None)
    if manager is None:  # then there are none
        return
    patience = manager.patience()
    _qi._deadline(patience, True)
    ending = _Task(manager.stop(), loop=loop, name="qi shutdown of plugins")
    _run_down(loop, [ending], patience)
    if ending.done() and not ending.cancelled():
        ending.result()


# -- tasks ----------------------------------------------------------------------------------------------


def others(loop):
    return {task for task in _all_tasks(loop) if not task.done()}.difference(left_behind)


def let_finish(loop, seconds):
    """Tasks that have awaited the application's aboutToQuit may do what they waited for."""
    waiters = others(loop).intersection(quit_waiters)
    if waiters:
        drive(loop, list(waiters), seconds)


def cancel_tasks(loop, report, end):
    _qi._deadline(end - _monotonic())
    asked = set()
    while True:
        alive = others(loop)
        for task in alive - asked:  # clean-up may start further tasks
            asked.add(task)
            report.attempt("cancelling a task", task.cancel, "the runtime shuts down")
        left = end - _monotonic()
        if not alive or left <= 0 or loop.is_closed():
            break
        drive(loop, list(alive), left)
    report.cancelled += len(asked - alive)
    leave_tasks(alive, report)


def leave_tasks(tasks, report):
    names = []
    for task in tasks:
        if len(names) < MOST_NAMES:
            names.append(report.attempt("describing a task", leave_task, task) or "a task")
        else:
            left_behind.append(task)
            task._log_destroy_pending = False
            names.append("one more task")
    report.tasks += sorted(names)


def close_generators(loop, report, seconds):
    """A generator may refuse its end as a task may, so nothing here waits for what was cancelled."""
    generators = list(loop._asyncgens)
    if not generators:
        return
    closing = _Task(loop.shutdown_asyncgens(), loop=loop, name="qi shutdown of generators")
    if drive(loop, [closing], seconds):
        closing.result()
        return
    for task in others(loop):
        leave_task(task)
    report.tasks += sorted(leave_generator(generator) for generator in generators if generator.ag_running)


def leave_generator(generator):
    left_behind.append(generator)
    return f"asynchronous generator {name_of_frame(generator.ag_frame)}: {where(generator.ag_frame)}"


# -- threads --------------------------------------------------------------------------------------------


def end_executor(loop, report, seconds):
    """asyncio's own shutdown_default_executor() waits without a limit for a thread that is stuck."""
    executor = loop._default_executor
    if executor is None:
        return
    _qi._deadline(seconds)
    loop._executor_shutdown_called = True
    threads = list(getattr(executor, "_threads", ()))
    report.attempt("ending the executor", lambda: executor.shutdown(wait=False, cancel_futures=True))
    end = _monotonic() + seconds
    pause = 0.0005
    while True:
        # The loop goes on, since a thread may wait for a callback.
        alive = [thread for thread in threads if thread.is_alive()]
        left = end - _monotonic()
        if not alive or left <= 0 or loop.is_closed():
            break
        drive(loop, None, min(pause, left))
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


def do_nothing():
    """An exception that is on its way comes here, and goes no further."""


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


def run_exit_functions():
    """Before the interpreter ends, which would call them without a limit."""
    atexit._run_exitfuncs()


def collect():
    """Exceptions that nobody awaited are reported when their tasks go, so these go while somebody listens."""
    gc.collect()
