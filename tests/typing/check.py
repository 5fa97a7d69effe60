# SPDX-License-Identifier: BSD-3-Clause
"""Runs mypy over the stubs.

check.py stubs STUBS   the stubs are complete and consistent
check.py uses STUBS    programs in uses/ have the errors that their comments "# E: TEXT" tell, and no others
check.py truth STUBS   the stubs describe what the package has
check.py host STUBS PROGRAM QI_RUN
                       the same as uses for host/uses.py, a plugin, with the stubs that the application PROGRAM writes
check.py new STUBS QI_RUN
                       what `qi-run plugin new` makes has no errors
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
EXPECTED = re.compile(r"# E: (.*?)(?=  # E: |$)")
FOUND = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: (?P<text>.*)$")
SKIPPED = 77


def mypy(stubs, module, *arguments):
    """Runs mypy in an empty folder, so that it finds nothing else; returns status and output."""
    with tempfile.TemporaryDirectory() as folder:
        found = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=folder, env=os.environ | {"MYPYPATH": str(stubs)}, capture_output=True, text=True,
        )
    return found.returncode, found.stdout + found.stderr


def check_stubs(stubs):
    status, output = mypy(stubs, "mypy", "--strict", "-p", "qi")
    print(output)
    return status


def check_uses(stubs, folder="uses"):
    files = sorted((HERE / folder).glob("*.py"))
    _, output = mypy(stubs, "mypy", "--strict", "--no-error-summary", "--show-error-codes", *map(str, files))
    found = {}
    for line in output.splitlines():
        if match := FOUND.match(line):
            found.setdefault((match["file"], int(match["line"])), []).append(match["text"])
        elif ": note: " not in line:
            print(line)
            return 1
    wrong = 0
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            expected = [match[1] for match in EXPECTED.finditer(line)]
            texts = found.pop((str(file), number), [])
            if len(texts) != len(expected) or not all(map(lambda part, text: part in text, expected, texts)):
                print(f"{file.name}:{number}: expected {expected}, found {texts}")
                wrong += 1
    for place, texts in found.items():
        print(place, texts)
        wrong += 1
    print(f"{len(files)} files checked, {wrong} lines differ")
    return wrong or not files


def check_truth(stubs):
    allowed = str(HERE / "allowed.txt")
    status, output = mypy(stubs, "mypy.stubtest", "--concise", "--ignore-unused-allowlist",
                          "--allowlist", allowed, "qi")
    print(output)
    return status


def check_host(_, program, qi_run):
    """The stubs come from three: the package's own from libqi, the host's from the application, the rest from plugin.toml."""
    with tempfile.TemporaryDirectory() as folder:
        stubs, plugin = pathlib.Path(folder) / "application", pathlib.Path(folder) / "uses"
        subprocess.run([program, stubs], check=True)
        shutil.copytree(HERE / "host", plugin, ignore=shutil.ignore_patterns("*.cpp"))
        subprocess.run([qi_run, "stubs", f"--host={stubs}", plugin], check=True)
        wrong = check_uses(plugin / "typings", "host") + check_written(stubs)
        subprocess.run([qi_run, "stubs", plugin], check=True)  # who knows nothing of the host leaves it as it is
        return wrong or check_uses(plugin / "typings", "host")


def check_written(stubs):
    """What editors are not to be bothered with: classes of C++ override what those below them have as they like."""
    for path in stubs.rglob("*.pyi"):
        path.write_text(path.read_text(encoding="utf-8").replace("# mypy: ignore-errors", ""), encoding="utf-8")
    _, output = mypy(stubs, "mypy", "--strict", "-p", "qi", "--show-error-codes", "--no-error-summary")
    wrong = [line for line in output.splitlines() if ": error: " in line and not line.endswith("[override]")]
    print(*wrong, sep="\n")
    return len(wrong)


def check_new(_, qi_run):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([qi_run, "plugin", "new", "orders"], cwd=folder, check=True)
        found = subprocess.run([sys.executable, "-m", "mypy", "orders", "tests/host.py", "tests/test_orders.py"],
                               cwd=pathlib.Path(folder) / "orders", capture_output=True, text=True)
        print(found.stdout, found.stderr)
        return found.returncode


def main(what, stubs, *others):
    # It may be installed for another Python, and lack here what is compiled.
    if subprocess.run([sys.executable, "-m", "mypy", "-c", "pass"], capture_output=True).returncode:
        print("skipped: there is no mypy that runs with this Python")
        return SKIPPED
    check = {"stubs": check_stubs, "uses": check_uses, "truth": check_truth, "host": check_host, "new": check_new}[what]
    return 1 if check(pathlib.Path(stubs).resolve(), *others) else 0


sys.exit(main(*sys.argv[1:]))
