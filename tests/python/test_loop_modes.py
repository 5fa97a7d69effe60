# SPDX-License-Identifier: BSD-3-Clause
"""The loop classes beside a real application: the three modes, start(), set_mode() and exec_modal()."""

import asyncio
import contextlib
import enum
import threading
import unittest

import _qi
import qi

OWNER, GUEST, NATIVE = qi.QiLoopMode.OWNER, qi.QiLoopMode.GUEST, qi.QiLoopMode.NATIVE


async def mode_and_event_loops():
    await asyncio.sleep(0.001)
    return asyncio.get_running_loop().get_mode(), _qi._event_loops()


class Case(unittest.TestCase):
    def setUp(self):
        self.loop = qi.new_event_loop()
        self.addCleanup(self.close)

    def close(self):
        if self.loop.is_running():
            self.loop.stop()
        self.loop.close()

    def guest(self):
        self.loop.set_mode(GUEST)
        self.loop.start()
        return self.loop

    def exec_until_done(self, task):
        task.add_done_callback(lambda _: _qi._exit_event_loops(0))
        _qi._exec_application()
        return task.result()


class Classes(unittest.TestCase):
    def test_loop_modes_are_an_enum(self):
        self.assertTrue(issubclass(qi.QiLoopMode, enum.Enum))
        self.assertEqual([mode.name for mode in qi.QiLoopMode], ["OWNER", "GUEST", "NATIVE"])

    def test_all_loops_derive_from_the_base(self):
        for kind in (qi.QiSelectorEventLoop, qi.QiDefaultEventLoop, qi.QiProactorEventLoop):
            self.assertTrue(issubclass(kind, qi.QiBaseEventLoop))
        self.assertTrue(issubclass(qi.QiBaseEventLoop, asyncio.AbstractEventLoop))
        self.assertTrue(issubclass(qi.QiSelectorEventLoop, asyncio.SelectorEventLoop))

    def test_new_event_loop_makes_another_each_time(self):
        loops = [qi.new_event_loop() for _ in range(2)]
        self.assertIsNot(*loops)
        for loop in loops:
            self.assertIs(type(loop), qi.QiDefaultEventLoop)
            self.assertIs(loop.get_mode(), OWNER)
            loop.close()


class Modes(Case):
    def test_owner_runs_a_qt_event_loop(self):
        self.assertEqual(self.loop.run_until_complete(mode_and_event_loops()), (OWNER, 1))

    def test_guest_is_run_by_the_application(self):
        task = self.guest().run_task(mode_and_event_loops())
        self.assertEqual(self.exec_until_done(task), (GUEST, 1))

    def test_guest_runs_while_qt_does_not(self):
        self.guest()
        self.assertTrue(self.loop.is_running())
        self.assertEqual(_qi._event_loops(), 0)
        self.assertIs(asyncio.get_running_loop(), self.loop)

    def test_guest_stops_while_qt_goes_on(self):
        loop = self.guest()
        event_loop = _qi._new_event_loop()
        loop.call_soon(loop.stop)
        loop.call_soon(_qi._quit_event_loop, event_loop)
        _qi._exec_event_loop(event_loop)
        self.assertFalse(loop.is_running())
        self.assertIsNone(asyncio._get_running_loop())
        loop.start()  # and again
        self.assertEqual(self.exec_until_done(loop.run_task(mode_and_event_loops())), (GUEST, 1))

    def test_native_runs_without_qt(self):
        self.loop.set_mode(NATIVE)
        self.assertEqual(self.loop.run_until_complete(mode_and_event_loops()), (NATIVE, 0))

    def test_after_exit_no_event_loop_of_another_runs_but_the_application_does(self):
        _qi._exit_event_loops(0)  # QCoreApplication::exit()
        self.loop.set_mode(NATIVE)
        self.assertEqual(self.loop.run_until_complete(mode_and_event_loops()), (NATIVE, 0))
        self.loop.set_mode(OWNER)
        self.assertEqual(self.loop.run_until_complete(mode_and_event_loops()), (OWNER, 1))

    def test_after_exit_in_another_thread_there_is_native_mode_only(self):
        raised = []

        def other():
            loop = qi.new_event_loop()
            _qi._new_event_loop()  # gives the thread what exit() ends
            _qi._exit_event_loops(0)
            with contextlib.closing(loop):
                try:
                    loop.run_until_complete(loop.create_future())
                except RuntimeError as error:
                    raised.append(str(error))
                loop.set_mode(NATIVE)
                loop.run_until_complete(asyncio.sleep(0))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        self.assertEqual(len(raised), 1)
        self.assertIn("QCoreApplication::exit", raised[0])

    def test_mode_may_change_between_runs(self):
        for mode in (NATIVE, OWNER, GUEST, OWNER, NATIVE):
            self.loop.set_mode(mode)
            self.assertIs(self.loop.get_mode(), mode)
            if mode is not GUEST:
                self.assertEqual(self.loop.run_until_complete(mode_and_event_loops())[0], mode)

    def test_mode_that_was_refused_stays(self):
        self.guest()
        with self.assertRaises(RuntimeError):
            self.loop.set_mode(NATIVE)
        self.assertIs(self.loop.get_mode(), GUEST)


class ExecModal(Case):
    def test_called_right_after_the_callback_outside_of_it(self):
        order = []

        def modal():
            order.append(("modal", asyncio.current_task(), self.loop._current_handle))
            return "ignored"

        async def work():
            self.loop.call_soon(order.append, "callback")
            self.loop.exec_modal(modal)
            order.append("work")
            await asyncio.sleep(0)

        self.exec_until_done(self.guest().create_task(work()))
        self.assertEqual(order, ["work", ("modal", None, None), "callback"])

    def test_loop_goes_on_in_an_event_loop_of_the_function(self):
        depths = []

        async def inside(event_loop):
            depths.append(_qi._event_loops())
            await asyncio.sleep(0.001)
            _qi._quit_event_loop(event_loop)

        def modal():
            event_loop = _qi._new_event_loop()
            self.task = self.loop.create_task(inside(event_loop))
            _qi._exec_event_loop(event_loop)
            depths.append(_qi._event_loops())

        async def work():
            self.loop.exec_modal(modal)
            await asyncio.sleep(0)
            await self.task

        self.loop.nested = "hold"  # whatever this says
        self.exec_until_done(self.guest().create_task(work()))
        self.assertEqual(depths, [2, 1])

    def test_after_an_exit_it_waits_for_the_next_run(self):
        for mode in (OWNER, NATIVE):
            for kind in (SystemExit, KeyboardInterrupt):
                with self.subTest(mode=mode, kind=kind):
                    ran = []
                    self.loop.set_mode(mode)

                    def leave():
                        self.loop.exec_modal(lambda: ran.append(asyncio.get_running_loop()))
                        raise kind

                    self.loop.call_soon(leave)
                    with contextlib.suppress(kind):
                        self.loop.run_forever()
                    self.assertEqual(ran, [])
                    self.loop.call_soon(self.loop.stop)
                    self.loop.run_forever()
                    self.assertEqual(ran, [self.loop])

    def test_several_are_called_in_order(self):  # T05; the documents allow one
        order = []

        async def work():
            for number in range(3):
                self.loop.exec_modal(lambda number=number: order.append(number))
            await asyncio.sleep(0)

        self.exec_until_done(self.guest().create_task(work()))
        self.assertEqual(order, [0, 1, 2])


if __name__ == "__main__":
    unittest.main()
