# SPDX-License-Identifier: BSD-3-Clause
"""Instructions an operation, counted by callgrind: `./dev profile [--loops libqi,uvloop] [--only TEXT]`.

Each operation is run twice, with different counts, in processes of their own; the difference holds neither the
start nor the end. Instructions repeat within a percent however busy the machine is, which times do not. What
they leave out are cache misses and what the kernel does, so they tell what has changed, not what is faster.
"""

import argparse
import ast
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MOST = 20_000


def operations():
    """The names in operations.py, which can be imported by qi-bench alone."""
    source = (HERE / "operations.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list:
            yield node.decorator_list[0].args[0].value, False
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            yield target.slice.value, target.value.id == "SIGNALS"


def instructions(program, loop, name, count, keep=None):
    with tempfile.TemporaryDirectory() as folder:
        out = keep or os.path.join(folder, "out")
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(program),
                   str(HERE / "operations.py"), loop, name, str(count)]
        environment = os.environ | {"PYTHONHASHSEED": "0", "QT_QPA_PLATFORM": "offscreen"}
        run = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, timeout=600)
        found = re.search(r"Collected : (\d+)", run.stderr)
        if run.returncode or not found:
            sys.exit(f"{' '.join(command)} failed:\n{run.stderr}")
        return int(found[1])


def per_operation(program, loop, name):
    less, more = (instructions(program, loop, name, count) for count in (MOST // 2, MOST + MOST // 2))
    return (more - less) / MOST


def main():
    parser = argparse.ArgumentParser(prog="./dev profile")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", metavar="TEXT", help="operations whose name contains it")
    parser.add_argument("--loops", default="libqi,uvloop", help="of libqi, watched (libqi with its watchdog), asyncio, uvloop")
    parser.add_argument("--keep", metavar="FILE", help="run the operation once and keep callgrind's output")
    options = parser.parse_args()
    program = options.build / "bench" / "qi-bench"
    loops = options.loops.split(",")
    chosen = [(name, ours) for name, ours in operations() if options.only in name]
    if not chosen:
        sys.exit(f"no operation contains {options.only!r}")
    if options.keep:
        instructions(program, loops[0], chosen[0][0], 5 * MOST, options.keep)
        print(f"{chosen[0][0]}: callgrind_annotate {options.keep}")
        return
    print("| instructions | " + " | ".join(loops) + " |")
    print("|---|" + "---:|" * len(loops))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = [(name, [None if ours and loop not in ("libqi", "watched") else
                        pool.submit(per_operation, program, loop, name) for loop in loops])
                for name, ours in chosen]
        for name, cells in rows:
            shown = [f"{cell.result():,.0f}" if cell else "" for cell in cells]
            print(f"| {name} | " + " | ".join(shown) + " |", flush=True)


if __name__ == "__main__":
    main()
