# SPDX-License-Identifier: BSD-3-Clause
import asyncio

posts = 0


async def stand():
    global posts
    posts += 1
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.01)  # clean-up may await: the loop still runs, without Qt
