# SPDX-License-Identifier: BSD-3-Clause
"""Runs a program of docs/code/migrating, and looks whether it prints what it says.

run.py SOURCE [EXECUTABLE]

A program of Python is run by this interpreter, one of QML by qmlscene; one of C++ comes as what was built of it. What is made for
a package that is not here, or was made for another version of it, is skipped.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77
LIMIT = 60
PEERS = r"(qasync|qtinter|asyncslot|PySide6|PyQt6)"
#: What Python says of a package, or a name of it, that is not there; and QML.
MISSING = re.compile(rf"^(?:ModuleNotFoundError: No module named '{PEERS}\b.*|ImportError: cannot import name '.*' from '{PEERS}\b.*"
                     r"|.*module \"(?:io\.thp\.pyotherside|QtQml|QtQml\.Models|QtQuick)\" .*)$", re.M)


def command(source, executable):
    if executable:
        return [executable]
    if source.suffix == ".py":
        return [sys.executable, str(source)]
    scene = shutil.which("qmlscene")
    return scene and [scene, str(source)]


def lines(text):
    return [re.sub(r"^qml: ", "", line) for line in text.splitlines()]


def main(source, executable=None):
    expected = re.findall(r"^(?://|#) prints: (.*)$", source.read_text(encoding="utf-8"), re.M)
    if source.suffix == ".py":
        compile(source.read_text(encoding="utf-8"), str(source), "exec")
    run = command(source, executable)
    if not run:
        print("skipped: there is no qmlscene")
        return SKIPPED
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "PYTHONUNBUFFERED": "1",
                                "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(run, cwd=source.parent, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
    missing = MISSING.search(done.stdout)
    if missing:
        print(f"skipped: {missing[0]}")
        return SKIPPED
    seen = iter(lines(done.stdout))
    absent = [line for line in expected if line not in seen]  # in this order, with others between
    if done.returncode or absent or not expected:
        print(f"{source.name} ended with {done.returncode}, and should have printed {expected}:\n{done.stdout}")
        return 1
    print(done.stdout, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), *sys.argv[2:]))
