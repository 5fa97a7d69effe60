# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication

import qi

app = QApplication([])
loop = qi.new_event_loop()


async def work():
    print("worked")
    app.quit()


task = asyncio.ensure_future(work(), loop=loop)  # before anything runs
with qi.using_asyncio_from_qt(loop_factory=lambda: loop):
    app.exec()

# prints: worked
