# SPDX-License-Identifier: BSD-3-Clause
"""A child of os.fork() in an application that hosts Python: child.h says what it is.

Its output goes to the streams of the process, since the host's callbacks are the parent's, and it ends with the status
that its code says: 0, that of sys.exit(), 1 after an exception.
"""

import os
import sys
import threading

import _qi

at_end = []  # functions to call when a child ends

_status = 0
_thread = None  # in a child: the thread that has called fork()
_expected = False


def expect():
    """Children of this process are prepared from now on; once a process."""
    global _expected
    if not _expected:
        _expected = True
        os.register_at_fork(after_in_child=_begin)


def _begin():
    global _thread
    if not _qi._is_foreign():
        return
    _thread = threading.get_ident()
    for name, fd in (("stdout", 1), ("stderr", 2)):
        if isinstance(getattr(sys, name, None), _qi.LineWriter):
            try:
                setattr(sys, name, open(fd, "w", buffering=1, closefd=False, errors="backslashreplace"))
            except OSError:
                setattr(sys, name, None)
    sys.excepthook, sys.unraisablehook, threading.excepthook = (
        sys.__excepthook__, sys.__unraisablehook__, threading.__excepthook__,
    )


def raises(exception):
    """An exception that nobody takes."""
    global _status
    if isinstance(exception, SystemExit):
        status = _status_of_exit(exception.code)
    else:
        status = 1
        sys.__excepthook__(type(exception), exception, exception.__traceback__)
    if threading.get_ident() == _thread:
        _status = status


def _status_of_exit(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def leaves(status=None):
    """Does not return. Without a status it is what the code has come to."""
    try:
        for function in reversed(at_end):
            try:
                function()
            except BaseException as exception:
                sys.__excepthook__(type(exception), exception, exception.__traceback__)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # it is closed, or nobody reads it
                pass
    finally:
        os._exit(_status if status is None else status)
