# SPDX-License-Identifier: BSD-3-Clause
"""nest_asyncio: apply() in the running guest, after which run_until_complete() nests; also below jupyter_client."""

import asyncio
import contextvars
import importlib

import scenario

import qi

nest_asyncio = scenario.need("nest_asyncio")

variable = contextvars.ContextVar("variable", default=0)


async def answer():
    await asyncio.sleep(0.01)
    return 42


class Guest(scenario.Case):
    """In the loop of the application, which others use, too."""

    def setUp(self):
        super().setUp()
        self.ticks = 0
        ticking = qi.run_task(self.tick())  # somebody else's task, begun before, and not by a task of nest_asyncio's kind
        self.stack.push_async_callback(self.end, ticking)
        nest_asyncio.apply()

    async def tick(self):
        while True:
            await asyncio.sleep(0.001)
            self.ticks += 1

    async def end(self, task):
        before = self.ticks
        while self.ticks == before:  # it lives
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task])

    def nest(self, future):
        before = self.ticks
        result = self.loop.run_until_complete(future)
        self.assertGreater(self.ticks, before, "the others went on")
        return result

    async def test_nests(self):
        async def inner():
            result = self.nest(answer())
            self.assertEqual(result, await answer())
            return result

        async def outer():
            result = self.nest(inner())
            self.assertEqual(result, await inner())
            return result

        self.assertEqual(self.nest(outer()), 42)
        self.assertEqual(await outer(), 42)

    async def test_a_task_and_a_group_of_them(self):
        task = asyncio.ensure_future(answer())
        self.assertEqual(self.nest(task), 42)
        done, pending = self.nest(asyncio.wait([asyncio.ensure_future(answer())]))
        self.assertEqual(([each.result() for each in done], pending), ([42], set()))

    async def test_several_at_once(self):
        async def one(seconds):
            self.nest(asyncio.sleep(seconds))
            return seconds

        self.assertEqual(await asyncio.gather(one(0.03), one(0.02)), [0.03, 0.02])

    async def test_asyncio_run_and_a_timeout(self):
        with self.assertRaises(asyncio.TimeoutError):
            asyncio.run(asyncio.wait_for(asyncio.sleep(10), 0.01))
        self.assertEqual(asyncio.run(answer()), 42)

    async def test_context_variables(self):
        async def set_it():
            variable.set(42)
            await asyncio.sleep(0.01)
            return variable.get()

        self.assertEqual(self.nest(set_it()), 42)
        self.assertEqual(variable.get(), 0)

    async def test_sockets_threads_and_processes_inside(self):
        async def all_of_them():
            server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
            async with server:
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                self.assertEqual(await reader.read(), b"")
                writer.close()
                await writer.wait_closed()
            process = await asyncio.create_subprocess_exec("echo", "out", stdout=asyncio.subprocess.PIPE)
            said, _ = await process.communicate()
            return said, await asyncio.to_thread(lambda: "thread")

        self.assertEqual(self.nest(all_of_them()), (b"out\n", "thread"))

    async def test_the_window_lives_and_its_slots_launch_tasks(self):
        from PyQt6.QtCore import QTimer

        done = self.loop.create_future()

        @qi.asyncslot
        async def slot():
            await asyncio.sleep(0.01)
            done.set_result("slot")

        QTimer.singleShot(0, slot)
        self.assertEqual(self.nest(done), "slot")

    async def test_as_jupyter_client_does_it(self):
        try:
            run_sync = importlib.import_module("jupyter_client.utils").run_sync
        except (ModuleNotFoundError, AttributeError) as error:
            self.skipTest(str(error))
        if importlib.import_module("jupyter_client").version_info[0] > 7:
            self.skipTest("jupyter_client 8 has a thread for that")
        self.assertEqual(run_sync(answer)(), 42)


class Others(scenario.Case):
    """A loop in a thread, which it owns: with Qt's event loop below it, and without."""

    def run_in(self, mode):
        loop = qi.new_event_loop()
        loop.set_mode(mode)
        nest_asyncio.apply(loop)

        async def main():
            inner = loop.run_until_complete(answer())
            return inner, await answer(), await asyncio.to_thread(lambda: asyncio._get_running_loop())

        try:
            result = loop.run_until_complete(main())
            loop.run_until_complete(loop.shutdown_default_executor())
            return result
        finally:
            loop.close()

    async def test_owner(self):
        self.assertEqual(await asyncio.to_thread(self.run_in, qi.QiLoopMode.OWNER), (42, 42, None))

    async def test_native(self):
        self.assertEqual(await asyncio.to_thread(self.run_in, qi.QiLoopMode.NATIVE), (42, 42, None))


if __name__ == "__main__":
    scenario.main()
