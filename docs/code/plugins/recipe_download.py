# SPDX-License-Identifier: BSD-3-Clause
# A download with nothing but the standard library: docs/guide/recipes.md
import asyncio
import os
import threading
import urllib.request

import qi


async def download(url, path):
    stop = threading.Event()
    try:
        await asyncio.to_thread(fetch, url, path + ".part", stop)
        os.replace(path + ".part", path)  # a file of that name is a whole one
    finally:
        stop.set()  # a thread cannot be cancelled, but asked


def fetch(url, path, stop):
    with urllib.request.urlopen(url, timeout=30) as answer, open(path, "wb") as file:
        size = int(answer.headers.get("Content-Length", 0))  # 0: nobody knows
        while not stop.is_set() and (piece := answer.read(1 << 16)):
            file.write(piece)
            qi.progress(file.tell(), size, os.path.basename(path))
