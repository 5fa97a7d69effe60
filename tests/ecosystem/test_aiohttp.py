# SPDX-License-Identifier: BSD-3-Clause
"""aiohttp: server and client in the application, with TLS, and a hundred downloads at a time."""

import asyncio

import scenario

aiohttp = scenario.need("aiohttp")
from aiohttp import web  # noqa: E402

DOWNLOADS = 100


class Aiohttp(scenario.Case):
    async def start(self, *routes):
        application = web.Application()
        application.add_routes(routes)
        runner = web.AppRunner(application)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        server_context, client_context = self.tls()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_context)
        await site.start()
        port = runner.addresses[0][1]
        connector = aiohttp.TCPConnector(ssl=client_context, limit=0)
        session = await self.stack.enter_async_context(
            aiohttp.ClientSession(f"https://localhost:{port}", connector=connector))
        return session

    async def test_hundred_downloads_at_a_time(self):
        together, all_there = 0, asyncio.Event()

        async def download(request):
            nonlocal together
            number = int(request.match_info["number"])
            response = web.StreamResponse()
            await response.prepare(request)
            data = scenario.content(number)
            await response.write(data[:1000])
            together += 1
            if together == DOWNLOADS:
                all_there.set()
            await all_there.wait()  # none ends before all have begun
            for start in range(1000, len(data), 7000):
                await response.write(data[start:start + 7000])
            await response.write_eof()
            return response

        session = await self.start(web.get("/file/{number}", download))

        async def fetch(number):
            async with session.get(f"/file/{number}") as response:
                self.assertEqual(response.status, 200)
                return scenario.digest(await response.read())

        found = await asyncio.gather(*(fetch(number) for number in range(DOWNLOADS)))
        self.assertEqual(found, [scenario.digest(scenario.content(number)) for number in range(DOWNLOADS)])
        self.assertEqual(together, DOWNLOADS)

    async def test_json_upload_and_errors(self):
        async def total(request):
            body = await request.json()
            return web.json_response({"sum": sum(body["numbers"])})

        async def fails(request):
            raise web.HTTPConflict(text="not now")

        session = await self.start(web.post("/sum", total), web.get("/fails", fails))
        async with session.post("/sum", json={"numbers": list(range(1000))}) as response:
            self.assertEqual(await response.json(), {"sum": 499500})
        async with session.get("/fails") as response:
            self.assertEqual((response.status, await response.text()), (409, "not now"))
        async with session.get("/nowhere") as response:
            self.assertEqual(response.status, 404)

    async def test_websocket(self):
        async def talk(request):
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            async for message in socket:
                await socket.send_str(message.data[::-1])
            return socket

        session = await self.start(web.get("/talk", talk))
        async with session.ws_connect("/talk") as socket:
            for number in range(50):
                await socket.send_str(f"message {number}")
                self.assertEqual(await socket.receive_str(), f"message {number}"[::-1])

    async def test_timeout_and_cancelled_download(self):
        never = asyncio.Event()

        async def hangs(request):
            await never.wait()

        session = await self.start(web.get("/hangs", hangs))
        with self.assertRaises(asyncio.TimeoutError):
            await session.get("/hangs", timeout=aiohttp.ClientTimeout(total=0.01))
        task = asyncio.ensure_future(session.get("/hangs"))
        await asyncio.sleep(0)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        never.set()


if __name__ == "__main__":
    scenario.main()
