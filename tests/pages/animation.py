# SPDX-License-Identifier: BSD-3-Clause
"""The animation of the README can be made anew, and what lies in the project is one that browsers play.

animation.py SOURCE

PYTHONPATH has the package qi.
"""

import pathlib
import struct
import subprocess
import sys
import tempfile

SKIPPED = 77
MODEST = 150_000  # bytes


def chunks(data):
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), "it is no PNG"
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def frames(path):
    """How many frames it says and has, and for how long it is seen."""
    data = path.read_bytes()
    said, number, seconds, images, size = 0, 0, 0.0, 0, None
    for kind, body in chunks(data):
        if kind == b"IHDR":
            size = struct.unpack_from(">II", body)
        elif kind == b"acTL":
            (said,) = struct.unpack_from(">I", body)
        elif kind == b"fcTL":
            sequence, width, height, x, y, delay, unit = struct.unpack_from(">IIIIIHH", body)
            assert sequence == number and x + width <= size[0] and y + height <= size[1], "a frame does not fit"
            number, seconds = number + 1, seconds + delay / unit
        elif kind == b"fdAT":
            assert struct.unpack_from(">I", body)[0] == number, "frames are not in order"
            number, images = number + 1, images + 1
        elif kind == b"IDAT":
            images += 1
    assert said == images, f"{said} frames are said, {images} are there"
    assert len(data) < MODEST, f"{path.name} has {len(data)} bytes"
    return images, round(seconds, 2)


def main(source):
    if subprocess.run([sys.executable, "-c", "import PyQt6.QtWidgets"], capture_output=True).returncode:
        print("skipped: PyQt6 is not installed")
        return SKIPPED
    kept = frames(source / "docs/images/animation.png")
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder, "animation.png")
        subprocess.run([sys.executable, "-B", source / "docs/pictures/animation.py", made], check=True, timeout=100)
        again = frames(made)
    if kept != again:
        print(f"docs/images/animation.png has {kept[0]} frames in {kept[1]} s, and docs/pictures/animation.py makes {again[0]} in {again[1]} s; "
              "run it with this path")
        return 1
    print(f"{kept[0]} frames in {kept[1]} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
