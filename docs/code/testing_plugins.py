# SPDX-License-Identifier: BSD-3-Clause
"""Tests of a plugin, as docs/guide/authors-desk.md shows them. Run as a script, it runs itself under pytest."""

import asyncio
import pathlib
import subprocess
import sys
import tempfile

from qi import host
from qi.testing import FakeObject, Signal, load_plugin

FOLDER = pathlib.Path(__file__).parent.parent


async def greet_later(checked):
    host.window.status = "one moment…"
    await asyncio.sleep(1)
    host.window.showMessage("hello")


async def test_the_action_greets():
    async with load_plugin(FOLDER) as plugin:
        plugin.trigger("greet")
        assert plugin.object.greeted == 1


class Window(FakeObject):
    status: str = ""
    clicked = Signal(bool)

    def showMessage(self, text): ...


async def test_a_coroutine_on_a_click(qi_host, qi_clock):
    host = qi_host(window=Window())
    host.window.clicked.connect(greet_later)
    host.window.clicked.emit(True)
    assert host.window.status == "one moment…"
    await qi_clock.advance(1)
    assert host.window.calls_of("showMessage") == [("hello",)]


def main():
    """In a plugin that is made for it."""
    import os

    program = os.readlink("/proc/self/exe")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "plugin", "new", "greeter"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        tests = pathlib.Path(folder, "greeter", "tests")
        target = tests / "test_shown.py"
        target.write_text(pathlib.Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
        target.chmod(0o644)
        try:
            import pytest  # noqa: F401
        except ImportError:
            print("pytest is not installed")
            return 0
        return subprocess.run([program, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)]).returncode


if __name__ == "__main__":
    sys.exit(main())
