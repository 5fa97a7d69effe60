# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtQml import QQmlApplicationEngine

import qi


async def serve():
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.001)  # there is time to wait, too
        print("saved")


app = QCoreApplication([])
engine = QQmlApplicationEngine()
with qi.using_asyncio_from_qt():
    task = qi.run_task(serve())
    engine.loadData(b"import QtQml\nTimer { running: true; interval: 1; onTriggered: Qt.quit() }")
    app.exec()

# prints: saved
