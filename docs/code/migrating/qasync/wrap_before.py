# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QDialog

import qasync


async def main():
    ticks = []
    asyncio.get_running_loop().call_later(0.01, ticks.append, "tick")
    dialog = QDialog()
    QTimer.singleShot(50, dialog.accept)
    result = await qasync.asyncWrap(dialog.exec)
    print(result == QDialog.DialogCode.Accepted, ticks)


app = QApplication([])
app.setQuitOnLastWindowClosed(False)
qasync.run(main())

# prints: True ['tick']
