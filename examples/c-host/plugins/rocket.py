# SPDX-License-Identifier: BSD-3-Clause
"""The plugin of c-host: one coroutine that the host starts, and one that a signal launches."""

import asyncio

ticks = asyncio.Queue()


async def tick():
    """Runs at each timeout of the host's timer."""
    ticks.put_nowait("tick")


async def countdown(last_word, count):
    """Waits for `count` ticks of the clock, and says so."""
    for number in range(count, 0, -1):
        print(f"{number} …")
        await ticks.get()
    return {"word": last_word, "after": count}
