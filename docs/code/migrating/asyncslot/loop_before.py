# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore

from asyncslot import AsyncSlotSelectorEventLoop  # until 0.1


async def work():
    await asyncio.sleep(0.001)
    print("worked")
    app.quit()


app = QtCore.QCoreApplication([])
loop = AsyncSlotSelectorEventLoop()
with loop:
    task = loop.create_task(work())
    app.exec()
loop.close()

# prints: worked
