# SPDX-License-Identifier: BSD-3-Clause
"""What a run has shown, as text for a terminal and as Markdown for a page.

As a program: report.py BENCH_JSON [--markdown]
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # -I leaves it out

import compare  # noqa: E402

NAMES = ("libqi", "owner", "asyncio", "uvloop", "qtinter", "qasync", "QtAsyncio")  # loops; the rest follows


def number(value):
    if value == int(value) and abs(value) < 100_000:
        return str(int(value))
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def figure(contestant):
    """Best, and in brackets the median, with half the middle half's width as a share of it."""
    if contestant is None:
        return ""
    if "failed" in contestant:
        return "-"
    if contestant["rounds"] == 1:
        return number(contestant["best"])
    return f"{number(contestant['best'])} ({number(contestant['median'])} ±{contestant['spread'] / 2:.0%})"


def columns(results):
    """The loops that have figures, and a last column for contestants that are none."""
    present = {name for result in results for name in result["contestants"]}
    loops = [name for name in NAMES if name in present]
    return loops, any(set(result["contestants"]) - set(NAMES) for result in results)


def others(result):
    return ", ".join(f"{name} {figure(contestant)}" for name, contestant in result["contestants"].items()
                     if name not in NAMES)


def verdicts(result):
    return "; ".join(f"{compare.wanted(target)}: {compare.verdict_text(target, result)}"
                     for target in result["targets"])


def table(results):
    loops, has_others = columns(results)
    yield ["workload", "unit", *loops, *(["others"] if has_others else []), "target and verdict"]
    for result in results:
        cells = [figure(result["contestants"].get(name)) for name in loops]
        yield [result["name"], result["unit"], *cells, *([others(result)] if has_others else []),
               verdicts(result)]


def ratio_table(results):
    """libqi's best by each contestant's best: below 1, libqi is ahead."""
    loops, _ = columns(results)
    names = [name for name in loops if name != "libqi"]
    yield ["workload", *(f"libqi / {name}" for name in names)]
    for result in results:
        own = compare.best(result, "libqi")
        peers = [compare.best(result, name) for name in names]
        if own is not None and any(peers):
            yield [result["name"], *(f"{own / peer:.2f}" if peer else "" for peer in peers)]


def growth_table(curves):
    numbers = sorted({point["number"] for curve in curves for point in curve["points"]})
    yield ["curve", "of", *(f"{count:,}" for count in numbers), "verdict"]
    for curve in curves:
        costs = {point["number"]: point["cost"] for point in curve["points"]}
        word, factor = compare.growth_verdict(costs.items())
        cells = [f"{number(costs[count])}" if costs.get(count) is not None else "-" for count in numbers]
        yield [f"{curve['name']}, {curve['unit']}", curve["contestant"], *cells,
               word if factor is None else f"{word} ({factor:.2g} ×)"]


def busy(machine):
    """Whether others had the processors to do with when the run began."""
    return machine["load"] > machine["processors"] / 2


def facts(data):
    machine, versions = data["machine"], data["versions"]
    yield f"{machine['cpu']}, {machine['processors']} processors, {machine['system']}, Linux {machine['kernel']}"
    yield (", ".join(f"{name} {version}" for name, version in versions.items())
           + f", Qt {machine['qt']} ({data['dispatcher']}), {machine['compiler']}, {machine['build']}")
    yield (f"{machine['date']}, commit {machine['commit']}, load {machine['load']} at the start"
           + (", quick: not to be quoted" if data["quick"] else "")
           + (", a busy machine: not to be quoted" if busy(machine) else ""))


def summary(results):
    counts = compare.tally(results)
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def failures(results):
    """Why a cell says "-", each reason once."""
    reasons = {}
    for result in results:
        for name, contestant in result["contestants"].items():
            if "failed" in contestant:
                reasons.setdefault((name, contestant["failed"]), []).append(result["name"])
    for (name, reason), where in reasons.items():
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        yield f"{name} cannot do {where[0]}{more}: {reason}"


# -- to the terminal ----------------------------------------------------------------------------------------


def write_columns(rows, file):
    rows = list(rows)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip(), file=file)
    print(file=file)


def write(data, file):
    for line in facts(data):
        print(line, file=file)
    if results := data.get("workloads"):
        print("\nbest (median ±half the middle half)\n", file=file)
        write_columns(table(results), file)
        write_columns(ratio_table(results), file)
        for line in failures(results):
            print(line, file=file)
        print(f"targets: {summary(results)}\n", file=file)
    if curves := data.get("growth"):
        print("\ncost of one operation by number\n", file=file)
        write_columns(growth_table(curves), file)


# -- for a page ---------------------------------------------------------------------------------------------


def markdown_table(rows):
    rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    yield "| " + " | ".join(rows[0]) + " |"
    yield "|" + "---|" * len(rows[0])
    for row in rows[1:]:
        yield "| " + " | ".join(row) + " |"


def markdown_facts(data):
    return "  \n".join(facts(data))


def markdown(data):
    lines = [markdown_facts(data), ""]
    if results := data.get("workloads"):
        lines += [*markdown_table(table(results)), "", f"Targets: {summary(results)}.", ""]
        lines += [f"- {line}" for line in failures(results)]
    if curves := data.get("growth"):
        lines += ["", *markdown_table(growth_table(curves))]
    return "\n".join(lines).strip() + "\n"


if __name__ == "__main__":
    contents = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    if "--markdown" in sys.argv:
        sys.stdout.write(markdown(contents))
    else:
        write(contents, sys.stdout)
