# SPDX-License-Identifier: BSD-3-Clause
"""Sends orders to an exchange over TCP, and, for want of a real one, is the exchange as well."""

import asyncio
import json

from qi import host

VERSION = 1  # shown with the count


async def activate(ctx):
    """Opens the exchange and lets the desk's button send."""
    server = await asyncio.start_server(lambda *streams: trade(ctx.settings, *streams), "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    ctx.on_deactivate(close, server)
    ctx.state.setdefault("sent", 0)  # outlives a reload

    async def send():
        ctx.state["sent"] += 1
        show_count(ctx)
        await send_order(address)

    ctx.connect(host.orders.sendRequested, send, overlap="drop")
    ctx.action("count", callback=lambda: print(f"{ctx.state['sent']} orders were sent"))
    show_count(ctx)
    host.orders.online = True


def deactivate():
    host.orders.online = False


def show_count(ctx):
    host.orders.note = f"{ctx.state['sent']} sent, version {VERSION}"


async def close(server):
    server.close()
    await server.wait_closed()


async def send_order(address):
    """Runs when Send order is clicked, up to its first await before the click returns."""
    desk = host.orders
    desk.sendEnabled = False
    try:
        ticket = desk.ticket()
        number = desk.book(ticket)
        async for answer in ask(address, ticket | {"limit": host.market.ask(ticket["symbol"])}):
            desk.report(number, answer["state"], answer["price"])
    finally:
        desk.sendEnabled = True


async def ask(address, order):
    """Sends an order and yields the answers of the exchange."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        writer.write(json.dumps(order).encode() + b"\n")
        async for line in reader:
            yield json.loads(line)
    finally:
        writer.close()


async def trade(settings, reader, writer):
    """Accepts an order, and fills it a little later, as exchanges do."""
    try:
        order = json.loads(await reader.readline())
        price = f"{order['limit']:.2f}"
        states = ("accepted", "filled") if order["quantity"] <= settings.largest else ("rejected",)
        for state in states:
            await asyncio.sleep(settings.delay)
            writer.write(json.dumps({"state": state, "price": price}).encode() + b"\n")
    finally:
        writer.close()
