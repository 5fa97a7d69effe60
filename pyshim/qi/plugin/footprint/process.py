# SPDX-License-Identifier: BSD-3-Clause
"""State that the operating system, or the C library, keeps for the process."""

import _locale
import _signal  # whose answers are numbers, without the search in an enumeration
import os
import signal
import socket
import sys
import time

from .kinds import ABSENT, Kind, Table, show


class _Folder(Kind):
    watched = True

    def read(self):
        try:
            return {"": os.getcwd()}
        except OSError:  # it was removed
            return {"": ABSENT}


class _Environment(Table):
    """Values may be secrets, so they are not shown."""

    watched = True

    def put(self, key, value):
        super().put(key, value)
        if key == "TZ":
            time.tzset()
        return True

    def describe(self, key, old, new):
        done = "was added" if old is ABSENT else "was removed" if new is ABSENT else "was changed"
        return f"the environment: {key} {done}"


class _Signals(Kind):
    def __init__(self):
        self.name = "signals"
        self._numbers = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})

    def read(self):
        return {number: _signal.getsignal(number) for number in self._numbers}

    def put(self, key, value):
        if value is None:  # a function of C, which Python cannot install
            return False
        loop = sys.modules["asyncio"].get_running_loop()
        if key in getattr(loop, "_signal_handlers", ()):
            loop.remove_signal_handler(key)
        if _signal.getsignal(key) is not value:
            signal.signal(key, value)
        return True

    def describe(self, key, old, new):
        name = signal.Signals(key).name if key in set(signal.Signals) else f"signal {key}"
        return f"the handler of {name}: {_handler(new)} in place of {_handler(old)}"


def _handler(value):
    return {None: "a function of C", 0: "SIG_DFL", 1: "SIG_IGN"}[value] if value is None or type(value) is int else show(value)


def umask():
    """The umask, which can be asked for by changing it only, but for Linux."""
    try:
        with open("/proc/self/status", "rb", 0) as file:
            return int(file.read(600).partition(b"\nUmask:")[2].split()[0], 8)
    except (OSError, ValueError, IndexError):
        before = os.umask(0o077)  # strict for those who make a file meanwhile
        os.umask(before)
        return before


class _Umask(Kind):
    def describe(self, key, old, new):
        return f"{self.name}: {new:#o} in place of {old:#o}"


def _limits():
    import resource

    return [Kind(f"the limit {name}", lambda number=number: resource.getrlimit(number),
                 lambda value, number=number: resource.setrlimit(number, value))
            for name in ("RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_AS") if (number := getattr(resource, name, None)) is not None]


def _alarm(value):
    if not value:
        signal.setitimer(signal.ITIMER_REAL, 0)


KINDS = [
    _Folder("the current folder", None, os.chdir),
    _Environment("os.environ", lambda: os.environ),
    _Umask("the umask", umask, os.umask),
    _Signals(),
    Kind("the blocked signals", lambda: frozenset(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))),
         lambda value: signal.pthread_sigmask(signal.SIG_SETMASK, value)),
    Kind("the alarm of setitimer()", lambda: any(signal.getitimer(signal.ITIMER_REAL)), _alarm),
    Kind("the locale", lambda: _locale.setlocale(_locale.LC_ALL, None), lambda value: _locale.setlocale(_locale.LC_ALL, value)),
    Kind("the time zone", lambda: (time.tzname, time.timezone)),
    Kind("socket.setdefaulttimeout()", socket.getdefaulttimeout, socket.setdefaulttimeout),
    *_limits(),
]
