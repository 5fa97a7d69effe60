# SPDX-License-Identifier: BSD-3-Clause
import asyncio
import threading


async def multiply(a, b):
    # Work that would hold up the window goes to a thread; the loop waits for it without blocking.
    product = await asyncio.to_thread(_slowly, a, b)
    assert threading.current_thread() is threading.main_thread()
    return product


def _slowly(a, b):
    return sum(a for _ in range(b))
