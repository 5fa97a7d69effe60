import asyncio


class WordCount:
    async def activate(self, ctx):
        self.document = ctx.host.document
        ctx.connect(self.document.changed, self.count, overlap="restart")
        ctx.action("shout", callback=self.shout)
        await self.count()

    async def count(self):
        await asyncio.sleep(0.1)  # only when typing pauses
        self.document.showStatus(f"{len(self.document.text.split())} words")

    def shout(self):
        self.document.text = self.document.text.upper()

    def deactivate(self):
        self.document.showStatus("")
