# SPDX-License-Identifier: BSD-3-Clause
"""Asks for a colour and prints it: asyncio drives the program, and a coroutine waits for a signal.

    python3 color.py            qi-run --app=none color.py
"""

import asyncio

import qi

try:
    from PyQt6 import QtWidgets
except ImportError:
    from PySide6 import QtWidgets


async def choose_color():
    dialog = QtWidgets.QColorDialog()
    dialog.show()
    (result,) = await qi.asyncsignal(dialog.finished)
    if result == QtWidgets.QDialog.DialogCode.Accepted:
        return dialog.selectedColor().name()
    return None


if __name__ == "__main__":
    app = QtWidgets.QApplication([])
    with qi.using_qt_from_asyncio():
        color = asyncio.run(choose_color())
    if color is not None:
        print(color)
