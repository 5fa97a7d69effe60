# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication

from qasync import QEventLoop


async def work():
    await asyncio.sleep(0.01)
    print("worked")
    app.quit()


app = QApplication([])
loop = QEventLoop(app, already_running=True)
task = loop.create_task(work())
app.exec()
loop.stop()
loop.close()

# prints: worked
