# SPDX-License-Identifier: BSD-3-Clause
"""What usually goes wrong where Python and Qt meet, on command."""

import asyncio
import threading

from qi import host

_never = threading.Event()


def activate(ctx):
    for action in (ask, fail, storm, hang, leak):
        ctx.action(action.__name__, callback=action)
    ctx.connect(host.trouble.provoked, fail)


async def ask():
    """Opens a message box, whose event loop runs inside this coroutine."""
    yes = host.trouble.confirm("Downloads, ticker and orders go on behind this box.\nDo they?")
    host.trouble.answer(f"The answer was {'yes' if yes else 'no'}.")


class OrderError(Exception):
    """An order that no exchange would take."""


async def fail():
    """Raises where nobody waits for it, so that the application gets to hear of it."""
    await asyncio.sleep(0.05)
    check({"symbol": "NOKIA", "quantity": "a dozen"})


def check(order):
    try:
        int(order["quantity"])
    except ValueError as problem:
        raise OrderError(f"cannot send an order for {order['quantity']} {order['symbol']}") from problem


async def storm():
    """Fails again and again, until somebody stops it."""
    for _ in range(1000):
        asyncio.create_task(fail())
        await asyncio.sleep(0.002)


async def hang():
    """Never gives the window back: the watchdog has to take it."""
    count = 0
    while True:
        count += 1


def leak():
    """Starts a thread that nobody ends."""
    threading.Thread(target=_never.wait, name="forgotten", daemon=True).start()
