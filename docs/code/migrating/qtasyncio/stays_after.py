# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QCoreApplication

import qi.QtAsyncio as QtAsyncio


async def main():
    print("worked")
    asyncio.get_running_loop().call_later(0.01, app.quit)


app = QCoreApplication([])
QtAsyncio.run(main())  # goes on when main() has ended
print("bye")

# prints: worked
# prints: bye
