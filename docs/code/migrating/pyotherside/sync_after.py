# SPDX-License-Identifier: BSD-3-Clause
from PyQt6.QtCore import QCoreApplication, QObject, pyqtSlot
from PyQt6.QtQml import QQmlApplicationEngine


class Sums(QObject):
    @pyqtSlot(int, int, result=int)
    def add(self, one, two):
        return one + two


app = QCoreApplication([])
sums = Sums()
engine = QQmlApplicationEngine()
engine.setInitialProperties({"sums": sums})
engine.loadData(b"""
    import QtQml
    QtObject {
        required property var sums
        Component.onCompleted: {
            console.log("sum", sums.add(1, 2))
            console.log("two", sums.add(1, 1))
        }
    }""")

# prints: sum 3
# prints: two 2
