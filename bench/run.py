# SPDX-License-Identifier: BSD-3-Clause
"""Runs the suite and reports: run.py BUILD_DIR [--quick] [--only TEXT].

The exit status says whether every workload ran, not how fast.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # -I leaves it out

import report  # noqa: E402

HERE = pathlib.Path(__file__).parent


def first_match(path, pattern, otherwise="unknown"):
    try:
        found = re.search(pattern, pathlib.Path(path).read_text(encoding="utf-8"), re.M)
    except OSError:
        found = None
    return found[1] if found else otherwise


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine():
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": first_match("/proc/cpuinfo", r"^model name\s*: (.+)$", platform.machine()),
        "processors": os.cpu_count(),
        "system": first_match("/etc/os-release", r'^PRETTY_NAME="(.+)"$'),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 1),
        "commit": output_of("git", "rev-parse", "--short", "HEAD"),
    }


def build_facts(build):
    cache = build / "CMakeCache.txt"
    return {
        "build": first_match(cache, r"^CMAKE_BUILD_TYPE:\w+=(.*)$"),
        "compiler": output_of(first_match(cache, r"^CMAKE_C_COMPILER:\w+=(.*)$"), "-dumpfullversion"),
        "qt": first_match(build / "bench" / "qt-version", r"^(.+)$"),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="few rounds: does every workload work?")
    parser.add_argument("--only", metavar="TEXT", help="workloads whose name contains it")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    # A run of parts leaves the figures of the last whole one where they are.
    part = arguments.quick or arguments.only
    json_file = build / "bench" / ("bench-part.json" if part else "bench.json")
    command = [str(build / "bench" / "qi-bench"), str(HERE / "main.py"), "--json", str(json_file)]
    command += ["--build", str(build)]
    command += ["--quick"] if arguments.quick else []
    command += ["--only", arguments.only] if arguments.only else []

    json_file.unlink(missing_ok=True)
    facts = machine() | build_facts(build)
    started = time.monotonic()
    status = subprocess.run(command, check=False).returncode
    if status != 0 or not json_file.exists():
        print(f"run.py: qi-bench failed with status {status}", file=sys.stderr)
        return 1
    data = json.loads(json_file.read_text(encoding="utf-8"))
    data = {"machine": facts, "quick": arguments.quick,
            "seconds": round(time.monotonic() - started, 1)} | data
    json_file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    report.write(data, sys.stdout)
    print(f"{len(data['workloads'])} workloads in {data['seconds']:.0f} s; all figures: "
          f"{os.path.relpath(json_file)}")
    return 0 if data["workloads"] else 1


if __name__ == "__main__":
    sys.exit(main())
