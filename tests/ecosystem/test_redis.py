# SPDX-License-Identifier: BSD-3-Clause
"""redis: a real server on a Unix socket and on a port; commands, pipelines, transactions, publish and subscribe."""

import asyncio
import os
import socket

import scenario

redis = scenario.need("redis.asyncio")
SERVER = scenario.need_program("/usr/bin/redis-server")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Redis(scenario.Case):
    async def start(self, port=0):
        path = os.path.join(self.folder, "redis")
        server = await asyncio.create_subprocess_exec(
            SERVER, "--port", str(port), "--bind", "127.0.0.1", "--unixsocket", path, "--dir", self.folder,
            "--save", "", "--daemonize", "no", stdout=asyncio.subprocess.PIPE)
        self.stack.push_async_callback(self.stop, server)
        while b"eady to accept connections" not in (line := await server.stdout.readline()):
            self.assertTrue(line, "the server has ended")
        return path

    async def stop(self, server):
        server.terminate()
        await server.communicate()

    def client(self, **where):
        client = redis.Redis(**where)
        close = getattr(client, "aclose", client.close)
        self.stack.push_async_callback(close)
        return client

    async def test_commands(self):
        client = self.client(unix_socket_path=await self.start())
        await asyncio.gather(*(client.set(f"key {n}", scenario.content(n)) for n in range(100)))
        found = await asyncio.gather(*(client.get(f"key {n}") for n in range(100)))
        self.assertEqual([scenario.digest(data) for data in found],
                         [scenario.digest(scenario.content(n)) for n in range(100)])
        await asyncio.gather(*(client.incr("count") for _ in range(100)))
        self.assertEqual(await client.get("count"), b"100")
        self.assertIsNone(await client.get("nothing"))
        with self.assertRaises(Exception) as raised:
            await client.lpush("count", 1)
        self.assertIn("WRONGTYPE", str(raised.exception))

    async def test_pipeline_on_a_port(self):
        port = free_port()
        await self.start(port)
        client = self.client(host="127.0.0.1", port=port)
        async with client.pipeline(transaction=True) as pipeline:
            for number in range(500):
                pipeline.rpush("list", number)
            pipeline.lrange("list", 0, -1)
            *lengths, items = await pipeline.execute()
        self.assertEqual(lengths, list(range(1, 501)))
        self.assertEqual(items, [b"%d" % number for number in range(500)])

    async def test_publish_and_subscribe(self):
        path = await self.start()
        publisher, subscriber = self.client(unix_socket_path=path), self.client(unix_socket_path=path)
        async with subscriber.pubsub() as channel:
            await channel.subscribe("news")
            self.assertEqual((await channel.get_message(timeout=30))["type"], "subscribe")
            for number in range(50):
                self.assertEqual(await publisher.publish("news", number), 1)
            found = [(await channel.get_message(timeout=30))["data"] for _ in range(50)]
        self.assertEqual(found, [b"%d" % number for number in range(50)])

    async def test_blocking_pop_is_cancelled(self):
        client = self.client(unix_socket_path=await self.start())
        waiting = asyncio.ensure_future(client.blpop("queue"))
        await client.ping()
        await client.rpush("queue", "first")
        self.assertEqual(await waiting, (b"queue", b"first"))
        waiting = asyncio.ensure_future(client.blpop("queue"))
        await client.ping()
        waiting.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await waiting
        self.assertTrue(await client.ping())


if __name__ == "__main__":
    scenario.main()
