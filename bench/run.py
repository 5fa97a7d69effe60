# SPDX-License-Identifier: BSD-3-Clause
"""Runs the suite and reports: run.py BUILD_DIR [OPTIONS]; --help lists them.

The exit status says whether every workload ran, not how fast; with --check also whether none has become
slower than the baseline, beside its peers.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import resource
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # -I leaves it out

import compare  # noqa: E402
import pages  # noqa: E402
import report  # noqa: E402

HERE = pathlib.Path(__file__).parent
BASELINE = HERE / "baseline.json"
DESCRIPTORS = 60_000  # what the growth of sockets wants

FAILED, SLOWER = 1, 3


# -- facts --------------------------------------------------------------------------------------------------


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


def compiler(cache):
    path = first_match(cache, r"^CMAKE_C_COMPILER:\w+=(.*)$")
    return " ".join(output_of(path, "--version").splitlines()[:1]) or "unknown"


def machine(build):
    cache = build / "CMakeCache.txt"
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": first_match("/proc/cpuinfo", r"^model name\s*: (.+)$", platform.machine()),
        "processors": os.cpu_count(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "system": first_match("/etc/os-release", r'^PRETTY_NAME="(.+)"$'),
        "kernel": platform.release(),
        "governor": first_match("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", r"^(.+)$"),
        "load": round(os.getloadavg()[0], 1),
        "commit": output_of("git", "describe", "--always", "--dirty"),
        "build": first_match(cache, r"^CMAKE_BUILD_TYPE:\w+=(.*)$"),
        "compiler": compiler(cache),
        "qt": first_match(build / "bench" / "qt-version", r"^(.+)$"),
    }


# -- running ------------------------------------------------------------------------------------------------


def raise_descriptor_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, DESCRIPTORS)
    for limits in ((wanted, max(hard, wanted)), (hard, hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            return
        except (ValueError, OSError):
            continue  # only root may raise the second


def measure(build, json_file, arguments, growth):
    """What qi-bench has to say, with the facts; None if it failed."""
    command = [build / "bench" / "qi-bench", HERE / "main.py", "--json", json_file, "--build", build]
    command += ["--quick"] if arguments.quick else []
    command += ["--growth"] if growth else []
    command += ["--rounds", arguments.rounds] if arguments.rounds else []
    for option in ("only", "without"):
        for text in getattr(arguments, option):
            command += [f"--{option}", text]
    json_file.unlink(missing_ok=True)
    facts = machine(build)
    started = time.monotonic()
    status = subprocess.run([str(part) for part in command], check=False).returncode
    if not json_file.exists():
        print(f"run.py: qi-bench failed with status {status}", file=sys.stderr)
        return None
    data = json.loads(json_file.read_text(encoding="utf-8"))
    data = {"machine": facts, "quick": arguments.quick, "complete": status == 0,
            "seconds": round(time.monotonic() - started, 1)} | data
    json_file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return data


def output_file(build, arguments, growth):
    """Where the figures go. A run of parts leaves those of the last whole one where they are."""
    if arguments.out:
        return arguments.out.resolve()
    part = "-part" if arguments.quick or arguments.only or arguments.without or arguments.rounds else ""
    return build / "bench" / f"{'growth' if growth else 'bench'}{part}.json"


# -- the baseline -------------------------------------------------------------------------------------------


def python_of(data):
    """Baselines are kept by Python's minor version, since asyncio itself changes with it."""
    return ".".join(data["versions"]["python"].split(".")[:2])


def stored_baselines():
    return json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}


def update_baseline(data, whole):
    """A run of parts leaves the other figures as they are."""
    stored = stored_baselines()
    kept = stored.setdefault(python_of(data), {})
    if whole:
        kept.clear()
    kept.update(compare.baseline_of(data["workloads"]))
    BASELINE.write_text(json.dumps(stored, indent=1, ensure_ascii=False, sort_keys=True) + "\n",
                        encoding="utf-8")
    print(f"{os.path.relpath(BASELINE)}: {len(kept)} figures of Python {python_of(data)}")


def report_regressions(data):
    """How many there are; they are printed."""
    baseline = stored_baselines().get(python_of(data))
    if not baseline:
        print(f"there is no baseline of Python {python_of(data)}; --update-baseline makes one")
        return 0
    found = compare.regressions(baseline, data["workloads"])
    for name, own, factor in found:
        print(f"SLOWER than the baseline, beside its peers, by {factor - 1:.0%}: {name} ({own})")
    if not found:
        print("nothing is slower by more than a tenth than the baseline, beside its peers")
    return len(found)


# -- the whole ----------------------------------------------------------------------------------------------


def parse():
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures libqi beside its peers.")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="one small round: does every workload work?")
    parser.add_argument("--growth", action="store_true",
                        help="how the cost of an operation grows with number, instead")
    parser.add_argument("--only", metavar="TEXT", action="append", default=[],
                        help="workloads whose name contains it; may be repeated")
    parser.add_argument("--without", metavar="NAME", action="append", default=[],
                        help="leave a contestant out; may be repeated")
    parser.add_argument("--rounds", type=int, metavar="N", help="at most so many rounds")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE", help="where the JSON goes")
    parser.add_argument("--check", action="store_true",
                        help=f"exit with status {SLOWER} if something is slower than the baseline by a tenth")
    parser.add_argument("--update-baseline", action="store_true", help="make this run the baseline")
    parser.add_argument("--write-docs", action="store_true",
                        help="run both, the suite and the growth, and put both into docs/performance.md")
    return parser.parse_args()


def main():
    arguments = parse()
    build = arguments.build.resolve()
    raise_descriptor_limit()
    status = 0
    runs = [False, True] if arguments.write_docs else [arguments.growth]
    if arguments.out and len(runs) > 1:
        raise SystemExit("run.py: --out names one file, but --write-docs runs twice; leave one of them out")
    done = []
    for growth in runs:
        json_file = output_file(build, arguments, growth)
        data = measure(build, json_file, arguments, growth)
        if data is None:
            return FAILED
        report.write(data, sys.stdout)
        count = len(data.get("workloads") or data.get("growth") or ())
        print(f"{count} {'curves' if growth else 'figures'} in {data['seconds']:.0f} s; all of them: "
              f"{os.path.relpath(json_file)}")
        if not count or not data["complete"]:
            status = FAILED
        if not growth and not arguments.quick:
            if report_regressions(data) and arguments.check:
                status = status or SLOWER
            if arguments.update_baseline:
                update_baseline(data, whole=not arguments.only)
        done.append(data)
    if arguments.write_docs:
        pages.write(*done)
    return status


if __name__ == "__main__":
    sys.exit(main())
