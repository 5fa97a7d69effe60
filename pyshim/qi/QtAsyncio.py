# SPDX-License-Identifier: BSD-3-Clause
"""What PySide6.QtAsyncio offers, with any binding or none, on qi's loops.

    import qi.QtAsyncio as QtAsyncio

    QtAsyncio.run(main())                      # the application, with main() in it
    QtAsyncio.run(main(), keep_running=False)  # as asyncio.run()

All of asyncio works: sockets, TLS, subprocesses and signals too. In an application that runs already,
run() joins it. The classes carry PySide6's names for programs that mention them.
"""

import asyncio
import contextlib
import inspect
import signal
import sys
import threading
from asyncio import events

import _qi

from ._loop import policies
from ._loop.context import Exits, Guest, clean_up
from ._loop.loop import QUIT_GRACE, QiLoopMode, QiSelectorEventLoop, _signals_wake, new_event_loop

__all__ = [
    "QAsyncioEventLoop",
    "QAsyncioEventLoopPolicy",
    "QAsyncioFuture",
    "QAsyncioHandle",
    "QAsyncioTask",
    "QAsyncioTimerHandle",
    "run",
]

QAsyncioFuture = asyncio.Future
QAsyncioTask = asyncio.Task
QAsyncioHandle = asyncio.Handle
QAsyncioTimerHandle = asyncio.TimerHandle


def run(coro=None, keep_running=True, quit_qapp=True, *, handle_sigint=False, debug=None):
    """Runs the application with asyncio in it, and a coroutine.

    Without an application one is made: a QCoreApplication of the binding that is imported, or of no
    binding. The application's event loop, its exec(), runs until asyncio stops or the application quits;
    then the tasks that are left are cancelled and awaited, without Qt, and the loop is closed.

    coro: a coroutine, or None.
    keep_running: True goes on when the coroutine has ended, until somebody calls the loop's stop() or the
        application quits; False stops then, as asyncio.run() does, and needs a coroutine.
    quit_qapp: whether the application quits when asyncio stops. With False nothing of the application's
        end is signalled, and it may be used and run again. An application that was made here is
        destroyed with True, and kept with False.
    handle_sigint: True lets Ctrl+C cancel the coroutine, or stop asyncio where that keeps running, so that
        `finally` blocks run, and raises KeyboardInterrupt here. Signals' dispositions are put back at the
        end. False leaves SIGINT to the program.
    debug: turns asyncio's debug mode on or off; None leaves it as the environment says.

    Returns the coroutine's result, whatever that is, or None if it has not ended. Its exceptions are
    raised here, or, with keep_running, reported to the loop's exception handler when they occur. SystemExit
    and KeyboardInterrupt in any callback end the run and are raised here.

    Where an application runs already, run() joins it, and its end, its SIGINT and asyncio's debug mode stay
    its own, but that handle_sigint cancels a coroutine which is waited for:
    with keep_running it starts the coroutine in the loop that runs there, or in a new one, which is cleaned
    up when the application quits, and returns the task at once; without, it waits in a nested event loop
    of Qt's for the coroutine, and returns its result.

    Raises RuntimeError if there is no coroutine to wait for, if a loop runs that is not a guest of Qt's, in
    another thread than the application's, and if the application quits before a coroutine that is waited
    for has ended; TypeError if `coro` is no coroutine.
    """
    _check_coroutine(coro, keep_running)
    running = events._get_running_loop()
    if running is not None:
        return _join_loop(running, coro, keep_running, handle_sigint)
    if _qi._has_application() and not _qi._is_application_thread():
        _refuse(coro, "must be called in the application's thread; elsewhere use "
                      "asyncio.Runner(loop_factory=qi.new_event_loop)")
    if _qi._event_loops():
        return _join_application(coro, keep_running, debug)
    with _application(quit_qapp) as application:
        loop = QAsyncioEventLoop(application, quit_qapp, handle_sigint)
        return _run(loop, coro, keep_running, debug)


def _check_coroutine(coro, keep_running):
    if coro is None:
        if not keep_running:
            raise RuntimeError("QtAsyncio.run(keep_running=False) needs a coroutine to wait for")
    elif not asyncio.iscoroutine(coro):
        hint = "; call it" if inspect.iscoroutinefunction(coro) else ""
        raise TypeError(f"QtAsyncio.run() wants a coroutine, not {coro!r}{hint}")


def _refuse(coro, why):
    if coro is not None:
        coro.close()
    raise RuntimeError(f"QtAsyncio.run() {why}")


# -- an application that is started here ----------------------------------------------------------------


@contextlib.contextmanager
def _application(quit_qapp):
    """The application; one that is made here lives, with quit_qapp, as long as the block."""
    global _kept
    if _qi._has_application():
        yield _of_binding()
        return
    made = _make()
    if not quit_qapp:
        _kept = made  # a binding destroys what nobody refers to
    try:
        yield made
    finally:
        if quit_qapp:
            _destroy(made)


_kept = None


def _binding(module):
    """The part of the binding that is imported, or None."""
    return sys.modules.get(f"PySide6.{module}") or sys.modules.get(f"PyQt6.{module}")


def _of_binding():
    """The wrapper of the application that exists, or None without a binding."""
    core = _binding("QtCore")
    return core and core.QCoreApplication.instance()


def _make():
    core = _binding("QtCore")
    if core is not None:
        return core.QCoreApplication(sys.argv)
    _qi._make_application()
    return None


def _destroy(application):
    if application is None:
        _qi._drop_application()
    elif hasattr(application, "shutdown"):  # PySide6's
        application.shutdown()
    else:
        from PyQt6 import sip

        if not sip.isdeleted(application):
            sip.delete(application)


def _run(loop, coro, keep_running, debug):
    if debug is not None:
        loop.set_debug(debug)
    try:
        if not keep_running:
            return loop.run_until_complete(coro)
        task = coro and loop.create_task(coro)
        if task:
            task.add_done_callback(_report)
        loop.run_forever()
        return _result(task)
    finally:
        clean_up(loop)


def _result(task):
    ended_well = task is not None and task.done() and not task.cancelled() and task.exception() is None
    return task.result() if ended_well else None


def _report(task):
    """Reports at once what nobody is going to ask for."""
    if task.cancelled() or not isinstance(task.exception(), Exception):
        return
    task.get_loop().call_exception_handler({
        "message": "the coroutine given to QtAsyncio.run() has failed",
        "exception": task.exception(),
        "task": task,
    })


# -- an application that runs already -------------------------------------------------------------------


def _join_loop(loop, coro, keep_running, handle_sigint):
    if not isinstance(loop, _qi.Loop) or loop.get_mode() is not QiLoopMode.GUEST:
        _refuse(coro, f"cannot run inside {loop!r}, which asyncio drives; await the coroutine instead")
    if keep_running:
        return _launch(loop, coro)
    if loop.nested == "hold" and loop._busy:
        _refuse(coro, "would wait for ever here, in a callback of a loop that holds still in nested event loops; "
                      "await the coroutine instead")
    task = loop.create_task(coro)
    with _signals_wake(loop), _Interrupts(task.cancel) if handle_sigint else contextlib.nullcontext() as interrupts:
        _wait(task)
    if not task.done():
        task.cancel()
        raise RuntimeError(f"the application quit before {coro!r} had ended")
    if interrupts and interrupts.count and task.cancelled():
        raise KeyboardInterrupt
    return task.result()


def _wait(task):
    event_loop = _qi._new_event_loop()
    task.add_done_callback(lambda _: _qi._quit_event_loop(event_loop))
    _qi._exec_event_loop(event_loop)


def _launch(loop, coro):
    task = coro and loop.create_task(coro)
    if task:
        task.add_done_callback(_report)
    return task


def _join_application(coro, keep_running, debug):
    if not keep_running:
        with asyncio.Runner(debug=debug, loop_factory=new_event_loop) as runner:
            return runner.run(coro)
    guest = Guest(debug)
    guest.start()
    _qi._when_quit(guest.finish)
    return _launch(guest.loop, coro)


# -- Ctrl+C ---------------------------------------------------------------------------------------------


class _Interrupts:
    """Calls a function at the first SIGINT, and raises KeyboardInterrupt at further ones."""

    def __init__(self, at_first):
        self.count = 0
        self._at_first = at_first

    def __enter__(self):
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("handle_sigint=True works in Python's main thread only")
        # Both: what Python calls, and what the system does, which may be a handler of the host's.
        self._before = signal.getsignal(signal.SIGINT), _qi._get_signal_action(signal.SIGINT)
        signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_):
        handler, action = self._before
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        _qi._set_signal_action(signal.SIGINT, action)

    def _handle(self, number, frame):
        self.count += 1
        if self.count > 1:
            raise KeyboardInterrupt
        self._at_first()


# -- the classes ----------------------------------------------------------------------------------------


class QAsyncioEventLoop(QiSelectorEventLoop):
    """A loop whose run_forever() runs the application: its exec(), with asyncio as a guest.

    It ends when stop() is called, or when the application quits. Once the application has quit, because of
    that or of `quit_qapp`, what is run further is clean-up, and runs without Qt.

    application: kept as long as the loop; by default there must be one when the loop runs.
    quit_qapp, handle_sigint: as with run().

    RuntimeError: no application, another thread than its own, or its event loop runs already.
    """

    def __init__(self, application=None, quit_qapp=True, handle_sigint=False):
        super().__init__()
        self._application = application
        self._quit_qapp = quit_qapp
        self._handle_sigint = handle_sigint
        self._main = None  # the future that run_until_complete() waits for
        self._interrupted = False
        self._executing = False  # while the application runs us
        self._has_quit = False

    def run_forever(self):
        if self._has_quit and self.get_mode() is QiLoopMode.OWNER:
            self.set_mode(QiLoopMode.NATIVE)
        if self.get_mode() is not QiLoopMode.OWNER or self._stopping:  # a stop that is pending: one batch
            return super().run_forever()
        self._check_closed()
        self._check_running()
        if _qi._event_loops():
            raise RuntimeError(f"the application runs already, so {self!r} cannot run it; use QtAsyncio.run()")
        self._interrupted = False
        exits = Exits(self)
        exits.watch()
        try:
            with _Interrupts(self._interrupt) if self._handle_sigint else contextlib.nullcontext():
                self._run_application()
                self._let_main_end()
        finally:
            exits.unwatch()
            exits.raise_taken()
        if self._interrupted and self._main is None:
            raise KeyboardInterrupt

    def run_until_complete(self, future):
        self._check_closed()
        self._check_running()
        made_here = asyncio.iscoroutine(future)
        self._main = future = asyncio.ensure_future(future, loop=self)
        if made_here:
            future._log_destroy_pending = False
        try:
            return super().run_until_complete(future)
        except BaseException as exception:
            if made_here and future.done() and not future.cancelled():
                future.exception()  # it is on its way already
            if self._interrupted and isinstance(exception, asyncio.CancelledError):
                raise KeyboardInterrupt from None
            if self._has_quit and isinstance(exception, RuntimeError) and not future.done():
                raise RuntimeError(f"the application quit before {future!r} had ended") from None
            raise
        finally:
            self._main = None

    def _interrupt(self):
        self._interrupted = True
        if self._main is not None and not self._main.done():
            self._main.cancel()
        else:
            self.stop()

    def _run_application(self):
        self.set_mode(QiLoopMode.GUEST)
        try:
            self.start()
            self._executing = True
            _exec(self._application)
            self._has_quit = self._quit_qapp or self._executing
        finally:
            self._executing = False
            if not self._quit_qapp and _qi._has_application():
                _qi._hush_application(False)
            if self.is_running():
                self.stop()
            self.set_mode(QiLoopMode.OWNER)

    def _let_main_end(self):
        """The application has quit: a coroutine that has heard of it may come to its end, without Qt."""
        if not self._has_quit or self._interrupted or self._left_by is not None or self._main is None or self._main.done():
            return
        self.set_mode(QiLoopMode.NATIVE)
        grace = self.call_later(QUIT_GRACE, self.stop)
        try:
            super().run_forever()
        finally:
            grace.cancel()

    def _run_forever_cleanup(self):
        super()._run_forever_cleanup()
        if self._executing:  # the guest has stopped, the application has not
            self._executing = False
            if not self._quit_qapp:
                _qi._hush_application(True)  # it goes on, so nobody is to hear of an end
            _qi._exit_event_loops(0)


def _exec(application):
    """Runs the application's event loop; a binding's exec() knows what Qt's libraries above Core want."""
    if application is not None:
        application.exec()
    else:
        _qi._exec_application()


class QAsyncioEventLoopPolicy(policies.QiSelectorEventLoopPolicy):
    """Event loop policy whose loops are `QAsyncioEventLoop`, of an application that it makes if need be.

    Python 3.14 deprecates policies; prefer run().
    """

    def __init__(self, quit_qapp=True, handle_sigint=False):
        super().__init__()
        self._application = _of_binding() if _qi._has_application() else _make()
        self._options = quit_qapp, handle_sigint

    def _loop_factory(self):
        return QAsyncioEventLoop(self._application, *self._options)
