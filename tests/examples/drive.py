# SPDX-License-Identifier: BSD-3-Clause
"""Runs an example of examples/python unchanged, and uses it as a person would.

    drive.py PyQt6|PySide6 EXAMPLE.py

The program makes its application itself. What is put in between is only that a timer starts there, which
steps the script that belongs to the example: a generator that yields what it waits for. A script that is
through has seen everything that it wanted to see; the program must then have ended by itself, and in order.
"""

import asyncio
import contextlib
import importlib
import io
import os
import runpy
import sys
import threading

SKIPPED = 77


def use_binding(name):
    """Leaves the example no choice of binding; ends the program where there is none, or not all of it."""
    for other in {"PyQt6", "PySide6"} - {name}:
        sys.modules[other] = None
    try:
        return [importlib.import_module(f"{name}.{part}") for part in ("QtCore", "QtWidgets")]
    except ImportError as error:
        print(f"SKIP: {name} cannot be imported here: {error}")
        sys.exit(SKIPPED)


QtCore, QtWidgets = use_binding(sys.argv[1])
import qi  # noqa: E402, which must be importable after the binding, too


# -- what scripts use -----------------------------------------------------------------------------------


def window_of(kind):
    """The window of that class that is shown, or None."""
    shown = (widget for widget in QtWidgets.QApplication.topLevelWidgets() if widget.isVisible())
    return next((widget for widget in shown if isinstance(widget, kind)), None)


def named(name):
    """The window of a class that the example itself has."""
    shown = (widget for widget in QtWidgets.QApplication.topLevelWidgets() if widget.isVisible())
    return next((widget for widget in shown if type(widget).__name__ == name), None)


# -- the scripts, by the examples' names ----------------------------------------------------------------


def sleep(output):
    yield lambda: window_of(QtWidgets.QPushButton)
    button = window_of(QtWidgets.QPushButton)
    label = button.text()
    button.click()
    assert not button.isEnabled() and button.text() != label, "the first step runs inside the click"
    button.click()
    yield button.isEnabled
    assert button.text() == label
    button.close()


def color(output):
    yield lambda: window_of(QtWidgets.QColorDialog)
    dialog = window_of(QtWidgets.QColorDialog)
    dialog.setCurrentColor(QtCore.Qt.GlobalColor.red)
    dialog.accept()
    yield output.getvalue
    assert output.getvalue() == "#ff0000\n", output.getvalue()


def stopwatch(output):
    yield lambda: named("Stopwatch")
    window = named("Stopwatch")
    for _ in range(2):
        window.start.click()
        assert window.stop.isEnabled() and not window.start.isEnabled()
        yield lambda: window.display.value() >= 0.2
        window.stop.click()
        yield window.start.isEnabled
        assert not window.stop.isEnabled()
        stopped = window.display.value()
        assert stopped >= 0.15, stopped  # 0.2 was shown, rounded
        yield lambda turns=iter(range(20)): next(turns, None) is None
        assert window.display.value() == stopped, "the display goes on"
    window.close()


BODY = b"libqi " * 50_000


class Server:
    """A server of HTTP in a thread and a loop of its own; /slow sends half and waits until it is released."""

    def __init__(self):
        self.address = None
        self.gone = threading.Event()  # the client of /slow has hung up
        self._ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._ready.wait()

    async def _serve(self):
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.address = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()

    async def _answer(self, reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY))
        if b" /slow " in request:
            writer.write(BODY[: len(BODY) // 2])
            await reader.read()
            self.gone.set()
        else:
            writer.write(BODY)
        writer.close()


def http_client(output):
    server = Server()
    yield lambda: named("Window")
    window = named("Window")
    window.address.setText(server.address + "/page?x=1")
    window.fetch.click()
    assert not window.fetch.isEnabled() and window.cancel.isEnabled()
    yield window.fetch.isEnabled
    assert window.status.text() == f"HTTP/1.0 200 OK, {len(BODY)} bytes", window.status.text()
    assert window.page.toPlainText() == BODY.decode()
    assert window.bar.value() == 0

    window.address.setText(server.address + "/slow")
    window.address.returnPressed.emit()
    yield lambda: window.bar.value() == len(BODY) // 2
    window.cancel.click()
    yield window.fetch.isEnabled
    assert window.status.text() == "Cancelled"
    yield server.gone.is_set

    window.address.setText("http://127.0.0.1:1/")
    window.fetch.click()
    yield window.fetch.isEnabled
    assert "Error" in window.status.text(), window.status.text()
    window.address.setText("file:///etc/passwd")
    window.fetch.click()
    yield window.fetch.isEnabled
    assert window.status.text().startswith("ValueError"), window.status.text()

    window.address.setText(server.address + "/slow")  # a download that is there when the window closes
    window.fetch.click()
    yield lambda: window.bar.value() == len(BODY) // 2
    window.close()


def primes(output):
    yield lambda: named("Window")
    window = named("Window")
    window.start.click()
    yield lambda: window.list.count() >= 20
    found = [int(window.list.item(row).text()) for row in range(20)]
    assert found == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71], found
    window.stop.click()
    yield output.getvalue
    assert int(output.getvalue().split()[0]) >= 20, output.getvalue()


def notes(output):
    yield lambda: named("Notes")
    window = named("Notes")
    window.text.setPlainText("one")
    window.text.setPlainText("two")
    yield lambda: window.saved == "two" and window.status.text() == "Saved"
    window.upper.click()
    yield lambda: window.saved == "TWO"

    for answer in ("No", "Yes"):  # T09
        window.text.setPlainText("TWO")
        window.lower.click()
        yield lambda: window.saved == "two"
        window.close()
        window.close()
        yield lambda: window_of(QtWidgets.QMessageBox)
        assert window.isVisible()
        window.upper.click()  # asyncio goes on behind the question (T05)
        yield lambda: window.saved == "TWO"
        window.text.setPlainText("last words")
        box = window_of(QtWidgets.QMessageBox)
        box.button(getattr(QtWidgets.QMessageBox.StandardButton, answer)).click()
        yield lambda: not window_of(QtWidgets.QMessageBox)
        if answer == "No":
            yield lambda: window.saved == "last words"
            assert window.isVisible()
    yield output.getvalue
    assert output.getvalue() == "last words\n", output.getvalue()


# -- driving --------------------------------------------------------------------------------------------


class Driver:
    def __init__(self, script, output):
        self.failed = None
        self.ended = False
        self._script = script(output)
        self._until = None
        self._timer = None

    def watch(self, application):
        self._timer = QtCore.QTimer(application)
        self._timer.timeout.connect(self.step)
        self._timer.start(5)

    def step(self):
        """The program may run further event loops meanwhile, so a step does not wait."""
        try:
            while self._until is None or self._until():
                self._until = next(self._script)
        except StopIteration:
            self.ended = True
            self._timer.stop()
        except BaseException as error:
            self.failed = error
            os.write(2, f"the script failed: {type(error).__name__}: {error}\n".encode())
            os._exit(1)

    def finish(self):
        """What is left of the script looks at what the program has left."""
        if not self.ended and self._until is not None and self._until():
            with contextlib.suppress(StopIteration):
                next(self._script)
                raise AssertionError("the program has ended before the script")
            self.ended = True


def main():
    path = sys.argv[2]
    output = io.StringIO()
    driver = Driver(globals()[os.path.basename(path).removesuffix(".py")], output)
    make = QtWidgets.QApplication

    def application(arguments):
        made = make(arguments)
        driver.watch(made)
        return made

    # The class's other names must do as before, so it is not replaced but told apart when it is called.
    class Stand(make):
        def __new__(cls, arguments):
            return application(arguments)

    QtWidgets.QApplication = Stand
    sys.argv[:] = [path]
    with contextlib.redirect_stdout(output):
        names = runpy.run_path(path, run_name="__main__")
    driver.finish()
    print(output.getvalue(), end="")
    if not driver.ended:
        sys.exit(f"{path} has ended, but the script waits for more")
    print(f"{os.path.basename(path)} with {sys.argv[0] and make.__module__}, qi of {qi.__file__}")
    return names


kept = main()
