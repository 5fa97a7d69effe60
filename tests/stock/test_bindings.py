# SPDX-License-Identifier: BSD-3-Clause
"""A binding's objects, signals and dialogs with qi, and qi's proxies with the binding, in the interpreter itself."""

import unittest

from stockcase import INSTALLED, StockCase, each_binding, main

# A QObject that the program makes itself, in the words of either binding.
THING = """
QtWidgets = importlib.import_module(QtCore.__name__.replace("QtCore", "QtWidgets"))
Signal = getattr(QtCore, "pyqtSignal", None) or QtCore.Signal
Slot = getattr(QtCore, "pyqtSlot", None) or QtCore.Slot
application = QtWidgets.QApplication([])
class Thing(QtCore.QObject):
    changed = Signal(int, str)
    def __init__(self):
        super().__init__()
        self.calls = []
    @Slot(int, result=int)
    def twice(self, number):
        self.calls.append(number)
        return 2 * number
thing = Thing()
thing.setObjectName("a thing")
def run(main):
    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        return runner.run(main())
"""


class Bindings(StockCase):
    @each_binding
    def test_proxy_of_an_object_and_back(self, binding):
        ended = self.run_with(binding, THING + """
proxy = qi.from_binding(thing)
print(type(proxy) is qi.Object, proxy.objectName, proxy.twice(21), thing.calls)
print(qi.to_binding(proxy) is thing, qi.from_binding(thing) is proxy)
proxy.objectName = "renamed"
print(thing.objectName())
print(qi.to_binding(qi.from_binding(application)) is application)
for wrong in (None, 1, "text", Thing):
    try:
        qi.from_binding(wrong)
    except TypeError:
        print("TypeError")
""")
        self.assert_ends(ended, 0, ["True a thing 42 [21]", "True True", "renamed", "True"] + 4 * ["TypeError"])

    @each_binding
    def test_signals_go_both_ways(self, binding):
        ended = self.run_with(binding, THING + """
async def main():
    proxy = qi.from_binding(thing)
    loop = asyncio.get_running_loop()
    for emit, signal in ((thing.changed.emit, proxy.changed), (proxy.changed.emit, thing.changed)):
        loop.call_soon(emit, 1, "one")
        print(await qi.asyncsignal(signal, timeout=20))
    got = []
    async def receive(*arguments):
        got.append(arguments)
    thing.changed.connect(qi.asyncslot(receive))
    connection = proxy.changed.connect(qi.asyncslot(receive))
    thing.changed.emit(2, "two")
    await asyncio.sleep(0)
    connection.disconnect()
    proxy.changed.emit(3, "three")
    print(sorted(got))
run(main)
""")
        self.assert_ends(ended, 0, ["(1, 'one')", "(1, 'one')", "[(2, 'two'), (2, 'two'), (3, 'three')]"])

    @each_binding
    def test_sender_that_is_destroyed_is_an_error(self, binding):
        ended = self.run_with(binding, THING + """
async def wait_for(signal, sender):
    waiting = asyncio.create_task(qi.asyncsignal(signal, timeout=20))
    await asyncio.sleep(0)
    sender.deleteLater()
    try:
        print(await waiting)
    except qi.SenderDestroyed:
        print("SenderDestroyed")
async def main():
    await wait_for(thing.changed, thing)
    other = Thing()
    await wait_for(qi.from_binding(other).changed, other)
    proxy = qi.from_binding(third := Thing())
    third.deleteLater()
    await asyncio.sleep(0)
    application.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
    for use in (lambda: proxy.objectName, lambda: qi.from_binding(third), lambda: qi.from_binding(other)):
        try:
            print(use())
        except ReferenceError:
            print("ReferenceError")
run(main)
""")
        self.assert_ends(ended, 0, 2 * ["SenderDestroyed"] + 3 * ["ReferenceError"])

    @each_binding
    def test_modal_dialog_lets_asyncio_go_on(self, binding):
        ended = self.run_with(binding, THING + """
async def main():
    dialog = QtWidgets.QDialog()
    ticks = []
    async def tick():
        while len(ticks) < 5:
            await asyncio.sleep(0.001)
            ticks.append(dialog.isVisible())
        dialog.done(7)
    ticking = asyncio.create_task(tick())
    print(await qi.modal(dialog.exec)(), all(ticks))
    await ticking
run(main)
""")
        self.assert_ends(ended, 0, ["7 True"])

    @each_binding
    def test_run_task_runs_its_first_step_inside_a_slot(self, binding):
        ended = self.run_with(binding, THING + """
loop = qi.new_event_loop(); loop.set_mode(qi.QiLoopMode.GUEST); loop.start()
steps = []
async def work(number):
    steps.append(number)
    await asyncio.sleep(0.001)
    application.quit()
def slot(number, text):
    task = qi.run_task(work(number), name=text)
    print(steps, task.get_name(), task.done())
thing.changed.connect(slot)
loop.call_soon(thing.changed.emit, 1, "a task")
print(application.exec())
""")
        self.assert_ends(ended, 0, ["[1] a task False", "0"])

    @each_binding
    def test_slot_of_a_proxy_that_raises_is_told_to_the_excepthook(self, binding):
        ended = self.run_with(binding, THING + """
def told(kind, exception, traceback):
    print(kind.__name__, exception, traceback is not None, exception.__notes__)
sys.excepthook = told
def fail(number, text):
    raise ValueError(text)
async def main():
    qi.from_binding(thing).changed.connect(fail)
    thing.changed.emit(1, "one")
run(main)
""")
        self.assert_ends(ended)
        self.assertIn("ValueError one True", ended.stdout)
        self.assertIn("__main__:fail", ended.stdout)
        self.assertIn("changed(int,", ended.stdout)

    @unittest.skipUnless(len(INSTALLED) == 2, "PyQt6 and PySide6 are not both installed")
    def test_an_object_goes_from_one_binding_to_the_other(self):
        ended = self.run_with("PyQt6", THING + """
import PySide6.QtCore
other = qi.to_binding(qi.from_binding(thing), "PySide6")
print(type(other).__module__, other.objectName())
other.setObjectName("renamed")
print(thing.objectName())
""")
        self.assert_ends(ended, 0, ["PySide6.QtCore a thing", "renamed"])


if __name__ == "__main__":
    main()
