# SPDX-License-Identifier: BSD-3-Clause
"""Looks for primes without a thread, with PySide6: `qi.QtAsyncio` stands in for PySide6's module of that name.

    python3 primes.py           qi-run --app=none primes.py
"""

import asyncio
import itertools

import qi
import qi.QtAsyncio as QtAsyncio
from PySide6 import QtCore, QtWidgets


class Window(QtWidgets.QWidget):
    found = QtCore.Signal(int)

    def __init__(self):
        super().__init__()
        self.setWindowTitle("Primes")
        self.list = QtWidgets.QListWidget()
        self.start = QtWidgets.QPushButton("Start")
        self.stop = QtWidgets.QPushButton("Stop")
        layout = QtWidgets.QVBoxLayout(self)
        for widget in (self.list, self.start, self.stop):
            layout.addWidget(widget)
        self.found.connect(self.show_prime)

    @QtCore.Slot(int)
    def show_prime(self, prime):
        self.list.addItem(str(prime))
        self.list.scrollToBottom()


async def look_for_primes(window):
    primes = []
    for number in itertools.count(2):
        if all(number % prime for prime in itertools.takewhile(lambda prime: prime * prime <= number, primes)):
            primes.append(number)
            window.found.emit(number)
        await asyncio.sleep(0.001)  # the window has its turn


async def main():
    window = Window()
    window.show()
    await qi.asyncsignal(window.start.clicked)
    looking = asyncio.create_task(look_for_primes(window))
    await qi.asyncsignal(window.stop.clicked)
    looking.cancel()
    window.close()
    return window.list.count()


if __name__ == "__main__":
    app = QtWidgets.QApplication([])
    print(QtAsyncio.run(main(), keep_running=False), "primes")
