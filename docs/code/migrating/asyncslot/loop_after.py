# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore

import qi


async def work():
    await asyncio.sleep(0.001)
    print("worked")
    app.quit()


app = QtCore.QCoreApplication([])
loop = qi.QiSelectorEventLoop()
loop.set_mode(qi.QiLoopMode.GUEST)
loop.start()
task = loop.create_task(work())
app.exec()
loop.stop()
loop.close()

# prints: worked
