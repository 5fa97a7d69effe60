# SPDX-License-Identifier: BSD-3-Clause
# What docs/code/recipes.cpp calls to see that the recipes do what they say.
import asyncio
import os
import tempfile
import types

import qi
from qi import host


async def downloads():
    import recipe_download

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300000)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        await recipe_download.download(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/file", path)
        assert os.path.getsize(path) == 300000
    server.close()


def pixels():
    try:
        import recipe_pixels
    except ModuleNotFoundError:
        return  # there is no numpy
    recipe_pixels.brighten()
    assert bytes(host.canvas.image)[:3] == bytes([60, 70, 255]), bytes(host.canvas.image)[:4]


async def periodic():
    import recipe_periodic

    beats = []

    async def beat():
        beats.append(1)

    task = asyncio.create_task(recipe_periodic.every(0.001, beat))
    while len(beats) < 3:
        await asyncio.sleep(0)
    task.cancel()


async def dialogs():
    import recipe_dialog

    for button, answer in (("Yes", True), ("No", False)):
        asyncio.get_running_loop().call_soon(lambda: host.question.done(getattr(host.question.StandardButtons, button)))
        assert await recipe_dialog.ask("Really?") is answer


async def processes():
    import recipe_processes

    assert await recipe_processes.smallest_factors([15, 49, 13]) == [3, 7, 13]


async def threads():
    import recipe_meter

    assert await recipe_meter.mean(3) == 21.5


async def docks():
    try:
        import recipe_dock
    except ImportError:
        return  # there is no PyQt6
    ended = []
    recipe_dock.activate(types.SimpleNamespace(host=host, on_deactivate=ended.append))
    assert host.window.findChild(class_name="QDockWidget").windowTitle == "Notes"
    ended[0]()


async def main():
    pixels()
    for each in (downloads, periodic, dialogs, processes, threads, docks):
        await each()
    return True
