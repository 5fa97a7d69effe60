# SPDX-License-Identifier: BSD-3-Clause
"""Fetches a page by HTTP, with progress, and lets the user cancel: asyncio's streams in a window.

    python3 http_client.py [URL]        qi-run --app=none http_client.py [URL]

It knows just enough of HTTP for an example; aiohttp and httpx work as well.
"""

import asyncio
import sys
import urllib.parse

import qi

try:
    from PyQt6 import QtWidgets
except ImportError:
    from PySide6 import QtWidgets

TIMEOUT = 30  # seconds without a byte


async def get(url, progress):
    """Returns the status line and the body; calls progress(received, size or None) as they come."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no http or https address")
    secure = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or (443 if secure else 80), ssl=secure)
    try:
        path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        host = parts.netloc.rpartition("@")[2]
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode("ascii"))
        async with asyncio.timeout(TIMEOUT):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        return head[0], await read_body(reader, size_of(head[1:]), progress)
    finally:
        writer.close()


def size_of(headers):
    for header in headers:
        name, _, value = header.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return None


async def read_body(reader, size, progress):
    body = bytearray()
    while True:
        async with asyncio.timeout(TIMEOUT):
            part = await reader.read(65536)
        if not part:
            return bytes(body)
        body += part
        progress(len(body), size)


class Window(QtWidgets.QWidget):
    def __init__(self, url):
        super().__init__()
        self.setWindowTitle("HTTP client")
        self.address = QtWidgets.QLineEdit(url)
        self.fetch = QtWidgets.QPushButton("Get")
        self.cancel = QtWidgets.QPushButton("Cancel")
        self.cancel.setEnabled(False)
        self.bar = QtWidgets.QProgressBar()
        self.page = QtWidgets.QPlainTextEdit(readOnly=True)
        self.status = QtWidgets.QLabel("Enter an address and press Get")

        layout = QtWidgets.QGridLayout(self)
        layout.addWidget(self.address, 0, 0)
        layout.addWidget(self.fetch, 0, 1)
        layout.addWidget(self.cancel, 0, 2)
        layout.addWidget(self.page, 1, 0, 1, 3)
        layout.addWidget(self.bar, 2, 0, 1, 3)
        layout.addWidget(self.status, 3, 0, 1, 3)

        slot = qi.asyncslot(self.run, overlap="drop")
        self.fetch.clicked.connect(slot)
        self.address.returnPressed.connect(slot)

    async def run(self):
        task = asyncio.current_task()
        cancel = lambda: task.cancel()  # connected for as long as the task runs
        self.cancel.clicked.connect(cancel)
        self.set_busy(True)
        try:
            status, body = await get(self.address.text(), self.show_progress)
            self.page.setPlainText(body.decode("utf-8", "replace"))
            self.status.setText(f"{status}, {len(body)} bytes")
        except asyncio.CancelledError:
            self.status.setText("Cancelled")
            raise
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError) as error:  # TimeoutError is an OSError
            self.status.setText(f"{type(error).__name__}: {error}")
        finally:
            self.cancel.clicked.disconnect(cancel)
            self.set_busy(False)

    def set_busy(self, busy):
        self.fetch.setEnabled(not busy)
        self.cancel.setEnabled(busy)
        self.bar.setRange(0, 0 if busy else 1)
        self.bar.setValue(0)
        if busy:
            self.page.clear()
            self.status.setText("Connecting…")

    def show_progress(self, received, size):
        if size:
            self.bar.setRange(0, size)
            self.bar.setValue(received)
        self.status.setText(f"{received} bytes" + (f" of {size}" if size else ""))


if __name__ == "__main__":
    app = QtWidgets.QApplication(sys.argv[:1])
    window = Window(sys.argv[1] if len(sys.argv) > 1 else "https://www.example.org/")
    window.resize(640, 480)
    window.show()

    with qi.using_asyncio_from_qt():
        app.exec()
