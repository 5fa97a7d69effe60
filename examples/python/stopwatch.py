# SPDX-License-Identifier: BSD-3-Clause
"""A stopwatch: a method of a window is a slot and a coroutine, and Stop cancels its task.

    python3 stopwatch.py        qi-run --app=none stopwatch.py
"""

import asyncio
import time

import qi

try:
    from PyQt6 import QtWidgets
except ImportError:
    from PySide6 import QtWidgets


class Stopwatch(QtWidgets.QWidget):
    def __init__(self):
        super().__init__()
        self.setWindowTitle("Stopwatch")
        self.display = QtWidgets.QLCDNumber(8)
        self.display.display("0.0")
        self.start = QtWidgets.QPushButton("Start")
        self.stop = QtWidgets.QPushButton("Stop")
        self.stop.setEnabled(False)

        layout = QtWidgets.QGridLayout(self)
        layout.addWidget(self.display, 0, 0, 1, 2)
        layout.addWidget(self.start, 1, 0)
        layout.addWidget(self.stop, 1, 1)

        # The connection ends with the window, as that of a plain method does, and `run` is not called twice at once.
        self.start.clicked.connect(qi.asyncslot(self.run, overlap="drop"))

    async def run(self):
        began = time.monotonic()
        self.display.display("0.0")
        self.start.setEnabled(False)
        self.stop.setEnabled(True)
        showing = asyncio.create_task(self.show_time(began))
        await qi.asyncsignal(self.stop.clicked)
        elapsed = time.monotonic() - began
        showing.cancel()
        self.display.display(f"{elapsed:.2f}")
        self.stop.setEnabled(False)
        self.start.setEnabled(True)

    async def show_time(self, began):
        while True:
            self.display.display(f"{time.monotonic() - began:.1f}")
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    app = QtWidgets.QApplication([])
    window = Stopwatch()
    window.resize(320, 140)
    window.show()

    with qi.using_asyncio_from_qt():
        app.exec()
