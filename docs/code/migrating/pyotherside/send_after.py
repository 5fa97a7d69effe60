# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal
from PyQt6.QtQml import QQmlApplicationEngine

import qi


class Work(QObject):
    progress = pyqtSignal(int)

    @qi.asyncslot
    async def work(self):
        for step in (1, 2):
            self.progress.emit(step)
            await asyncio.sleep(0)
        app.quit()


app = QCoreApplication([])
work = Work()
engine = QQmlApplicationEngine()
engine.setInitialProperties({"work": work})
with qi.using_asyncio_from_qt():
    engine.loadData(b"""
        import QtQml
        QtObject {
            required property var work
            property Connections heard: Connections {
                target: work
                function onProgress(done) { console.log("progress", done) }
            }
            Component.onCompleted: work.work()
        }""")
    app.exec()

# prints: progress 1
# prints: progress 2
