# SPDX-License-Identifier: BSD-3-Clause
"""A _run_once() of somebody else's in the place of the loop's own, and callbacks that run the loop themselves."""

import asyncio
import collections
import contextlib
import contextvars
import gc
import heapq
import socket
import sys
import threading
import unittest
import weakref
from asyncio import base_events, events

import hostloop
import qi
from guestcase import GuestCase

LOOP = qi.QiSelectorEventLoop
variable = contextvars.ContextVar("variable", default="unset")


def simple_run_once(loop):
    """An iteration as libraries write them, by what asyncio's own classes have."""
    ready, scheduled = loop._ready, loop._scheduled
    while scheduled and scheduled[0]._cancelled:
        heapq.heappop(scheduled)
    timeout = None
    if ready or loop._stopping:
        timeout = 0
    elif scheduled:
        timeout = min(max(scheduled[0]._when - loop.time(), 0), 86400)
    loop._process_events(loop._selector.select(timeout))
    end = loop.time() + loop._clock_resolution
    while scheduled and scheduled[0]._when < end:
        ready.append(heapq.heappop(scheduled))
    for _ in range(len(ready)):
        if not ready:
            break
        handle = ready.popleft()
        if not handle._cancelled:
            handle._run()


def reentrant_run_until_complete(loop, future):
    loop._check_closed()
    before = loop._thread_id, events._get_running_loop()
    loop._thread_id = threading.get_ident()
    events._set_running_loop(loop)
    try:
        future = asyncio.ensure_future(future, loop=loop)
        while not future.done():
            loop._run_once()
            if loop._stopping:
                break
        if not future.done():
            raise RuntimeError("stopped before the future was done")
        return future.result()
    finally:
        loop._thread_id = before[0]
        events._set_running_loop(before[1])


@contextlib.contextmanager
def replaced(owner, **attributes):
    """Sets attributes of a loop or a class for the time of a block."""
    before = {name: vars(owner)[name] for name in attributes if name in vars(owner)}
    for name, value in attributes.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name in attributes:
            if name in before:
                setattr(owner, name, before[name])
            else:
                delattr(owner, name)


class Replaced(GuestCase):
    def counting(self, inner=None):
        """(what takes the place of _run_once in a class, a list that grows with each call)."""
        calls = []
        inner = inner or LOOP._run_once

        def run_once(loop):
            calls.append(loop)
            inner(loop)

        return run_once, calls

    def pass_by(self):
        """Has the loop run once around."""
        self.complete(asyncio.sleep(0.001))

    def ways(self):
        """Where it may be replaced: (name, what begins a block in which `run_once` is the loop's iteration)."""
        yield "loop", lambda run_once: replaced(self.loop, _run_once=lambda: run_once(self.loop))
        yield "class", lambda run_once: replaced(LOOP, _run_once=run_once)
        yield "base", lambda run_once: replaced(qi.QiBaseEventLoop, _run_once=run_once)
        yield "asyncio's", lambda run_once: replaced(base_events.BaseEventLoop, _run_once=run_once)

    def test_is_called_wherever_it_was_replaced_and_not_afterwards(self):
        self.pass_by()
        for name, way in self.ways():
            with self.subTest(name):
                run_once, calls = self.counting(simple_run_once)
                with way(run_once):
                    self.pass_by()
                    self.assertTrue(calls)
                count = len(calls)
                self.pass_by()
                self.assertEqual(len(calls), count)

    def test_is_not_called_while_nothing_is_ready(self):
        run_once, calls = self.counting(simple_run_once)
        with replaced(LOOP, _run_once=run_once):
            self.loop.call_later(3600, print)
            self.pass_by()
            self.settle()
            count = len(calls)
            self.settle(100)
            self.assertEqual(len(calls), count)

    def test_what_waits_is_in_real_lists(self):
        run_once, _ = self.counting(simple_run_once)
        with replaced(LOOP, _run_once=run_once):
            late, early = self.loop.call_later(60, print), self.loop.call_later(30, print)
            soon = self.loop.call_soon(print)
            ready, scheduled = self.loop._ready, self.loop._scheduled
            self.assertIs(type(ready), collections.deque)
            self.assertIs(type(scheduled), list)
            self.assertIs(self.loop._ready, ready)
            self.assertIs(self.loop._scheduled, scheduled)
            self.assertEqual(list(ready), [soon])
            self.assertEqual(sorted(scheduled), [early, late])
            self.assertIs(scheduled[0], early)
            self.assertEqual(scheduled[0]._when, early.when())
            self.assertTrue(early._scheduled)
            another = self.loop.call_soon_threadsafe(print)
            self.assertEqual(list(ready), [soon, another])
            for handle in early, late, soon, another:
                handle.cancel()

    def test_asyncios_own_iteration_takes_ours_place(self):
        order = []
        with replaced(LOOP, _run_once=base_events.BaseEventLoop._run_once):
            self.pass_by()
            given_up = [self.loop.call_later(60, print) for _ in range(200)]
            kept = self.loop.call_later(0.001, order.append, "timer")
            self.loop.call_soon(order.append, "soon")
            self.assertEqual(self.loop._timer_cancelled_count, 0)
            for handle in given_up:
                handle.cancel()
            self.assertEqual(self.loop._timer_cancelled_count, 200)
            self.run_host(lambda: len(order) == 2)
            self.pass_by()
            self.assertEqual(self.loop._timer_cancelled_count, 0)
            self.assertEqual([handle for handle in self.loop._scheduled if handle._cancelled], [])
            self.assertFalse(kept._scheduled)
        self.assertNotEqual(type(self.loop._scheduled), list)
        self.assertEqual(order, ["soon", "timer"])

    def test_what_is_in_flight_goes_on_there_and_back(self):
        seen = []
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        ours.setblocking(False)
        theirs.setblocking(False)

        async def by_socket():
            while data := await self.loop.sock_recv(ours, 1):
                seen.append(data)

        async def by_timer():
            while True:
                await asyncio.sleep(0.001)
                seen.append("timer")

        async def by_thread():
            while True:
                await asyncio.to_thread(lambda: None)
                seen.append("thread")

        async def by_step():
            while True:
                await asyncio.sleep(0)
                seen.append("step")

        def all_go_on():
            seen.clear()
            theirs.send(b"x")
            self.run_host(lambda: {b"x", "timer", "thread", "step"} <= set(seen))

        later = [self.loop.call_later(delay, seen.append, delay) for delay in (3600, 7200)]
        tasks = [qi.run_task(coro()) for coro in (by_socket, by_timer, by_thread, by_step)]
        all_go_on()
        for name, way in self.ways():
            with self.subTest(name):
                run_once, _ = self.counting(simple_run_once)
                with way(run_once):
                    all_go_on()
                    self.assertTrue(set(later) <= set(self.loop._scheduled))
                all_go_on()
                self.assertNotEqual(type(self.loop._scheduled), list)
        for task in tasks:
            task.cancel()
        self.run_host(lambda: all(task.done() for task in tasks))
        for handle in later:
            handle.cancel()

    def test_timers_keep_their_order_over_the_change(self):
        order = []
        now = self.loop.time()
        for number in range(8):
            self.loop.call_at(now + (number % 2) / 1000, order.append, number)
        with replaced(LOOP, _run_once=simple_run_once):
            self.assertEqual(len(self.loop._scheduled), 8)
        self.assertEqual(len(self.loop._scheduled), 8)
        self.run_host(lambda: len(order) == 8)
        self.assertEqual([number % 2 for number in order], [0] * 4 + [1] * 4)
        self.assertEqual(order[:4], [0, 2, 4, 6])

    def test_replaced_in_a_callback_in_the_middle_of_a_batch(self):
        order, stack = [], contextlib.ExitStack()
        run_once, calls = self.counting(simple_run_once)

        def begin():
            order.append("begin")
            stack.enter_context(replaced(LOOP, _run_once=run_once))
            self.assertEqual(len(self.loop._ready), 2)

        def end():
            order.append("end")
            stack.close()

        for callback in begin, lambda: order.append(1), end:
            self.loop.call_soon(callback)
        self.run_host(lambda: len(order) == 3)
        self.assertEqual(order, ["begin", 1, "end"])
        self.assertTrue(calls)
        count = len(calls)
        self.pass_by()
        self.assertEqual(len(calls), count)

    def test_one_that_fails_does_not_take_the_loop_along(self):
        with replaced(LOOP, _run_once=lambda loop: 1 / 0):
            self.pass_by()
            self.pass_by()
        (context,) = self.take_reported()
        self.assertIn("_run_once", context["message"])
        self.assertIsInstance(context["exception"], ZeroDivisionError)
        run_once, calls = self.counting(simple_run_once)
        with replaced(LOOP, _run_once=run_once):
            self.pass_by()
        self.assertTrue(calls, "another one is given its chance")

    def test_a_container_of_somebodys_own_is_filled(self):
        class Watched(collections.deque):
            appended = 0

            def append(self, handle):
                self.appended += 1
                super().append(handle)

        mine = Watched()
        self.loop._ready = mine
        self.pass_by()
        self.assertIs(self.loop._ready, mine)
        self.assertGreater(mine.appended, 0)
        self.loop._ready = collections.deque()
        self.pass_by()
        self.assertNotIsInstance(self.loop._ready, collections.deque)

    def test_a_callback_whose_context_is_entered_waits(self):
        seen = []
        context = contextvars.copy_context()

        def outer():
            self.loop.call_soon(lambda: seen.append("inner"), context=context)
            reentrant_run_until_complete(self.loop, asyncio.sleep(0.001))
            seen.append("outer")

        with replaced(LOOP, _run_once=simple_run_once):
            self.loop.call_soon(outer, context=context)
            self.run_host(lambda: len(seen) == 2)
        self.assertEqual(seen, ["outer", "inner"])

    def test_exec_modal_goes_on(self):
        async def main():
            return await qi.modal(lambda: asyncio.current_task())()

        with replaced(LOOP, _run_once=simple_run_once):
            self.assertIsNone(self.complete(main()))

    def test_a_loop_in_lists_is_collected(self):
        loop = qi.new_event_loop()
        with replaced(LOOP, _run_once=simple_run_once):
            loop.call_soon(loop.close)
            loop.call_later(60, loop.close)
            loop.me = loop._ready, loop._scheduled
        gone = weakref.ref(loop)
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del loop
            gc.collect()
        self.assertIsNone(gone())


class Nesting(GuestCase):
    """run_until_complete() in a callback, by a _run_once() of one's own and by the loop's."""

    def both(self):
        yield "replaced", replaced(LOOP, _run_once=simple_run_once)
        yield "own", contextlib.nullcontext()

    def nest(self, coro):
        return reentrant_run_until_complete(self.loop, coro)

    def test_nests_and_the_host_goes_on(self):
        async def main():
            cycles = []

            def cycle():
                cycles.append(1)
                hostloop.post(cycle if len(cycles) < 20 else lambda: done.set_result("inner"))

            done = self.loop.create_future()
            hostloop.post(cycle)
            return self.nest(done), len(cycles)

        for name, block in self.both():
            with self.subTest(name), block:
                self.assertEqual(self.complete(main()), ("inner", 20))

    def test_the_host_goes_on_while_asyncio_is_busy(self):
        async def busy(done):
            while not done.done():
                await asyncio.sleep(0)
            return done.result()

        async def main():
            done = self.loop.create_future()
            hostloop.post(lambda: hostloop.post(lambda: done.set_result("posted")))
            return self.nest(busy(done))

        for name, block in self.both():
            with self.subTest(name), block:
                self.assertEqual(self.complete(main()), "posted")

    def test_other_tasks_go_on_and_the_current_one_is_kept(self):
        async def other(event):
            await event.wait()
            await asyncio.sleep(0.001)
            return asyncio.current_task()

        async def main():
            me = asyncio.current_task()
            event = asyncio.Event()
            before = asyncio.create_task(other(event))
            await asyncio.sleep(0)
            event.set()
            self.assertIs(self.nest(before), before)
            self.assertIs(asyncio.current_task(), me)
            self.assertIs(asyncio.get_running_loop(), self.loop)
            await asyncio.sleep(0)
            return self.nest(asyncio.sleep(0.001, 42))

        for name, block in self.both():
            with self.subTest(name), block:
                self.assertEqual(self.complete(main()), 42)

    def test_no_exception_counts_as_handled_inside(self):
        async def inner():
            await asyncio.sleep(0)
            return sys.exc_info()[1]

        async def main():
            try:
                raise KeyError("outside")
            except KeyError:
                return self.nest(inner())

        for name, block in self.both():
            with self.subTest(name), block:
                self.assertIsNone(self.complete(main()))

    def test_by_several_and_deep(self):
        async def dive(depth):
            await asyncio.sleep(0.001)
            return 1 + self.nest(dive(depth - 1)) if depth else 0

        for name, block in self.both():
            with self.subTest(name), block:
                async def main():
                    return await asyncio.gather(dive(6), dive(3), dive(5))

                self.assertEqual(self.complete(main()), [6, 3, 5])

    def test_by_code_of_the_host(self):
        async def inner():
            await asyncio.sleep(0.001)
            return "inner"

        for name, block in self.both():
            with self.subTest(name), block:
                results = []
                hostloop.post(lambda: results.append(self.nest(inner())))
                self.run_host(lambda: results)
                self.assertEqual(results, ["inner"])

    def test_while_a_wait_waits(self):
        async def main():
            results = []
            done = self.loop.create_future()

            def by_host():
                results.append(self.nest(asyncio.sleep(0.001, "inner")))
                done.set_result("outer")

            hostloop.post(by_host)
            results.append(self.nest(done))
            return results

        for name, block in self.both():
            with self.subTest(name), block:
                self.assertEqual(self.complete(main()), ["inner", "outer"])

    def test_what_ends_in_a_dialog_inside_a_wait_is_noticed(self):
        async def main():
            done = self.loop.create_future()

            def dialog():
                self.loop.call_later(0.001, done.set_result, "in the dialog")
                hostloop.run(done.done)

            hostloop.post(dialog)
            return self.nest(done)

        for name, block in self.both():
            with self.subTest(name), block:
                self.assertEqual(self.complete(main()), "in the dialog")

    def test_a_thread_ends_the_wait(self):
        async def main():
            done = self.loop.create_future()
            thread = threading.Thread(
                target=self.loop.call_soon_threadsafe, args=(done.set_result, "from afar"))
            thread.start()
            result = self.nest(done)
            thread.join()
            return result

        for name, block in self.both():
            with self.subTest(name), block:
                self.assertEqual(self.complete(main()), "from afar")

    def test_while_asyncio_holds_still_in_nested_event_loops(self):
        self.loop.nested = "hold"
        for name, block in self.both():
            with self.subTest(name), block:
                async def main():
                    done = self.loop.create_future()

                    def dialog():
                        self.loop.call_soon(done.set_result, "after the dialog")
                        self.settle()
                        self.assertFalse(done.done())

                    hostloop.post(dialog)
                    return self.nest(done)

                self.assertEqual(self.complete(main()), "after the dialog")

    def test_stop_ends_it(self):
        for name, block in self.both():
            with self.subTest(name), block:
                seen = []

                async def main():
                    hostloop.post(self.loop.stop)
                    try:
                        self.nest(self.loop.create_future())
                    except RuntimeError as error:
                        seen.append(str(error))

                self.loop.call_soon(lambda: self.loop.run_task(main()))
                self.run_host(lambda: not self.loop.is_running())
                self.assertEqual(seen, ["stopped before the future was done"])
                self.loop.start()


class Owners(unittest.TestCase):
    """A loop that is run by a run_until_complete() which is not its own, from the bottom up."""

    def test_runs_in_owner_and_native_mode(self):
        async def main(loop):
            fired = loop.create_future()
            loop.call_later(0.001, fired.set_result, 1)
            await fired
            inner = reentrant_run_until_complete(loop, asyncio.sleep(0.001, 2))
            return await asyncio.to_thread(lambda: inner + 1)

        for mode in qi.QiLoopMode.OWNER, qi.QiLoopMode.NATIVE:
            for block in replaced(LOOP, _run_once=simple_run_once), contextlib.nullcontext():
                with self.subTest(mode), block:
                    loop = qi.new_event_loop()
                    loop.set_mode(mode)
                    self.assertEqual(reentrant_run_until_complete(loop, main(loop)), 3)
                    self.assertFalse(loop.is_running())
                    self.assertEqual(loop.run_until_complete(asyncio.sleep(0, "by its own")), "by its own")
                    loop.run_until_complete(loop.shutdown_default_executor())
                    loop.close()

    def test_the_host_goes_on_below_an_owner(self):
        async def main(loop):
            done = loop.create_future()
            hostloop.post(lambda: done.set_result("posted"))
            return await done

        for block in replaced(LOOP, _run_once=simple_run_once), contextlib.nullcontext():
            with self.subTest(), block:
                loop = qi.new_event_loop()
                self.assertEqual(reentrant_run_until_complete(loop, main(loop)), "posted")
                loop.close()

    def test_a_running_loop_is_not_run_twice_though_nobody_checks(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)

        async def main():
            with self.assertRaisesRegex(RuntimeError, "already running"):
                loop.run_forever()
            await asyncio.sleep(0)
            return asyncio.get_running_loop() is loop and loop.is_running()

        with replaced(base_events.BaseEventLoop, _check_running=lambda loop: None):
            self.assertTrue(loop.run_until_complete(main()))


if __name__ == "__main__":
    unittest.main()
