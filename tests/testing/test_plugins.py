# SPDX-License-Identifier: BSD-3-Clause
"""load_plugin() activates a plugin with no application around it, and tells what it leaves behind."""

import os
import pathlib
import sys
import tempfile
import textwrap
import unittest

from qi.testing import AsyncTestCase, Clock, LeakError, PluginFailed, load_plugin, settle

MANIFEST = """
[plugin]
id = "shop"
name = "A shop"
version = "1.0"
entry = "shop"

[settings.price]
type = "int"
title = "Price"
default = 3
"""


class Loading(AsyncTestCase):
    def setUp(self):
        base = tempfile.TemporaryDirectory()
        self.addCleanup(base.cleanup)
        self.folder = pathlib.Path(base.name).resolve() / "shop"
        self.folder.mkdir(mode=0o755)
        self.write("plugin.toml", MANIFEST)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(textwrap.dedent(text))
        path.chmod(0o644)

    async def test_activate_and_deactivate(self):
        self.write("shop.py", """
            log = []
            def activate(ctx):
                log.append(ctx.id)
                ctx.action("buy", "Buy", lambda: log.append(ctx.settings.price))
            def deactivate(): log.append("off")
        """)
        async with load_plugin(self.folder, settings={"price": 5}) as plugin:
            log = plugin.module.log
            self.assertIs(plugin.object, plugin.module)
            self.assertEqual(plugin.ctx.id, "shop")
            plugin.trigger("buy")
            plugin.set_setting("price", 7)
            plugin.trigger("buy")
            self.assertEqual(plugin.info()["state"], "active")
        self.assertEqual(log, ["shop", 5, 7, "off"])
        self.assertTrue(plugin.report["clean"])
        with self.assertRaises(RuntimeError):
            plugin.ctx

    async def test_twice(self):
        self.write("shop.py", "def activate(ctx): ctx.state['n'] = ctx.state.get('n', 0) + 1\n")
        for _ in range(2):
            async with load_plugin(str(self.folder)) as plugin:
                self.assertEqual(plugin.ctx.state, {"n": 1})

    async def test_reload(self):
        self.write("shop.py", "VALUE = 1\ndef activate(ctx): pass\n")
        async with load_plugin(self.folder) as plugin:
            self.write("shop.py", "VALUE = 22\ndef activate(ctx): pass\n")
            await plugin.reload()
            self.assertEqual(plugin.module.VALUE, 22)

    async def test_timers_go_by_a_clock(self):
        self.write("shop.py", "seen = []\ndef activate(ctx): ctx.every(60, seen.append, 1)\n")
        with Clock() as clock:
            async with load_plugin(self.folder) as plugin:
                await clock.advance(185)
                self.assertEqual(plugin.module.seen, [1, 1, 1])

    async def test_one_that_cannot_be_started(self):
        self.write("shop.py", "def activate(ctx): raise ValueError('not today')\n")
        with self.assertRaises(PluginFailed) as raised:
            async with load_plugin(self.folder):
                self.fail("it is no plugin")
        self.assertIn("not today", str(raised.exception))
        self.assertIn("shop.py", str(raised.exception))

    async def test_one_that_the_application_would_not_trust(self):
        self.write("shop.py", "def activate(ctx): pass\n")
        os.chmod(self.folder / "shop.py", 0o666)
        with self.assertRaisesRegex(PluginFailed, "blocked"):
            async with load_plugin(self.folder):
                pass

    async def test_what_it_leaves_behind(self):
        self.write("shop.py", "import os, sys\ndef activate(ctx): sys.kept = open(__file__)\n")
        with self.assertRaisesRegex(LeakError, r"descriptors: .*shop\.py"):
            async with load_plugin(self.folder):
                pass
        sys.kept.close()

    async def test_what_is_no_plugin(self):
        with self.assertRaisesRegex(FileNotFoundError, "plugin.toml"):
            async with load_plugin(self.folder.parent):
                pass

    async def test_an_exception_of_the_test_comes_first(self):
        self.write("shop.py", "def activate(ctx): pass\n")
        with self.assertRaises(KeyError):
            async with load_plugin(self.folder):
                raise KeyError
        await settle()


if __name__ == "__main__":
    unittest.main()
