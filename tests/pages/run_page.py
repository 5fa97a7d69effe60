# SPDX-License-Identifier: BSD-3-Clause
"""Follows a page to the letter: its blocks are saved, typed and compared with what is seen, in their order.

run_page.py BUILD SOURCE PAGE [--keep FOLDER]

The reader's machine is a home folder with a clone of this project, in which he stands, and a clean environment. Of the clone he
has the examples, and ./dev, whose `install PREFIX` does what it always does, but with what BUILD has built. Who reads a
guide has done before what the quickstart says under "Install". A block that is not run says why, or is an excerpt of a file that
a test of the project runs.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from blocks import PageError, blocks

DEV = """#!/bin/sh
# What the page's `./dev install` stands for here: the build that is tested, not one more.
[ "$1" = install ] && [ $# -le 2 ] || { echo "./dev: the page test knows install only, not $*" >&2; exit 2; }
exec cmake --install "@BUILD@" --prefix "${2:-/usr/local}" >/dev/null
"""
LIMIT = 300  # seconds for one block, after which it hangs
STAYS = 3  # seconds after which a program that shall stay has had its chance to fail
WRITTEN = {"c", "cpp", "cmake", "python", "toml", "json", "yaml", "gdb"}  # languages of files that the reader saves


class Reader:
    """Somebody with an empty home who does what the page says."""

    def __init__(self, build, source, home):
        self.home, self.seen = home, ""
        self.state = home / ".state"  # what a block leaves to the next one: its variables
        self.place = home / ".place"  # and the folder in which it ends
        clone = home / "libqi"
        shutil.copytree(source / "examples", clone / "examples", ignore=shutil.ignore_patterns("__pycache__"))
        dev = clone / "dev"
        dev.write_text(DEV.replace("@BUILD@", str(build)))
        dev.chmod(0o755)
        self.place.write_text(str(clone))
        runtime = home / ".runtime"
        runtime.mkdir(mode=0o700)
        self.environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": str(runtime),
                            "QT_QPA_PLATFORM": "offscreen", "CMAKE_GENERATOR": "Ninja"}

    def folder(self):
        return pathlib.Path(self.place.read_text().strip())

    def save(self, block):
        path = self.folder() / block.name
        if block.name not in block.before.replace("\n", " "):
            raise PageError(f"line {block.line}: the text before does not tell the reader to save this as {block.name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a" if block.append else "w", encoding="utf-8") as file:
            file.write(("\n" if block.append else "") + block.text)

    def type(self, block):
        before = f"set -e\nif [ -f {self.state} ]; then . {self.state}; fi\n"
        after = f"export -p >{self.state}\npwd >{self.place}\n"
        with open(self.home / ".output", "w+", encoding="utf-8") as output:
            process = subprocess.Popen(["bash", "-c", before + block.text + after], cwd=self.folder(), env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                status = self.wait(process, block)
            finally:
                self.end(process)
            output.seek(0)
            self.seen = output.read()
        return status

    def wait(self, process, block):
        """The exit status, or None of a program that stays."""
        if not block.stays:
            return process.wait(LIMIT)
        # Its build may come first, so the time begins when nothing of that runs any more.
        until = time.monotonic() + STAYS
        while process.poll() is None and time.monotonic() < until:
            if self.builds(process):
                until = time.monotonic() + STAYS
            time.sleep(0.1)
        return process.poll()

    @staticmethod
    def builds(process):
        names = subprocess.run(["ps", "-o", "comm=", "-g", str(process.pid)], capture_output=True, text=True).stdout.split()
        return any(name in ("cmake", "ninja", "make", "c++", "cc1plus", "ld") for name in names)

    @staticmethod
    def end(process):
        if process.poll() is None:
            try:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def shows(expected, seen):
    """Whether the lines stand in what was seen, in order; "…" stands for anything, also within a line."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*?") + r"[ \t]*\n"
        for line in expected.splitlines()
    )
    return re.search("^" + pattern, seen, re.M) is not None


def tests_of(source, excerpt):
    """Whether a test of the project runs the file: docs/code has one for each program, which run the plugins beside, some by
    a module of tests."""
    path = source / excerpt
    if not path.is_file():
        return False
    if path.suffix in (".py", ".toml") and path.parent.name != "code":
        if excerpt.startswith("examples/"):
            names = rf"\b({path.stem}|{path.parent.parent.name})\b"  # a program by its name, a plugin by its example's
            return any(re.search(names, test.read_text()) for test in (source / "tests").glob("e*/test_*.py")) or bool(
                re.search(names, (source / "tests/examples/drive.py").read_text()))
        entry = path.parent.name if (path.parent / "plugin.toml").is_file() else path.stem
        code = source / "docs/code"
        programs = (*code.glob("*.cpp"), *code.glob("*.qml"), *code.glob("plugins/*_test.py"))
        return any(re.search(rf"\b{entry}\b", program.read_text()) for program in programs)
    return path.parent == source / "docs/code"


def install(reader, quickstart):
    """What a reader of the guides has done before."""
    for block in blocks(quickstart.read_text(encoding="utf-8")):
        if block.section == "Install" and block.language == "sh":
            type_and_check(reader, block)


def type_and_check(reader, block):
    status = reader.type(block)
    if status != (None if block.stays else block.status):
        raise PageError(f"line {block.line}: these commands end with {status}:\n{block.text}\n{reader.seen}")


def follow(reader, source, page):
    """Does what the page says; returns how many blocks were done, excerpts, and those which say why they are not."""
    done, excerpts, left = 0, 0, 0
    ran = None
    if page.parent.name == "guide":
        install(reader, source / "docs/quickstart.md")
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.reason:
            left += 1
            print(f"line {block.line}: not run: {block.reason}")
        elif block.language == "sh":
            type_and_check(reader, block)
            ran = block
            done += 1
        elif block.language == "text":
            if ran is None or not shows(block.text, reader.seen):
                raise PageError(f"line {block.line}: the page shows\n{block.text}but one sees\n{reader.seen}")
            done += 1
        elif block.name and block.language in WRITTEN:
            reader.save(block)
            done += 1
        elif block.excerpt:
            if not tests_of(source, block.excerpt):
                raise PageError(f"line {block.line}: no test runs {block.excerpt}")
            excerpts += 1
        else:
            raise PageError(f"line {block.line}: the page test does not know what to do with this block of {block.language}")
    return done, excerpts, left


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("page")
    parser.add_argument("--keep", type=pathlib.Path, help="follow it in this empty folder, and leave what it makes")
    options = parser.parse_args()
    source = options.source.resolve()
    with tempfile.TemporaryDirectory() as folder:
        home = (options.keep or pathlib.Path(folder)).resolve()
        home.mkdir(exist_ok=True)
        try:
            done, excerpts, left = follow(Reader(options.build.resolve(), source, home), source, source / options.page)
        except (PageError, subprocess.TimeoutExpired) as error:
            print(f"{options.page}: {error}")
            return 1
    print(f"{options.page}: {done} blocks followed, {excerpts} excerpts of tested files, {left} not run for a reason")
    return 0


if __name__ == "__main__":
    sys.exit(main())
