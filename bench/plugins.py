# SPDX-License-Identifier: BSD-3-Clause
"""What enabling a plugin costs beside importing its module: both in turns, in one run.

    qi-run --app=core --loop=none bench/plugins.py [--classes N] [--rounds N] [--reloads N]

The module has N classes. It is imported as any module is, from bytecode that Python keeps, and then by enabling a
plugin that consists of it: manifest, permissions, hashes, consent, dependencies, modules of its own, activate().
What is quoted is processor time, of the best round. --reloads counts what so many reloads leave behind.
"""

import argparse
import asyncio
import gc
import importlib
import os
import pathlib
import sys
import tempfile
import time

import qi
from qi.plugin import manager

CLASS = """
class Order{number}:
    '''An order.'''
    number: int = {number}
    def __init__(self, symbol, size, price=1.0):
        self.symbol, self.size, self.price = symbol, size, price
    def send(self, desk, *, retries=3):
        for attempt in range(retries):
            try:
                return desk.send(self.symbol, self.size, self.price)
            except OSError as error:
                print("again", attempt, error)
    async def watch(self, desk):
        async for fill in desk.fills(self.symbol):
            if fill.size > self.size:
                raise ValueError(fill)
            yield fill
    def __repr__(self):
        return f"<Order {{self.symbol}} {{self.size}}>"
"""


class Signal:
    def connect(self, function):
        return self

    def disconnect(self):
        pass


class Services:
    """Stands in for what the application gives the manager."""

    changed = Signal()

    def __init__(self, folder):
        self.folder, self.kept = folder, {}

    def setting(self, key):
        return self.kept.get(key)

    def setSetting(self, key, value):
        self.kept[key] = value

    def dataFolders(self):
        return [self.folder]

    def store(self):
        return True


MANIFEST = """
[plugin]
id = "desk"
name = "Desk"
version = "1"
entry = "desk"
dependencies = {dependencies}
"""


def write(folder, classes, head="", dependencies=()):
    """A plugin of so many classes, and a module that is the same."""
    source = head + "def activate(ctx): pass\n" + "".join(CLASS.format(number=number) for number in range(classes))
    plugin = folder / "plugins" / "desk"
    plugin.mkdir(parents=True)
    (plugin / "plugin.toml").write_text(MANIFEST.format(dependencies=list(dependencies)))
    (plugin / "desk.py").write_text(source)
    (folder / "plain_desk.py").write_text(source)


def start(folder):
    sys.path.insert(0, str(folder))
    manager.start(Services(str(folder)), application_folders=[str(folder / "plugins")], user_folder="",
                  system_folder="", settings_file=str(folder / "settings.ini"))


async def enable_once():
    started = time.thread_time()
    info = await manager.enable("desk")
    seconds = time.thread_time() - started
    if info["state"] != "active":
        raise RuntimeError(info["reason"])
    return seconds


def import_once():
    sys.modules.pop("plain_desk", None)
    importlib.invalidate_caches()
    started = time.thread_time()
    importlib.import_module("plain_desk")
    return time.thread_time() - started


async def compare(options):
    enabled, imported = [], []
    for _ in range(options.rounds):
        gc.collect()
        enabled.append(await enable_once())
        await manager.disable("desk")
        gc.collect()
        imported.append(import_once())
    one, other = min(enabled), min(imported)
    print(f"enable {one * 1e6:.0f} us, import {other * 1e6:.0f} us: {one / other:.2f} times, {(one - other) * 1e6:.0f} us more")


def state():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return {
        "resident KiB": pages * os.sysconf("SC_PAGESIZE") // 1024,
        "descriptors": len(os.listdir("/proc/self/fd")),
        "tasks": len(asyncio.all_tasks()),
        "modules": len(sys.modules),
        "objects": len(gc.get_objects()),
    }


async def soak(count):
    await manager.enable("desk")
    for _ in range(20):
        await manager.reload("desk")
    gc.collect()
    before = state()
    for _ in range(count):
        await manager.reload("desk")
    gc.collect()
    for name, value in state().items():
        print(f"{count} reloads: {name} {before[name]} -> {value}")


async def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--classes", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--reloads", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder, options.classes)
        start(folder)
        agree(folder)
        await compare(options)
        if options.reloads:
            await soak(options.reloads)
        await manager.stop()


def agree(folder):
    """Notes the user's consent, for which there is nobody to ask."""
    from qi.plugin import consents, trust

    plugin = folder / "plugins" / "desk"
    consents.Consents(folder / "settings-consents.json").give("desk", plugin, trust.fingerprint(plugin))


if __name__ == "__main__":
    sys.dont_write_bytecode = False
    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        runner.run(main())
