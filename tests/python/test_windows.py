# SPDX-License-Identifier: BSD-3-Clause
# qi-run: --app=none
"""Windows that come and go around the loop: the last one closed, dialogs in coroutines, exit codes."""

import importlib
import os
import subprocess
import sys
import unittest

SCRIPT = """
import asyncio, sys
import qi
from {binding} import QtCore, QtWidgets

app = QtWidgets.QApplication([])
"""

LAST_DIALOG = """
async def main():
    for name in ("one", "two"):  # the first is the last window, too
        dialog = QtWidgets.QDialog()
        asyncio.get_running_loop().call_soon(dialog.accept)
        dialog.show()
        (result,) = await qi.asyncsignal(dialog.finished)
        await asyncio.sleep(0.01)
        print(name, int(result))

with qi.using_qt_from_asyncio():
    asyncio.run(main())
"""

MODAL_IN_FIRST_STEP = """
button = QtWidgets.QPushButton()
steps = []

def answer():
    box = app.activeModalWidget()
    if box is None:
        QtCore.QTimer.singleShot(1, answer)
        return
    steps.append("shown")
    box.button(QtWidgets.QMessageBox.StandardButton.Yes).click()

@qi.asyncslot
async def ask():
    steps.append("first step")
    QtCore.QTimer.singleShot(0, answer)
    result = await qi.modal(QtWidgets.QMessageBox.question)(button, "title", "text")
    steps.append(result == QtWidgets.QMessageBox.StandardButton.Yes)
    app.quit()

button.clicked.connect(ask)

def click():
    button.click()
    steps.append("clicked")

QtCore.QTimer.singleShot(0, click)
with qi.using_asyncio_from_qt():
    app.exec()
print(steps)
"""

EXIT_CODE = """
async def leave():
    await asyncio.sleep(0)
    app.exit(42)

with qi.using_asyncio_from_qt():
    qi.run_task(leave())
    code = app.exec()
sys.exit(code)
"""

EXCEPTION = """
class Window(QtWidgets.QPushButton):
    async def fails(self):
        await asyncio.sleep(0)
        raise ValueError("in a slot")

def handler(loop, context):
    print(context["slot"], context["exception"])
    app.quit()

window = Window()
window.clicked.connect(qi.asyncslot(window.fails))
with qi.using_asyncio_from_qt():
    asyncio.get_running_loop().set_exception_handler(handler)
    QtCore.QTimer.singleShot(0, window.click)
    app.exec()
"""


class Windows:
    binding = None

    def setUp(self):
        try:
            importlib.import_module(f"{self.binding}.QtWidgets")
        except ImportError:
            self.skipTest(f"{self.binding} is not installed for this Python")

    def run_script(self, text, status=0):
        if _qi_embedded():
            command = [os.readlink("/proc/self/exe"), "--app=none", "-c"]
        else:
            command = [sys.executable, "-c"]
        done = subprocess.run(
            [*command, SCRIPT.format(binding=self.binding) + text], capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def test_closing_the_last_dialog_does_not_stop_the_loop(self):  # T10
        self.assertEqual(self.run_script(LAST_DIALOG), "one 1\ntwo 1\n")

    def test_modal_in_the_first_step_of_a_click(self):  # T04
        steps = "['first step', 'clicked', 'shown', True]\n"
        self.assertEqual(self.run_script(MODAL_IN_FIRST_STEP), steps)

    def test_exit_code_of_the_application(self):  # T36
        self.run_script(EXIT_CODE, status=42)

    def test_handler_learns_the_slot(self):  # T26
        self.assertEqual(self.run_script(EXCEPTION), "__main__:Window.fails in a slot\n")


def _qi_embedded():
    return not os.path.basename(os.readlink("/proc/self/exe")).startswith("python")


class WithPyQt6(Windows, unittest.TestCase):
    binding = "PyQt6"


class WithPySide6(Windows, unittest.TestCase):
    binding = "PySide6"


if __name__ == "__main__":
    unittest.main()
