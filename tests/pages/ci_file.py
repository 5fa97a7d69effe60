# SPDX-License-Identifier: BSD-3-Clause
"""Runs the steps of the CI file that the guide gives authors of plugins, on a plugin as `qi-run plugin new` makes it.

ci_file.py BUILD SOURCE

What the file has from elsewhere is here already: the packages, which are looked up by their commands; the plugin, in place of
the checkout; and libqi, which is installed as its step would have it.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from run_page import Reader, install

COMMANDS = {"python3-pytest": "pytest", "python3-pytest-asyncio": None, "mypy": "mypy", "git": "git"}
SKIPPED = 77


class Step:
    """A command that the reader types."""

    line, stays, status = 0, False, 0

    def __init__(self, text):
        self.text = text + "\n"


def steps(text):
    """The steps of the job, in their order: ("run", command) or ("uses", action)."""
    return re.findall(r"^      - (run|uses): (.+)$", text, re.M)


def do(reader, source, command):
    """A step as it stands, or what is done in its place; None: nothing."""
    if command.startswith("apt-get"):
        packages = command.partition(" install -y ")[2].split()
        missing = [name for name in packages if name not in COMMANDS]
        return f"echo 'unknown packages: {' '.join(missing)}' >&2; false" if missing or not packages else None
    if command.startswith("actions/checkout@"):
        return "qi-run plugin new my-orders"
    if command.startswith("git clone"):
        target = re.search(r"\./dev install (\S+)$", command)
        return None if target else f"echo 'no ./dev install in: {command}' >&2; false"
    return command


def main(build, source):
    absent = [name for name in COMMANDS.values() if name and not shutil.which(name)]
    if absent:
        print(f"skipped: not installed: {', '.join(absent)}")
        return SKIPPED
    text = (source / "docs/code/ci.yml").read_text(encoding="utf-8")
    found = steps(text)
    if len(found) != len(re.findall(r"^      - ", text, re.M)) or len(found) < 5:
        print("docs/code/ci.yml has steps that this test does not read")
        return 1
    order = [command.split()[0] for _, command in found]
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder).resolve()
        reader = Reader(build, source, home)
        install(reader, source / "docs/quickstart.md")
        (home / "work").mkdir()
        reader.place.write_text(str(home / "work"))
        # The checkout comes after the packages and before libqi; here qi-run makes what it would bring.
        ran = 0
        for _, command in found:
            line = do(reader, source, command)
            if line is None:
                continue
            # Each step begins in the workspace.
            status = reader.type(Step(f"( {line} )"))
            if status != 0:
                print(f"this step ends with {status}: {line}\n{reader.seen}")
                return 1
            ran += 1
    print(f"{ran} of {len(order)} steps ran: {', '.join(order)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*(pathlib.Path(each).resolve() for each in sys.argv[1:])))
    except subprocess.TimeoutExpired as error:
        print(error)
        sys.exit(1)
