# SPDX-License-Identifier: BSD-3-Clause
import asyncio
import time

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal
from PyQt6.QtQml import QQmlApplicationEngine

import qi


def count():
    time.sleep(0.1)
    return 3


class Counter(QObject):
    counted = pyqtSignal(int)

    @qi.asyncslot
    async def start(self):
        self.counted.emit(await asyncio.to_thread(count))  # what blocks goes to a thread


app = QCoreApplication([])
counter = Counter()
engine = QQmlApplicationEngine()
engine.setInitialProperties({"counter": counter})
with qi.using_asyncio_from_qt():
    engine.loadData(b"""
        import QtQml
        QtObject {
            id: root
            required property var counter
            property int ticks: 0
            property Timer clock: Timer { running: true; repeat: true; interval: 1; onTriggered: root.ticks++ }
            property Connections heard: Connections {
                target: counter
                function onCounted(result) {
                    console.log("counted", result, root.ticks > 0)
                    Qt.quit()
                }
            }
            Component.onCompleted: counter.start()
        }""")
    app.exec()

# prints: counted 3 true
