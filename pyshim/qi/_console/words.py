# SPDX-License-Identifier: BSD-3-Clause
"""What the script console understands beside Python: `name?`, `!command`, and a few words that begin with `%`.

None of them is Python, so that nothing that works in a script means something else here: what compiles is never
looked at. Each is a coroutine function that runs as the input's task, prints, and may be cancelled.
"""

import asyncio
import builtins
import codecs
import difflib
import inspect
import os
import re
import shlex
import signal
import sys
import time
import tokenize
import types

from . import complete as completion

LONGEST_VALUE = 60  # characters of a value in %who
PATIENCE = 2.0  # seconds that a cancelled command has, before it is killed

_asks = re.compile(r"(\?{0,2})\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*(\?{0,2})")


def is_word(source):
    """Whether an input is meant for this module. Text in which a `?` only ends a comment or a string is Python."""
    source = source.strip()
    return source[:1] in ("%", "!") or "?" in source and _asks.fullmatch(source) is not None


async def run(source, console):
    """Runs such an input, and returns the value that is to be shown."""
    source = source.strip()
    if source.startswith("!"):
        return await shell(source[1:].strip())
    if source.startswith("%"):
        name, _, rest = source[1:].lstrip().partition(" ")
        return await _word(name, rest.strip(), console)
    before, name, after = _asks.fullmatch(source).groups()
    print(about(name, console.names, max(len(before), len(after)) > 1))
    return None


# -- the words --------------------------------------------------------------------------------------------------------


async def _word(name, rest, console):
    if not name:
        print(overview())
        return None
    if name not in _words:
        near = difflib.get_close_matches(name, _words, 1)
        guess = f" Did you mean %{near[0]}?" if near else ""
        raise _Refused(f"there is no word %{name}.{guess}\n{overview()}")
    return await _words[name](rest, console)


class _Refused(Exception):
    """Something that the user can put right; a traceback would tell nothing."""


def refusal(error):
    """What to show of an exception in place of its traceback, or None."""
    return str(error) if type(error) is _Refused else None


def overview():
    lines = [(f"%{name}{' ' + word.takes if word.takes else ''}", word.about) for name, word in _words.items()]
    lines += [("name?  name??", "what something is; with its source"), ("!COMMAND", "runs a command of the shell; Ctrl+C ends it")]
    width = max(len(left) for left, _ in lines)
    return "\n".join(f"{left:{width}}  {right}" for left, right in lines)


def _as_word(takes, about):
    def mark(function):
        function.takes, function.about = takes, about
        return function

    return mark


@_as_word("SOURCE", "runs it, and tells how long that took and how much of it was computing")
async def _time(rest, console):
    if not rest:
        raise _Refused("%time needs something to run: %time sum(range(1000))")
    began, computing = time.perf_counter(), time.process_time()
    try:
        return await console.evaluate(rest)
    finally:
        took, computed = time.perf_counter() - began, time.process_time() - computing
        print(f"{_duration(took)}, of which the process computed {_duration(computed)}")


@_as_word("[WORDS]", "the names of this console, with their types and values")
async def _who(rest, console):
    wanted = rest.split()
    rows = []
    for name, value in sorted(console.names.items()):
        if name.startswith("_") or console.given.get(name, wanted) is value:
            continue
        if all(word in name or word == type(value).__name__ for word in wanted):
            rows.append((name, type(value).__name__, _short(value)))
    if not rows:
        print("no names" + (f" with {rest}" if wanted else " yet"))
        return
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    print("\n".join(f"{name:{widths[0]}}  {kind:{widths[1]}}  {value}".rstrip() for name, kind, value in rows))


@_as_word("FILE [ARGUMENTS]", "runs a file of Python with the names of this console, which has its names after that")
async def _run(rest, console):
    parts = _split(rest)
    if not parts:
        raise _Refused("%run needs a file: %run script.py")
    path = os.path.abspath(os.path.expanduser(parts[0]))
    try:
        with tokenize.open(path) as file:
            source = file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise _Refused(f"{path} cannot be run: {error}") from None
    names, missing = console.names, object()
    before = {name: names.get(name, missing) for name in ("__file__", "argv")}
    names["__file__"], names["argv"] = path, parts
    try:
        await console.evaluate(source, path)
    finally:
        for name, value in before.items():
            if value is missing:
                names.pop(name, None)
            else:
                names[name] = value


@_as_word("[FOLDER]", "the folder in which files are looked for and commands run, or another one; of the whole application")
async def _cd(rest, console):
    parts = _split(rest)
    if parts:
        try:
            os.chdir(os.path.expanduser(parts[0]))
        except OSError as error:
            raise _Refused(f"{parts[0]}: {error.strerror}") from None
    print(os.getcwd())


@_as_word("", "forgets the names of this console")
async def _reset(rest, console):
    names = console.names
    for name in [name for name in names if not name.startswith("__")]:
        del names[name]
    names.update(console.given)


_words = {"time": _time, "who": _who, "run": _run, "cd": _cd, "reset": _reset}


def _split(text):
    try:
        return shlex.split(text)
    except ValueError as error:
        raise _Refused(f"{text}: {error}") from None


def _duration(seconds):
    for unit, factor in ("s", 1), ("ms", 1e3), ("µs", 1e6):
        if seconds * factor >= 1:
            break
    return f"{seconds * factor:.3g} {unit}"


def _short(value):
    """A value in one short line. Of what is not Python's own only the name is asked for: a repr() may be anything."""
    if isinstance(value, types.ModuleType):
        return getattr(value, "__file__", None) or ""
    if type(value) in (list, tuple, dict, set, frozenset):
        return f"{len(value):,} items"
    if type(value) in (str, bytes):
        text = repr(value[: LONGEST_VALUE + 1])
    elif type(value) in (int, float, bool, complex, type(None)) and (type(value) is not int or value.bit_length() < 200):
        text = repr(value)
    else:
        text = getattr(value, "__qualname__", "") if callable(value) else ""
        text = text if isinstance(text, str) else ""
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


# -- name? ------------------------------------------------------------------------------------------------------------


def about(dotted, names, with_source):
    """What is told of something: what it is, where it is defined, and what its documentation or its source says."""
    value = _find(dotted, names)
    tip = completion.describe(names, dotted)
    documentation = _documentation(value)
    kind = _kind(value)
    lines = [(tip.get("signature") or dotted).removesuffix(f": {kind}"), f"    {kind}"]
    if (place := _place(value)) is not None:
        lines.append(f"    {place}")
    source = _source(value) if with_source else None
    if source is not None:
        lines += ["", source.rstrip()]
    else:
        if with_source:
            lines.append("    its source is not to be had")
        if documentation:
            lines += ["", documentation]
    return "\n".join(lines)


def _find(dotted, names):
    first, *rest = dotted.split(".")
    if first in names:
        value = names[first]
    elif hasattr(builtins, first):
        value = getattr(builtins, first)
    else:
        near = difflib.get_close_matches(first, [*names, *dir(builtins)], 1)
        raise _Refused(f"there is no {first} here." + (f" Did you mean {near[0]}?" if near else ""))
    for done, name in enumerate(rest, 1):
        try:
            value = getattr(value, name)
        except AttributeError:
            near = difflib.get_close_matches(name, dir(value), 1)
            whole = ".".join([first, *rest[: done - 1]])
            raise _Refused(f"{whole} has no {name}." + (f" Did you mean {near[0]}?" if near else "")) from None
    return value


def _kind(value):
    kind = type(value)
    if isinstance(value, type):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        return f"class of {value.__module__}" + (f", a kind of {bases}" if bases else "")
    if isinstance(value, types.ModuleType):
        return "module"
    module = getattr(value, "__module__", None)
    if callable(value) and hasattr(value, "__name__"):
        name = "coroutine function" if inspect.iscoroutinefunction(value) else kind.__name__.replace("_", " ")
        return name + (f" of {module}" if isinstance(module, str) else "")
    try:
        size = f" of {len(value):,}"
    except Exception:  # most have no length
        size = ""
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.") + size


def _place(value):
    try:
        value = inspect.unwrap(value)
        path = inspect.getsourcefile(value)
        line = 1 if isinstance(value, types.ModuleType) else inspect.getsourcelines(value)[1]
    except (TypeError, OSError, ValueError):
        return None
    return f'File "{path}", line {line}' if path else None


def _source(value):
    try:
        return inspect.getsource(inspect.unwrap(value))
    except (TypeError, OSError, ValueError):
        return None


def _documentation(value):
    try:
        text = inspect.getdoc(value)
    except Exception:  # a __doc__ may be computed
        return ""
    return text.strip() if isinstance(text, str) else ""


# -- !command ---------------------------------------------------------------------------------------------------------


async def shell(command):
    """Runs a command, whose output is shown as it comes. It has nothing to read, and ends with the input that began it."""
    if not command:
        raise _Refused("! needs a command: !ls")
    process = await asyncio.create_subprocess_shell(
        command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True)
    try:
        await asyncio.gather(_copy(process.stdout, "stdout"), _copy(process.stderr, "stderr"))
        status = await process.wait()
    except BaseException:
        await _end(process)
        raise
    if status:
        name = signal.Signals(-status).name if -status in {each.value for each in signal.Signals} else None
        raise _Refused(f"the command ended by {name}" if name else f"the command ended with status {status}")


async def _copy(stream, name):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := await stream.read(1 << 16):
        print(decoder.decode(data), end="", file=getattr(sys, name))
    print(decoder.decode(b"", True), end="", file=getattr(sys, name))


async def _end(process):
    """With all that it has begun: they have a session of their own."""
    for number in signal.SIGTERM, signal.SIGKILL:
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
            break
        except asyncio.TimeoutError:
            continue
