# SPDX-License-Identifier: BSD-3-Clause
"""The functions and types of `_qi` take what they have given out, and refuse all else with an exception.

They are the package's own, but anybody finds them.  What each does with nonsense is tried in a child process,
whose end by a signal is a crash.
"""

import datetime
import itertools
import os
import signal
import unittest
import warnings

import _qi

# From somewhere else: a pointer that is none of ours, under another name.
CAPSULE = datetime.datetime_CAPI

# 152 bytes are what a struct sigaction has on Linux, 0xDEADBEEF would be an address.
NONSENSE = (None, 0, -1, 1, 0xDEADBEEF, 2**64, "x", b"\xff" * 152, (), [], {}, object(), CAPSULE, len)

# With any argument they do what they are for.
DOES_IT_ANYHOW = {"_exit_event_loops", "_process_events"}


def survives(work):
    """How the child that does it was ended: 0, or minus the number of a signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(30)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 2)
            warnings.simplefilter("ignore")
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def call(function, most):
    for count in range(1, most + 1):
        for arguments in itertools.product(NONSENSE, repeat=count):
            try:
                function(*arguments)
            except BaseException:
                pass


def call_all(cls):
    """The type with nonsense, and all that an instance has which was made without __init__()."""
    call(cls, 2)
    try:
        instance = cls.__new__(cls)
    except TypeError:
        return
    for name in dir(cls):
        try:
            value = getattr(instance, name)
        except BaseException:
            continue
        if callable(value) and name not in ("__class__", "__init_subclass__", "__subclasshook__"):
            call(value, 1)
    repr(instance)


class PrivateFunctions(unittest.TestCase):
    def test_functions_refuse_nonsense(self):
        functions = {
            name: value
            for name, value in vars(_qi).items()
            if callable(value) and not isinstance(value, type) and name not in DOES_IT_ANYHOW
        }
        self.assertGreater(len(functions), 40)
        for name, function in functions.items():
            with self.subTest(name):
                self.assertEqual(survives(lambda: call(function, 2)), 0)

    def test_types_refuse_nonsense(self):
        types = {name: value for name, value in vars(_qi).items() if isinstance(value, type)}
        self.assertGreater(len(types), 10)
        for name, cls in types.items():
            with self.subTest(name):
                self.assertEqual(survives(lambda: call_all(cls)), 0)

    def test_disposition_of_a_signal_is_a_capsule_of_our_own(self):
        saved = _qi._get_signal_action(signal.SIGUSR1)
        for nonsense in NONSENSE:
            with self.assertRaises(ValueError):
                _qi._set_signal_action(signal.SIGUSR1, nonsense)
        _qi._set_signal_action(signal.SIGUSR1, saved)

    def test_connection_of_a_binding_is_asked_for_itself_and_not_for_an_address(self):
        for nonsense in NONSENSE:
            with self.assertRaises(TypeError):
                _qi._is_connected(nonsense)


if __name__ == "__main__":
    unittest.main()
