# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore, QtWidgets

from qi.compat.asyncslot import AsyncSlotRunner, asyncSlot


async def say_hi():
    await asyncio.sleep(0.001)
    print("Hi")
    app.quit()


app = QtWidgets.QApplication([])
button = QtWidgets.QPushButton("Say Hi")
button.clicked.connect(asyncSlot(say_hi))
QtCore.QTimer.singleShot(0, button.click)
with AsyncSlotRunner():
    app.exec()

# prints: Hi
