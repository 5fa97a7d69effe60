# SPDX-License-Identifier: BSD-3-Clause
import asyncio

import qi.QtAsyncio as QtAsyncio
from qi.QtAsyncio import QAsyncioTask


async def main():
    task = asyncio.create_task(asyncio.sleep(0.001, "worked"))
    print(isinstance(task, QAsyncioTask), await task)


QtAsyncio.run(main(), keep_running=False)

# prints: True worked
