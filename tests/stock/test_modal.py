# SPDX-License-Identifier: BSD-3-Clause
"""A task that is cancelled in `await qi.modal(...)()`, or runs into a timeout, closes what the function has opened."""

from stockcase import StockCase, each_binding, main

BEGIN = """
import functools
QtWidgets = importlib.import_module(QtCore.__name__.replace("QtCore", "QtWidgets"))
application = QtWidgets.QApplication([])
application.setQuitOnLastWindowClosed(False)

def shown():
    return sorted(type(w).__name__ for w in application.topLevelWidgets() if w.isVisible())

def returned():
    import _qi
    return _qi._event_loops() - outer

class Stubborn(QtWidgets.QDialog):
    def reject(self):
        print("rejected")

class Window(QtWidgets.QMainWindow):
    def ask(self):
        return QtWidgets.QDialog(self).exec()

def function():
    dialog = QtWidgets.QDialog()
    return dialog.exec()
"""

# The function and its arguments.
OPENED = {
    "QDialog.exec": "(dialog := QtWidgets.QDialog()).exec,",
    "of a partial": "functools.partial((dialog := QtWidgets.QDialog()).exec),",
    "QMenu.exec": "menu.exec, QtCore.QPoint(0, 0)",
    "QMessageBox.exec": "(dialog := QtWidgets.QMessageBox()).exec,",
    "QMessageBox.question": "QtWidgets.QMessageBox.question, None, 'title', 'text'",
    "QInputDialog.getText": "QtWidgets.QInputDialog.getText, None, 'title', 'label'",
    "QFileDialog.getOpenFileName": "QtWidgets.QFileDialog.getOpenFileName,",
    "QEventLoop.exec": "(event_loop := QtCore.QEventLoop()).exec,",
    "a dialog of the host's": "qi.from_binding(dialog := QtWidgets.QDialog()).exec,",
    "a function": "function,",
}

MENU = "menu = QtWidgets.QMenu()\nmenu.addAction('an action')\nmenu.addMenu('more').addAction('another')\n"

ENDINGS = {
    "timeout": """
    try:
        async with asyncio.timeout(0.05):
            await waiting
    except TimeoutError:
        print("timed out", shown(), returned())
""",
    "cancel": """
    waiting = asyncio.ensure_future(waiting)
    await asyncio.sleep(0.05)
    print(returned())
    waiting.cancel()
    try:
        await waiting
    except asyncio.CancelledError:
        print("cancelled", shown(), returned())
""",
}

RUN = {
    "an owner": """
with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
    runner.run(main())
""",
    "a guest": """
with qi.using_asyncio_from_qt() as loop:
    task = loop.create_task(main())
    task.add_done_callback(lambda _: application.quit())
    application.exec()
task.result()
""",
}


class Modal(StockCase):
    def check(self, binding, body, lines, run="an owner", before=""):
        program = BEGIN + before + "async def main():\n    global outer\n    import _qi\n    outer = _qi._event_loops()\n"
        ended = self.run_with(binding, program + body + RUN[run])
        self.assert_ends(ended, 0, lines)
        self.assertNotIn("Traceback", ended.stderr)

    @each_binding
    def test_what_was_opened_is_closed(self, binding):
        for what, opened in OPENED.items():
            for ending, lines in (("timeout", ["timed out [] 0"]), ("cancel", ["1", "cancelled [] 0"])):
                for run in RUN:
                    with self.subTest(what, ending=ending, run=run):
                        body = f"    opener, *arguments = {opened}\n    waiting = qi.modal(opener)(*arguments)\n"
                        self.check(binding, body + ENDINGS[ending], lines, run, MENU)

    @each_binding
    def test_dialog_that_refuses_is_hidden(self, binding):
        body = "    dialog = Stubborn()\n    waiting = qi.modal(dialog.exec)()\n" + ENDINGS["timeout"]
        self.check(binding, body, ["rejected", "timed out [] 0"])

    @each_binding
    def test_window_whose_method_it_is_stays(self, binding):
        body = "    window = Window()\n    window.show()\n    waiting = qi.modal(window.ask)()\n" + ENDINGS["timeout"]
        self.check(binding, body, ["timed out ['Window'] 0"])

    @each_binding
    def test_dialog_of_another_stays_and_is_waited_for(self, binding):
        self.check(binding, """
    mine, other = Stubborn(), QtWidgets.QDialog()
    first = asyncio.create_task(qi.modal(mine.exec)())
    await asyncio.sleep(0.01)
    second = asyncio.create_task(qi.modal(other.exec)())
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    print(shown(), first.done(), returned())
    other.done(5)
    print(await second)
    await asyncio.wait([first])
    print(first.cancelled(), returned())
""", ["rejected", "['QDialog'] False 2", "5", "True 0"])

    @each_binding
    def test_function_that_waits_otherwise_is_left_alone(self, binding):
        self.check(binding, """
    def wait():
        event_loop = QtCore.QEventLoop()
        QtCore.QTimer.singleShot(200, event_loop.quit)
        event_loop.exec()
        print("returns by itself")
    waiting = qi.modal(wait)()
""" + ENDINGS["timeout"] + """
    while returned():
        await asyncio.sleep(0.01)
""", ["timed out [] 1", "returns by itself"])

    @each_binding
    def test_exception_that_nobody_gets_any_more_is_told(self, binding):
        self.check(binding, """
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: print(repr(context["exception"])))
    def fail():
        QtWidgets.QDialog().exec()
        raise ValueError("too late")
    waiting = qi.modal(fail)()
""" + ENDINGS["timeout"], ["ValueError('too late')", "timed out [] 0"])


if __name__ == "__main__":
    main()
