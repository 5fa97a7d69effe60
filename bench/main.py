# SPDX-License-Identifier: BSD-3-Clause
"""What qi-bench runs: `qi-bench main.py --json FILE --build DIR [--quick] [--growth] [--only TEXT] …`."""

import argparse
import asyncio
import json
import pathlib
import sys

import _bench
import loops
import session
import suite
from session import LOOPS


def failures_of_ours(results):
    for result in results:
        if failed := result["contestants"].get("libqi", {}).get("failed"):
            yield f"{result['name']}: {failed}"


async def run(arguments, missing):
    try:
        if arguments.growth:
            import growth  # looks at the loops, which are there by now

            data = {"growth": await growth.run_all(arguments.only)}
        else:
            suite.load()
            data = {"workloads": await suite.run_all(arguments.only)}
            for failure in failures_of_ours(data["workloads"]):
                print(f"qi-bench: libqi failed at {failure}", file=sys.stderr)
        data = {"versions": dict(loops.versions(LOOPS)), "missing": missing,
                "dispatcher": _bench.dispatcher()} | data
        pathlib.Path(arguments.json).write_text(json.dumps(data, indent=1), encoding="utf-8")
        status = 1 if any(failures_of_ours(data.get("workloads", ()))) else 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    session.end()
    _bench.quit(status)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--without", action="append", default=[])
    arguments = parser.parse_args()
    found, missing = loops.available(arguments.without)
    session.begin(session.Options(arguments.quick, arguments.build, arguments.rounds), found)
    for name, reason in missing.items():
        print(f"qi-bench: without {name}: {reason}", file=sys.stderr)
    main.task = asyncio.get_running_loop().create_task(run(arguments, missing))


main()
