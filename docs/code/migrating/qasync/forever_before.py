# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication

from qasync import QEventLoop

app = QApplication([])
loop = QEventLoop(app)
asyncio.set_event_loop(loop)


async def work():
    await asyncio.sleep(0.01)
    print("worked")
    app.quit()


loop.create_task(work())
with loop:
    loop.run_forever()
print("bye")

# prints: worked
# prints: bye
