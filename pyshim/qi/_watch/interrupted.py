# SPDX-License-Identifier: BSD-3-Clause
"""The exception of an interrupt, and the signal by which it comes: interrupt.c tells why."""

import signal

import _qi


class Interrupted(BaseException):
    """Ends code that has held the GUI thread for too long: a watchdog, or the user, has asked for it.

    It is raised by qi_runtime_interrupt(), by qi.monitor.interrupt(), and by a watchdog that may interrupt; its text is the
    reason. Like asyncio.CancelledError it is no Exception, so that `except Exception` does not stop it. Clean up in
    `finally`, and let it pass.
    """

    __module__ = "qi"

    def __init__(self, *args):
        super().__init__(*(args or (_qi._interrupt_reason(),)))


def handle(number):
    """True if the signal now raises what was asked for; False: this is not Python's main thread."""
    try:
        signal.signal(number, _qi._raise_interrupt)
    except ValueError:
        return False
    return True


def forget(number):
    if signal.getsignal(number) is _qi._raise_interrupt:
        signal.signal(number, signal.SIG_DFL)
