# SPDX-License-Identifier: BSD-3-Clause
"""The names of the package qasync, for programs that were written for it:

    import qi.compat.qasync as qasync
    from qi.compat.qasync import QEventLoop, asyncClose, asyncSlot

    asyncio.run(main(app), loop_factory=QEventLoop)

All of asyncio works on the loops, as on all of qi's. A coroutine of asyncSlot() begins inside of the emission, and window
and dialogs live on in whatever event loop Qt runs meanwhile.
"""

import asyncio
import concurrent.futures
import functools
import importlib
import sys

import _qi

from .._loop import policies
from .._loop.loop import QiLoopMode, QiSelectorEventLoop, run_task
from .._loop.modal import modal
from .._signals.slots import asyncslot

__all__ = [
    "DefaultQEventLoopPolicy",
    "QEventLoop",
    "QSelectorEventLoop",
    "QThreadExecutor",
    "asyncClose",
    "asyncSlot",
    "asyncWrap",
    "run",
]


class QEventLoop(QiSelectorEventLoop):
    """qi's loop, which runs the application: run_forever() ends when the application quits, or by stop().

    app: the application, kept as long as the loop; by default there must be one when the loop runs.
    already_running: the application runs, or will be run by the program: the loop is its guest from now on, until stop()
        or until the application quits. close() is the caller's.

    As a context manager it is stopped and closed at the end. set_running_loop and qtparent are taken and mean nothing.
    """

    def __init__(self, app=None, set_running_loop=False, already_running=False, qtparent=None):
        super().__init__()
        self._app = app
        if already_running:
            self.set_mode(QiLoopMode.GUEST)
            self.start()
            _qi._when_quit(self._stop_guest)

    def _stop_guest(self):
        if self.is_running():
            self.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.is_running():
            self.stop()
        self.close()


QSelectorEventLoop = QEventLoop


class DefaultQEventLoopPolicy(policies.QiSelectorEventLoopPolicy):
    """Event loop policy whose loops are `QEventLoop`; Python 3.14 deprecates policies."""

    _loop_factory = QEventLoop


def run(main, *, debug=None):
    """Runs a coroutine, as asyncio.run() does, on a loop that runs the application; makes a QApplication if there is none.

    When the application quits, the coroutine has two seconds for its end; RuntimeError if that does not come.
    """
    application = None if _qi._has_application() else _make_application()
    with asyncio.Runner(debug=debug, loop_factory=functools.partial(QEventLoop, application)) as runner:
        return runner.run(main)


def _make_application():
    for binding in ("PyQt6", "PySide6"):
        if binding in sys.modules:
            return importlib.import_module(f"{binding}.QtWidgets").QApplication(sys.argv)
    raise RuntimeError("there is no QApplication, and no binding is imported that could make one")


def asyncSlot(*types, overlap="concurrent"):
    """Makes a slot of a coroutine function; what the coroutine raises goes to sys.excepthook, as from any slot of a binding.

        @asyncSlot(bool)
        async def on_button_clicked(self, checked): ...

    types: of its arguments, as the bindings' own decorators take them. overlap: see `qi.asyncslot`, whose wrapper it returns.
    """

    def decorate(fn):
        @functools.wraps(fn)
        async def reporting(*args):
            try:
                return await fn(*args)
            except Exception:
                sys.excepthook(*sys.exc_info())

        return asyncslot(reporting, types=types or None, overlap=overlap)

    return decorate


def asyncClose(fn):
    """Makes a coroutine method fit to be a closeEvent(): the window closes when the coroutine has ended.

    Qt and asyncio go on meanwhile. A close event that comes while the coroutine of an earlier one runs is ignored.
    """
    closing = set()

    @functools.wraps(fn)
    def wrapper(*args):
        window = id(args[0]) if args else None
        if window in closing:
            if len(args) > 1:
                args[1].ignore()
            return None
        closing.add(window)
        try:
            return _wait(run_task(fn(*args)))
        finally:
            closing.discard(window)

    for mark in ("_is_coroutine", "_is_coroutine_marker"):
        vars(wrapper).pop(mark, None)
    return wrapper


def _wait(task):
    if not task.done():
        event_loop = _qi._new_event_loop()
        task.add_done_callback(lambda _: _qi._quit_event_loop(event_loop))
        _qi._exec_event_loop(event_loop)
    while not task.done():  # the application has quit, and Qt begins no event loop any more
        _qi._process_events(100)
    return None if task.cancelled() else task.result()


async def asyncWrap(fn, *args, **kwargs):
    """Calls a function that runs a Qt event loop of its own, such as a dialog's exec(), outside of the coroutine; its result."""
    return await modal(fn)(*args, **kwargs)


class QThreadExecutor(concurrent.futures.ThreadPoolExecutor):
    """concurrent.futures.ThreadPoolExecutor, which Qt needs no threads of its own for.

    max_workers: 10 by default, as in qasync. stack_size is taken and means nothing.
    """

    def __init__(self, max_workers=10, stack_size=None):
        super().__init__(max_workers)
