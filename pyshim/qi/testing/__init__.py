# SPDX-License-Identifier: BSD-3-Clause
"""qi.testing: tests of plugins and of coroutines, without the application.

    from qi.testing import FakeObject, Signal, fake_host, settle

    class Button(FakeObject):
        text: str = "What time is it?"
        enabled: bool = True
        clicked = Signal(bool)

    async def test_the_button_tells_the_time():
        with fake_host(button=Button()) as host:
            host.button.clicked.connect(clock.ask)
            host.button.clicked.emit(False)
            await settle()
            assert ":" in host.button.text

They run under `qi-run -m pytest` and `qi-run -m unittest`, where the loop is that of an embedded runtime, and
in plain `python3` that has the package qi. Asynchronous tests want one of
    pytest_plugin     for pytest: pytest_plugins = ["qi.testing.pytest_plugin"] in conftest.py
    AsyncTestCase     for unittest
and these help:
    settle()          waits until nothing is left to do; Busy says what is
    Clock             a clock of the loop's that is advanced by hand
    SignalRecorder    keeps emissions, and waits for them; each is an Emission
    leak_check()      fails with LeakError if tasks, connections, threads, … are left behind
    FakeObject        stands in for an object of the application; Signal, Property and stand_in() make one,
                      Call is what it remembers of a method's call
    fake_host()       puts stand-ins into qi.host
    load_plugin()     activates a plugin for the time of a block; PluginFailed where that cannot be
    run()             runs a coroutine from ordinary code
"""

from .cases import AsyncTestCase
from .clock import Clock
from .fakehost import fake_host
from .leaks import LeakError, leak_check
from .plugins import PluginFailed, load_plugin
from .recorder import Emission, SignalRecorder
from .running import run
from .settling import Busy, settle
from .specs import stand_in
from .standins import Call, FakeObject, Property, Signal

__all__ = [
    "AsyncTestCase",
    "Busy",
    "Call",
    "Clock",
    "Emission",
    "FakeObject",
    "LeakError",
    "PluginFailed",
    "Property",
    "Signal",
    "SignalRecorder",
    "fake_host",
    "leak_check",
    "load_plugin",
    "run",
    "settle",
    "stand_in",
]

for _name in __all__:
    globals()[_name].__module__ = __name__  # where everybody gets it from
del _name
