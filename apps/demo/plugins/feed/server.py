# SPDX-License-Identifier: BSD-3-Clause
"""A WebSocket server that sends the temperature of nothing in particular."""

import asyncio
import math
import random

from aiohttp import web


async def start(ctx):
    """Serves until the plugin ends. Returns the address."""
    clients = set()

    async def answer(request):
        return await send(ctx.settings, clients, request)

    async def dismiss(application):
        for socket in list(clients):
            await socket.close()

    application = web.Application()
    application.router.add_get("/feed", answer)
    application.on_shutdown.append(dismiss)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    ctx.on_deactivate(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return "ws://{}:{}/feed".format(*runner.addresses[0])


async def send(settings, clients, request):
    """Sends values for as long as the client listens."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    clients.add(socket)
    moment, drift = 0.0, 0.0
    try:
        while not socket.closed:
            moment += 1 / 40
            drift = 0.98 * drift + random.gauss(0, 0.12)
            value = 21 + 2 * math.sin(moment) + 0.6 * math.sin(3.7 * moment) + drift
            await socket.send_json({"value": value})
            await asyncio.sleep(1 / settings.rate)
    except ConnectionError:  # the client has gone
        pass
    finally:
        clients.discard(socket)
    return socket
