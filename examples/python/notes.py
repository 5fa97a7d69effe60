# SPDX-License-Identifier: BSD-3-Clause
"""Notes: streams of signals, several signals as one, and a window that saves before it closes.

    python3 notes.py        qi-run --app=none notes.py
"""

import asyncio

import qi

try:
    from PyQt6 import QtWidgets
except ImportError:
    from PySide6 import QtWidgets


class Notes(QtWidgets.QWidget):
    def __init__(self):
        super().__init__()
        self.setWindowTitle("Notes")
        self.text = QtWidgets.QPlainTextEdit()
        self.upper = QtWidgets.QPushButton("Upper case")
        self.lower = QtWidgets.QPushButton("Lower case")
        self.status = QtWidgets.QLabel("Saved")
        self.saved = ""
        self.may_close = False

        layout = QtWidgets.QGridLayout(self)
        layout.addWidget(self.text, 0, 0, 1, 3)
        layout.addWidget(self.upper, 1, 0)
        layout.addWidget(self.lower, 1, 1)
        layout.addWidget(self.status, 1, 2)

    async def save(self):
        self.status.setText("Saving…")
        text = self.text.toPlainText()
        await asyncio.sleep(0.1)  # a slow disk
        self.saved = text
        self.status.setText("Saved")

    async def save_changes(self):
        # That there were changes during a save is all that needs to be kept of them.
        changes = qi.asyncsignalstream(self.text.textChanged, maxsize=1, overflow="drop-newest")
        async for _ in changes:
            await self.save()

    async def change_case(self):
        buttons = qi.multisignal({self.upper.clicked: str.upper, self.lower.clicked: str.lower})
        async for change, _ in qi.asyncsignalstream(buttons):
            self.text.setPlainText(change(self.text.toPlainText()))

    def closeEvent(self, event):
        if not self.may_close:
            event.ignore()
            self.finish()

    @qi.asyncslot(overlap="drop")
    async def finish(self):
        answer = await qi.modal(QtWidgets.QMessageBox.question)(self, "Notes", "Save and close?")
        if answer == QtWidgets.QMessageBox.StandardButton.Yes:
            await self.save()
            self.may_close = True
            self.close()


if __name__ == "__main__":
    app = QtWidgets.QApplication([])
    window = Notes()
    window.show()

    with qi.using_asyncio_from_qt():
        tasks = qi.run_task(window.save_changes()), qi.run_task(window.change_case())
        app.exec()
    print(window.saved)
