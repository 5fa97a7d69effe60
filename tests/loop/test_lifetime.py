# SPDX-License-Identifier: BSD-3-Clause
"""What keeps what alive: loops, handles, their cycles, and what the collector finds of them."""

import asyncio
import contextlib
import gc
import sys
import threading
import unittest
import warnings
import weakref

import hostloop
import qi
from guestcase import GuestCase


class Probe:
    """Something that a weak reference can follow."""

    def __call__(self, *args):
        pass


class Handles(GuestCase):
    def test_weak_references_do_not_survive_reuse(self):
        died = []
        references = []
        for number in range(2000):
            handle = self.loop.call_soon(Probe())
            references.append(weakref.ref(handle, lambda _, number=number: died.append(number)))
            del handle
        self.settle()
        self.run_host(lambda: not len(self.loop._ready))
        self.assertEqual(died, list(range(2000)))
        self.assertTrue(all(reference() is None for reference in references))
        again = [self.loop.call_soon(Probe()) for _ in range(600)]
        self.assertTrue(all(reference() is None for reference in references))
        self.assertTrue(all(weakref.getweakrefcount(handle) == 0 for handle in again))

    def test_types_cannot_be_made_or_extended_by_hand(self):
        handle = self.loop.call_later(3600, print)
        soon = self.loop.call_soon(Probe())
        for kind in (type(handle), type(soon)):
            with self.assertRaises(TypeError):
                kind()
            with self.assertRaises(TypeError):
                object.__new__(kind)
            with self.assertRaises(TypeError):
                kind.extra = 1
        handle.cancel()

    def test_handle_outlives_its_cancelled_and_closed_loop(self):
        loop = qi.new_event_loop()
        handle = loop.call_later(3600, Probe())
        soon = loop.call_soon(Probe(), 1, 2)
        loop.close()
        handle.cancel()
        soon.cancel()
        repr(handle), repr(soon)
        self.assertFalse(handle._scheduled)

    def test_destructor_of_a_callback_uses_the_loop(self):
        loop = self.loop
        ran = []

        class Restless:
            def __call__(self):
                pass

            def __del__(self):
                loop.call_soon(ran.append, "soon")
                loop.call_later(0, ran.append, "later").cancel()

        handle = loop.call_later(3600, Restless())
        handle.cancel()
        loop.call_soon(Restless())
        loop.call_soon(Restless()).cancel()
        self.run_host(lambda: len(ran) == 3)

    def test_collection_at_every_allocation(self):
        thresholds = gc.get_threshold()
        self.addCleanup(gc.set_threshold, *thresholds)
        gc.set_threshold(1, 1, 1)

        class Cycle(Probe):
            def __init__(self):
                self.me = self

        async def child(number):
            self.loop.call_soon(Cycle(), Cycle())
            self.loop.call_later(3600, Cycle()).cancel()
            await asyncio.sleep(0)
            return number

        async def main():
            tasks = [qi.run_task(child(number), name=str(number)) for number in range(20)]
            hostloop.process()
            async with asyncio.timeout(10):
                return sum(await asyncio.gather(*tasks))

        self.assertEqual(self.complete(main()), sum(range(20)))


class Loops(unittest.TestCase):
    def make(self):
        loop = qi.new_event_loop()
        loop.set_mode(qi.QiLoopMode.NATIVE)
        return loop

    def test_cycles_through_handles_and_task_keywords_are_found(self):
        loop = self.make()

        async def main():
            return qi.run_task(asyncio.sleep(0))  # from now on the loop holds keywords that hold it

        loop.run_until_complete(main())
        loop.handle = loop.call_later(3600, loop.call_soon, loop)
        loop.view = loop._ready
        loop.soon = loop.call_soon(loop.stop)
        reference = weakref.ref(loop)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del loop
            gc.collect()
        self.assertIsNone(reference())

    def test_running_guest_that_everybody_forgot(self):
        loop = qi.new_event_loop()
        loop.set_mode(qi.QiLoopMode.GUEST)
        loop.start()
        loop.call_later(0.001, print, "not reached")
        loop.call_soon(print, "not reached")
        reference = weakref.ref(loop)
        hooks = sys.get_asyncgen_hooks()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            asyncio._set_running_loop(None)
            sys.set_asyncgen_hooks(None, None)
            del loop, hooks
            gc.collect()
        self.assertIsNone(reference())
        for _ in range(5):
            hostloop.process()

    def test_loop_deleted_in_its_own_callback(self):
        loop = qi.new_event_loop()
        loop.set_mode(qi.QiLoopMode.GUEST)
        loop.start()
        box = [loop]
        reference = weakref.ref(loop)
        done = []

        def callback():
            box.pop().stop()
            done.append(1)

        loop.call_soon(callback)
        del loop
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            hostloop.run(lambda: done and asyncio._get_running_loop() is None)
            gc.collect()
        self.assertIsNone(reference())

    def test_bare_core_is_harmless(self):
        import _qi

        core = _qi.Loop()
        core.call_soon(print)
        core.call_later(1, print)
        core._thread_id = threading.get_ident()  # as run_forever() says that it runs
        core.exec_modal(print)
        core._thread_id = None
        core.stop()
        core._run_once()
        with contextlib.suppress(Exception):
            core.start()
        with contextlib.suppress(Exception):
            core.run_task(3)
        core._closed = True
        del core
        gc.collect()

    def test_loops_in_several_threads(self):
        results = []

        def work(number):
            loop = self.make()
            try:
                async def main():
                    return [await asyncio.sleep(0, number) for _ in range(50)]

                results.append(loop.run_until_complete(main()) == [number] * 50)
            finally:
                loop.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [True] * 8)


class Debug(GuestCase):
    def test_toggled_at_any_time(self):
        handles = []

        def toggle():
            self.loop.set_debug(not self.loop.get_debug())
            handles.append(self.loop.call_later(3600, Probe()))
            if len(handles) < 20:
                self.loop.call_soon(toggle)

        self.loop.slow_callback_duration = 1000
        self.loop.call_soon(toggle)
        self.run_host(lambda: len(handles) == 20)
        for handle in handles:
            self.loop.set_debug(not self.loop.get_debug())
            handle.cancel()
            self.assertIn("cancelled", repr(handle))
        self.loop.set_debug(False)


if __name__ == "__main__":
    unittest.main()
