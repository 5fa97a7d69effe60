# SPDX-License-Identifier: BSD-3-Clause
"""Fetches files over HTTP, many at a time; the server they come from is in `server.py`."""

import contextlib
import hashlib
import pathlib
import tempfile

import aiohttp

import qi
from qi import host

from . import server

_session = None
_folder = None
_settings = None


async def activate(ctx):
    """Starts the server and the client's session, makes a folder for the files, and offers them."""
    global _session, _folder, _settings
    _settings = ctx.settings
    stack = contextlib.AsyncExitStack()
    ctx.on_deactivate(stack.aclose)
    url = await stack.enter_async_context(server.running())
    _folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qi-demo-")))
    _session = await stack.enter_async_context(aiohttp.ClientSession(url))
    async with _session.get("/files") as response:
        files = await response.json()
    stack.callback(host.downloads.clear)
    host.downloads.server = url
    for name, size in files.items():
        host.downloads.offer(name, size)


async def fetch(name):
    """Fetches one file, tells how far it is, and checks what arrived. The application launches it."""
    received, digest = 0, hashlib.sha256()
    async with _session.get(f"/files/{name}") as response:
        response.raise_for_status()
        with open(_folder / name, "wb") as file:
            async for chunk in response.content.iter_chunked(int(_settings.chunk) << 10):
                file.write(chunk)
                digest.update(chunk)
                received += len(chunk)
                qi.progress(received, response.content_length, name)
    if digest.hexdigest() != response.headers["X-SHA256"]:
        raise ValueError(f"{name} arrived damaged")
    return received
