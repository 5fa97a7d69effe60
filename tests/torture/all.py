# SPDX-License-Identifier: BSD-3-Clause
"""Runs the project's tests, and CPython's of asyncio, with the collector at every allocation.

    all.py BUILD [--only TEXT] [--how collect|count] [-j N] [--slice]

What is run, and how, it asks ctest in the folder BUILD: the tests of the loop, of streams, tasks, connections,
objects and of the package. Those in Python are run by run.py of this folder in whatever host they have; those in C++
have torture.py begun by tests/support/host.cpp. "count" looks at reference counts instead, where tests are in Python.
--slice is the part of a minute that ctest itself runs; --only those whose name contains the text.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

FOLDERS = ("loop/", "tasks/", "connections/", "objects/", "python/", "embed/streams/", "expose/", "values/", "plugin/")
# A part that has each kind of object: handles, contexts, slots, tasks, transports, proxies.
SLICE = ("loop/contexts/qt", "loop/eager/toy", "python/slot_lifetimes", "python/objects")
# Of CPython's, for the modes in which they are not all run.
MODES = {"owner": None, "guest": ("test_sslproto", "test_streams", "test_tasks"), "native": ("test_sslproto", "test_streams")}
# With the reason.
LEFT_OUT = {
    "python/debug": "pydevd_cython crashes in the collector, in an interpreter without libqi as well",
}

TIMEOUT = 900


def listed(build):
    """The tests of ctest: [(name, command, environment)]."""
    out = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True, text=True)
    for test in json.loads(out.stdout)["tests"]:
        environment = {}
        for entry in test.get("properties", ()):
            if entry["name"] == "ENVIRONMENT":
                environment = dict(pair.split("=", 1) for pair in entry["value"])
        if test.get("command"):
            yield test["name"], test["command"], environment


def of_project(build, how):
    """Jobs of the project's own tests: [(name, command, environment)]."""
    for name, command, environment in listed(build):
        if not name.startswith(FOLDERS) or name in LEFT_OUT:
            continue
        files = [word for word in command if os.path.basename(word).startswith("test_") and word.endswith(".py")]
        if files:
            at = command.index(files[0])
            command = [*command[:at], os.path.join(HERE, "run.py"), *command[at + 1:]]
            environment = {**environment, "QI_TORTURE": how, "QI_TORTURE_FILE": files[0]}
        elif how == "count":
            continue
        else:
            environment = {**environment, "QI_TESTS_TORTURE": HERE}
        yield name, command, environment


def of_cpython(build):
    host = [os.path.join(build, "apps/run/qi-run"), "--app=core", "--loop=none", os.path.join(HERE, "run.py")]
    environment = {"QI_TORTURE": "collect", "QI_TORTURE_FILE": os.path.join(ROOT, "tests/conformance/run.py"),
                   "QT_QPA_PLATFORM": "offscreen"}
    code = "import pkgutil, test.test_asyncio as t; print(*(m.name for m in pkgutil.iter_modules(t.__path__)))"
    found = subprocess.run([os.environ.get("QI_PYTHON", "/usr/bin/python3"), "-I", "-c", code], capture_output=True, text=True)
    modules = [name for name in found.stdout.split() if name.startswith("test_")]
    for mode, some in MODES.items():
        for module in modules:
            if some is None or module in some:
                yield f"cpython/{module}/{mode}", [*host, "--mode", mode, module], environment


def run(job):
    name, command, environment = job
    began = time.monotonic()
    environment = {**os.environ, "PYTHONMALLOC": "debug", "PYTHONFAULTHANDLER": "1", **environment}
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT, errors="replace", text=True)
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as expired:
        status, output = "no end", (expired.stdout or b"").decode(errors="replace")
    return name, status, output, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--only", default="")
    parser.add_argument("--how", choices=("collect", "count"), default="collect")
    parser.add_argument("--slice", action="store_true")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()

    build = os.path.abspath(options.build)
    jobs = [*of_project(build, options.how)]
    if options.slice:
        jobs = [job for job in jobs if job[0] in SLICE]
    elif options.how == "collect":
        jobs += of_cpython(build)
    jobs = [job for job in jobs if options.only in job[0]]
    if not jobs:
        print("there is no such test")
        return 2
    failed = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, status, output, seconds in pool.map(run, jobs):
            print(f"{'ok' if status == 0 else 'FAILED'} {name} ({seconds:.1f} s)", flush=True)
            if status != 0:
                failed.append(name)
                print(f"-- {name}: {status}\n{output[-6000:]}\n--", flush=True)
    print(f"{len(jobs) - len(failed)} held, {len(failed)} failed")
    for name in failed:
        print("FAILED", name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
