# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore, QtWidgets

import qi as qtinter


async def choose_color():
    dialog = QtWidgets.QColorDialog(QtCore.Qt.GlobalColor.red)
    dialog.show()
    QtCore.QTimer.singleShot(10, dialog.accept)  # somebody's click
    (result,) = await qtinter.asyncsignal(dialog.finished)
    if result == QtWidgets.QDialog.DialogCode.Accepted:
        return dialog.selectedColor().name()
    return None


async def count(timer):
    stream = qtinter.asyncsignalstream(timer.timeout)
    timer.start(1)
    return [await anext(stream) for _ in range(2)]


app = QtWidgets.QApplication([])
with qtinter.using_qt_from_asyncio():
    print(asyncio.run(choose_color()))
    print(asyncio.run(count(QtCore.QTimer())))

# prints: #ff0000
# prints: [(), ()]
