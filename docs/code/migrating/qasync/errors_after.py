# SPDX-License-Identifier: BSD-3-Clause
from PyQt6.QtWidgets import QApplication, QPushButton

import qi


def tell(loop, context):
    print("failed:", context["exception"])
    app.quit()


@qi.asyncslot
async def fail():
    raise LookupError("no such order")


app = QApplication([])
button = QPushButton("Go")
button.clicked.connect(fail)
with qi.using_asyncio_from_qt() as loop:
    loop.set_exception_handler(tell)
    loop.call_soon(button.click)
    app.exec()

# prints: failed: no such order
