# SPDX-License-Identifier: BSD-3-Clause
"""A web server with a few files, each of which it sends at a pace of its own."""

import asyncio
import contextlib
import functools
import hashlib

from aiohttp import web

# Megabytes, and megabytes a second.
FILES = {
    "atlas.bin": (6.0, 2.2),
    "boreas.bin": (9.5, 2.6),
    "ceres.bin": (3.2, 1.1),
    "daphne.bin": (7.4, 1.7),
    "europa.bin": (4.1, 1.0),
    "fortuna.bin": (8.8, 2.0),
    "ganymede.bin": (5.6, 1.9),
    "hektor.bin": (2.7, 0.7),
}
CHUNK = 1 << 16


@functools.cache
def content(name):
    """The bytes of a file: always the same, and not of one piece."""
    seed = hashlib.sha512(name.encode()).digest()
    data = seed * (int(FILES[name][0] * 1e6) // len(seed))
    return data, hashlib.sha256(data).hexdigest()


async def index(request):
    return web.json_response({name: len(content(name)[0]) for name in FILES})


async def send(request):
    name = request.match_info["name"]
    if name not in FILES:
        raise web.HTTPNotFound
    data, digest = content(name)
    response = web.StreamResponse(headers={"X-SHA256": digest})
    response.content_length = len(data)
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):  # whoever asked may have gone
        for start in range(0, len(data), CHUNK):
            await response.write(data[start : start + CHUNK])
            await asyncio.sleep(CHUNK / (FILES[name][1] * 1e6))
        await response.write_eof()
    return response


@contextlib.asynccontextmanager
async def running():
    """Serves while the block runs, and gives it the URL."""
    application = web.Application()
    application.router.add_get("/files", index)
    application.router.add_get("/files/{name}", send)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield "http://{}:{}".format(*runner.addresses[0])
    finally:
        await runner.cleanup()
