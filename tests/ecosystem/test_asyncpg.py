# SPDX-License-Identifier: BSD-3-Clause
"""asyncpg: a pool of connections to a real PostgreSQL on a Unix socket; queries, COPY, NOTIFY, cancel."""

import asyncio
import datetime
import glob
import os
import signal
import subprocess

import scenario

asyncpg = scenario.need("asyncpg")
BIN = os.path.dirname(scenario.need_program(*sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")),
                                            "/usr/lib/postgresql/bin/initdb"))


def unprivileged(folder):
    """PostgreSQL refuses to run as root, so there it is run as nobody, who gets the folder."""
    if os.getuid():
        return []
    subprocess.run(["chown", "nobody", folder], check=True)
    os.chmod(folder, 0o700)
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]


class Asyncpg(scenario.Case):
    async def start(self):
        """Starts a server of its own; returns what connect() needs."""
        run_as = unprivileged(self.folder)
        data = os.path.join(self.folder, "data")
        made = await asyncio.create_subprocess_exec(
            *run_as, f"{BIN}/initdb", "-D", data, "-U", "qi", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        said, _ = await made.communicate()
        self.assertEqual(made.returncode, 0, said.decode())
        server = await asyncio.create_subprocess_exec(
            *run_as, f"{BIN}/postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses=", "-F",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
        self.stack.push_async_callback(self.stop, server)
        said = []
        while b"ready to accept connections" not in (line := await server.stderr.readline()):
            said.append(line)
            self.assertTrue(line, f"the server has ended: {b''.join(said).decode()}")
        # It waits when nobody reads what it says.
        reading = asyncio.ensure_future(server.stderr.read())
        self.stack.push_async_callback(self.join, reading)
        return {"host": self.folder, "user": "qi", "database": "postgres"}

    async def join(self, task):
        if not task.done():
            task.cancel()
            await asyncio.wait([task])

    async def stop(self, server):
        server.send_signal(signal.SIGINT)  # a fast shutdown
        await server.wait()

    async def test_a_day_with_a_database(self):
        where = await self.start()
        pool = await self.stack.enter_async_context(asyncpg.create_pool(**where, min_size=2, max_size=8))
        await self.queries(pool)
        await self.transactions(pool)
        await self.copy(pool)
        await self.notifications(pool)
        await self.cancelled_query(pool)

    async def queries(self, pool):
        await pool.execute("CREATE TABLE item (id int PRIMARY KEY, name text, made timestamptz, data bytea)")
        made = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc)

        async def insert(number):
            await pool.execute("INSERT INTO item VALUES ($1, $2, $3, $4)", number, f"näme {number}", made,
                               scenario.content(number, 2000))

        await asyncio.gather(*(insert(number) for number in range(100)))
        rows = await pool.fetch("SELECT * FROM item ORDER BY id")
        self.assertEqual([row["name"] for row in rows], [f"näme {number}" for number in range(100)])
        self.assertEqual({row["made"] for row in rows}, {made})
        self.assertEqual([scenario.digest(row["data"]) for row in rows],
                         [scenario.digest(scenario.content(number, 2000)) for number in range(100)])

    async def transactions(self, pool):
        async with pool.acquire() as connection:
            with self.assertRaises(asyncpg.UniqueViolationError):
                async with connection.transaction():
                    await connection.execute("DELETE FROM item WHERE id = 50")
                    await connection.execute("INSERT INTO item VALUES (51)")
            self.assertEqual(await connection.fetchval("SELECT count(*) FROM item"), 100)
            async with connection.transaction():
                found = [row["id"] async for row in connection.cursor("SELECT id FROM item ORDER BY id", prefetch=7)]
            self.assertEqual(found, list(range(100)))

    async def copy(self, pool):
        async with pool.acquire() as connection:
            records = [(number, f"copied {number}") for number in range(1000, 6000)]
            await connection.copy_records_to_table("item", records=records, columns=["id", "name"])
            path = os.path.join(self.folder, "copied")
            await connection.copy_from_query("SELECT id, name FROM item WHERE id >= 1000 ORDER BY id", output=path)
            with open(path) as file:
                self.assertEqual([line.split("\t")[1].strip() for line in file], [name for _, name in records])

    async def notifications(self, pool):
        heard = asyncio.Queue()

        def hear(connection, process, channel, payload):
            heard.put_nowait(payload)

        async with pool.acquire() as listener:
            await listener.add_listener("news", hear)
            for number in range(10):
                await pool.execute("SELECT pg_notify('news', $1)", str(number))
            self.assertEqual([await heard.get() for _ in range(10)], [str(number) for number in range(10)])
            await listener.remove_listener("news", hear)

    async def cancelled_query(self, pool):
        async with pool.acquire() as connection:
            with self.assertRaises(asyncio.TimeoutError):
                await connection.execute("SELECT pg_sleep(1000)", timeout=0.01)
            self.assertEqual(await connection.fetchval("SELECT 42"), 42)  # it is fit for use again


if __name__ == "__main__":
    scenario.main()
