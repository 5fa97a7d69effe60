# SPDX-License-Identifier: BSD-3-Clause
"""The animation of the README: a click, a download, and a hang that is ended, in a window that really does all three.

animation.py OUTPUT.png

It needs PyQt6 and the package qi, and writes an APNG: a PNG with frames, which browsers play and others show the first of. The
window is PyQt6's, the download comes from a server in this process, and what ends the hang is qi's watchdog.
"""

import asyncio
import os
import re
import struct
import sys
import zlib

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QPoint, QPointF, QRect, Qt  # noqa: E402
from PyQt6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF  # noqa: E402
from PyQt6.QtWidgets import QApplication, QGridLayout, QLabel, QProgressBar, QPushButton, QWidget  # noqa: E402

import qi  # noqa: E402

WIDTH, HEIGHT, CAPTION = 560, 220, 46
PIECES, PIECE = 8, 32 * 1024
COLOURS = 255  # of the palette that all frames share
POINTER = [(0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (13, 12)]


# -- what happens in the window ------------------------------------------------------------------------


class Window(QWidget):
    def __init__(self):
        super().__init__()
        self.setFixedSize(WIDTH, HEIGHT)
        self.ask, self.load, self.loop = QPushButton("What time is it?"), QPushButton("Download"), QPushButton("Loop for ever")
        self.answer, self.told = QLabel("–"), QLabel("–")
        self.bar = QProgressBar(maximum=PIECES)
        grid = QGridLayout(self)
        grid.setContentsMargins(20, 16, 20, 16)
        grid.setHorizontalSpacing(18)
        for row, (button, shown) in enumerate(((self.ask, self.answer), (self.load, self.bar), (self.loop, self.told))):
            button.setMinimumSize(150, 40)
            grid.addWidget(button, row, 0)
            grid.addWidget(shown, row, 1)
        grid.setColumnStretch(1, 1)
        self.ask.clicked.connect(qi.asyncslot(self.on_ask))
        self.load.clicked.connect(qi.asyncslot(self.on_load))
        self.loop.clicked.connect(qi.asyncslot(self.on_loop))
        self.port = None
        self.loaded = asyncio.Event()

    async def on_ask(self):
        self.ask.setEnabled(False)  # before the click returns
        process = await asyncio.create_subprocess_exec("date", "+%H:%M", "--date=12:34", stdout=asyncio.subprocess.PIPE)
        answer, _ = await process.communicate()
        self.answer.setText(answer.decode().strip())
        self.ask.setEnabled(True)

    async def on_load(self):
        self.load.setEnabled(False)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for piece in range(PIECES):
            await reader.readexactly(PIECE)
            self.bar.setValue(piece + 1)
            self.loaded.set()
        writer.close()
        await writer.wait_closed()
        self.load.setEnabled(True)

    async def on_loop(self):
        while True:
            pass

    def stalled(self, stall):
        """In a thread of the watchdog's, while the window is stuck; true asks for the end of what holds it."""
        if not stall.over:
            line, function = re.findall(r"line (\d+), in (\w+)", stall.stack)[-1]
            self.place = f"{function}(), line {line}"
        return True


# -- the camera -----------------------------------------------------------------------------------------


class Camera:
    """Takes frames of the window, with a pointer and a line of text below."""

    def __init__(self, window):
        self.window, self.frames = window, []
        self.pointer, self.caption = QPoint(WIDTH - 60, HEIGHT - 30), ""

    def take(self, seconds):
        image = QImage(WIDTH, HEIGHT + CAPTION, QImage.Format.Format_RGB32)
        image.fill(QColor("#14181f"))
        painter = QPainter(image)
        self.window.render(painter, QPoint())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(QFont("DejaVu Sans", 11))
        painter.setPen(QColor("#e6eaf0"))
        painter.drawText(QRect(16, HEIGHT, WIDTH - 32, CAPTION), Qt.AlignmentFlag.AlignVCenter, self.caption)
        painter.setPen(QPen(QColor("white"), 1))
        painter.setBrush(QColor("black"))
        painter.drawPolygon(QPolygonF([QPointF(self.pointer) + QPointF(x, y) for x, y in POINTER]))
        painter.end()
        self.frames.append((image, seconds))

    def move(self, widget, steps=4):
        goal = widget.mapTo(self.window, widget.rect().center()) + QPoint(30, 4)
        start = self.pointer
        for step in range(1, steps + 1):
            self.pointer = start + (goal - start) * step / steps
            self.take(0.09)


async def direct(window, camera):
    gates = asyncio.Semaphore(0)

    async def serve(reader, writer):
        for _ in range(PIECES):
            await gates.acquire()
            writer.write(bytes(PIECE))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    window.port = server.sockets[0].getsockname()[1]
    camera.caption = "A click runs a coroutine up to its first wait, before it returns."
    camera.take(1.2)
    camera.move(window.ask)
    window.ask.click()
    assert not window.ask.isEnabled()
    camera.take(0.7)
    while not window.ask.isEnabled():
        await asyncio.sleep(0.001)
    camera.take(1.2)

    camera.caption = "It waits for the network, and the window lives."
    camera.move(window.load)
    window.load.click()
    for _ in range(PIECES):
        window.loaded.clear()
        gates.release()
        await window.loaded.wait()
        camera.take(0.16)
    while not window.load.isEnabled():
        await asyncio.sleep(0.001)
    camera.take(1.0)

    camera.caption = "while True: pass"
    camera.move(window.loop)
    camera.take(0.5)
    camera.caption = "while True: pass – the window stands still …"
    camera.take(1.4)
    ended = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: ended.set_result(context["exception"]))
    window.loop.click()  # returns when the watchdog has ended it
    error = await ended
    assert isinstance(error, qi.Interrupted), error
    assert window.place.startswith("on_loop()"), window.place
    window.told.setText(f"ended: {window.place}")
    camera.caption = "… until the watchdog has named what holds it, and ended it."
    camera.take(2.6)
    server.close()
    await server.wait_closed()


# -- the file -------------------------------------------------------------------------------------------


def palette(images):
    """The colours that are there most often."""
    counts = {}
    for image in images:
        bits = image.constBits()
        bits.setsize(image.sizeInBytes())
        for (pixel,) in struct.iter_unpack("=I", bytes(bits)):
            counts[pixel] = counts.get(pixel, 0) + 1
    return sorted(counts, key=counts.get, reverse=True)[:COLOURS]


def rows(image):
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    data, width, stride = bytes(bits), image.width(), image.bytesPerLine()
    return [data[line * stride : line * stride + width] for line in range(image.height())]


def changed(before, after):
    """The rectangle outside of which two pictures are the same: x, y, width, height; one pixel where they are the same."""
    lines = [number for number, (one, two) in enumerate(zip(before, after)) if one != two] or [0]
    top, bottom = lines[0], lines[-1]
    columns = [x for x in range(len(after[0])) if any(before[y][x] != after[y][x] for y in range(top, bottom + 1))] or [0]
    return columns[0], top, columns[-1] - columns[0] + 1, bottom - top + 1


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def apng(frames):
    """frames: images and the seconds for which each is seen. Each but the first holds what has changed."""
    colours = palette([image for image, _ in frames])
    flags = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    pictures = [rows(image.convertToFormat(QImage.Format.Format_Indexed8, colours, flags)) for image, _ in frames]
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", len(pictures[0][0]), len(pictures[0]), 8, 3, 0, 0, 0)),
             chunk(b"acTL", struct.pack(">II", len(frames), 0)),
             chunk(b"PLTE", b"".join(bytes((colour >> 16 & 255, colour >> 8 & 255, colour & 255)) for colour in colours))]
    number = 0
    for index, (picture, (_, seconds)) in enumerate(zip(pictures, frames)):
        x, y, width, height = changed(pictures[index - 1], picture) if index else (0, 0, len(picture[0]), len(picture))
        parts.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, width, height, x, y, round(seconds * 100), 100, 0, 0)))
        number += 1
        data = zlib.compress(b"".join(b"\0" + line[x : x + width] for line in picture[y : y + height]), 9)
        if index:
            parts.append(chunk(b"fdAT", struct.pack(">I", number) + data))
            number += 1
        else:
            parts.append(chunk(b"IDAT", data))
    return b"".join(parts) + chunk(b"IEND", b"")


def main(output):
    app = QApplication([])
    app.setStyle("Fusion")
    app.setFont(QFont("DejaVu Sans", 10))
    app.setQuitOnLastWindowClosed(False)

    async def film():
        window = Window()
        window.show()
        camera = Camera(window)
        qi.monitor.watch(0.2, stalled=window.stalled)
        try:
            await direct(window, camera)
        finally:
            qi.monitor.unwatch()
        return camera.frames

    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        frames = runner.run(film())
    with open(output, "wb") as file:
        file.write(apng(frames))
    print(f"{output}: {len(frames)} frames, {os.path.getsize(output)} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
