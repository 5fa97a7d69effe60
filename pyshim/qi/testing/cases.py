# SPDX-License-Identifier: BSD-3-Clause
"""AsyncTestCase: unittest's TestCase with coroutines as tests."""

import contextlib
import contextvars
import inspect
import unittest

from . import running, settling


class AsyncTestCase(unittest.TestCase):
    """A TestCase whose tests may be coroutine functions; they run in a guest loop of qi.

    Under `qi-run -m unittest` that is the runtime's own loop, elsewhere each test has a new one. There are
    asyncSetUp(), asyncTearDown(), addAsyncCleanup() and enterAsyncContext(), as in
    unittest.IsolatedAsyncioTestCase. A test fails, too, if an exception in a task or callback is handled by
    nobody.
    """

    def __init__(self, methodName="runTest"):
        super().__init__(methodName)
        self._stack = None
        self._loop = None
        self._unhandled = None
        self._context = None

    async def asyncSetUp(self):
        """Called before each test, after setUp()."""

    async def asyncTearDown(self):
        """Called after each test, before tearDown()."""

    def addAsyncCleanup(self, function, /, *args, **kwargs):
        """Calls a coroutine function after asyncTearDown(), the last one first."""
        self.addCleanup(_AsyncCleanup(self, function), *args, **kwargs)

    async def enterAsyncContext(self, manager):
        """Enters an asynchronous context manager until the end of the test; returns what it gives."""
        result = await manager.__aenter__()
        self.addAsyncCleanup(manager.__aexit__, None, None, None)
        return result

    def settle(self, timeout=10):
        """settle() for tests that are no coroutines."""
        settling.come_to_rest(self._loop, timeout, settling.SOON)

    @property
    def loop(self):
        """The loop in which the tests run."""
        return self._loop

    def _run(self, coroutine):
        return running.run_in(self._loop, coroutine, self._context)

    def run(self, result=None):
        """Runs the test, in its loop; unittest calls it."""
        with contextlib.ExitStack() as self._stack:
            self._loop = self._stack.enter_context(running.loop_of_test())
            self._unhandled = self._stack.enter_context(running.unhandled(self._loop))
            self._context = contextvars.copy_context()
            try:
                return super().run(result)
            finally:
                self._loop = self._context = self._stack = None

    # The names of unittest's own hooks, which IsolatedAsyncioTestCase uses in the same way.

    def _callSetUp(self):
        self._context.run(self.setUp)
        self._run(self.asyncSetUp())

    def _callTestMethod(self, method):
        if inspect.iscoroutinefunction(method):
            self._run(method())
        elif self._context.run(method) is not None:
            raise TypeError(f"{method!r} returned something; a test returns None, or is a coroutine function")
        found, self._unhandled[:] = list(self._unhandled), []
        running.raise_unhandled(found)

    def _callTearDown(self):
        self._run(self.asyncTearDown())
        self._context.run(self.tearDown)

    def _callCleanup(self, function, *args, **kwargs):
        if isinstance(function, _AsyncCleanup):
            function(*args, **kwargs)  # its task enters the context itself
        else:
            self._context.run(function, *args, **kwargs)


class _AsyncCleanup:
    def __init__(self, case, function):
        self._case = case
        self._function = function

    def __call__(self, *args, **kwargs):
        self._case._run(self._function(*args, **kwargs))
