# SPDX-License-Identifier: BSD-3-Clause
"""Fetches files over HTTP, many at a time; the server they come from is in `server.py`."""

import asyncio
import hashlib
import pathlib
import tempfile
import time

import aiohttp

from qi import host

from . import server

_session = None
_folder = None


async def serve():
    """Runs as long as the program does: the server, the client's session, and a folder for the files."""
    global _session, _folder
    async with server.running() as url:
        with tempfile.TemporaryDirectory(prefix="qi-demo-") as folder:
            _folder = pathlib.Path(folder)
            async with aiohttp.ClientSession(url) as _session:
                host.downloads.server = url
                async with _session.get("/files") as response:
                    for name, size in (await response.json()).items():
                        host.downloads.offer(name, size)
                await asyncio.Event().wait()  # until the program ends and cancels this


async def fetch(name):
    """Fetches one file, shows how far it is, and checks what arrived."""
    received, shown, digest = 0, 0.0, hashlib.sha256()
    async with _session.get(f"/files/{name}") as response:
        response.raise_for_status()
        with open(_folder / name, "wb") as file:
            async for chunk in response.content.iter_chunked(1 << 16):
                file.write(chunk)
                digest.update(chunk)
                received += len(chunk)
                if time.monotonic() - shown > 1 / 30:  # more often nobody could see
                    host.downloads.setProgress(name, received)
                    shown = time.monotonic()
    if digest.hexdigest() != response.headers["X-SHA256"]:
        raise ValueError(f"{name} arrived damaged")
    host.downloads.setProgress(name, received)
    return received
