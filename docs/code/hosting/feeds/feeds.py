# SPDX-License-Identifier: BSD-3-Clause
# The plugin of docs/guide/plugins.md; docs/code/hosting.cpp is its application.
import asyncio

from units import in_unit


# [plugin]
class Feeds:
    async def activate(self, ctx):
        self.ctx = ctx
        self.window = ctx.host.window
        await self.refresh()
        ctx.every(ctx.settings.interval, self.refresh)
        ctx.connect(self.window.resized, self.on_resized)
        ctx.action("refresh", callback=self.refresh)
        ctx.settings.on_change(self.on_unit, "unit")
        ctx.expose("latest", self.latest)

    def deactivate(self):
        self.window.status = "no feed"
    # [/plugin]

    # [refresh]
    async def refresh(self):
        kelvin = await read_sensor()
        self.ctx.state["readings"] = self.ctx.state.get("readings", 0) + 1
        self.window.status = in_unit(kelvin, self.ctx.settings.unit)
    # [/refresh]

    def on_resized(self, width):
        self.ctx.log.info("the window is %d pixels wide", width)

    async def on_unit(self, key, value):
        await self.refresh()

    async def latest(self):
        return self.window.status


async def read_sensor():
    await asyncio.sleep(0)
    return 300
