# SPDX-License-Identifier: BSD-3-Clause
from qi.testing import FakeObject, Signal


class Window(FakeObject):
    title: str = "a window"
    closed = Signal()

    def showMessage(self, text: str) -> None:
        print(text)


window = Window()
