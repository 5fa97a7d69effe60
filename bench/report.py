# SPDX-License-Identifier: BSD-3-Clause
"""The table of a run: best of all rounds, ratios of these, and what became of the targets.

As a program: report.py BENCH_JSON [--markdown]
"""

import json
import pathlib
import sys

HEADINGS = ("workload", "unit", "libqi", "peers", "libqi / peer", "target", "verdict")


def number(value):
    if value == int(value) and abs(value) < 100_000:
        return str(int(value))
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def figure(contestant):
    """Best, and in brackets the median, with the middle half's width as a share of it."""
    if contestant["rounds"] == 1:
        return number(contestant["best"])
    return f"{number(contestant['best'])} ({number(contestant['median'])} ±{contestant['spread'] / 2:.0%})"


def verdict(target, contestants):
    if target is None:
        return "", ""
    own, peer = contestants["libqi"]["best"], contestants.get(target["of"])
    if not target["of"]:
        return f"≤ {number(target['most'])}", "met" if own <= target["most"] else "MISSED"
    wanted = f"≤ {target['most']:g} × {target['of']}"
    if peer is None:
        return wanted, "no peer"
    return wanted, "met" if own <= target["most"] * peer["best"] else "MISSED"


def row(work):
    contestants = work["contestants"]
    own = contestants["libqi"]
    peers = {name: peer for name, peer in contestants.items() if name != "libqi"}
    ratios = (f"{own['best'] / peer['best']:.2f}" if peer["best"] else "-" for peer in peers.values())
    return (work["name"], work["unit"], figure(own),
            ", ".join(f"{name} {figure(peer)}" for name, peer in peers.items()),
            ", ".join(ratios), *verdict(work["target"], contestants))


def facts(data):
    machine, versions = data["machine"], data["versions"]
    yield f"{machine['cpu']}, {machine['processors']} processors, {machine['system']}, Linux {machine['kernel']}"
    yield (", ".join(f"{name} {version}" for name, version in versions.items())
           + f", Qt {machine['qt']}, gcc {machine['compiler']}, {machine['build']}")
    yield (f"{machine['date']}, commit {machine['commit']}, load {machine['load']} at the start"
           + (", quick: not to be quoted" if data["quick"] else ""))


def write(data, file):
    rows = [HEADINGS, *(row(work) for work in data["workloads"])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    for line in facts(data):
        print(line, file=file)
    print("best (median ±half the middle half)\n", file=file)
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip(), file=file)
    print(file=file)


def write_markdown(data, file):
    print("  \n".join(facts(data)) + "\n", file=file)
    print("| " + " | ".join(HEADINGS) + " |\n|" + "---|" * len(HEADINGS), file=file)
    for work in data["workloads"]:
        print("| " + " | ".join(row(work)) + " |", file=file)


if __name__ == "__main__":
    contents = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    (write_markdown if "--markdown" in sys.argv else write)(contents, sys.stdout)
