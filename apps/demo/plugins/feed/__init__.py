# SPDX-License-Identifier: BSD-3-Clause
"""Draws a chart of what a WebSocket server sends; the server is in `server.py`, on this machine."""

import aiohttp

from qi import host

from . import server


async def activate(ctx):
    """Starts the server, listens to it, and follows the settings."""
    address = await server.start(ctx)
    host.chart.begin(address)
    host.chart.color = ctx.settings.color
    ctx.on_deactivate(host.chart.end)
    ctx.run_task(listen(ctx, address), name="feed: listen")

    def pause(checked):
        ctx.settings.paused = checked

    action = ctx.action("pause", callback=pause, checked=ctx.settings.paused)
    ctx.settings.on_change(lambda key, value: follow(action, key, value))


def follow(action, key, value):
    """Runs when a setting has changed, by whomever."""
    if key == "color":
        host.chart.color = value
    elif key == "paused":
        action.checked = value


async def listen(ctx, address):
    """Shows each value that arrives."""
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        async for message in socket:
            if not ctx.settings.paused:
                host.chart.append(message.json()["value"])
