# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QMetaObject
from PyQt6.QtWidgets import QApplication, QCheckBox, QPushButton, QWidget

import qi


class Window(QWidget):
    def __init__(self):
        super().__init__()
        self.button = QPushButton("Go", self, objectName="button")
        self.check = QCheckBox("On", self, objectName="check")
        QMetaObject.connectSlotsByName(self)

    @qi.asyncslot
    async def on_button_clicked(self):
        print("clicked")
        await asyncio.sleep(0)

    @qi.asyncslot
    async def on_check_toggled(self, on: bool):
        print("toggled", on)
        await asyncio.sleep(0)
        app.quit()


app = QApplication([])
window = Window()

with qi.using_asyncio_from_qt() as loop:
    loop.call_soon(window.button.click)
    loop.call_later(0.01, window.check.click)
    app.exec()

# prints: clicked
# prints: toggled True
