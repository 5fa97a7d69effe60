# SPDX-License-Identifier: BSD-3-Clause
"""qi.debug from Python; that a debugger can attach is tested in tests/run/test_debug.py."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import qi
from qi import debug


class Listening(unittest.TestCase):
    def run_in_loop(self, coroutine):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        loop.set_mode(qi.QiLoopMode.NATIVE)
        return loop.run_until_complete(coroutine)

    def test_listen_and_stop(self):
        async def main():
            where = debug.listen()
            self.assertEqual((where.backend, where.host, where.port), ("pdb", "", 0))
            self.assertIsInstance(where, debug.Listening)
            self.assertFalse(debug.is_attached())
            waiting = asyncio.create_task(debug.wait_for_client())
            await asyncio.sleep(0)
            waiting.cancel()
            self.assertEqual(debug.listen_for_host(None, 0)["path"], where.path)
            debug.stop()
            self.assertFalse(os.path.exists(where.path))
            debug.stop()

        self.run_in_loop(main())

    def test_no_folder_that_others_cannot_write_to(self):
        async def main():
            with self.assertRaisesRegex(PermissionError, "set TMPDIR"):
                debug.listen()
            with self.assertRaisesRegex(RuntimeError, "nothing listens"):
                await debug.wait_for_client()

        with tempfile.TemporaryDirectory() as place:
            os.chmod(place, 0o777)
            with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=place), mock.patch.object(tempfile, "tempdir", place):
                self.run_in_loop(main())

    def test_what_connects_shows_text_and_nothing_that_steers_a_terminal(self):
        with socket.socket(socket.AF_UNIX) as server, tempfile.TemporaryDirectory() as place:
            server.bind(os.path.join(place, "s"))
            server.listen()
            client = subprocess.Popen([sys.executable, "-c", debug.CLIENT, os.path.join(place, "s")], text=True,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            other, _ = server.accept()
            with other:
                other.sendall("→ \x1b]0;title\x07\u202e\tx\r\n".encode())
            self.assertEqual(client.communicate(timeout=60)[0], "→ ?]0;title??\tx\n")

    def test_the_command_that_is_told_imports_nothing_from_where_somebody_stands(self):
        with socket.socket(socket.AF_UNIX) as server, tempfile.TemporaryDirectory() as place:
            server.bind(os.path.join(place, "s"))
            server.listen()
            server.settimeout(60)
            for name in ("socket", "sys", "threading"):
                with open(os.path.join(place, f"{name}.py"), "w") as file:
                    file.write("raise SystemExit('planted')\n")
            command = str(debug.Listening("pdb", "", 0, server.getsockname())).partition("connect with: ")[2]
            client = subprocess.Popen(command, shell=True, cwd=place, text=True, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.addCleanup(client.wait)
            other, _ = server.accept()
            with other:
                other.sendall(b"attached\n")
            self.assertEqual(client.communicate(timeout=60)[0], "attached\n")

    def test_wrong_use(self):
        async def main():
            with self.assertRaisesRegex(RuntimeError, "listen"):
                await debug.wait_for_client()
            with self.assertRaises(ValueError):
                debug.listen(backend="gdb")
            with self.assertRaisesRegex(ValueError, "anybody on this machine can connect"):
                debug.listen(5678)
            self.assertFalse(debug.is_attached())

        self.run_in_loop(main())


if __name__ == "__main__":
    unittest.main()
