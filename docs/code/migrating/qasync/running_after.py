# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication

import qi


async def work():
    await asyncio.sleep(0.01)
    print("worked")
    app.quit()


app = QApplication([])
loop = qi.new_event_loop()
loop.set_mode(qi.QiLoopMode.GUEST)
loop.start()
task = loop.create_task(work())
app.exec()
loop.stop()
loop.close()

# prints: worked
