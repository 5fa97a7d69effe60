# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QWidget

import qi
from qi.compat.qasync import asyncClose


class Window(QWidget):
    @asyncClose
    async def closeEvent(self, event):
        await asyncio.sleep(0.01)
        print("saved")


app = QApplication([])
window = Window()
window.show()
QTimer.singleShot(10, window.close)
with qi.using_asyncio_from_qt():
    app.exec()
print("open" if window.isVisible() else "closed")

# prints: saved
# prints: closed
