# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QWidget

import qi


async def main():
    quits = asyncio.Event()
    app.aboutToQuit.connect(quits.set)
    window = QWidget()
    window.show()
    QTimer.singleShot(10, window.close)  # the last one
    await quits.wait()
    await asyncio.sleep(0.01)  # there is time for what is to be done
    print("bye")


app = QApplication([])
with qi.using_qt_from_asyncio():
    asyncio.run(main())

# prints: bye
