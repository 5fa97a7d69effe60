# SPDX-License-Identifier: BSD-3-Clause
"""Threads that a plugin starts: they run in its Context, so that what they print and raise is known as the plugin's,
and they are found again when the plugin is ended."""

import contextlib
import contextvars
import functools
import sys
import threading
import weakref

from .._python.scope import current, plugin_of

_INHERITS = getattr(sys.flags, "thread_inherit_context", 0)  # Python 3.14, where it is asked for


def follow(changes):
    """Has threads know their scope from now on, until `changes` are undone."""
    start = threading.Thread.start

    @functools.wraps(start)
    def start_in_scope(self):
        scope = current.get()
        if scope is not None:
            scope.threads.append(weakref.ref(self))
            if not _INHERITS:
                own = vars(self).get("run")  # some give a thread a function by putting it there
                self.run = functools.partial(_run, contextvars.copy_context(), weakref.ref(self), own)
        return start(self)

    changes.set(threading.Thread, "start", start_in_scope)


def _run(context, reference, own):
    thread = reference()
    if own is None:
        del thread.run  # the method of its class is there again
    else:
        thread.run = own
    context.run(_report_failure, thread)


def _report_failure(thread):
    """What leaves the thread is reported after it has left the Context; the exception has to say whose it is."""
    try:
        thread.run()
    except BaseException as exception:
        with contextlib.suppress(Exception):  # of a class that lets nothing be set, as of a frozen dataclass
            exception._qi_plugin = plugin_of()
        raise


def alive(scope, loop):
    """The threads of a scope that have not ended, those of the loop's own executor left out."""
    shared = set(getattr(getattr(loop, "_default_executor", None), "_threads", ()))
    threads = [thread for reference in scope.threads if (thread := reference()) is not None]
    return [thread for thread in threads if thread.is_alive() and thread not in shared]
