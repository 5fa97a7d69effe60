# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore, QtWidgets

import qi


async def say_hi():
    await asyncio.sleep(0.001)
    print("Hi")
    app.quit()


app = QtWidgets.QApplication([])
button = QtWidgets.QPushButton("Say Hi")
button.clicked.connect(qi.asyncslot(say_hi))
QtCore.QTimer.singleShot(0, button.click)
with qi.using_asyncio_from_qt():
    app.exec()

# prints: Hi
