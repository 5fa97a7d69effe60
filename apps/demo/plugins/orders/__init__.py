# SPDX-License-Identifier: BSD-3-Clause
"""Sends orders to an exchange over TCP, and, for want of a real one, is the exchange as well."""

import asyncio
import json

from qi import host

_address = asyncio.Future()  # of the exchange


async def send():
    """Runs when Send order is clicked."""
    desk = host.orders
    desk.sendEnabled = False  # the first step: done before the click returns
    try:
        ticket = desk.ticket()
        number = desk.book(ticket)
        async for answer in _ask(ticket | {"limit": host.market.ask(ticket["symbol"])}):
            desk.report(number, answer["state"], answer["price"])
    finally:
        desk.sendEnabled = True


async def _ask(order):
    """Sends an order and yields the answers of the exchange."""
    reader, writer = await asyncio.open_connection(*await _address)
    try:
        writer.write(json.dumps(order).encode() + b"\n")
        async for line in reader:
            yield json.loads(line)
    finally:
        writer.close()


async def exchange():
    """Runs as long as the program does."""
    server = await asyncio.start_server(_trade, "127.0.0.1", 0)
    _address.set_result(server.sockets[0].getsockname())
    async with server:
        await server.serve_forever()


async def _trade(reader, writer):
    """Accepts an order, and fills it a little later, as exchanges do."""
    order = json.loads(await reader.readline())
    price = f"{order['limit']:.2f}"
    states = ("accepted", "filled") if order["quantity"] <= 10000 else ("rejected",)
    for state in states:
        await asyncio.sleep(0.25)
        writer.write(json.dumps({"state": state, "price": price}).encode() + b"\n")
    writer.close()
