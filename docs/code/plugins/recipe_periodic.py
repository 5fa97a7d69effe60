# SPDX-License-Identifier: BSD-3-Clause
# Work again and again: docs/guide/recipes.md
import asyncio


async def every(seconds, function):
    """Awaits function() at a steady pace. One that takes longer than that misses beats, and never runs twice at a time."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        await function()
        due = max(due + seconds, loop.time())
        await asyncio.sleep(due - loop.time())
