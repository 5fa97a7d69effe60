# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QDialog

import qi


async def main():
    ticks = []
    asyncio.get_running_loop().call_later(0.01, ticks.append, "tick")
    dialog = QDialog()
    QTimer.singleShot(50, dialog.accept)
    result = await qi.modal(dialog.exec)()
    print(result == QDialog.DialogCode.Accepted, ticks)


app = QApplication([])
with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
    runner.run(main())

# prints: True ['tick']
