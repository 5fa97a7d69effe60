# SPDX-License-Identifier: BSD-3-Clause
"""test_quick.py BUILD_DIR: every workload and every curve runs and yields figures, also for the peers.

What the figures are is nobody's failure.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MAY_LACK = ("uvloop", "openssl", "qtinter", "qasync", "QtAsyncio")  # what is not installed everywhere


def quick(build, folder, *options):
    file = pathlib.Path(folder, "figures.json")
    command = [sys.executable, "-I", HERE / "run.py", build, "--quick", "--out", file, *options]
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(f"{ended.stdout}{ended.stderr}\nrun.py ended with status {ended.returncode}")
    return json.loads(file.read_text(encoding="utf-8")), ended.stdout


def expect(condition, message):
    if not condition:
        sys.exit(message)


def main(build):
    with tempfile.TemporaryDirectory() as folder:
        data, said = quick(build, folder)
        expect(len(data["workloads"]) > 80, f"there are {len(data['workloads'])} figures only")
        for result in data["workloads"]:
            expect(result["name"] in said, f"the table lacks {result['name']}")
            for name, contestant in result["contestants"].items():
                reason = contestant.get("failed")
                excused = reason and (name in MAY_LACK or any(word in reason for word in MAY_LACK))
                expect("best" in contestant or excused, f"{result['name']}, {name}: {reason}")
        data, _ = quick(build, folder, "--growth")
        for curve in data["growth"]:
            costs = [point["cost"] for point in curve["points"]]
            expect(len(costs) == 2 and all(cost and cost > 0 for cost in costs),
                   f"{curve['name']}, {curve['contestant']}: {costs}")
        print(f"{len(data['growth'])} curves, all figures are there")


main(sys.argv[1])
