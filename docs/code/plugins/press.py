# SPDX-License-Identifier: BSD-3-Clause
"""What docs/code/cpp.cpp and docs/code/coroutines.cpp print with."""

import asyncio

import qi

printed = []


async def order(title):
    await asyncio.sleep(0)
    printed.append(title)


async def price(pages, currencies):
    await asyncio.sleep(0)
    return {currency: pages * rate for currency, rate in currencies.items()}


async def print_pages(titles):
    for number, title in enumerate(titles, 1):
        await asyncio.sleep(0)
        if not title:
            raise ValueError(f"page {number} has no title")
        printed.append(title)
        qi.progress(number, len(titles), title)
    return len(titles)


async def dry(titles):
    for title in titles:
        await asyncio.sleep(0.001)
        yield title


async def stand_by():
    await asyncio.get_running_loop().create_future()


async def proofread(watcher):
    printed.append(await watcher)  # a QFutureWatcher of the application
