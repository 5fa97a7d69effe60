# SPDX-License-Identifier: BSD-3-Clause
"""qi-bench enabling.py FOLDER enable|import: does that once with what plugins.write() has put into the folder.

Prints the thread's processor time, in seconds. In a fresh process, since libraries are imported but once.
"""

import asyncio
import pathlib
import sys

import _bench
import plugins


async def once(folder, verb):
    try:
        plugins.start(folder)
        plugins.agree(folder)
        print(await plugins.enable_once() if verb == "enable" else plugins.import_once())
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    await plugins.manager.stop()
    _bench.quit(status)


sys.dont_write_bytecode = False
task = asyncio.get_running_loop().create_task(once(pathlib.Path(sys.argv[1]), sys.argv[2]))
