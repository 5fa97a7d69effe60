# SPDX-License-Identifier: BSD-3-Clause
"""asyncssh: server and client in the application; commands, a shell's dialogue, files, a forwarded port."""

import asyncio
import os

import scenario

asyncssh = scenario.need("asyncssh")


def port_of(server):
    return server.sockets[0].getsockname()[1]


class Asyncssh(scenario.Case):
    async def start(self, **options):
        """Returns a client's connection to a server that knows the client's key."""
        host_key, client_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
        authorized = os.path.join(self.folder, "authorized")
        with open(authorized, "wb") as file:
            file.write(client_key.export_public_key())
        server = await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[host_key], authorized_client_keys=authorized, **options)
        self.stack.push_async_callback(server.wait_closed)
        self.stack.callback(server.close)
        known = asyncssh.import_known_hosts("* " + host_key.export_public_key().decode())
        connection = await asyncssh.connect(
            "127.0.0.1", port_of(server), username="qi", client_keys=[client_key], known_hosts=known, config=None)
        self.stack.push_async_callback(connection.wait_closed)
        self.stack.callback(connection.close)
        return connection

    async def test_commands(self):
        async def handle(process):
            text = await process.stdin.read()
            process.stdout.write(f"{process.command}: {text.upper()}")
            process.stderr.write("warned")
            process.exit(len(text))

        connection = await self.start(process_factory=handle)

        async def command(number):
            result = await connection.run(f"command {number}", input="x" * number)
            self.assertEqual((result.stdout, result.stderr, result.exit_status),
                             (f"command {number}: " + "X" * number, "warned", number))

        await asyncio.gather(*(command(number) for number in range(1, 21)))

    async def test_dialogue(self):
        async def handle(process):
            async for line in process.stdin:
                process.stdout.write(line[::-1].strip() + "\n")
            process.exit(0)

        connection = await self.start(process_factory=handle)
        async with connection.create_process() as process:
            for number in range(30):
                process.stdin.write(f"line {number}\n")
                self.assertEqual(await process.stdout.readline(), f"line {number}"[::-1] + "\n")

    async def test_files(self):
        root = os.path.join(self.folder, "root")
        os.mkdir(root)
        connection = await self.start(sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=root))
        data = scenario.content(5, 500_000)
        async with connection.start_sftp_client() as sftp:
            async with sftp.open("there", "wb") as file:
                await file.write(data)
            self.assertIn("there", await sftp.listdir())
            async with sftp.open("there", "rb") as file:
                self.assertEqual(scenario.digest(await file.read()), scenario.digest(data))
        with open(os.path.join(root, "there"), "rb") as file:
            self.assertEqual(scenario.digest(file.read()), scenario.digest(data))

    async def test_forwarded_port(self):
        class Server(asyncssh.SSHServer):
            def connection_requested(self, *arguments):
                return True

        async def echo(reader, writer):
            writer.write((await reader.readline()).upper())
            writer.close()

        target = await self.stack.enter_async_context(await asyncio.start_server(echo, "127.0.0.1", 0))
        connection = await self.start(server_factory=Server)
        tunnel = await connection.forward_local_port("127.0.0.1", 0, *target.sockets[0].getsockname())
        reader, writer = await asyncio.open_connection("127.0.0.1", tunnel.get_port())
        writer.write(b"through the tunnel\n")
        self.assertEqual(await reader.read(), b"THROUGH THE TUNNEL\n")
        writer.close()
        await writer.wait_closed()
        tunnel.close()
        await tunnel.wait_closed()

    async def test_stranger_is_refused(self):
        host_key = asyncssh.generate_private_key("ssh-ed25519")
        server = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[host_key])
        self.stack.push_async_callback(server.wait_closed)
        self.stack.callback(server.close)
        with self.assertRaises(asyncssh.PermissionDenied):
            await asyncssh.connect("127.0.0.1", port_of(server), username="qi", known_hosts=None, config=None,
                                   client_keys=[asyncssh.generate_private_key("ssh-ed25519")])


if __name__ == "__main__":
    scenario.main()
