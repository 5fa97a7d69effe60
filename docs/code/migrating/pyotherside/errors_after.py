# SPDX-License-Identifier: BSD-3-Clause
from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal
from PyQt6.QtQml import QQmlApplicationEngine

import qi


class Orders(QObject):
    failed = pyqtSignal(str)

    @qi.asyncslot
    async def send(self):
        raise LookupError("no such order")


app = QCoreApplication([])
orders = Orders()
engine = QQmlApplicationEngine()
engine.setInitialProperties({"orders": orders})
with qi.using_asyncio_from_qt() as loop:
    loop.set_exception_handler(lambda loop, context: orders.failed.emit(repr(context["exception"])))
    engine.loadData(b"""
        import QtQml
        QtObject {
            required property var orders
            property Connections heard: Connections {
                target: orders
                function onFailed(error) {
                    console.log("failed", error.indexOf("no such order") >= 0)
                    Qt.quit()
                }
            }
            Component.onCompleted: orders.send()
        }""")
    app.exec()

# prints: failed true
