# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication

from qasync import QEventLoop

app = QApplication([])
loop = QEventLoop(app)
asyncio.set_event_loop(loop)


async def work():
    print("worked")
    app.quit()


task = asyncio.ensure_future(work(), loop=loop)  # before anything runs
with loop:
    loop.run_forever()

# prints: worked
