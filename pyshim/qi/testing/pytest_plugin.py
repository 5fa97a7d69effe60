# SPDX-License-Identifier: BSD-3-Clause
"""The plugin for pytest: coroutine functions as tests and fixtures, and what qi.testing has as fixtures.

In conftest.py:  pytest_plugins = ["qi.testing.pytest_plugin"]

Fixtures: `qi_loop`, the loop of the test; `qi_clock`, a Clock; `qi_host`, a function that puts stand-ins into
qi.host until the end of the test; `qi_leaks`, which makes a test fail that leaves something behind. A test
fails, too, if an exception in a task or callback is handled by nobody.

Under `qi-run -m pytest` the loop is the runtime's own, elsewhere each test has a new one, and a
QCoreApplication is made where nobody (pytest-qt, say) has made an application. Tests and fixtures that
pytest-asyncio or anyio mark as theirs are left to these.
"""

import contextlib
import inspect

import pytest

from . import running
from .clock import Clock
from .fakehost import fake_host
from .leaks import leak_check

OTHERS = ("asyncio", "anyio", "trio")  # marks of other plugins


class Running:
    """What a test has open: its loop, and the exceptions that nobody has handled."""

    def __init__(self):
        self.stack = contextlib.ExitStack()
        self.loop = self.stack.enter_context(running.loop_of_test())
        self.found = self.stack.enter_context(running.unhandled(self.loop))

    def run(self, coroutine):
        return running.run_in(self.loop, coroutine)


key = pytest.StashKey[Running]()


def running_of(item):
    """That of a test, made when it is needed first."""
    if key not in item.stash:
        item.stash[key] = Running()
    return item.stash[key]


def is_of_others(item):
    return any(item.get_closest_marker(mark) for mark in OTHERS)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function) or is_of_others(pyfuncitem):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    running_of(pyfuncitem).run(function(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    outcome = yield
    if key in item.stash and outcome.excinfo is None:
        found = item.stash[key].found
        if found:
            try:
                running.raise_unhandled(list(found))
            except running.UnhandledError as error:
                force_exception(outcome, error)


def force_exception(outcome, error):
    """pluggy's own method, which came with 1.1."""
    if hasattr(outcome, "force_exception"):
        outcome.force_exception(error)
    else:
        outcome._result, outcome._excinfo = None, (type(error), error, error.__traceback__)


@pytest.hookimpl(trylast=True, hookwrapper=True)
def pytest_runtest_teardown(item):
    yield
    if key in item.stash:
        item.stash[key].stack.close()
        del item.stash[key]


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef, request):
    function = fixturedef.func
    is_generator = inspect.isasyncgenfunction(function)
    if not is_generator and not inspect.iscoroutinefunction(function):
        return None
    if not isinstance(request.node, pytest.Item):
        pytest.fail(f"the fixture {fixturedef.argname} is asynchronous, so its scope must be a test's own", pytrace=False)
    if is_of_others(request.node):
        return None
    own = running_of(request.node)
    arguments = {name: request.getfixturevalue(name) for name in fixturedef.argnames}
    if is_generator:
        generator = function(**arguments)
        result = own.run(first_of(generator))
        request.addfinalizer(lambda: own.run(end_of(generator, fixturedef.argname)))
    else:
        result = own.run(function(**arguments))
    fixturedef.cached_result = (result, fixturedef.cache_key(request), None)
    return result


async def first_of(generator):
    return await generator.__anext__()


async def end_of(generator, name):
    try:
        await generator.__anext__()
    except StopAsyncIteration:
        return
    raise RuntimeError(f"the fixture {name} yields more than once")


@pytest.fixture
def qi_loop(request):
    """The loop in which this test runs."""
    return running_of(request.node).loop


@pytest.fixture
def qi_clock(qi_loop):
    """A qi.testing.Clock of this test's loop: `await qi_clock.advance(60)`."""
    with Clock(qi_loop) as clock:
        yield clock


@pytest.fixture
def qi_host():
    """Puts stand-ins into qi.host until the end of the test: `qi_host(window=Window())`."""
    with contextlib.ExitStack() as stack:
        yield lambda *objects, **names: stack.enter_context(fake_host(*objects, **names))


@pytest.fixture
def qi_leaks(qi_loop):
    """The test fails with LeakError if it leaves tasks, connections, threads, descriptors or objects behind."""
    with leak_check():
        yield
