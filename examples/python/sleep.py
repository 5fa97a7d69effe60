# SPDX-License-Identifier: BSD-3-Clause
"""A button that sleeps: Qt drives the program, and a signal runs a coroutine.

    python3 sleep.py            qi-run --app=none sleep.py
"""

import asyncio

import qi

try:
    from PyQt6 import QtWidgets
except ImportError:
    from PySide6 import QtWidgets


async def sleep():
    button.setEnabled(False)  # before the click returns: nobody can click twice
    button.setText("Sleeping…")
    await asyncio.sleep(1)
    button.setText("Sleep for one second")
    button.setEnabled(True)


if __name__ == "__main__":
    app = QtWidgets.QApplication([])

    button = QtWidgets.QPushButton("Sleep for one second")
    button.clicked.connect(qi.asyncslot(sleep))
    button.show()

    with qi.using_asyncio_from_qt():
        app.exec()
