# SPDX-License-Identifier: BSD-3-Clause
"""A loop in guest mode whose run_forever() is what a host does: it starts the loop and executes a Qt event loop.

The tests of CPython call run_until_complete() and run_forever() everywhere. Here these run QEventLoop.exec() of
a binding, and the guest inside of it is driven as in any application; stop() makes the "application" quit, as
does a SystemExit or KeyboardInterrupt, which in guest mode is the host's to decide about.
"""

from asyncio import base_events

import qi
from qi._loop.loop import _signals_wake


def make_class():
    try:
        from PyQt6.QtCore import QEventLoop
    except ImportError:
        from PySide6.QtCore import QEventLoop

    class GuestEventLoop(qi.QiSelectorEventLoop):
        _host = None  # the Qt event loop that run_forever() executes
        _raised = None

        def __init__(self, selector=None):
            super().__init__(selector)
            self.set_mode(qi.QiLoopMode.GUEST)

        def run_forever(self):
            self._raised, host = None, QEventLoop()
            with _signals_wake(self):
                self.start()
                self._host = host
                try:
                    host.exec()
                finally:
                    self._host = None
                    if self.is_running():
                        self.stop()
            raised, self._raised = self._raised, None
            if raised is not None:
                raise raised

        def run_until_complete(self, future):
            return base_events.BaseEventLoop.run_until_complete(self, future)

        def _run_forever_cleanup(self):
            super()._run_forever_cleanup()
            if self._host is not None:
                self._host.quit()

        def call_exception_handler(self, context):
            exception = context.get("exception")
            if self._host is not None and isinstance(exception, (SystemExit, KeyboardInterrupt)):
                self._raised = exception
                self.stop()
                return
            super().call_exception_handler(context)

    return GuestEventLoop
