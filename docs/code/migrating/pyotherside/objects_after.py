# SPDX-License-Identifier: BSD-3-Clause
from PyQt6.QtCore import QCoreApplication, QObject, pyqtProperty
from PyQt6.QtQml import QQmlApplicationEngine


class Order(QObject):
    @pyqtProperty(str, constant=True)
    def symbol(self):
        return "ACME"


app = QCoreApplication([])
order = Order()
engine = QQmlApplicationEngine()
engine.setInitialProperties({"order": order})
engine.loadData(b"""
    import QtQml
    QtObject {
        required property var order
        Component.onCompleted: console.log("symbol", order.symbol)
    }""")

# prints: symbol ACME
