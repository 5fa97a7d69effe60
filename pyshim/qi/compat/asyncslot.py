# SPDX-License-Identifier: BSD-3-Clause
"""The names of the package asyncslot, for programs that were written for it:

    from qi.compat.asyncslot import AsyncSlotRunner, asyncSlot

    button.clicked.connect(asyncSlot(say_hi))
    with AsyncSlotRunner():
        app.exec()

asyncSlot is `qi.asyncslot`, AsyncSlotRunner is `qi.QiRunner`, and AsyncSlotEventLoop is qi's loop, which is
a context manager besides.
"""

from .._loop.context import QiRunner, _check_left
from .._loop.loop import QiLoopMode, QiSelectorEventLoop
from .._signals.slots import asyncslot as asyncSlot

__all__ = ["AsyncSlotEventLoop", "AsyncSlotRunner", "asyncSlot"]


class AsyncSlotRunner(QiRunner):
    """Context manager in which code that Qt drives may use asyncio, with the clean-up at its end.

    Parameters, threads and exceptions are those of `qi.using_asyncio_from_qt`.
    """


class AsyncSlotEventLoop(QiSelectorEventLoop):
    """qi's loop; as a context manager it is attached to the Qt event loop that the block runs.

    Its end only stops the loop: tasks stay, and shutdown_asyncgens(), shutdown_default_executor() and
    close() are the caller's. run_forever() and run_until_complete() run a Qt event loop of their own.
    Raises RuntimeError without a QCoreApplication, and while a loop is running in this thread.
    """

    def __enter__(self):
        mode = self.get_mode()
        self.set_mode(QiLoopMode.GUEST)
        try:
            self.start()
        except BaseException:
            self.set_mode(mode)
            raise
        return self

    def __exit__(self, *_):
        if self.is_running():
            _check_left(self)
            self.stop()
        if not self.is_closed():
            self.set_mode(QiLoopMode.OWNER)
