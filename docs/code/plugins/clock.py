# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from qi import host


async def ask():
    host.button.enabled = False  # done before the click returns
    process = await asyncio.create_subprocess_exec("date", "+%H:%M:%S", stdout=asyncio.subprocess.PIPE)
    answer, _ = await process.communicate()
    host.button.text = answer.decode().strip()
    host.button.enabled = True
