# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6 import QtCore

import qi as qtinter


async def main():
    await asyncio.sleep(0.001)
    return asyncio.get_running_loop()


app = QtCore.QCoreApplication([])
with asyncio.Runner(loop_factory=qtinter.new_event_loop) as runner:
    loop = runner.run(main())
    print(isinstance(loop, qtinter.QiBaseEventLoop), isinstance(loop, qtinter.QiSelectorEventLoop))

loop = qtinter.new_event_loop()
loop.set_mode(qtinter.QiLoopMode.GUEST)
loop.start()
task = loop.create_task(main())
task.add_done_callback(lambda _: loop.exec_modal(app.quit))
app.exec()
print(task.result() is loop)
loop.stop()
loop.set_mode(qtinter.QiLoopMode.NATIVE)
loop.run_until_complete(loop.shutdown_asyncgens())
loop.close()

asyncio.set_event_loop_policy(qtinter.QiDefaultEventLoopPolicy())
print(isinstance(asyncio.run(main()), qtinter.QiSelectorEventLoop))

# prints: True True
# prints: True
# prints: True
