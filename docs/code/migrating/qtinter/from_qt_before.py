# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtWidgets

import qtinter


class Clock(QtWidgets.QLCDNumber):
    def showEvent(self, event):
        self.task = asyncio.create_task(self.tick())

    def hideEvent(self, event):
        self.task.cancel()

    async def tick(self):
        for second in range(3):
            self.display(second)
            await asyncio.sleep(0.01)
        print("at", self.intValue())
        self.close()


app = QtWidgets.QApplication([])
clock = Clock()
with qtinter.using_asyncio_from_qt():
    clock.show()
    app.exec()
print("closed")

# prints: at 2
# prints: closed
