# SPDX-License-Identifier: BSD-3-Clause
"""Runs a file of test cases in the interpreter that runs this, on the application of a binding.

    python3 run.py PyQt6|PySide6 [FILE.py [ARGUMENTS]]

Without a file it only tries whether the binding can be imported beside qi. The files are those of the embedded runtime. `hostloop`, which those of tests/loop import, is made here
of the binding's event loop; tests/loop/host_main.cpp says what it has.
"""

import importlib
import os
import runpy
import sys
import types

SKIPPED = 77  # the exit status by which ctest knows a test that cannot run on this machine


def find_binding(name):
    """Imports QtCore of a binding, or ends the program as skipped."""
    try:
        return importlib.import_module(f"{name}.QtCore")
    except ImportError as error:
        print(f"SKIP: {name} cannot be imported here: {error}")
        sys.exit(SKIPPED)


def host_loop(core):
    module = types.ModuleType("hostloop")
    flags = core.QEventLoop.ProcessEventsFlag
    posted = []  # what a timer calls must live until then

    def run(until):
        while not until():
            core.QCoreApplication.processEvents(flags.WaitForMoreEvents)

    def post(function):
        def call():
            posted.remove(call)
            function()

        posted.append(call)
        core.QTimer.singleShot(0, call)

    class Poster(core.QObject):
        """Posts itself an event whenever it gets one."""

        def __init__(self, kind, function):
            super().__init__()
            self.kind, self.function = kind, function
            core.QCoreApplication.postEvent(self, core.QEvent(kind))

        def event(self, event):
            if event.type() != self.kind:
                return super().event(event)
            core.QCoreApplication.postEvent(self, core.QEvent(self.kind))
            self.function()
            return True

    types_of_events = {
        "posted": core.QEvent.Type.User,
        "update": core.QEvent.Type.UpdateRequest,
        "input": core.QEvent.Type.MouseMove,
    }
    sources = []

    def start(kind, function):
        if kind in types_of_events:
            sources.append(Poster(types_of_events[kind], function))
            return
        timer = core.QTimer()
        timer.setTimerType(core.Qt.TimerType.PreciseTimer)
        timer.timeout.connect(function)
        timer.start(1 if kind == "timer" else 0)
        sources.append(timer)

    module.kinds = ("posted", "update", "input", "zero timer", "timer")
    module.start, module.stop, module.news = start, sources.clear, lambda flags: None
    module.exec, module.quit = core.QCoreApplication.exec, core.QCoreApplication.quit
    module.run, module.post = run, post
    module.process = lambda: core.QCoreApplication.processEvents(flags.AllEvents)
    module.wakes = lambda: 0
    module.name = "qt"
    return module


def main():
    core = find_binding(sys.argv[1])
    application = core.QCoreApplication(sys.argv[:1])
    sys.modules["hostloop"] = host_loop(core)
    if len(sys.argv) == 2:
        import qi

        print(sys.argv[1], core.qVersion(), "beside", qi.__file__)
        return
    sys.argv[:] = sys.argv[2:]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")
    del application


main()
