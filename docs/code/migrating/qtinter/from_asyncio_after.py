# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore, QtWidgets

import qi as qtinter


async def choose_color():
    dialog = QtWidgets.QColorDialog(QtCore.Qt.GlobalColor.red)
    dialog.show()
    QtCore.QTimer.singleShot(10, dialog.accept)  # somebody's click
    future = asyncio.Future()
    dialog.finished.connect(future.set_result)
    result = await future
    if result == QtWidgets.QDialog.DialogCode.Accepted:
        return dialog.selectedColor().name()
    return None


async def main():
    print(await choose_color())
    print(await choose_color())  # and another one, after the last window was closed


app = QtWidgets.QApplication([])
with qtinter.using_qt_from_asyncio():
    asyncio.run(main())

# prints: #ff0000
# prints: #ff0000
