# SPDX-License-Identifier: BSD-3-Clause
"""T43: the public headers compile alone, strictly, in every language, whatever of Qt stands around them.

compile.py INCLUDE_DIR COMPILER STANDARD [QT_FLAG...]

Without Qt flags each header is compiled alone. With them (the include folders and defines of QtCore), the
umbrella header stands before and after Qt's headers, with and without QT_NO_KEYWORDS, twice over, in one
translation unit with a class that uses Qt's keywords; and the header for C++ stands alone.

Where the first of the flags is "api", it is the C++ API: each of its headers alone, as is and without exceptions and
RTTI, and the umbrella header before and after Qt's, as above.
"""

import pathlib
import re
import subprocess
import sys

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-fsyntax-only"]

# A parameter named `slots` would still compile where Qt defines the word as nothing.
POISON = "#pragma GCC poison slots signals emit foreach forever\n"
# Uses the words that Qt's macros take away, so that a header which undefines them is noticed too.
KEYWORDS = """
class Sender : public QObject {
  public slots: void answer() {}
  signals: void asked();
  public: void ask() { emit asked(); }
};
"""
NO_KEYWORDS = """
static int slots = 1, signals = 2, emit = 3, foreach = 4;
int sum() { return slots + signals + emit + foreach; }
"""
# What a program and a library of different versions must agree on: neither sizes nor numbers change any more.
LAYOUT = """
#include <stddef.h>
#include <qi/value.h>
#ifdef __cplusplus
#define SAME(what, number) static_assert((what) == (number), "this is frozen");
#else
#define SAME(what, number) _Static_assert((what) == (number), "this is frozen");
#endif
SAME(sizeof(qi_value), 24) SAME(sizeof(qi_entry), 48)
SAME(sizeof(((qi_value *)0)->kind), sizeof(int)) SAME(offsetof(qi_value, flags), 4) SAME(offsetof(qi_value, as), 8)
SAME(sizeof(((qi_value *)0)->as), 16) SAME(offsetof(qi_entry, value), 24)
SAME(QI_KIND_NONE, 0) SAME(QI_KIND_BOOL, 1) SAME(QI_KIND_INT, 2) SAME(QI_KIND_UINT, 3) SAME(QI_KIND_REAL, 4)
SAME(QI_KIND_TEXT, 5) SAME(QI_KIND_BYTES, 6) SAME(QI_KIND_LIST, 7) SAME(QI_KIND_TUPLE, 8) SAME(QI_KIND_MAP, 9)
SAME(QI_KIND_OBJECT, 10) SAME(QI_KIND_PYTHON, 11) SAME(QI_KIND_SET, 12) SAME(QI_KIND_BUFFER, 13)
SAME(QI_KIND_CALLABLE, 14)
"""
USE = "int status() { return QI_OK + (int)qi_value_get(nullptr, nullptr)->kind; }\n"


def compiles(name, compiler, language, text, flags):
    command = [*compiler, "-x", language, *STRICT, *flags, "-"]
    done = subprocess.run(command, input=text, text=True, capture_output=True)
    if done.returncode:
        print(f"{name} does not compile:\n{done.stderr}\n{text}")
    return done.returncode == 0


def alone(headers, compiler, standard, flags):
    language = "c++" if "++" in standard else "c"
    for header in headers:
        text = f"{POISON}#include <qi/{header}>\n#include <qi/{header}>\nint anything;\n"
        yield compiles(f"{header} as {standard}", compiler, language, text, flags)


def with_qt(compiler, flags):
    ours, qt = "#include <qi/qi.h>\n", "#include <QtCore/QObject>\n#include <QtCore/QTimer>\n"
    for define, body in (("", KEYWORDS), ("#define QT_NO_KEYWORDS\n", NO_KEYWORDS)):
        for order, text in (("before", ours + qt), ("after", qt + ours)):
            name = f"qi.h {order} Qt, {'without keywords' if define else 'with keywords'}"
            yield compiles(name, compiler, "c++", define + text + body + ours + USE, flags)
    yield from in_namespace(compiler, ["qi.h", "qt.hpp"], flags)
    text = "#define QT_NO_KEYWORDS\n#include <qi/qt.hpp>\n#include <qi/qt.hpp>\n#include <qi/qi.h>\n" + NO_KEYWORDS
    yield compiles("qt.hpp", compiler, "c++", text, flags)


def in_namespace(compiler, headers, flags):
    """As for a Qt that was built with a namespace; such headers are those of any other Qt."""
    for header in headers:
        text = f"#include <qi/{header}>\n#include <QtCore/QtCore>\n#include <qi/{header}>\n"
        yield compiles(f"{header} in QT_NAMESPACE", compiler, "c++", text, [*flags, "-DQT_NAMESPACE=Spaced"])


def cpp_api(compiler, folder, flags):
    umbrella = (folder / "qi/qi.hpp").read_text(encoding="utf-8")
    # Each alone in one of the standards is enough.
    alone = re.findall(r"#include <qi/(\w+\.hpp)>", umbrella) if "-std=c++17" in flags else []
    for header in ["qi.hpp", *alone]:
        text = f"#define QT_NO_KEYWORDS\n#include <qi/{header}>\n#include <qi/{header}>\n{NO_KEYWORDS}"
        yield compiles(header, compiler, "c++", text, [*flags, "-DQT_NO_CAST_FROM_ASCII"])
    bare = "#define QT_NO_KEYWORDS\n#include <qi/qi.hpp>\n" + NO_KEYWORDS
    yield compiles("qi.hpp without exceptions", compiler, "c++", bare, [*flags, "-fno-exceptions", "-fno-rtti"])
    yield from in_namespace(compiler, ["qi.hpp"], flags)
    ours, qt = "#include <qi/qi.hpp>\n", "#include <QtCore/QtCore>\n"
    for order, text in (("before", ours + qt), ("after", qt + ours)):
        yield compiles(f"qi.hpp {order} Qt with keywords", compiler, "c++", text + KEYWORDS, flags)


def main(include, compiler, standard, *qt_flags):
    compiler, folder = compiler.split(), pathlib.Path(include)
    flags = ["-I", str(folder), f"-std={standard}"]
    headers = sorted(path.name for path in (folder / "qi").glob("*.h"))
    api, qt_flags = qt_flags[:1] == ("api",), [flag for flag in qt_flags if flag != "api"]
    if qt_flags:
        flags += [flag.replace("-I", "-isystem", 1) if flag.startswith("-I") else flag for flag in qt_flags]
        flags.append("-fPIC")
        results = list(cpp_api(compiler, folder, flags) if api else with_qt(compiler, flags))
    else:
        results = list(alone(headers, compiler, standard, flags))
        if standard != "c99":  # which has no assertion at compile time
            results.append(compiles("the layout", compiler, "c++" if "++" in standard else "c", LAYOUT, flags))
    print(f"{sum(results)} of {len(results)} compiled")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
