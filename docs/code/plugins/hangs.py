# SPDX-License-Identifier: BSD-3-Clause
"""A plugin that hangs, for docs/guide/monitoring.md."""

import asyncio


async def main():
    try:
        await asyncio.sleep(0)
        while True:
            pass
    finally:
        print("cleaned up")
