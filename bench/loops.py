# SPDX-License-Identifier: BSD-3-Clause
"""The contestants: libqi as a guest, and whatever else runs coroutines, each on the GUI thread in its turn.

The application is in exec() all the time. libqi's guest loop runs there as in a host. For the round of
another contestant it is stopped, and that one's run_until_complete() is called from an event of Qt's:
asyncio and uvloop wait by themselves, loops on top of Qt have Qt's event loop run meanwhile.
"""

import asyncio
import contextlib
import importlib.metadata
import os
import sys

import _bench

QUIET_FOR = 120  # seconds after which a round is cancelled


@contextlib.contextmanager
def stock_tasks():
    """Gives asyncio its own way of registering tasks back, which libqi has made faster on 3.11 for all."""
    tasks = getattr(asyncio.tasks, "_all_tasks", None)
    if tasks is None or type(tasks.data) is set:
        yield
        return
    faster, kept = tasks.add, tasks.data
    del tasks.add
    tasks.data = set(kept)
    try:
        yield
    finally:
        kept.update(reference for reference in tasks.data if reference() is not None)
        tasks.data, tasks.add = kept, faster


async def limited(coroutine):
    """Awaits it, and cancels it when it takes too long."""
    timer = asyncio.get_running_loop().call_later(QUIET_FOR, asyncio.current_task().cancel)
    try:
        return await coroutine
    except asyncio.CancelledError:
        raise TimeoutError(f"nothing came of it in {QUIET_FOR} s") from None
    finally:
        timer.cancel()


class Guest:
    """The loop that runs already."""

    in_qt = True
    subject = None

    async def run(self, coroutine):
        # In a task of its own, as the others' are: each step would go through all coroutines above it.
        return await asyncio.create_task(limited(coroutine))

    def renew(self):
        pass

    close = renew


class Owner:
    """A loop that is run until its coroutine is complete, while the guest holds still."""

    stock = contextlib.nullcontext

    def __init__(self, factory, in_qt):
        self.factory, self.loop = factory, factory()
        self.in_qt = in_qt

    async def run(self, coroutine):
        guest = asyncio.get_running_loop()
        over = guest.create_future()

        def beside():
            outcome, error = None, None
            whole = limited(coroutine)
            try:
                asyncio.set_event_loop(self.loop)
                with self.stock():
                    outcome = self.loop.run_until_complete(whole)
            except BaseException as exception:
                error = exception
            finally:
                whole.close()  # a peer may not even have begun it
                coroutine.close()
                asyncio.set_event_loop(guest)
                guest.start()
            if error is None:
                over.set_result(outcome)
            else:
                over.set_exception(RuntimeError(f"{type(error).__name__}: {error}"))

        type(guest).stop(guest)  # of an application's own loop the method itself is refused
        _bench.later(beside)
        return await over

    def renew(self):
        """A new loop: what the old one keeps, such as cancelled timers of Qt's, is not to burden others."""
        self.close()
        self.loop = self.factory()

    def close(self):
        self.loop.close()


class Peer(Owner):
    """A loop of somebody else's, which gets what it would find without libqi."""

    stock = staticmethod(stock_tasks)


class BoundPeer(Peer):
    """A peer on top of Qt, with a way of its own to connect a coroutine function to a signal."""

    TYPES = {
        "changed(int)": (int,),
        "changed(int,int,int,int,int)": (int,) * 5,
        "changed(QString)": (str,),
        "changed(QVariantMap)": ("QVariantMap",),
    }

    def __init__(self, factory, binding, asyncslot):
        super().__init__(factory, True)
        self.binding, self.asyncslot = binding, asyncslot

    def subject(self, function, signature):
        """(a QObject with the signal, its address), the signal connected to the coroutine function."""
        core = importlib.import_module(f"{self.binding}.QtCore")
        signal = getattr(core, "pyqtSignal", None) or core.Signal
        types = self.TYPES[signature]
        source = type("Source", (core.QObject,), {"changed": signal(*types)})()
        source.changed.connect(self.asyncslot(function, types))
        if self.binding == "PyQt6":
            sip = importlib.import_module("PyQt6.sip")
            return source, sip.unwrapinstance(source)
        shiboken = importlib.import_module("shiboken6")
        return source, shiboken.getCppPointer(source)[0]


def application(core):
    """A stand-in for QApplication, for peers which call its exec() and exit(): an event loop of their own.

    exec() does not nest, and the end of the application's would be the end of this program.
    """

    class Application(core.QObject):
        def __init__(self):
            super().__init__()
            self._application, self._loops = core.QCoreApplication.instance(), []

        def __getattr__(self, name):
            return getattr(self._application, name)

        def exec(self):
            loop = core.QEventLoop()
            self._loops.append(loop)
            try:
                return loop.exec()
            finally:
                self._loops.pop()

        def exit(self, status=0):
            if self._loops:
                self._loops[-1].exit(status)

        quit = exit

    return Application()


def owner():
    import qi

    return Owner(qi.new_event_loop, True)


def stock():
    return Peer(asyncio.SelectorEventLoop, False)


def uvloop():
    import uvloop

    return Peer(uvloop.new_event_loop, False)


def any_binding():
    """The binding that peers with a choice get: one that is imported already, or the first that can be."""
    names = sorted(("PyQt6", "PySide6"), key=lambda name: name not in sys.modules)
    for name in names:
        try:
            importlib.import_module(f"{name}.QtWidgets")
            return name
        except ImportError:
            continue
    raise ImportError("neither PyQt6 nor PySide6 can be imported")


def qtinter():
    binding = any_binding()
    import qtinter
    import qtinter.bindings  # chooses now, while only one binding is there

    return BoundPeer(qtinter.new_event_loop, binding, lambda function, types: qtinter.asyncslot(function))


def qasync():
    binding = any_binding()
    os.environ["QT_API"] = binding.lower()
    import qasync

    core = importlib.import_module(f"{binding}.QtCore")
    return BoundPeer(lambda: qasync.QEventLoop(application(core)), binding,
                     lambda function, types: qasync.asyncSlot(*types)(function))


def qtasyncio():
    from PySide6 import QtAsyncio, QtCore

    class Loop(QtAsyncio.QAsyncioEventLoop):
        # Its own takes any event loop of Qt's for itself, and there is one around it here.
        def is_running(self):
            return asyncio.events._get_running_loop() is self

    def slot(function, types):
        return lambda *arguments: asyncio.ensure_future(function(*arguments))

    return BoundPeer(lambda: Loop(application(QtCore)), "PySide6", slot)


# In this order they stand in the report. libqi is the guest, and always there.
FACTORIES = {
    "libqi": Guest,
    "owner": owner,
    "asyncio": stock,
    "uvloop": uvloop,
    "qtinter": qtinter,
    "qasync": qasync,
    "QtAsyncio": qtasyncio,
}

MODULES = {"uvloop": "uvloop", "qtinter": "qtinter", "qasync": "qasync", "QtAsyncio": "PySide6"}


def add_python_path():
    """PYTHONPATH is where peers may be; the embedded interpreter does not look at it by itself."""
    for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        if entry and entry not in sys.path:
            sys.path.append(entry)


def available(without=()):
    """(the contestants that can be had, name -> why not, of the others)."""
    add_python_path()
    found, missing = {}, {}
    for name, factory in FACTORIES.items():
        if name in without:
            missing[name] = "left out by --without"
            continue
        try:
            found[name] = factory()
        except Exception as error:  # whatever a peer lacks, the others can be measured
            missing[name] = f"{type(error).__name__}: {error}"
    return found, missing


def versions(found):
    yield "python", sys.version.split()[0]
    for name in found:
        module = sys.modules.get(MODULES.get(name))
        if module is None:
            continue
        version = getattr(module, "__version__", None)
        if version is None:
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                version = importlib.metadata.version(MODULES[name])
        yield name, version or "of unknown version"
    for name in ("PyQt6", "PySide6"):
        if core := sys.modules.get(f"{name}.QtCore"):
            yield name, getattr(core, "PYQT_VERSION_STR", None) or core.__version__
