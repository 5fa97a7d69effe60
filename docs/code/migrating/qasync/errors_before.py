# SPDX-License-Identifier: BSD-3-Clause
import sys

from PyQt6.QtWidgets import QApplication, QPushButton

from qasync import QEventLoop, asyncSlot


def tell(kind, error, traceback):
    print("failed:", error)
    app.quit()


@asyncSlot()
async def fail():
    raise LookupError("no such order")


app = QApplication([])
sys.excepthook = tell
button = QPushButton("Go")
button.clicked.connect(fail)
loop = QEventLoop(app)
loop.call_soon(button.click)
with loop:
    loop.run_forever()

# prints: failed: no such order
