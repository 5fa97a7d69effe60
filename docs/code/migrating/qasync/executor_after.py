# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from PyQt6.QtWidgets import QApplication

import qi


async def main():
    print(await asyncio.to_thread(sum, [1, 2, 3]))


app = QApplication([])
with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
    runner.run(main())

# prints: 6
