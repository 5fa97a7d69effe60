# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QWidget

import qasync


async def main():
    quits = asyncio.Event()
    app.aboutToQuit.connect(quits.set)
    window = QWidget()
    window.show()
    QTimer.singleShot(10, window.close)  # the last one
    await quits.wait()
    print("bye")


app = QApplication([])
qasync.run(main())

# prints: bye
