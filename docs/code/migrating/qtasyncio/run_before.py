# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PySide6 import QtAsyncio


async def main():
    await asyncio.sleep(0.01)
    print("worked")


QtAsyncio.run(main(), keep_running=False)
print("bye")

# prints: worked
# prints: bye
