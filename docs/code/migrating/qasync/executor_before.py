# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication

import qasync


async def main():
    with qasync.QThreadExecutor(2) as executor:
        print(await asyncio.get_running_loop().run_in_executor(executor, sum, [1, 2, 3]))


app = QApplication([])
qasync.run(main())

# prints: 6
