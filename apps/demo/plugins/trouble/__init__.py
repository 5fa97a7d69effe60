# SPDX-License-Identifier: BSD-3-Clause
"""What usually goes wrong where Python and Qt meet."""

import asyncio

import ticker
from qi import host


async def ask():
    """Opens a message box, whose event loop runs inside this coroutine."""
    quotes = ticker.seen
    yes = host.trouble.confirm("Downloads, ticker and orders go on behind this box.\nDo they?")
    host.trouble.answer(
        f"The answer was {'yes' if yes else 'no'}. While the box was open, {ticker.seen - quotes} quotes arrived."
    )


class OrderError(Exception):
    """An order that no exchange would take."""


async def fail():
    """Raises where nobody waits for it, so that the host gets to hear of it."""
    await asyncio.sleep(0.05)
    check({"symbol": "NOKIA", "quantity": "a dozen"})


def check(order):
    try:
        int(order["quantity"])
    except ValueError as problem:
        raise OrderError(f"cannot send an order for {order['quantity']} {order['symbol']}") from problem
