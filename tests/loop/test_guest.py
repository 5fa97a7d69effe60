# SPDX-License-Identifier: BSD-3-Clause
"""A loop in guest mode: the host drives it, and code of the host may use it between two turns."""

import asyncio
import contextvars
import gc
import threading
import unittest
import weakref

import hostloop
import qi
from guestcase import GuestCase


class Starting(GuestCase):
    def test_running_loop_answers_between_two_turns(self):  # T07
        self.assertTrue(self.loop.is_running())
        self.assertIs(asyncio.get_running_loop(), self.loop)
        seen = []
        hostloop.post(lambda: seen.append(asyncio.get_running_loop()))
        self.run_host(lambda: seen)
        self.assertIs(seen[0], self.loop)

    def test_running_loop_does_not_answer_in_other_threads(self):  # T39
        async def ask():
            return await self.loop.run_in_executor(None, asyncio._get_running_loop)

        self.assertIsNone(self.complete(ask()))

    def test_start_twice_is_refused_and_the_loop_goes_on(self):
        with self.assertRaisesRegex(RuntimeError, "already running"):
            self.loop.start()
        self.assertTrue(self.loop.is_running())
        self.assertEqual(self.complete(asyncio.sleep(0, "still here")), "still here")

    def test_start_needs_guest_mode(self):
        other = qi.new_event_loop()
        self.addCleanup(other.close)
        with self.assertRaisesRegex(RuntimeError, "guest mode"):
            other.start()

    def test_run_forever_in_guest_mode_says_what_to_do(self):
        self.loop.stop()
        with self.assertRaisesRegex(RuntimeError, r"start\(\)"):
            self.loop.run_forever()
        coro = asyncio.sleep(0)
        with self.assertRaisesRegex(RuntimeError, "guest mode"):
            self.loop.run_until_complete(coro)
        coro.close()

    def test_mode_of_a_running_loop_cannot_be_changed(self):
        with self.assertRaisesRegex(RuntimeError, "running"):
            self.loop.set_mode(qi.QiLoopMode.NATIVE)
        with self.assertRaises(TypeError):
            self.loop.set_mode("native")


class Stopping(GuestCase):
    def test_stop_between_turns_is_immediate(self):
        ran = []
        self.loop.call_soon(ran.append, 1)
        self.loop.stop()
        self.assertFalse(self.loop.is_running())
        self.assertIsNone(asyncio._get_running_loop())
        self.settle()
        self.assertEqual(ran, [])
        self.loop.start()
        self.run_host(lambda: ran)  # what waited is not lost

    def test_stop_in_a_callback_lets_the_batch_finish(self):
        ran = []
        self.loop.call_soon(self.loop.stop)
        self.loop.call_soon(ran.append, "same batch")
        self.loop.call_soon(lambda: self.loop.call_soon(ran.append, "next batch"))
        self.run_host(lambda: not self.loop.is_running())
        self.assertEqual(ran, ["same batch"])
        self.assertIsNone(asyncio._get_running_loop())
        self.loop.start()
        self.run_host(lambda: len(ran) == 2)

    def test_stop_and_start_in_one_callback_sequence(self):
        for _ in range(20):
            self.loop.call_soon(self.loop.stop)
            self.run_host(lambda: not self.loop.is_running())
            self.loop.start()
        self.assertEqual(self.complete(asyncio.sleep(0, 3)), 3)

    def test_close_while_running_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "running"):
            self.loop.close()

    def test_closed_loop_refuses_everything(self):
        self.loop.stop()
        self.loop.close()
        for call in (
            lambda: self.loop.call_soon(print),
            lambda: self.loop.call_later(1, print),
            lambda: self.loop.call_soon_threadsafe(print),
            lambda: self.loop.exec_modal(print),
            lambda: self.loop.set_mode(qi.QiLoopMode.OWNER),
            self.loop.start,
        ):
            with self.assertRaisesRegex(RuntimeError, "closed"):
                call()
        with self.assertRaises(RuntimeError):
            self.loop.run_task(asyncio.sleep(0))

    def test_close_drops_what_waits(self):
        class Callback:
            def __call__(self):
                raise AssertionError("called after close()")

        callbacks = [Callback() for _ in range(4)]
        references = [weakref.ref(callback) for callback in callbacks]
        self.loop.call_soon(callbacks[0])
        self.loop.call_later(3600, callbacks[1])
        self.loop.exec_modal(callbacks[2])
        self.loop.call_soon_threadsafe(callbacks[3])
        del callbacks
        self.loop.stop()
        self.loop.close()
        gc.collect()
        self.assertEqual([reference() for reference in references], [None] * 4)


class Soon(GuestCase):
    def test_callbacks_run_in_order(self):  # T28
        ran = []
        for number in range(1000):
            self.loop.call_soon(ran.append, number)
        self.run_host(lambda: len(ran) == 1000)
        self.assertEqual(ran, list(range(1000)))

    def test_interleaved_calls_ask_the_host_once(self):
        before = hostloop.wakes()
        ran = []
        for number in range(100):
            self.loop.call_soon(ran.append, number)
        self.assertLessEqual(hostloop.wakes() - before, 1)
        self.run_host(lambda: len(ran) == 100)

    def test_any_number_of_arguments(self):
        seen = []
        for count in range(12):
            self.loop.call_soon(lambda *args: seen.append(args), *range(count))
        self.run_host(lambda: len(seen) == 12)
        self.assertEqual(seen, [tuple(range(count)) for count in range(12)])

    def test_callback_runs_in_its_context(self):
        variable = contextvars.ContextVar("variable", default="outside")
        context = contextvars.copy_context()
        context.run(variable.set, "inside")
        seen = []
        self.loop.call_soon(lambda: seen.append(variable.get()), context=context)
        self.loop.call_soon(lambda: seen.append(variable.get()))
        self.run_host(lambda: len(seen) == 2)
        self.assertEqual(seen, ["inside", "outside"])

    def test_cancelled_handle_is_not_called_and_lets_go(self):
        class Callback:
            def __call__(self):
                raise AssertionError("called though cancelled")

        callback = Callback()
        reference = weakref.ref(callback)
        handle = self.loop.call_soon(callback)
        del callback
        handle.cancel()
        self.assertTrue(handle.cancelled())
        self.assertIsNone(reference())
        self.settle()

    def test_callback_may_cancel_its_own_handle(self):
        seen = []

        def callback(argument):
            handle.cancel()
            seen.append(argument)

        handle = self.loop.call_soon(callback, ["argument"])
        self.run_host(lambda: seen)
        self.assertEqual(seen, [["argument"]])

    def test_wrong_arguments_are_type_errors(self):
        for call in (
            lambda: self.loop.call_soon(),
            lambda: self.loop.call_soon(print, wrong=1),
            lambda: self.loop.call_later(1),
            lambda: self.loop.call_later(None, print),
            lambda: self.loop.call_at(None, print),
            lambda: self.loop.call_later("soon", print),
            lambda: self.loop.exec_modal(None),
        ):
            with self.assertRaises(TypeError):
                call()

    def test_exception_reaches_the_handler_once_and_the_rest_goes_on(self):
        ran = []
        self.loop.call_soon(lambda: 1 / 0)
        self.loop.call_soon(ran.append, "after")
        self.run_host(lambda: ran)
        (context,) = self.take_reported()
        self.assertIsInstance(context["exception"], ZeroDivisionError)
        self.assertIn("Exception in callback", context["message"])
        self.assertIsInstance(context["handle"], asyncio.Handle)

    def test_system_exit_in_a_callback_is_reported_and_the_loop_goes_on(self):  # T53
        ran = []

        def leave():
            raise SystemExit(3)

        self.loop.call_soon(leave)
        self.loop.call_soon(ran.append, "after")
        self.run_host(lambda: ran)
        (context,) = self.take_reported()
        self.assertIsInstance(context["exception"], SystemExit)

    def test_slice_gives_the_host_its_turn_inside_a_batch(self):  # T40
        self.loop.set_slice(1)
        order = []
        hostloop.post(lambda: order.append("host"))
        for number in range(50):
            self.loop.call_soon(order.append, number)
        self.run_host(lambda: len(order) == 51)
        self.assertLess(order.index("host"), 50, "the host had to wait for the whole batch")
        order.remove("host")
        self.assertEqual(order, list(range(50)))

    def test_slice_out_of_range(self):
        for value in (-1, 1000001):
            with self.assertRaises(ValueError):
                self.loop.set_slice(value)
        self.loop.set_slice(0)

    @unittest.skipUnless(hasattr(asyncio.events, "_ThreadSafeHandle"), "asyncio waits from Python 3.14 on")
    def test_cancelling_from_another_thread_waits_for_the_callback(self):
        began, may_end, seen = threading.Event(), threading.Event(), []

        def callback():
            began.set()
            may_end.wait()
            seen.append("ended")

        handle = self.loop.call_soon_threadsafe(callback)
        self.assertIsInstance(handle, asyncio.events._ThreadSafeHandle)

        def cancel():
            began.wait()
            threading.Thread(target=may_end.set).start()
            handle.cancel()
            seen.append(handle.cancelled())
            self.loop.call_soon_threadsafe(lambda: None)  # the host looks only when woken

        thread = threading.Thread(target=cancel)
        thread.start()
        self.run_host(lambda: len(seen) == 2)
        thread.join()
        self.assertEqual(seen, ["ended", True])

    def test_a_callback_may_cancel_its_own_handle_without_waiting_for_itself(self):
        seen = []
        handle = self.loop.call_soon_threadsafe(lambda: (handle.cancel(), seen.append(handle.cancelled())))
        self.run_host(lambda: seen)
        self.assertEqual(seen, [True])

    def test_from_other_threads(self):
        ran, threads = [], []

        def worker(number):
            for step in range(200):
                self.loop.call_soon_threadsafe(ran.append, (number, step))

        for number in range(4):
            threads.append(threading.Thread(target=worker, args=(number,)))
            threads[-1].start()
        self.run_host(lambda: len(ran) == 800)
        for thread in threads:
            thread.join()
        for number in range(4):
            self.assertEqual([step for who, step in ran if who == number], list(range(200)))


class Later(GuestCase):
    def test_timers_come_in_order_and_none_early(self):  # T29
        fired = []
        for delay in (0.012, 0.003, 0.0009, 0.0, -1.0, 0.007):
            due = self.loop.time() + delay
            self.loop.call_later(delay, lambda due=due: fired.append((due, self.loop.time())))
        self.run_host(lambda: len(fired) == 6)
        self.assertEqual([due for due, _ in fired], sorted(due for due, _ in fired))
        for due, now in fired:
            self.assertGreaterEqual(now, due)

    def test_equal_deadlines_keep_their_order(self):  # T28
        fired = []
        when = self.loop.time() + 0.002
        for number in range(100):
            self.loop.call_at(when, fired.append, number)
        self.run_host(lambda: len(fired) == 100)
        self.assertEqual(fired, list(range(100)))

    def test_extreme_delays(self):  # T30
        handles = [
            self.loop.call_later(delay, self.fail, "fired")
            for delay in (2**31, 2**40, 1e300, float("inf"))
        ]
        fired = []
        self.loop.call_later(-1e300, fired.append, 1)
        self.loop.call_later(0, fired.append, 2)
        self.run_host(lambda: len(fired) == 2)
        for handle in handles:
            self.assertFalse(handle.cancelled())
            handle.cancel()
        with self.assertRaises(ValueError):
            self.loop.call_later(float("nan"), print)

    def test_cancelled_timer_frees_its_callback_at_once(self):  # T31
        class Callback:
            def __call__(self):
                raise AssertionError("called though cancelled")

        for _ in range(1000):
            callback = Callback()
            reference = weakref.ref(callback)
            handle = self.loop.call_later(3600, callback)
            del callback
            handle.cancel()
            self.assertIsNone(reference())
        self.assertEqual(len(self.loop._scheduled), 0)

    def test_timer_set_between_turns_fires(self):
        fired = []
        hostloop.post(lambda: self.loop.call_later(0.002, fired.append, 1))
        self.run_host(lambda: fired)

    def test_earlier_timer_set_later_fires_first(self):
        fired = []
        self.loop.call_later(0.02, fired.append, "late")
        self.settle()
        self.loop.call_later(0.002, fired.append, "early")
        self.run_host(lambda: len(fired) == 2)
        self.assertEqual(fired, ["early", "late"])

    def test_handles_look_like_asyncios(self):
        soon = self.loop.call_soon(self.settle)
        later = self.loop.call_later(5, self.settle, 1)
        self.assertIsInstance(soon, asyncio.Handle)
        self.assertNotIsInstance(soon, asyncio.TimerHandle)
        self.assertIsInstance(later, asyncio.TimerHandle)
        self.assertGreater(later.when(), self.loop.time())
        self.assertIn("when=", repr(later))
        self.assertEqual(later._args, (1,))
        earlier = self.loop.call_at(later.when() - 1, self.settle)
        self.assertLess(earlier, later)
        self.assertEqual(hash(later), hash(later.when()))
        for handle in (soon, later, earlier):
            handle.cancel()
        self.assertIn("cancelled", repr(soon))


class Descriptors(GuestCase):
    def test_reader_and_writer(self):
        import socket

        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        received = []
        self.loop.add_reader(ours, lambda: received.append(ours.recv(100)))
        theirs.send(b"hello")
        self.run_host(lambda: received)
        self.assertEqual(received, [b"hello"])
        wrote = []

        def write():
            wrote.append(1)
            self.loop.remove_writer(ours)

        self.loop.add_writer(ours.fileno(), write)
        self.run_host(lambda: wrote)
        self.assertTrue(self.loop.remove_reader(ours))
        self.assertFalse(self.loop.remove_reader(ours))
        self.assertFalse(self.loop.remove_writer(ours))

    def test_closed_and_reused_descriptor(self):
        import os
        import socket

        first, first_peer = socket.socketpair()
        second, second_peer = socket.socketpair()
        for each in (first_peer, second, second_peer):
            self.addCleanup(each.close)
        number = first.fileno()
        received = []
        self.loop.add_reader(number, lambda: received.append("old"))
        first.detach()
        os.dup2(second.fileno(), number)
        self.loop.add_reader(number, lambda: received.append(os.read(number, 10)))
        second_peer.send(b"new")
        self.run_host(lambda: received)
        self.assertEqual(received, [b"new"])
        self.loop.remove_reader(number)
        os.close(number)

    def test_closing_inside_the_callback(self):
        import socket

        ours, theirs = socket.socketpair()
        calls = []

        def read():
            calls.append(1)
            self.loop.remove_reader(ours)
            ours.close()

        self.loop.add_reader(ours, read)
        theirs.send(b"x")
        theirs.close()
        self.run_host(lambda: calls)
        self.settle()
        self.assertEqual(calls, [1])

    def test_bad_descriptors(self):
        for bad in (-1, "x", None, 3.5):
            with self.assertRaises((ValueError, TypeError)):
                self.loop.add_reader(bad, print)
        with self.assertRaises(OSError):
            self.loop.add_reader(100000, print)
        with open(__file__) as file, self.assertRaises(PermissionError):
            self.loop.add_reader(file, print)  # epoll knows no regular files

    def test_selector_view(self):
        import socket

        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        self.loop.add_reader(ours, print)
        key = self.loop._selector.get_key(ours)
        self.assertEqual(key.fd, ours.fileno())
        self.assertIn(ours.fileno(), self.loop._selector.get_map())
        self.loop.remove_reader(ours)
        with self.assertRaises(KeyError):
            self.loop._selector.get_key(ours)


if __name__ == "__main__":
    unittest.main()
