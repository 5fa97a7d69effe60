# SPDX-License-Identifier: BSD-3-Clause
import asyncio


class Greeter:
    async def activate(self, ctx):
        self.ctx = ctx
        ctx.action("greet", "Say hello", self.greet)
        await self.greet()

    async def greet(self):
        self.ctx.log.info("one moment…")
        await asyncio.sleep(0.1)
        self.ctx.log.info("hello")
