# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore

from qtinter import QiRunner  # until 0.4


async def work():
    await asyncio.sleep(0.001)
    print("worked")
    app.quit()


app = QtCore.QCoreApplication([])
with QiRunner():
    task = asyncio.ensure_future(work())
    app.exec()

# prints: worked
