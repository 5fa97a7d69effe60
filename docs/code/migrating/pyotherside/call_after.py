# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtCore import QCoreApplication, QObject, pyqtSignal
from PyQt6.QtQml import QQmlApplicationEngine

import qi


class Orders(QObject):
    priced = pyqtSignal(float)

    @qi.asyncslot(types=(str, int))
    async def price(self, symbol, count):  # in the window's thread
        await asyncio.sleep(0.01)
        self.priced.emit({"ACME": 19.5}[symbol] * count)


app = QCoreApplication([])
orders = Orders()
engine = QQmlApplicationEngine()
engine.setInitialProperties({"orders": orders})
with qi.using_asyncio_from_qt():
    engine.loadData(b"""
        import QtQml
        QtObject {
            required property var orders
            property Connections answers: Connections {
                target: orders
                function onPriced(price) {
                    console.log("price", price)
                    Qt.quit()
                }
            }
            Component.onCompleted: orders.price("ACME", 2)
        }""")
    app.exec()

# prints: price 39
