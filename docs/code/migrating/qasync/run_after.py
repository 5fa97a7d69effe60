# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication, QWidget

import qi


async def main():
    window = QWidget()
    window.show()
    await asyncio.sleep(0.01)
    return window.isVisible()


if __name__ == "__main__":
    app = QApplication([])
    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        print(runner.run(main()))

# prints: True
