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

    def test_context_that_is_changed_between_two_calls_from_outside(self):
        seen = []
        context = contextvars.Context()
        note = lambda: seen.append(variable.get())
        for value in ("one", "two"):
            context.run(variable.set, value)
            context.run(self.loop.call_soon, note)
            context.run(self.loop.call_later, 0, note)
        token = context.run(variable.set, "three")
        context.run(variable.reset, token)
        context.run(self.loop.call_soon, note)
        context.run(variable.set, "too late")
        self.run_host(lambda: len(seen) == 5)
        self.assertEqual(sorted(seen), ["one", "one", "two", "two", "two"])

    def test_given_context_is_the_one_that_is_used(self):
        context = contextvars.copy_context()
        handles = [self.loop.call_soon(variable.set, value, context=context) for value in (1, 2)]
        for handle in handles:
            self.assertIs(handle._context, context)
        self.flush()
        self.assertEqual(context[variable], 2)
        self.assertEqual(variable.get(), "unset")

    def test_same_given_context_waits_for_the_one_that_is_entered(self):
        context = contextvars.copy_context()
        order = []

        def outer():
            order.append("begin")
            self.loop.call_soon(order.append, "other")
            self.run_host(lambda: "other" in order)
            order.append("end")

        self.loop.call_soon(outer, context=context)
        self.loop.call_soon(order.append, "same", context=context)
        self.run_host(lambda: len(order) == 4)
        self.assertEqual(order, ["begin", "other", "end", "same"])

    def test_siblings_run_nested_in_each_other(self):
        seen = []

        def dive(depth):
            seen.append(variable.get())
            variable.set(depth)
            if len(seen) < 10:
                self.run_host(lambda: len(seen) >= 10)
            seen.append(variable.get())

        for depth in range(10):  # all share one pattern
            self.loop.call_soon(dive, depth)
        self.run_host(lambda: len(seen) == 20)
        self.assertEqual(seen, ["unset"] * 10 + list(range(9, -1, -1)))

    def test_eager_task_in_a_callback_changes_neither_it_nor_its_siblings(self):
        seen = []

        async def task(value):
            seen.append(variable.get())
            variable.set(value)
            self.loop.call_soon(lambda: seen.append(variable.get()))
            await asyncio.sleep(0)
            seen.append(variable.get())

        def callback(value):
            variable.set(value)
            self.loop.run_task(task(value + " task"))
            seen.append(variable.get())

        self.loop.call_soon(callback, "one")
        self.loop.call_soon(callback, "two")
        self.loop.call_soon(lambda: seen.append(variable.get()))
        self.run_host(lambda: len(seen) == 9)
        expected = ["one", "one", "one task", "one task", "two", "two", "two task", "two task"]
        self.assertEqual(sorted(seen), sorted(expected + ["unset"]))

    def test_context_is_asked_for_while_the_callback_runs(self):
        seen = []

        def callback():
            variable.set("mine")
            seen.append(handle._context[variable])
            with self.assertRaisesRegex(RuntimeError, "already entered"):
                handle._context.run(int)

        handle = self.loop.call_soon(callback)
        self.flush()
        self.assertEqual(seen, ["mine"])

    def test_each_handle_has_a_context_of_its_own_for_good(self):
        handles = [self.loop.call_soon(int) for _ in range(20)]
        contexts = [handle._context for handle in handles]
        self.assertEqual(len(set(map(id, contexts))), 20)
        self.flush()
        for handle, context in zip(handles, contexts):
            self.assertIs(handle._context, context)

    def test_context_that_somebody_refers_to_weakly_is_not_used_again(self):
        handle = self.loop.call_soon(int)
        gone = weakref.ref(handle._context)
        self.flush()
        del handle
        self.assertIsNone(gone())

    def test_value_goes_when_the_loop_has_nothing_to_do(self):
        thing = Thing()
        gone = weakref.ref(thing)
        ran = []

        def schedule(thing):
            variable.set(thing)
            self.loop.call_soon(ran.append, 1)

        contextvars.Context().run(schedule, thing)
        del thing
        self.run_host(lambda: gone() is None)
        self.assertEqual(ran, [1])

    def test_value_goes_when_the_loop_waits_by_itself(self):
        self.loop.stop()  # one loop runs at a time
        self.settle()
        loop = qi.new_event_loop()
        loop.set_mode(qi.QiLoopMode.NATIVE)
        thing = Thing()
        gone = weakref.ref(thing)

        def schedule(thing):
            variable.set(thing)
            weakref.finalize(thing, loop.stop)  # what is freed last ends the loop
            loop.call_soon(int)

        contextvars.Context().run(schedule, thing)
        del thing
        loop.run_forever()
        loop.close()
        self.assertIsNone(gone())

    def collect_during(self, function, react):
        """Has react() called by the collector, which starts as often as it can while function() runs."""
        busy = []

        def callback(phase, info):
            if phase == "start" and not busy:
                busy.append(True)
                react()
                busy.clear()

        kept = [contextvars.Context() for _ in range(300)]  # so that new ones are really allocated
        threshold = gc.get_threshold()
        gc.callbacks.append(callback)
        gc.set_threshold(1)
        try:
            function()
        finally:
            gc.set_threshold(*threshold)
            gc.callbacks.remove(callback)
        kept.clear()

    def test_collector_cancels_what_is_about_to_run(self):
        handles, ran = [], []
        for _ in range(100):
            handles.append(self.loop.call_soon(ran.append, object()))

        def cancel():
            for handle in handles[1::2]:
                handle.cancel()

        self.collect_during(self.flush, cancel)
        self.assertLessEqual(len(ran), 100)
        self.assertGreaterEqual(len(ran), 50)

    def test_collector_asks_for_the_context_that_is_being_made(self):
        handles, seen = [], []
        for value in range(100):
            handles.append(self.loop.call_soon(variable.set, value))

        def ask():
            seen.extend((handle, handle._context) for handle in handles)

        self.collect_during(self.flush, ask)
        for handle, context in seen:
            self.assertIs(handle._context, context)
        self.assertEqual([handle._context[variable] for handle in handles], list(range(100)))


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

    def ways_to_schedule(self):
        """By which a handle comes that whoever scheduled it may hold when it has run."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        theirs.send(b"x")
        yield "soon", self.loop.call_soon
        yield "later", lambda callback: self.loop.call_later(0, callback)
        yield "threadsafe", self.loop.call_soon_threadsafe
        yield "reader", lambda callback: self.loop._add_reader(ours, lambda: self.loop.remove_reader(ours))

    def test_context_of_a_handle_in_garbage_is_not_used_again(self):
        # The collector clears what it has found, one after the other: also a Context whose handle has died
        # meanwhile, and which somebody else would be given.
        for way, schedule in self.ways_to_schedule():
            with self.subTest(way):
                seen, kept = [], []

                def make():
                    cycle = []
                    cycle.append(cycle)
                    cycle.append(schedule(lambda: None))

                def collect():
                    gc.collect()
                    for _ in range(3):
                        kept.append(self.loop.call_soon(lambda: seen.append(variable.get())))

                gc.disable()  # collected where this says
                self.addCleanup(gc.enable)
                variable.set("outside")
                kept.append(self.loop.call_soon(make))
                self.complete(asyncio.sleep(0.01))
                kept.append(self.loop.call_soon(collect))
                self.complete(asyncio.sleep(0))
                self.complete(asyncio.sleep(0))
                self.assertEqual(seen, ["outside"] * 3)

    def test_handles_in_a_long_chain_of_arguments(self):
        handle = None
        for _ in range(100_000):
            handle = self.loop.call_later(60, print, handle)
        self.loop._scheduled.clear()
        del handle  # must not overflow the stack


if __name__ == "__main__":
    unittest.main()
