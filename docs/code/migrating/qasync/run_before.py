# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication, QWidget

import qasync


async def main():
    window = QWidget()
    window.show()
    await asyncio.sleep(0.01)
    return window.isVisible()


if __name__ == "__main__":
    app = QApplication([])
    print(qasync.run(main()))

# prints: True
