# SPDX-License-Identifier: BSD-3-Clause
"""qi.debug from Python; that a debugger can attach is tested in tests/run/test_debug.py."""

import asyncio
import os
import unittest

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
            where = debug.listen(backend="pdb")
            self.assertIsInstance(where, debug.Listening)
            self.assertFalse(debug.is_attached())
            waiting = asyncio.create_task(debug.wait_for_client())
            await asyncio.sleep(0)
            waiting.cancel()
            self.assertEqual(debug.listen_for_host(0)["path"], where.path)
            debug.stop()
            self.assertFalse(os.path.exists(where.path))
            debug.stop()

        self.run_in_loop(main())

    def test_wrong_use(self):
        async def main():
            with self.assertRaisesRegex(RuntimeError, "listen"):
                await debug.wait_for_client()
            with self.assertRaises(ValueError):
                debug.listen(backend="gdb")

        self.run_in_loop(main())


if __name__ == "__main__":
    unittest.main()
