# SPDX-License-Identifier: BSD-3-Clause
"""The rules of docs/guide/api-policy.md, for the C headers: names, constants, structures, and what comments say.

api_rules.py INCLUDE_DIR

Each declaration is looked at, so a function that is added tomorrow is held to the same.
"""

import os
import pathlib
import re
import sys

#: The nouns that functions are about; the plural is all of a kind.
NOUNS = {
    "runtime", "object", "function", "value", "task", "tasks", "callable", "connection", "listener", "output",
    "audit", "watchdog", "loop", "plugin", "plugins", "debugger", "doctor", "error", "scope", "builder", "converter",
    "watched", "promise", "event", "events", "timer", "connections", "module", "buffer", "stubs", "version", "status",
    "kind", "config", "origin", "callback", "python", "awaitable",
}  # fmt: skip
#: Names that are words of their own: the three that hosts begin with, and what languages call the same.
EXCEPTIONS = {
    "qi_run_task", "qi_asyncslot_connect", "qi_call", "qi_exec", "qi_exec_n", "qi_exec_file",
    "qi_exec_async", "qi_eval", "qi_eval_n", "qi_fail", "qi_failf", "qi_fail_again", "qi_last_error", "qi_post",
    "qi_import", "qi_version",
}  # fmt: skip
#: Sets of constants: prefix -> header. No two sets share a prefix, and none is the beginning of another's.
FLAG = re.compile(r"QI_[A-Z]+_FLAG_")
BEGUN = {  # how a function's noun and verb pair up: who has the one has the other
    "register": "unregister", "listen": None, "retain": "release",
}  # fmt: skip
OWNS = re.compile(r"owned|borrowed|`out` is as|as qi_|it is NULL|NULL where", re.I)


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def functions(text):
    """(name, whole declaration, the comment above it) of each exported function."""
    pattern = re.compile(r"(/\*\*(?:(?!\*/).)*\*/)?\s*(?:QI_NODISCARD )?QI_API\b([^;{]*?)\b(qi_\w+)\s*\(([^;]*)\)\s*;", re.S)
    for comment, result, name, parameters in pattern.findall(text):
        yield name, " ".join(result.split()), parameters, comment


def check_name(name):
    words = name.split("_")[1:]
    if name in EXCEPTIONS or words[0] in NOUNS:
        return
    yield f"{name}: a function is named noun_verb, and '{words[0]}' is none of the nouns"


def check_comment(name, result, parameters, comment, header):
    if not comment:
        yield f"{name}: has no comment"
        return
    whole = header.split("#ifndef", 1)[0]  # what the head of the header says of all its functions
    said = comment + (whole if "What is not said of a function" in whole else "")
    if "Thread:" not in said and "belongs to the\n * GUI thread" not in said:
        yield f"{name}: the comment does not say 'Thread:'"
    fails = re.match(r"(QI_NODISCARD )?int\b", result) and not name.endswith("_state") and not name.startswith("qi_fail")
    if fails and "Fails" not in said and "as qi_" not in comment.lower() and "Returns as" not in comment:
        yield f"{name}: the comment does not say with what it fails"
    if re.search(r"\*\*\s*out\b|qi_value \*out\b", parameters) and not OWNS.search(comment):
        yield f"{name}: the comment does not say who owns `*out`"


def check_structures(text):
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\n\} (qi_\w+);", text, re.S):
        plain = without_comments(body)
        members = [" ".join(part.split()) for part in plain.split(";") if part.strip()]
        if not members[0].startswith("size_t size"):
            yield f"{name}: a structure begins with its size"
        for member in members:
            if re.match(r"qi_(nested|overlap|delivery|kind|log_level|status|stall_answer) ", member):
                yield f"{name}: '{member}': what holds a constant is an int"
        # Each callback has its user, and each user its destroy.
        for user in re.findall(r"void \*(\w*user)\b", plain):
            prefix = user[: -len("user")]
            if f"{prefix}destroy" not in plain:
                yield f"{name}: {user} has no {prefix}destroy"


def check_callbacks(text):
    for name, parameters in re.findall(r"typedef \w+(?: \w+)* \*?\(\*(qi_\w+_fn)\)\(([^;]*)\);", text):
        listed = [part.strip() for part in parameters.split(",")]
        if name in ("qi_destroy_fn", "qi_watched_future_fn", "qi_function_fn", "qi_function_later_fn"):
            continue
        if not listed[-1].startswith("void *user"):
            yield f"{name}: the last parameter of a callback is its user"
        for part in listed[:-1]:
            if "*" not in part:
                yield f"{name}: '{part}': what a callback is told stands in a structure with a size"


def check_constants(text, owners, header):
    for body in re.findall(r"\benum\b[^{;]*\{(.*?)\}", without_comments(text), re.S):
        names = re.findall(r"\b(QI_[A-Z0-9_]+)\b(?=\s*(?:QI_DEPRECATED\([^)]*\)\s*)?(?:=|,|$|\n))", body)
        names = [name for name in names if not name.startswith("QI_STATUS")]
        if not names or header == "deprecated.h":
            continue
        prefix = os.path.commonprefix(names) if len(names) > 1 else names[0]
        prefix = prefix[: prefix.rindex("_") + 1]
        if prefix.count("_") < 2:
            yield f"{header}: {names} have no prefix of their own"
        if prefix in owners:
            yield f"{header}: {names[0]}: {prefix} is the prefix of others in {owners[prefix]}"
        owners[prefix] = header


def main():
    headers = sorted(pathlib.Path(sys.argv[1]).glob("*.h")) + [pathlib.Path(sys.argv[1]) / "qt.hpp"]
    problems, owners, names = [], {}, set()
    for path in headers:
        text = path.read_text(encoding="utf-8")
        if path.name != "deprecated.h":
            for name, result, parameters, comment in functions(text):
                names.add(name)
                problems += check_name(name)
                problems += check_comment(name, result, parameters, comment, text)
            problems += check_structures(text)
            problems += check_callbacks(text)
        problems += check_constants(text, owners, path.name)
    for name in names:
        for verb, other in BEGUN.items():
            if other and name.endswith(f"_{verb}") and name[: -len(verb)] + other not in names:
                if name != "qi_watched_future_register":
                    problems.append(f"{name}: there is no {name[: -len(verb)]}{other}()")
    if len(names) < 60:
        problems.append(f"only {len(names)} functions were found; is {sys.argv[1]} the folder of the headers?")
    print("\n".join(problems) or f"{len(names)} functions: each follows the rules")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
