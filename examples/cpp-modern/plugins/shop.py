# SPDX-License-Identifier: BSD-3-Clause
"""The plugin of cpp-modern: sells, and knows the prices."""

import asyncio

import qi

PRICE = 3.5


async def sell(what, count):
    await asyncio.sleep(0.01)  # ask the bank
    qi.host.till.book(what, count * PRICE)


async def prices_of(names):
    prices = {}
    for number, name in enumerate(names, 1):
        await asyncio.sleep(0.01)
        prices[name] = PRICE * number
        qi.progress(number, len(names), f"looked up {name}")
    return prices
