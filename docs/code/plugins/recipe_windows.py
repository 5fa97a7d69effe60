# SPDX-License-Identifier: BSD-3-Clause
# One coroutine for each of several windows: docs/guide/recipes.md
import asyncio


async def rename(window, title):
    window.windowTitle = "saving…"
    await asyncio.sleep(0.01)  # whatever takes time
    window.windowTitle = title  # never reached where the window was closed: the task is cancelled
