# SPDX-License-Identifier: BSD-3-Clause
"""The C++ API has all of the C API: each exported function is called by a header of C++, or stands here with the reason.

cpp_covers.py INCLUDE_DIR
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from api_rules import functions  # noqa: E402

#: What C++ does without: function -> why.
WITHOUT = {
    "qi_version": "a number, with nothing to own or convert",
    "qi_version_string": "a static text, with nothing to own or convert",
    "qi_status_text": "a static text; the message of an Error says more",
    "qi_failf": "functions return a Result with an Error, whose text QString formats",
    "qi_exec_n": "exec() refuses a text with U+0000 before C gets it, so that its end is the NUL",
    "qi_eval_n": "the same for eval()",
    "qi_value_get_n": "a key with U+0000 is found by find()",
    "qi_value_to_bool": "to<bool>() checks the kind, and says what came",
    "qi_value_to_int": "to<int>(), of any integer type",
    "qi_value_to_uint": "to<quint64>()",
    "qi_value_to_real": "to<double>()",
    "qi_value_to_text": "to<QString>()",
    "qi_value_to_bytes": "to<QByteArray>()",
    "qi_task_retain": "copies of a Task share the handle",
    "qi_callable_retain": "copies of a Callable share the handle",
    "qi_timer_start": "QTimer, which is what it is",
    "qi_timer_restart": "as before",
    "qi_timer_stop": "as before",
    "qi_timer_is_active": "as before",
    "qi_timer_release": "as before",
    "qi_buffer_new": "qi::Buffer shares memory, of any layout",
    "qi_buffer_read": "Buffer::layout()",
    "qi_buffer_retain": "copies of a Buffer share the memory",
    "qi_buffer_release": "as before",
    "qi_value_to_buffer": "a qi::Buffer as parameter or result opens it",
    "qi_connection_retain": "a Connection is moved; who wants to share it has std::shared_ptr",
}


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def main():
    include = pathlib.Path(sys.argv[1])
    headers = [path for path in sorted(include.glob("*.h")) if path.name != "deprecated.h"]
    of_c = {name for path in headers for name, *_ in functions(path.read_text(encoding="utf-8"))}
    used = set()
    for path in include.glob("*.hpp"):
        used |= set(re.findall(r"\bqi_\w+", without_comments(path.read_text(encoding="utf-8"))))
    problems = [f"{name}: no header of C++ has it" for name in sorted(of_c - used - set(WITHOUT))]
    problems += [f"{name}: C++ has it, or C does not; take it out of WITHOUT" for name in sorted(WITHOUT) if name in used or name not in of_c]
    if len(of_c) < 80:
        problems.append(f"only {len(of_c)} functions were found; is {include} the folder of the headers?")
    print("\n".join(problems) or f"{len(of_c)} functions of C: C++ has all but {len(WITHOUT)}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
