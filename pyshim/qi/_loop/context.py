# SPDX-License-Identifier: BSD-3-Clause
"""The two ways to bring asyncio and Qt together for the time of a `with` block."""

import asyncio
import contextlib
import sys
import warnings
from asyncio import events

import _qi

from . import policies
from .loop import QUIT_GRACE, QiLoopMode, new_event_loop, quit_waiters

__all__ = ("QiRunner", "using_asyncio_from_qt", "using_qt_from_asyncio")

_ENDS_PROGRAM = (SystemExit, KeyboardInterrupt)


@contextlib.contextmanager
def using_asyncio_from_qt(*, debug=None, loop_factory=None):
    """Context manager in which code that Qt drives may use asyncio:

        app = QApplication([])
        with qi.using_asyncio_from_qt():
            app.exec()

    A new loop in guest mode runs inside the block, and is what `with … as loop` gives. When the block is
    left, the loop stops, goes on without Qt, cancels the tasks that are left and awaits their end (those
    that await the application's aboutToQuit may finish before), shuts down asynchronous generators and
    the default executor, and is closed. Clean-up code must not need a Qt event loop, therefore.

    sys.exit() and Ctrl+C in a task or callback end Qt's event loops, and are raised again at the end of
    the block, after the clean-up. Other exceptions that nobody awaits go to the loop's exception handler.

    In an application that hosts Python its own loop runs already. It is used then, and neither stopped
    nor cleaned up here; tasks go on after the block.

    debug: turns asyncio's debug mode on or off; None leaves it as the environment says.
    loop_factory: makes the loop, instead of `new_event_loop`; the loop must be one of qi's.

    Tasks that were made before, by asyncio.ensure_future() for one, belong to another loop, which runs nowhere: a
    RuntimeWarning names them.

    Raises RuntimeError if there is no QCoreApplication yet, if another loop is running in this thread
    (these blocks do not nest), or if `loop_factory` is given where the host's loop is used. TypeError if
    the factory's loop is not one of qi's. Use it in the thread whose event loop Qt runs.
    """
    running = events._get_running_loop()
    if running is not None:
        with _joined(running, debug, loop_factory):
            yield running
        return
    guest = Guest(debug, loop_factory)
    guest.start()
    _name_lost_tasks(guest.loop)
    try:
        yield guest.loop
    finally:
        guest.finish()


class QiRunner:
    """using_asyncio_from_qt() as a class: the same parameters, the same behaviour; each `with` makes a new loop."""

    def __init__(self, *, debug=None, loop_factory=None):
        self._options = {"debug": debug, "loop_factory": loop_factory}
        self._blocks = []  # more than one in an application's own loop, where blocks may nest

    def __enter__(self):
        block = using_asyncio_from_qt(**self._options)
        loop = block.__enter__()
        self._blocks.append(block)
        return loop

    def __exit__(self, *exception):
        return self._blocks.pop().__exit__(*exception)


@contextlib.contextmanager
def using_qt_from_asyncio():
    """Context manager in which code that asyncio drives may use Qt:

        app = QApplication([])
        with qi.using_qt_from_asyncio():
            asyncio.run(main())

    It sets an event loop policy whose loops are qi's, in owner mode, and puts the earlier policy back at
    the end. Policies hold for all threads: if other threads make event loops meanwhile, and wherever
    Python has no policies any more, use `asyncio.Runner(loop_factory=qi.new_event_loop)` instead, or,
    from Python 3.12 on, `asyncio.run(main(), loop_factory=qi.new_event_loop)`.

    quit(), and the last window that closes, emit aboutToQuit as under app.exec(). The coroutine has two seconds
    to end then; where it neither does nor opens a window, asyncio.run() raises RuntimeError, after its clean-up.

    Raises RuntimeError where Python has no policies. A QCoreApplication is needed when a loop runs, not
    before.
    """
    before = policies.get_policy()
    policies.set_policy(policies.QiDefaultEventLoopPolicy())
    try:
        yield
    finally:
        policies.set_policy(before)


# -- a loop of our own ----------------------------------------------------------------------------------


class Guest:
    """A guest loop from its start to its end."""

    def __init__(self, debug=None, loop_factory=None):
        if not callable(loop_factory or new_event_loop):
            raise TypeError(f"loop_factory must be a function that makes a loop, not {loop_factory!r}")
        self.loop = (loop_factory or new_event_loop)()
        self._exits = Exits(self.loop)
        try:
            _check_loop(self.loop, loop_factory)
            self.loop.set_mode(QiLoopMode.GUEST)
            if debug is not None:
                self.loop.set_debug(debug)
        except BaseException:
            _close_if_possible(self.loop)
            raise

    def start(self):
        try:
            self.loop.start()
        except BaseException:
            _close_if_possible(self.loop)
            raise
        self._exits.watch()

    def finish(self):
        """Stops the loop and cleans up; raises what has asked for the end of the program."""
        loop = self.loop
        try:
            if loop.is_running():
                _check_left(loop)
                loop.stop()
            self._exits.unwatch()
            clean_up(loop)
        finally:
            self._exits.raise_taken()


def _name_lost_tasks(loop):
    """asyncio.ensure_future() and the like, before the block, take the thread's loop for the one that will run."""
    policy = policies.find_policy()
    other = getattr(getattr(policy, "_local", None), "_loop", None)
    if other is None or other is loop or other.is_running() or other.is_closed():
        return
    lost = sorted(task.get_name() for task in asyncio.all_tasks(other))
    if lost:
        warnings.warn(
            f"made before the block, on {other!r}, which nobody runs: {', '.join(lost)}; start tasks inside of the block, or give "
            "it that loop, one of qi's, by loop_factory=",
            RuntimeWarning, stacklevel=4,
        )


class Exits:
    """Takes SystemExit and KeyboardInterrupt out of the callbacks of a guest, and ends Qt's event loops.

    There is nobody in a guest whom they could end, so the loop reports them; here they are kept for the
    one who began the event loops.
    """

    def __init__(self, loop):
        self._loop = loop
        self._taken = None

    def watch(self):
        self._loop.call_exception_handler = self._handle

    def unwatch(self):
        vars(self._loop).pop("call_exception_handler", None)

    def raise_taken(self):
        taken, self._taken = self._taken, None
        if taken is not None:
            _qi._exit_is_over()
        if taken is not None and sys.exc_info()[1] is not taken:
            raise taken

    def _handle(self, context):
        exception = context.get("exception")
        if not isinstance(exception, _ENDS_PROGRAM):
            type(self._loop).call_exception_handler(self._loop, context)
        elif exception is not self._taken:  # else its task only says that nobody has asked for it
            self._taken = self._loop._left_by = exception
            self._end_event_loops()

    def _end_event_loops(self):
        if _qi._event_loops():
            _qi._exit_event_loops(_exit_code(self._taken))
        elif self._loop.is_running():
            self._loop.call_later(0.01, self._end_event_loops)  # once there is one that can be ended


def _exit_code(exception):
    """What the process would exit with, as an int of C's."""
    code = getattr(exception, "code", 1)
    if isinstance(code, int):
        return (code + 2**31) % 2**32 - 2**31
    return 0 if code is None else 1


def _check_loop(loop, factory):
    if not isinstance(loop, _qi.Loop):
        raise TypeError(f"loop_factory must make an event loop of qi; {factory!r} made {loop!r}")


def _close_if_possible(loop):
    close = getattr(loop, "close", None)
    if close is not None and not loop.is_running():
        close()


def _check_left(loop):
    if loop._busy:
        raise RuntimeError(f"{loop!r} cannot be ended from inside one of its callbacks; leave the block outside")


# -- the host's loop ------------------------------------------------------------------------------------


@contextlib.contextmanager
def _joined(loop, debug, loop_factory):
    if not getattr(loop, "_is_hosts", False):
        raise RuntimeError(
            f"using_asyncio_from_qt() runs a loop of its own, but {loop!r} is running in this thread; "
            "asyncio can be used already"
        )
    if loop_factory is not None:
        raise RuntimeError(
            f"the application's own loop {loop!r} is running, so {loop_factory!r} cannot make another; "
            "leave loop_factory out"
        )
    before = loop.get_debug()
    if debug is not None:
        loop.set_debug(debug)
    try:
        yield
    finally:
        if debug is not None and not loop.is_closed():
            loop.set_debug(before)


# -- clean-up -------------------------------------------------------------------------------------------


def clean_up(loop):
    """Ends what is left in a stopped loop, without Qt, and closes it.

    SystemExit and KeyboardInterrupt of a task leave the loop, as always; the stages go on, and the first
    of them is raised at the end.
    """
    if loop.is_closed():
        return
    raised = []
    try:
        loop._stopping = False  # stop() of a guest that has stopped: that is so already
        loop.set_mode(QiLoopMode.NATIVE)
        for stage in (_let_finish, _cancel_tasks, _shut_down):
            _run_stage(loop, stage(loop), raised)
    finally:
        loop.close()
    if raised:
        raise raised[0]


def _run_stage(loop, coroutine, raised):
    task = loop.create_task(coroutine, name="qi clean-up")
    while not task.done():
        try:
            loop.run_until_complete(task)
        except _ENDS_PROGRAM as exception:
            raised.append(exception)
            if len(raised) > 2:  # somebody insists
                raise
    if not task.cancelled() and isinstance(task.exception(), Exception):
        raise task.exception()


async def _let_finish(loop):
    waiters = {task for task in quit_waiters if task and not task.done()}
    waiters &= asyncio.all_tasks(loop)
    if waiters:
        await asyncio.wait(waiters, timeout=QUIT_GRACE)


async def _cancel_tasks(loop):
    me = asyncio.current_task()
    while tasks := asyncio.all_tasks(loop) - {me}:  # a task's clean-up may start another
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in tasks:
            if not task.cancelled() and isinstance(task.exception(), Exception):
                loop.call_exception_handler({
                    "message": "unhandled exception in a task that was cancelled at the end of the loop",
                    "exception": task.exception(),
                    "task": task,
                })


async def _shut_down(loop):
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
