# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication

import qi

app = QApplication([])


async def work():
    await asyncio.sleep(0.01)
    print("worked")
    app.quit()


with qi.using_asyncio_from_qt():
    task = asyncio.create_task(work())
    app.exec()
print("bye")

# prints: worked
# prints: bye
