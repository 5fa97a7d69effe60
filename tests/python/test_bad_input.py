# SPDX-License-Identifier: BSD-3-Clause
"""Bad input: the exception says which object is wrong, and what to do. One row a case."""

import asyncio
import contextlib
import functools
import unittest
import warnings

import qi
from app_support import application
from qi import QtAsyncio
from qi._signals.slots import SemiWeakRef, get_positional_parameter_count, transform_slot

try:
    from PyQt6 import QtCore
except ImportError:
    QtCore = None


async def fine(value=None):
    return value


def regular():
    return 3


async def keyword_only(*, needed):
    pass


class Connectable:
    def connect(self, slot):
        pass


class Window:
    async def keyword_only_method(self, *, needed):
        pass

    def regular_method(self):
        pass


window = Window()


@contextlib.contextmanager
def closed_loop():
    loop = qi.new_event_loop()
    loop.close()
    yield loop


@contextlib.contextmanager
def new_loop():
    loop = qi.new_event_loop()
    try:
        yield loop
        loop.stop()
        if loop.is_running():
            raise AssertionError("still running")
    finally:
        loop.close()


@contextlib.contextmanager
def stopping_loop():
    with new_loop() as loop:
        loop.stop()
        yield loop


@contextlib.contextmanager
def guest_loop():
    with qi.using_asyncio_from_qt() as loop:
        yield loop


@contextlib.contextmanager
def no_loop():
    yield None


@contextlib.contextmanager
def stopped_guest():
    with new_loop() as loop:
        loop.set_mode(qi.QiLoopMode.GUEST)
        yield loop


GUEST, OWNER, NATIVE = qi.QiLoopMode.GUEST, qi.QiLoopMode.OWNER, qi.QiLoopMode.NATIVE


def in_stock_loop(call):
    async def main():
        call()

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(main())


def in_task(call):
    async def main():
        call()

    task = qi.run_task(main())
    raise task.exception()


def awaited(awaitable):
    """What a task raises that awaits it; it must end in the first step."""

    async def main():
        await awaitable

    task = qi.run_task(main())
    if not task.done():
        task.cancel()
        raise AssertionError("it waits")
    raise task.exception()


# What it is, where it happens, the call, the type, and what the message must contain.
CASES = [
    ("asyncslot of a number", no_loop, lambda _: qi.asyncslot(3), TypeError, "not 3"),
    ("asyncslot of None", no_loop, lambda _: qi.asyncslot(None), TypeError, "not None"),
    ("asyncslot of a coroutine", no_loop, lambda _: qi.asyncslot(made(fine)), TypeError, "not <coroutine object fine"),
    ("asyncslot of a regular function", guest_loop, lambda _: qi.asyncslot(regular)(), TypeError, "regular.*type int"),
    ("asyncslot of a regular method", guest_loop, lambda _: qi.asyncslot(window.regular_method)(), TypeError,
     "regular_method.*type NoneType"),
    ("asyncslot of a keyword-only parameter", no_loop, lambda _: qi.asyncslot(keyword_only), TypeError,
     "keyword_only.*needed"),
    ("asyncslot of such a method", no_loop, lambda _: qi.asyncslot(window.keyword_only_method), TypeError,
     "keyword_only_method.*needed"),
    ("asyncslot of such a partial", no_loop, lambda _: qi.asyncslot(functools.partial(keyword_only)), TypeError,
     "needed"),
    ("task_runner that cannot be called", no_loop, lambda _: qi.asyncslot(fine, task_runner=3), TypeError,
     "task_runner, not 3"),
    ("task_runner that is None", no_loop, lambda _: qi.asyncslot(fine, task_runner=None), TypeError,
     "task_runner, not None"),
    ("task_runner that returns no task", guest_loop,
     lambda _: qi.asyncslot(fine, task_runner=lambda coroutine: coroutine.close())(), TypeError,
     "task_runner <function.*slot __main__:fine must return a task, not None"),
    ("overlap that is no text", no_loop, lambda _: qi.asyncslot(fine, overlap=None), TypeError,
     "asyncslot.*overlap, not None"),
    ("overlap that does not exist", no_loop, lambda _: qi.asyncslot(fine, overlap="often"), ValueError, "often"),
    ("buffer of None", no_loop, lambda _: qi.Buffer(None), TypeError, "buffer protocol expected, got NoneType"),
    ("owner that is no QObject", no_loop, lambda _: qi.asyncslot(fine, owner=3), TypeError, "int"),
    ("slot without a loop", no_loop, lambda _: qi.asyncslot(fine)(), RuntimeError, "fine.*no asyncio event loop runs"),
    ("parameter count of keyword-only", no_loop, lambda _: get_positional_parameter_count(keyword_only), TypeError,
     "keyword_only.*needed"),
    ("parameter count of a number", no_loop, lambda _: get_positional_parameter_count(3), TypeError, "3"),
    ("weak reference to a number", no_loop, lambda _: SemiWeakRef(3), TypeError, "int"),

    ("run_task without a loop", no_loop, lambda _: qi.run_task(fine()), RuntimeError, "but none is running"),
    ("run_task in a stock loop", no_loop, lambda _: in_stock_loop(lambda: qi.run_task(fine())), RuntimeError,
     "_UnixSelectorEventLoop"),
    ("run_task of a function", guest_loop, lambda _: qi.run_task(fine), TypeError, "function fine"),
    ("run_task of a number", guest_loop, lambda _: qi.run_task(3), TypeError, "3"),
    ("run_task nested where forbidden", guest_loop,
     lambda _: in_task(lambda: qi.run_task(fine(), allow_task_nesting=False)), RuntimeError, "allow_task_nesting"),
    ("run_task of a closed loop", closed_loop, lambda loop: loop.run_task(fine()), RuntimeError, "closed"),
    ("run_task of a stopped loop", new_loop, lambda loop: loop.run_task(fine()), RuntimeError, "running"),
    ("run_task of another loop", guest_loop, lambda _: other_loops_run_task(), RuntimeError, "running"),

    ("asyncsignal of a number", guest_loop, lambda _: awaited(qi.asyncsignal(3)), TypeError, "not 3"),
    ("asyncsignal of a method", guest_loop, lambda _: awaited(qi.asyncsignal(window.regular_method)), TypeError,
     "regular_method"),

    ("asyncsignal with a timeout that is no number", guest_loop,
     lambda _: awaited(qi.asyncsignal(Connectable(), timeout="long")), TypeError, "seconds.*timeout, not 'long'"),
    ("multisignal of a number", no_loop, lambda _: qi.multisignal(3), TypeError, "multisignal.*mapping.*not 3"),
    ("multisignal of a list", no_loop, lambda _: qi.multisignal([Connectable()]), TypeError,
     "multisignal.*mapping.*Connectable"),

    ("modal of a coroutine function", no_loop, lambda _: qi.modal(fine), TypeError, "fine.*coroutine function; await"),
    ("modal of a number", no_loop, lambda _: qi.modal(3), TypeError, "not 3"),
    ("modal function in a stock loop", no_loop, lambda _: modal_in_stock_loop(), RuntimeError, "_UnixSelectorEventLoop"),
    ("exec_modal of a number", guest_loop, lambda loop: loop.exec_modal(3), TypeError, "not 3"),
    ("exec_modal of a closed loop", closed_loop, lambda loop: loop.exec_modal(regular), RuntimeError, "closed"),
    ("exec_modal of a stopped loop", new_loop, lambda loop: loop.exec_modal(regular), RuntimeError,
     "exec_modal.*not running"),

    ("mode of a closed loop", closed_loop, lambda loop: loop.set_mode(GUEST), RuntimeError, "closed"),
    ("mode of a running loop", guest_loop, lambda loop: loop.set_mode(OWNER), RuntimeError, "running loop"),
    ("mode while a stop is pending", stopping_loop, lambda loop: loop.set_mode(NATIVE), RuntimeError, "stop is pending"),
    ("mode that is none", new_loop, lambda loop: loop.set_mode("guest"), TypeError, "QiLoopMode, not 'guest'"),
    ("mode that is a number", new_loop, lambda loop: loop.set_mode(1), TypeError, "QiLoopMode, not 1"),
    ("mode of another enum", new_loop, lambda loop: loop.set_mode(Other.GUEST), TypeError, "QiLoopMode, not <Other"),
    ("start in owner mode", new_loop, lambda loop: loop.start(), RuntimeError, "guest mode"),
    ("start twice", guest_loop, lambda loop: loop.start(), RuntimeError, "already running"),
    ("start of a closed loop", closed_loop, lambda loop: loop.start(), RuntimeError, "closed|guest mode"),
    ("start beside a running loop", guest_loop, lambda _: start_another(), RuntimeError, "another loop is running"),
    ("run_forever in guest mode", stopped_guest, lambda loop: loop.run_forever(), RuntimeError, "start\\(\\)"),
    ("run_until_complete in guest mode", stopped_guest, lambda loop: loop.run_until_complete(loop.create_future()),
     RuntimeError, "guest mode"),
    ("run_forever beside a running loop", guest_loop, lambda _: run_another(), RuntimeError, "another loop is running"),
    ("run_forever of a closed loop", closed_loop, lambda loop: loop.run_forever(), RuntimeError, "closed"),
    ("close while running", guest_loop, lambda loop: loop.close(), RuntimeError, "running"),
    ("call_soon of a closed loop", closed_loop, lambda loop: loop.call_soon(regular), RuntimeError, "closed"),
    ("call_later of a closed loop", closed_loop, lambda loop: loop.call_later(1, regular), RuntimeError, "closed"),
    ("call_soon_threadsafe of a closed loop", closed_loop, lambda loop: loop.call_soon_threadsafe(regular),
     RuntimeError, "closed"),
    ("nested setting", new_loop, lambda loop: setattr(loop, "nested", "walk"), ValueError, "run.*hold"),
    ("nested limit", new_loop, lambda loop: setattr(loop, "nested_limit", 0), ValueError, "1 to"),
    ("slice", new_loop, lambda loop: loop.set_slice(-1), ValueError, "microseconds"),
    ("slice of text", new_loop, lambda loop: loop.set_slice("long"), TypeError, "str"),

    ("another loop's future", no_loop, lambda _: await_foreign_future(), RuntimeError, "different loop"),

    ("proactor loop", no_loop, lambda _: qi.QiProactorEventLoop(), NotImplementedError, "QiProactorEventLoop.*Windows"),
    ("proactor policy", no_loop, lambda _: qi.QiProactorEventLoopPolicy(), NotImplementedError,
     "QiProactorEventLoopPolicy.*Windows"),
    ("using_asyncio_from_qt twice", guest_loop, lambda _: enter(qi.using_asyncio_from_qt()), RuntimeError,
     "QiSelectorEventLoop.*is running"),
    ("using_asyncio_from_qt with a foreign loop", no_loop,
     lambda _: enter(qi.using_asyncio_from_qt(loop_factory=lambda: 3)), TypeError, "made 3"),
    ("loop_factory that cannot be called", no_loop, lambda _: enter(qi.using_asyncio_from_qt(loop_factory=3)),
     TypeError, "loop_factory.*not 3"),
    ("QtAsyncio.run of a function", no_loop, lambda _: QtAsyncio.run(fine), TypeError, "fine.*call it"),
    ("QtAsyncio.run of nothing", no_loop, lambda _: QtAsyncio.run(keep_running=False), RuntimeError, "coroutine"),

    ("to_binding of a number", no_loop, lambda _: qi.to_binding(3, "PyQt6"), TypeError, "int|3"),
    ("to_binding to nothing known", no_loop, lambda _: qi.to_binding(qi.from_binding(application()), "PyQt4"),
     ValueError, "PyQt6.*not 'PyQt4'"),
    ("from_binding of a number", no_loop, lambda _: qi.from_binding(3), TypeError, "int|3"),
    ("name that the host has not", no_loop, lambda _: qi.host.no_such_thing, AttributeError, "no_such_thing"),
    ("name that qi has not", no_loop, lambda _: qi.no_such_thing, AttributeError, "no_such_thing"),
    ("Object made by hand", no_loop, lambda _: qi.Object(), TypeError, "Object"),
    ("Connection made by hand", no_loop, lambda _: qi.Connection(), TypeError, "Connection"),
    ("Variant made by hand", no_loop, lambda _: qi.Variant(), TypeError, "Variant"),
]

if QtCore:
    CASES += [
        ("asyncsignal of an unbound signal", guest_loop, lambda _: awaited(qi.asyncsignal(QtCore.QTimer.timeout)),
         TypeError, "unbound"),
        ("asyncsignal of an object", guest_loop, lambda _: awaited(qi.asyncsignal(QtCore.QObject())), TypeError,
         "QObject object.*take one of its signals"),
        ("asyncsignal of a proxy", guest_loop, lambda _: awaited(qi.asyncsignal(qi.from_binding(application()))),
         TypeError, "qi.Object.*take one of its signals"),
    ]


class Other:
    class _Member:
        value = 1

        def __repr__(self):
            return "<Other.GUEST>"

    GUEST = _Member()


def made(function):
    """A coroutine that is closed, so that nobody misses its being awaited."""
    coroutine = function()
    coroutine.close()
    return coroutine


def enter(block):
    with block:
        raise AssertionError("entered")


def other_loops_run_task():
    with new_loop() as loop:
        loop.run_task(fine())


def start_another():
    with stopped_guest() as loop:
        loop.start()


def run_another():
    with new_loop() as loop:
        loop.run_forever()


def await_foreign_future():
    foreign = asyncio.SelectorEventLoop()
    future = foreign.create_future()
    foreign.close()

    async def main():
        await future

    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        runner.run(main())


def modal_in_stock_loop():
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(qi.modal(regular)())


class BadInput(unittest.TestCase):
    def test_table(self):
        for name, place, call, kind, message in CASES:
            with self.subTest(name), warnings.catch_warnings():
                warnings.simplefilter("error")
                with place() as loop:
                    with self.assertRaisesRegex(kind, message):
                        call(loop)
                self.assertIsNone(asyncio._get_running_loop())

    def test_transform_slot_of_what_cannot_be_called(self):
        wrapper = transform_slot(3, lambda slot, args: slot(*args))
        with self.assertRaisesRegex(TypeError, "int"):
            wrapper()


if __name__ == "__main__":
    unittest.main()
