# SPDX-License-Identifier: BSD-3-Clause
"""httpx on anyio's asyncio backend: requests over TLS; task groups, cancel scopes, threads, streams."""

import asyncio
import threading

import scenario

anyio, httpx = scenario.need("anyio", "httpx")
web = scenario.need("aiohttp.web")

import anyio.abc  # noqa: E402
import anyio.from_thread  # noqa: E402
import anyio.to_thread  # noqa: E402


class Httpx(scenario.Case):
    async def start(self, *routes):
        application = web.Application()
        application.add_routes(routes)
        runner = web.AppRunner(application)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        server_context, client_context = self.tls()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_context).start()
        base = f"https://localhost:{runner.addresses[0][1]}"
        return await self.stack.enter_async_context(
            httpx.AsyncClient(base_url=base, verify=client_context, trust_env=False))

    async def test_downloads_in_a_task_group(self):
        async def download(request):
            return web.Response(body=scenario.content(int(request.match_info["number"])))

        client = await self.start(web.get("/{number}", download))
        found = {}

        async def fetch(number):
            response = await client.get(f"/{number}")
            found[number] = scenario.digest(response.content)

        async with anyio.create_task_group() as group:
            for number in range(40):
                group.start_soon(fetch, number)
        self.assertEqual(found, {number: scenario.digest(scenario.content(number)) for number in range(40)})

    async def test_streamed_response(self):
        async def lines(request):
            response = web.StreamResponse()
            await response.prepare(request)
            for number in range(100):
                await response.write(b"line %d\n" % number)
            return response

        client = await self.start(web.get("/lines", lines))
        async with client.stream("GET", "/lines") as response:
            found = [line.strip() async for line in response.aiter_lines()]
        self.assertEqual(found, [f"line {number}" for number in range(100)])

    async def test_timeout(self):
        never = asyncio.Event()

        async def hangs(request):
            await never.wait()

        client = await self.start(web.get("/hangs", hangs))
        with self.assertRaises(httpx.ReadTimeout):
            await client.get("/hangs", timeout=httpx.Timeout(30, read=0.01))
        never.set()


class Anyio(scenario.Case):
    async def test_cancel_scope(self):
        ended = []

        async def sleeper(name):
            try:
                await anyio.sleep_forever()
            finally:
                ended.append(name)

        async with anyio.create_task_group() as group:
            group.start_soon(sleeper, "one")
            group.start_soon(sleeper, "two")
            await anyio.sleep(0)
            group.cancel_scope.cancel()
        self.assertEqual(sorted(ended), ["one", "two"])
        with anyio.move_on_after(0.005) as scope:
            await anyio.sleep_forever()
        self.assertTrue(scope.cancel_called)
        with self.assertRaises(TimeoutError):
            with anyio.fail_after(0.005):
                await anyio.sleep_forever()

    async def test_error_cancels_the_group(self):
        cancelled = []

        async def bystander():
            try:
                await anyio.sleep_forever()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise

        async def fails():
            await anyio.sleep(0)
            raise ValueError("expected")

        try:
            async with anyio.create_task_group() as group:
                group.start_soon(bystander)
                group.start_soon(fails)
        except ValueError as error:  # anyio 3
            found = error
        except BaseExceptionGroup as errors:  # anyio 4
            (found,) = errors.exceptions
        self.assertEqual((type(found), str(found), cancelled), (ValueError, "expected", [True]))

    async def test_shielded_clean_up(self):
        steps = []

        async def careful():
            try:
                await anyio.sleep_forever()
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(0.001)
                    steps.append("cleaned up")

        async with anyio.create_task_group() as group:
            group.start_soon(careful)
            await anyio.sleep(0)
            group.cancel_scope.cancel()
        self.assertEqual(steps, ["cleaned up"])

    async def test_threads_and_back(self):
        main = threading.get_ident()

        async def in_loop(value):
            self.assertEqual(threading.get_ident(), main)
            await anyio.sleep(0)
            return value * 2

        def work(value):
            self.assertNotEqual(threading.get_ident(), main)
            return anyio.from_thread.run(in_loop, value) + anyio.from_thread.run_sync(lambda: 1)

        found = []

        async def one(value):
            found.append(await anyio.to_thread.run_sync(work, value))

        async with anyio.create_task_group() as group:
            for value in range(30):
                group.start_soon(one, value)
        self.assertEqual(sorted(found), [value * 2 + 1 for value in range(30)])

    async def test_sockets_and_processes(self):
        async def echo(stream):
            async with stream:
                async for block in stream:
                    await stream.send(block.upper())

        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with anyio.create_task_group() as group:
            group.start_soon(listener.serve, echo)
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                await stream.send(b"hello")
                self.assertEqual(await stream.receive(), b"HELLO")
            group.cancel_scope.cancel()
        await listener.aclose()
        done = await anyio.run_process(["tr", "a-z", "A-Z"], input=b"process")
        self.assertEqual(done.stdout, b"PROCESS")

    async def test_memory_streams_and_locks(self):
        send, receive = anyio.create_memory_object_stream(3)
        lock, found = anyio.Lock(), []

        async def consume(stream):
            async with stream:
                async for item in stream:
                    async with lock:
                        found.append(item)

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(consume, receive.clone())
            receive.close()
            async with send:
                for number in range(200):
                    await send.send(number)
        self.assertEqual(sorted(found), list(range(200)))


if __name__ == "__main__":
    scenario.main()
