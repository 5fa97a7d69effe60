# SPDX-License-Identifier: BSD-3-Clause
"""Enabling a plugin, against importing the module that it consists of.

To enable one is to check its manifest, permissions, hashes, consent and dependencies, and to import it with modules of
its own. Both are done in fresh processes, and Python's bytecode is there already; the thread's processor time counts.
The realistic plugin imports a library of some size, aiohttp where it is installed.
"""

import asyncio
import functools
import importlib.util
import os
import pathlib
import subprocess
import tempfile

import session
from workload import Target, workload

HERE = pathlib.Path(__file__).parent.parent
SMALL, REALISTIC = 3, 20  # classes, of 18 lines each
HEAD = "import asyncio\nimport dataclasses\nimport json\nimport logging\n"
OTHERS = "import http.client\nimport sqlite3\nimport ssl\nimport xml.etree.ElementTree\n"


def library():
    """(the line that imports it, what the manifest says of it)."""
    if importlib.util.find_spec("aiohttp") and importlib.util.find_spec("packaging"):
        return "import aiohttp\n", ["aiohttp>=3"]
    return OTHERS, []


def run(folder, verb):
    command = [session.options.build / "bench" / "qi-bench", HERE / "enabling.py", folder, verb]
    environment = os.environ | {"XDG_CACHE_HOME": f"{folder}/cache"}
    ended = subprocess.run([str(part) for part in command], env=environment, timeout=60, capture_output=True, text=True)
    if ended.returncode != 0:
        raise RuntimeError(f"{verb}: {ended.stderr.strip()[-300:]}")
    return float(ended.stdout)


@functools.lru_cache
def folder_of(classes, with_library):
    """A folder with the plugin, in which both were done before; kept as long as what is returned."""
    from plugins import write

    head, dependencies = library() if with_library else ("", [])
    folder = tempfile.TemporaryDirectory()
    write(pathlib.Path(folder.name), classes, HEAD + head, dependencies)
    for verb in ("import", "enable"):
        run(folder.name, verb)
    return folder


def doing(verb, *shape):
    def work(count):
        folder = folder_of(*shape)
        return sum(run(folder.name, verb) for _ in range(count))

    async def body(count):
        return await asyncio.to_thread(work, count)

    return body


def compare(name, *shape):
    workload(f"{name} plugin enabled", unit="ms", count=1, target=Target(1.2, "import"), fixed=True, apart=True,
             libqi=doing("enable", *shape), **{"import": doing("import", *shape)})(None)


compare("realistic", REALISTIC, True)
compare("small", SMALL, False)
