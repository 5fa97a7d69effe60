# SPDX-License-Identifier: BSD-3-Clause
"""What a use of the C++ API costs the compiler, beside QObject::connect() of a lambda.

compiling.py [--uses N] [--check] COMPILER INCLUDE_DIR QT_FLAG...

Each line of the table is the difference of a file with N more uses, each with a lambda of its own, divided by N: time
of the processor, and bytes of object code. With --check nothing is timed; the bytes are held to LIMITS, as multiples of
those of QObject::connect().
"""

import argparse
import pathlib
import resource
import subprocess
import tempfile

FLAGS = ["-std=c++17", "-O0", "-fPIC"]
HEAD = "#include <QtCore/QtCore>\n#include <qi/qi.hpp>\nint total;\nvoid use(qi::Runtime &python, QObject &object, QTimer &timer)\n{\n    (void)python; (void)object; (void)timer;\n"
USES = {
    "QObject::connect()": "QObject::connect(&timer, &QTimer::timeout, &object, [&object] {{ (void)object; total += {0}; }});",
    "registerFunction()": '(void)python.registerFunction("f{0}", [&object](int a, const QString &b) {{ (void)object; return a + {0} + int(b.size()); }});',
    "run().then()": 'python.run<int>("m:f{0}", {0}, QStringLiteral("x")).then(&object, [&object](qi::Result<int> r) {{ (void)object; total += {0} + r.value_or(0); }});',
}
LIMITS = {"registerFunction()": 3, "run().then()": 5}
FIRST = "QObject::connect()"


def compile_uses(command, use, count, folder):
    """Seconds of the processor, and bytes of code, of a file with so many uses."""
    source, made = folder / "uses.cpp", folder / "uses.o"
    source.write_text(HEAD + "".join(f"    {use.format(i)}\n" for i in range(count)) + "}\n", encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, "-c", str(source), "-o", str(made)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime, code_size(made)


def code_size(made):
    """The bytes of all sections of code and of tables, without what the linker drops."""
    lines = subprocess.run(["size", str(made)], check=True, capture_output=True, text=True).stdout.splitlines()
    text, data = lines[1].split()[:2]
    return int(text) + int(data)


def measure(command, uses, times):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for what, use in USES.items():
            few = [compile_uses(command, use, 1, folder) for _ in range(times)]
            many = [compile_uses(command, use, 1 + uses, folder) for _ in range(times)]
            seconds = min(many)[0] - min(few)[0]
            yield what, 1000 * seconds / uses, (many[0][1] - few[0][1]) / uses


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uses", type=int, default=100)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("compiler")
    parser.add_argument("include")
    options, flags = parser.parse_known_args()
    command = [options.compiler, *FLAGS, "-I", options.include, *flags]
    rows = {what: (time, size) for what, time, size in measure(command, options.uses, 1 if options.check else 3)}
    time_of_one, size_of_one = rows[FIRST]
    print(f"{'each use':20}{'bytes':>8}{'':>8}" + ("" if options.check else f"{'ms':>8}"))
    for what, (time, size) in rows.items():
        times = "" if options.check else f"{time:8.1f}{time / time_of_one:7.1f}x"
        print(f"{what:20}{size:8.0f}{size / size_of_one:7.1f}x{times}")
    heavy = [what for what, limit in LIMITS.items() if rows[what][1] > limit * size_of_one]
    if options.check and heavy:
        print("more than it may be: " + ", ".join(heavy))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
