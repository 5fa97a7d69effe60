# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore, QtWidgets

import qtinter


class Window(QtWidgets.QWidget):
    async def click(self):
        print("clicked")
        task = qtinter.run_task(self.ask())
        print("asked")
        await task

    async def ask(self):
        print("asking")
        await asyncio.sleep(0)
        dialog = QtWidgets.QDialog(self)
        QtCore.QTimer.singleShot(10, dialog.accept)
        await qtinter.modal(dialog.exec)()
        app.quit()


app = QtWidgets.QApplication([])
window = Window()
one, two = QtWidgets.QPushButton("1"), QtWidgets.QPushButton("2")
both = qtinter.multisignal({one.clicked: "one", two.clicked: "two"})
both.connect(lambda which, args: print(which))
two.clicked.connect(qtinter.asyncslot(window.click))
QtCore.QTimer.singleShot(0, two.click)
with qtinter.using_asyncio_from_qt():
    app.exec()

# prints: two
# prints: clicked
# prints: asking
# prints: asked
