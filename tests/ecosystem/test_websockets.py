# SPDX-License-Identifier: BSD-3-Clause
"""websockets: an echo server and many clients, texts and blocks, over TCP, TLS and a Unix socket."""

import asyncio
import os

import scenario

websockets = scenario.need("websockets")


async def echo(connection, path=None):
    async for message in connection:
        await connection.send(message)


class Websockets(scenario.Case):
    async def talk(self, connection, first):
        for number in range(first, first + 10):
            await connection.send(f"text {number}")
            self.assertEqual(await connection.recv(), f"text {number}")
            block = scenario.content(number)
            await connection.send(block)
            self.assertEqual(scenario.digest(await connection.recv()), scenario.digest(block))

    async def clients(self, connect, count):
        async def client(first):
            async with connect() as connection:
                await self.talk(connection, first)

        await asyncio.gather(*(client(number * 10) for number in range(count)))

    async def test_tcp(self):
        server = await self.stack.enter_async_context(websockets.serve(echo, "127.0.0.1", 0))
        port = server.sockets[0].getsockname()[1]
        await self.clients(lambda: websockets.connect(f"ws://127.0.0.1:{port}"), 20)

    async def test_tls(self):
        server_context, client_context = self.tls()
        server = await self.stack.enter_async_context(
            websockets.serve(echo, "127.0.0.1", 0, ssl=server_context))
        port = server.sockets[0].getsockname()[1]
        await self.clients(lambda: websockets.connect(f"wss://localhost:{port}", ssl=client_context), 10)

    async def test_unix(self):
        path = os.path.join(self.folder, "socket")
        await self.stack.enter_async_context(websockets.unix_serve(echo, path))
        await self.clients(lambda: websockets.unix_connect(path), 5)

    async def test_server_says_goodbye(self):
        async def goodbye(connection, path=None):
            await connection.close(1001, "going")

        server = await self.stack.enter_async_context(websockets.serve(goodbye, "127.0.0.1", 0))
        port = server.sockets[0].getsockname()[1]
        async with websockets.connect(f"ws://127.0.0.1:{port}") as connection:
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                await connection.recv()
        self.assertEqual((closed.exception.rcvd.code, closed.exception.rcvd.reason), (1001, "going"))


if __name__ == "__main__":
    scenario.main()
