# SPDX-License-Identifier: BSD-3-Clause
"""asyncsignalstream(): nothing is lost, everything ends."""

import asyncio
import gc
import threading
import unittest
import weakref

import qi
from kinds import Plain, PlainSignal, SignalCase, for_each_kind
from slot_support import on_loop, settle


async def in_worker(function, *args):
    await asyncio.get_running_loop().run_in_executor(None, function, *args)


@for_each_kind
class Streams(SignalCase):
    @on_loop
    async def test_is_connected_before_it_is_asked(self):
        stream = qi.asyncsignalstream(self.signal("pair"))
        self.signal("pair").emit(1, "one")
        self.signal("pair").emit(2, "two")
        self.assertEqual(await anext(stream), (1, "one"))
        self.assertEqual(await anext(stream), (2, "two"))

    @on_loop
    async def test_emissions_between_two_requests_and_in_bursts_are_kept(self):  # T24
        stream = qi.asyncsignalstream(self.signal("number"))
        got = []
        self.signal("number").emit(0)
        async for (number,) in stream:
            got.append(number)
            if number == 0:
                for burst in range(1, 100):
                    self.signal("number").emit(burst)
            if number == 99:
                await asyncio.sleep(0)
                self.signal("number").emit(100)
            if number == 100:
                break
        self.assertEqual(got, list(range(101)))

    @on_loop
    async def test_waiting_request_is_woken(self):
        stream = qi.asyncsignalstream(self.signal("plain"))
        waiting = asyncio.ensure_future(anext(stream))
        await settle()
        self.assertFalse(waiting.done())
        self.signal("plain").emit()
        self.assertEqual(await waiting, ())

    @on_loop
    async def test_emissions_in_another_thread_arrive_in_order(self):  # T24
        signal, got = self.signal("number"), []
        stream = qi.asyncsignalstream(signal)

        def emit():
            for number in range(200):
                signal.emit(number)

        emitting = asyncio.ensure_future(in_worker(emit))
        async for (number,) in stream:
            got.append(number)
            self.assertEqual(threading.get_ident(), threading.main_thread().ident)
            if number == 199:
                break
        await emitting
        self.assertEqual(got, list(range(200)))

    @on_loop
    async def test_two_consumers_share_and_lose_nothing(self):  # T24
        stream = qi.asyncsignalstream(self.signal("number"))
        got = [[], []]

        async def consume(mine):
            async for (number,) in stream:
                mine.append(number)
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(consume(mine)) for mine in got]
        await settle()
        for number in range(40):
            self.signal("number").emit(number)
            if number % 7 == 0:
                await asyncio.sleep(0)
        await settle(100)
        await stream.aclose()
        await asyncio.gather(*tasks)
        self.assertEqual(sorted(got[0] + got[1]), list(range(40)))
        self.assertTrue(got[0] and got[1])
        for mine in got:
            self.assertEqual(mine, sorted(mine))

    @on_loop
    async def test_cancelling_a_request_loses_nothing(self):  # T24
        stream = qi.asyncsignalstream(self.signal("number"))
        for when in ("before", "after"):  # before the emission, and between it and the task's wake-up
            with self.subTest(when=when):
                waiting = asyncio.ensure_future(anext(stream))
                await settle()
                if when == "before":
                    waiting.cancel()
                    await settle()
                self.signal("number").emit(1)
                waiting.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await waiting
                self.assertEqual(await anext(stream), (1,))

    @on_loop
    async def test_cancelled_request_passes_its_wake_up_on(self):  # T24
        stream = qi.asyncsignalstream(self.signal("number"))
        first = asyncio.ensure_future(anext(stream))
        second = asyncio.ensure_future(anext(stream))
        await settle()
        self.signal("number").emit(5)
        first.cancel()
        self.assertEqual(await second, (5,))
        with self.assertRaises(asyncio.CancelledError):
            await first

    @on_loop
    async def test_timeouts_lose_nothing(self):  # T24
        stream = qi.asyncsignalstream(self.signal("number"))
        for _ in range(3):
            with self.assertRaises(TimeoutError):
                await asyncio.wait_for(anext(stream), 0.001)
        self.signal("number").emit(3)
        self.assertEqual(await anext(stream), (3,))

    @on_loop
    async def test_ends_with_the_sender_after_what_was_emitted(self):  # T19 T24
        stream = qi.asyncsignalstream(self.signal("number"))
        self.signal("number").emit(1)
        self.signal("number").emit(2)
        self.delete_sender()
        self.assertEqual([item async for item in stream], [(1,), (2,)])
        with self.assertRaises(StopAsyncIteration):
            await anext(stream)

    @on_loop
    async def test_waiting_requests_find_the_end_of_the_sender(self):  # T19
        stream = qi.asyncsignalstream(self.signal("number"))

        async def consume():
            return [item async for item in stream]

        tasks = [asyncio.create_task(consume()) for _ in range(3)]
        await settle()
        self.delete_sender()
        self.assertEqual(await asyncio.gather(*tasks), [[], [], []])

    @on_loop
    async def test_is_disconnected_when_it_is_deleted(self):
        stream = qi.asyncsignalstream(self.signal("number"))
        buffer = weakref.ref(stream._buffer)
        del stream
        await gone(buffer)
        self.signal("number").emit(1)

    @on_loop
    async def test_is_disconnected_when_a_loop_over_it_is_left(self):
        buffers = []
        self.signal("number").emit(0)

        async def first():
            stream = qi.asyncsignalstream(self.signal("number"))
            buffers.append(weakref.ref(stream._buffer))
            self.signal("number").emit(7)
            async for item in stream:
                return item

        self.assertEqual(await first(), (7,))
        await gone(buffers[0])

    @on_loop
    async def test_deleted_in_another_thread(self):  # T46
        streams = [qi.asyncsignalstream(self.signal("number"))]
        buffer = weakref.ref(streams[0]._buffer)
        await in_worker(streams.clear)
        await gone(buffer)

    @on_loop
    async def test_deleted_after_its_sender(self):
        stream = qi.asyncsignalstream(self.signal("number"))
        self.delete_sender()
        del stream
        gc.collect()

    @on_loop
    async def test_waiting_task_is_kept_by_its_signal(self):  # T21
        got = []

        async def consume():
            async for item in qi.asyncsignalstream(self.signal("number")):
                got.append(item)

        qi.run_task(consume())
        gc.collect()
        self.signal("number").emit(1)
        await settle()
        self.assertEqual(got, [(1,)])
        self.delete_sender()
        await settle()

    @on_loop
    async def test_with_block_disconnects(self):
        async with qi.asyncsignalstream(self.signal("number")) as stream:
            self.signal("number").emit(1)
            self.signal("number").emit(2)
            self.assertEqual(await anext(stream), (1,))
        self.signal("number").emit(3)
        self.assertEqual(stream.qsize(), 0)
        with self.assertRaises(StopAsyncIteration):
            await anext(stream)
        await stream.aclose()

    @on_loop
    async def test_aclose_ends_those_who_wait(self):
        stream = qi.asyncsignalstream(self.signal("number"))
        waiting = asyncio.ensure_future(anext(stream, "end"))
        await settle()
        await stream.aclose()
        self.assertEqual(await waiting, "end")
        self.assertIn("ended", repr(stream))

    @on_loop
    async def test_full_stream_raises_after_what_it_has_kept(self):
        stream = qi.asyncsignalstream(self.signal("number"), maxsize=2)
        for number in range(4):
            self.signal("number").emit(number)
        self.assertEqual((await anext(stream), await anext(stream)), ((0,), (1,)))
        with self.assertRaisesRegex(qi.SignalOverflow, r"2 emissions of .*number.* maxsize"):
            await anext(stream)
        with self.assertRaises(StopAsyncIteration):
            await anext(stream)

    @on_loop
    async def test_full_stream_drops_and_counts(self):
        for overflow, kept in (("drop-oldest", [3, 4]), ("drop-newest", [0, 1])):
            with self.subTest(overflow=overflow):
                stream = qi.asyncsignalstream(self.signal("number"), maxsize=2, overflow=overflow)
                for number in range(5):
                    self.signal("number").emit(number)
                self.assertEqual((stream.qsize(), stream.dropped, stream.maxsize), (2, 3, 2))
                self.assertEqual([(await anext(stream))[0] for _ in kept], kept)
                self.signal("number").emit(9)
                self.assertEqual(await anext(stream), (9,))

    @on_loop
    async def test_asyncsignal_ends_with_its_emission_only(self):
        waiting = asyncio.ensure_future(qi.asyncsignal(self.signal("pair")))
        await settle()
        self.signal("pair").emit(1, "one")
        self.signal("pair").emit(2, "two")
        self.assertEqual(await waiting, (1, "one"))

    @on_loop
    async def test_one_argument_compared_with_a_bare_value_says_so(self):
        waiting = asyncio.ensure_future(qi.asyncsignal(self.signal("number")))
        await settle()
        self.signal("number").emit(3)
        arguments = await waiting
        self.assertEqual(arguments, (3,))
        self.assertEqual(hash(arguments), hash((3,)))
        for compare in (lambda: arguments == 3, lambda: arguments != 3, lambda: 3 in [arguments]):
            with self.assertWarnsRegex(RuntimeWarning, r"a tuple .*\(3,\), which never equals 3; write \(value,\) = await"):
                compare()
        self.assertIs(arguments == None, False)  # noqa: E711

    @on_loop
    async def test_asyncsignal_is_connected_when_it_is_awaited(self):
        coroutine = qi.asyncsignal(self.signal("number"))
        self.signal("number").emit(1)
        waiting = asyncio.ensure_future(coroutine)
        await settle()
        self.signal("number").emit(2)
        self.assertEqual(await waiting, (2,))

    @on_loop
    async def test_asyncsignal_raises_when_the_sender_dies(self):  # T19
        waiting = asyncio.ensure_future(qi.asyncsignal(self.signal("number")))
        await settle()
        self.delete_sender()
        with self.assertRaisesRegex(qi.SenderDestroyed, "number"):
            await waiting

    @on_loop
    async def test_asyncsignal_cancelled_right_after_the_senders_end(self):  # T19
        waiting = asyncio.ensure_future(qi.asyncsignal(self.signal("number")))
        await settle()
        self.delete_sender()
        waiting.cancel()
        with self.assertRaises((asyncio.CancelledError, qi.SenderDestroyed)):
            await waiting

    @on_loop
    async def test_asyncsignal_in_another_thread(self):  # T25
        signal = self.signal("number")
        waiting = asyncio.ensure_future(qi.asyncsignal(signal))
        await settle()
        await in_worker(signal.emit, 4)
        self.assertEqual(await waiting, (4,))

    @on_loop
    async def test_asyncsignal_times_out(self):
        with self.assertRaisesRegex(TimeoutError, r"number.* within 0\.001 s"):
            await qi.asyncsignal(self.signal("number"), timeout=0.001)
        self.signal("number").emit(1)


@lambda case: for_each_kind(case, plain=False)
class Values(SignalCase):
    @on_loop
    async def test_arguments_outlive_the_emission(self):  # T23
        stream = qi.asyncsignalstream(self.signal("point"))
        waiting = asyncio.ensure_future(qi.asyncsignal(self.signal("point")))
        await settle()
        point = self.kind.QtCore.QPointF(1.5, 2.5)
        self.sender.point.emit(point)
        point.setX(9)

        def plain(point):
            return (point.x, point.y) if isinstance(point, qi.PointF) else (point.x(), point.y())

        self.assertEqual(plain((await waiting)[0]), (1.5, 2.5))
        self.assertEqual(plain((await anext(stream))[0]), (1.5, 2.5))

    @on_loop
    async def test_sender_that_lives_and_dies_in_another_thread(self):  # T19 T24
        QtCore = self.kind.QtCore
        thread = QtCore.QThread()
        self.sender.moveToThread(thread)
        signal = self.signal("number")
        stream = qi.asyncsignalstream(signal)
        waiting = asyncio.ensure_future(qi.asyncsignal(self.signal("plain")))
        await settle()
        thread.finished.connect(self.sender.deleteLater)
        thread.start()
        await in_worker(signal.emit, 1)
        self.assertEqual(await anext(stream), (1,))  # bindings may have queued it for the thread that ends now
        thread.quit()
        self.assertEqual([item async for item in stream], [])
        with self.assertRaises(qi.SenderDestroyed):
            await waiting
        await in_worker(thread.wait)


async def gone(reference):
    """Waits for the end of an object; bindings take their time."""
    while reference() is not None:
        await settle()
        gc.collect()


class OfPlainObjects(unittest.TestCase):
    @on_loop
    async def test_connect_alone_is_enough(self):
        class Connectable:
            """Has no disconnect(), as the documents allow."""

            def __init__(self):
                self._signal = PlainSignal("number")
                self.connect, self.emit = self._signal.connect, self._signal.emit

        signal = Connectable()
        waiting = asyncio.ensure_future(qi.asyncsignal(signal))
        stream = qi.asyncsignalstream(signal)
        await settle()
        signal.emit(1)
        self.assertEqual(await waiting, (1,))
        self.assertEqual(await anext(stream), (1,))
        await stream.aclose()
        gc.collect()
        self.assertEqual([slot() for slot in signal._signal._slots], [None, None])

    def test_stream_may_be_made_before_the_loop_runs(self):
        sender = Plain().sender()
        stream = qi.asyncsignalstream(sender.number)
        sender.number.emit(1)
        worker = threading.Thread(target=sender.number.emit, args=(2,))
        worker.start()
        worker.join()

        async def consume():
            return [await anext(stream), await anext(stream)]

        with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
            self.assertEqual(runner.run(consume()), [(1,), (2,)])
            sender.number.emit(3)
        sender.number.emit(4)
        with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
            with self.assertRaisesRegex(RuntimeError, "another event loop"):
                runner.run(consume())

    def test_works_with_asyncios_own_loop(self):
        sender = Plain().sender()

        async def main():
            stream = qi.asyncsignalstream(sender.number)
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            await in_worker(sender.number.emit, 1)
            return await waiting

        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            self.assertEqual(runner.run(main()), (1,))

    def test_wrong_arguments_are_refused(self):
        signal = Plain().sender().number
        for arguments, error in (
            ({"maxsize": -1}, ValueError),
            ({"maxsize": "3"}, TypeError),
            ({"maxsize": 1.5}, TypeError),
            ({"overflow": "ignore"}, ValueError),
        ):
            with self.subTest(arguments=arguments), self.assertRaises(error):
                qi.asyncsignalstream(signal, **arguments)
        for wrong in (None, 3, object(), PlainSignal):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(TypeError, "asyncsignalstream"):
                qi.asyncsignalstream(wrong if wrong is not PlainSignal else object)

    @on_loop
    async def test_what_is_no_signal_is_refused(self):
        with self.assertRaisesRegex(TypeError, "asyncsignal.*42"):
            await qi.asyncsignal(42)


if __name__ == "__main__":
    unittest.main()
