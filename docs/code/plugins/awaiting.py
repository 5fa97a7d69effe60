# The plugin of docs/guide/objects.md, "What else is awaited".
import asyncio

from qi.host import process, reply, scan


# [everything]
async def everything():
    scan.start()
    async with asyncio.timeout(60):  # calls Scan::stop() when the time is over
        text = await scan
    return [text, str(await process), (await reply).decode()]
    # [/everything]
