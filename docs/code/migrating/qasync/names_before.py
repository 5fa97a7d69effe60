# SPDX-License-Identifier: BSD-3-Clause
import asyncio
import sys

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

import qasync
from qasync import asyncClose, asyncSlot


class MainWindow(QWidget):
    def __init__(self):
        super().__init__()
        self.button = QPushButton("Load")
        self.button.clicked.connect(self.on_clicked)
        QVBoxLayout(self).addWidget(self.button)

    @asyncSlot()
    async def on_clicked(self):
        self.button.setText("Loading…")
        print(self.button.text())
        await asyncio.sleep(0.01)
        QTimer.singleShot(0, self.close)

    @asyncClose
    async def closeEvent(self, event):
        print("closing")
        await asyncio.sleep(0.01)
        print("closed")


async def main(app):
    quits = asyncio.Event()
    app.aboutToQuit.connect(quits.set)
    window = MainWindow()
    window.show()
    QTimer.singleShot(0, window.button.click)
    await quits.wait()
    print("bye")


if __name__ == "__main__":
    app = QApplication(sys.argv)
    qasync.run(main(app))

# prints: Loading…
# prints: closing
# prints: closed
# prints: bye
