# SPDX-License-Identifier: BSD-3-Clause
"""Each callback has a Context of its own, though the loop makes as few copies as it can."""

import asyncio
import contextvars
import gc
import socket
import unittest
import warnings
import weakref

import qi
from guestcase import GuestCase

variable = contextvars.ContextVar("variable", default="unset")


class Thing:
    pass


class Contexts(GuestCase):
    def flush(self):
        over = self.loop.create_future()
        self.loop.call_soon(over.set_result, None)
        self.run_host(over)

    def test_change_in_a_callback_is_not_seen_by_the_next(self):
        seen = []

        def change(value):
            seen.append(variable.get())
            variable.set(value)

        for value in range(5):
            self.loop.call_soon(change, value)
        self.flush()
        for value in range(5):
            self.loop.call_later(0, change, value)
            self.loop.call_soon_threadsafe(change, value)
        self.run_host(lambda: len(seen) == 15)
        self.assertEqual(seen, ["unset"] * 15)

    def test_callback_sees_what_was_set_when_it_was_scheduled(self):
        seen = []

        def schedule():
            for value in ("one", "two", "two"):
                variable.set(value)
                self.loop.call_soon(lambda: seen.append(variable.get()))
            variable.set("three")

        contextvars.Context().run(schedule)
        self.loop.call_soon(lambda: seen.append(variable.get()))
        self.flush()
        self.assertEqual(seen, ["one", "two", "two", "unset"])

    def test_equal_values_are_not_taken_for_the_same(self):
        seen = []

        def schedule():
            for value in (1, True, 1.0):
                variable.set(value)
                self.loop.call_soon(lambda: seen.append(repr(variable.get())))

        contextvars.Context().run(schedule)
        self.flush()
        self.assertEqual(seen, ["1", "True", "1.0"])

    def test_each_handle_shows_the_context_that_it_runs_in(self):
        handles = [self.loop.call_soon(variable.set, value) for value in range(3)]
        before = [handle._context for handle in handles[:2]]
        self.assertIsNot(before[0], before[1])
        self.flush()
        self.assertEqual([handle._context.get(variable) for handle in handles], [0, 1, 2])
        self.assertIs(handles[0]._context, before[0])

    def test_context_that_a_callback_keeps_is_left_alone(self):
        kept = []

        def keep():
            kept.append(handle._context)

        handle = self.loop.call_soon(keep)
        self.flush()
        del handle
        kept[0].run(variable.set, "kept")
        seen = []
        for _ in range(3):
            self.loop.call_soon(lambda: seen.append(variable.get()))
        self.flush()
        self.assertEqual(seen, ["unset"] * 3)
        self.assertEqual(kept[0][variable], "kept")

    def test_value_goes_when_its_last_callback_has_run(self):
        thing = Thing()
        gone = weakref.ref(thing)

        def schedule(thing):
            variable.set(thing)
            self.loop.call_soon(variable.get)

        contextvars.Context().run(schedule, thing)
        del thing
        self.assertIsNotNone(gone())
        self.flush()  # scheduled with other variables, so the pattern is another, too
        self.assertIsNone(gone())

    def test_freeing_a_value_may_schedule(self):
        ran = []

        class Scheduling:
            def __del__(inner):
                self.loop.call_soon(ran.append, variable.get())

        contextvars.Context().run(lambda: (variable.set(Scheduling()), self.loop.call_soon(int)))
        self.flush()
        self.flush()
        self.assertEqual(ran, ["unset"])

    def test_nested_turn_finds_a_context_of_its_own(self):
        seen = []

        def inner():
            seen.append(variable.get())
            variable.set("inner")

        def outer():
            variable.set("outer")
            contextvars.Context().run(self.loop.call_soon, inner)
            self.run_host(lambda: seen)
            seen.append(variable.get())

        self.loop.call_soon(outer)
        self.flush()
        self.assertEqual(seen, ["unset", "outer"])

    def test_reader_keeps_its_context_from_call_to_call(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        seen = []

        def read():
            ours.recv(1)
            seen.append(variable.get())
            variable.set(len(seen))

        self.loop.add_reader(ours, read)
        theirs.send(b"abc")
        self.run_host(lambda: len(seen) == 3)
        self.loop.remove_reader(ours)
        self.assertEqual(seen, ["unset", 1, 2])


class Garbage(GuestCase):
    """The collector does not look at handles that wait; at those that somebody holds afterwards it does."""

    def cycle(self, schedule):
        thing = Thing()
        thing.handle = schedule(lambda: thing)
        return thing.handle, weakref.ref(thing)

    def assert_collected(self, gone):
        gc.collect()
        self.assertIsNone(gone())

    def test_handle_that_has_run(self):
        handle, gone = self.cycle(self.loop.call_soon)
        gc.collect()
        self.assertIsNotNone(gone())
        self.complete(asyncio.sleep(0))
        self.assertIsNotNone(gone())
        del handle
        self.assert_collected(gone)

    def test_timer_that_has_run(self):
        handle, gone = self.cycle(lambda callback: self.loop.call_later(0, callback))
        self.complete(asyncio.sleep(0.001))
        del handle
        self.assert_collected(gone)

    def test_cancelled_timer_whose_context_holds_it(self):
        def schedule(callback):
            context = contextvars.Context()
            handle = self.loop.call_later(60, callback, context=context)
            context.run(variable.set, handle)
            return handle

        handle, gone = self.cycle(schedule)
        context = weakref.ref(handle._context)
        handle.cancel()
        del handle
        self.assert_collected(gone)
        self.assertIsNone(context())

    def test_handle_that_waits_when_the_loop_is_forgotten(self):
        loop = qi.new_event_loop()
        loop.set_mode(qi.QiLoopMode.NATIVE)
        loop.call_soon(loop.stop)
        loop.call_soon(lambda: None)
        gone = weakref.ref(loop)

        def schedule():
            loop.keep = loop.call_later(60, lambda: loop)
            loop.kept = loop.call_soon(lambda: loop)

        loop.call_soon(schedule)
        self.loop.stop()  # one loop runs at a time
        loop.run_forever()
        self.loop.start()
        self.assertEqual(len(loop._ready), 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del loop, schedule
            self.assert_collected(gone)

    def test_handles_in_a_long_chain_of_arguments(self):
        handle = None
        for _ in range(100_000):
            handle = self.loop.call_later(60, print, handle)
        self.loop._scheduled.clear()
        del handle  # must not overflow the stack


if __name__ == "__main__":
    unittest.main()
