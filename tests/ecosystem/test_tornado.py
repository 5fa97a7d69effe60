# SPDX-License-Identifier: BSD-3-Clause
"""tornado: its IOLoop on the guest loop; server, client, WebSocket, callbacks, threads."""

import asyncio
import threading

import scenario

tornado = scenario.need("tornado")
from tornado import gen, httpclient, httpserver, ioloop, queues, web, websocket  # noqa: E402
from tornado.platform.asyncio import AsyncIOLoop, BaseAsyncIOLoop  # noqa: E402,F401


class Download(web.RequestHandler):
    async def get(self, number):
        data = scenario.content(int(number))
        for start in range(0, len(data), 10_000):
            self.write(data[start:start + 10_000])
            await self.flush()


class Sum(web.RequestHandler):
    def post(self):
        self.write({"sum": sum(map(int, self.request.body.split()))})


class Echo(websocket.WebSocketHandler):
    def on_message(self, message):
        self.write_message(message[::-1])


class Tornado(scenario.Case):
    def serve(self, context=None):
        application = web.Application([(r"/file/(\d+)", Download), ("/sum", Sum), ("/echo", Echo)])
        server = httpserver.HTTPServer(application, ssl_options=context)
        server.listen(0, "127.0.0.1")
        self.stack.push_async_callback(server.close_all_connections)
        self.stack.callback(server.stop)
        (listener,) = server._sockets.values()
        return listener.getsockname()[1]

    async def test_loop_is_ours(self):
        loop = ioloop.IOLoop.current()
        self.assertIs(loop.asyncio_loop, self.loop)
        self.assertIs(loop, ioloop.IOLoop.current())

    async def test_downloads_with_tls(self):
        server_context, client_context = self.tls()
        port = self.serve(server_context)
        client = httpclient.AsyncHTTPClient(force_instance=True, max_clients=50)
        self.stack.callback(client.close)

        async def fetch(number):
            response = await client.fetch(f"https://localhost:{port}/file/{number}", ssl_options=client_context)
            return scenario.digest(response.body)

        found = await asyncio.gather(*(fetch(number) for number in range(50)))
        self.assertEqual(found, [scenario.digest(scenario.content(number)) for number in range(50)])
        response = await client.fetch(f"https://localhost:{port}/sum", method="POST", body="1 2 3",
                                      ssl_options=client_context)
        self.assertEqual(response.body, b'{"sum": 6}')
        with self.assertRaises(httpclient.HTTPClientError):
            await client.fetch(f"https://localhost:{port}/nowhere", ssl_options=client_context)

    async def test_websocket(self):
        port = self.serve()
        connection = await websocket.websocket_connect(f"ws://127.0.0.1:{port}/echo")
        for number in range(30):
            await connection.write_message(f"message {number}")
            self.assertEqual(await connection.read_message(), f"message {number}"[::-1])
        connection.close()
        self.assertIsNone(await connection.read_message())

    async def test_callbacks_and_threads(self):
        loop, queue = ioloop.IOLoop.current(), queues.Queue()
        loop.add_callback(queue.put, "callback")
        threading.Thread(target=loop.add_callback, args=(queue.put, "thread")).start()
        self.assertEqual({await queue.get(), await queue.get()}, {"callback", "thread"})
        self.assertEqual(await loop.run_in_executor(None, sum, range(100)), 4950)
        loop.call_later(0.001, queue.put, "later")
        self.assertEqual(await queue.get(), "later")
        periodic = ioloop.PeriodicCallback(lambda: queue.put_nowait("again"), 1)
        periodic.start()
        self.assertEqual([await queue.get() for _ in range(3)], ["again"] * 3)
        periodic.stop()

    async def test_old_coroutines(self):
        @gen.coroutine
        def double(value):
            yield gen.sleep(0.001)
            return value * 2

        self.assertEqual(await double(21), 42)


if __name__ == "__main__":
    scenario.main()
