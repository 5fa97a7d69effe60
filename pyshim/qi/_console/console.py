# SPDX-License-Identifier: BSD-3-Clause
"""What the script console of libqi-widgets needs of Python. It calls these functions by the public C API.

Each console has a number, a module of its own as namespace, and a context: what an input sets in a
contextvar is there in the next, and what its code prints is known as the console's. An input runs as a
task of the application's loop, so that a top-level `await` waits while the window lives.
"""

import ast
import asyncio
import builtins
import codeop
import collections
import contextvars
import io
import sys
import threading
import types
import warnings

import _qi

from .. import host
from .._loop.loop import run_task
from .._python import output, told
from .._python.ends import at_stop
from .._python.source import Compiler
from . import complete as completion
from . import words

LONGEST_RESULT = 100_000  # characters of a repr
MOST_WAITING = 4_000_000  # characters that are printed before the window can show them
LINES_A_TURN, LETTERS_A_TURN = 500, 50_000  # that are shown before Qt has its turn

_consoles = {}
_package = sys.modules["qi"]  # to be shown only: what is in it stands above this module


# -- is it complete? ------------------------------------------------------------------------------------


def check(source):
    """What to do with an input when Enter is pressed at its end: "run" it, or go on with a "more" line.

    A block is complete when an empty line follows it, as at Python's own prompt. What cannot become
    Python any more is run, so that its error is shown.
    """
    if not source.strip() or words.is_word(source):
        return "run"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = _compile_command(source)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return "run"
    if code is None:
        return "more"
    last = source.rpartition("\n")[2]
    return "more" if last.strip() and _ends_in_block(source) else "run"


def _compile_command(source):
    command = codeop.CommandCompiler()
    command.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return command(source, "<input>", "exec")


def _ends_in_block(source):
    """Whether the last line belongs to a block, so that another line could follow it."""
    lines = source.splitlines()
    last = lines[-1]
    if last.rstrip().endswith(":") or last.lstrip().startswith("@"):
        return True
    if not last[:1].isspace():
        try:  # `if x: y` may be followed by an else
            statement = ast.parse(source).body[-1]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        return hasattr(statement, "body") and statement.end_lineno == len(lines) and not isinstance(
            statement, ast.Expr)
    try:
        statement = ast.parse(source).body[-1]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return hasattr(statement, "body")


# -- one console ----------------------------------------------------------------------------------------


class Console:
    def __init__(self, number, window):
        self._number = number
        self._window = window  # its `wrote` and `ask` are called, on the GUI thread
        self._task = None
        self._cancelled = False
        self._inputs = 0
        self._compiler = Compiler()
        self._loop = asyncio.get_running_loop()
        self._waiting = collections.deque()
        self._size = self._lines = 0  # of what waits
        self._lost = 0  # lines that were left out of it
        self.most_lines = 10_000  # that the window keeps, so that more need not wait
        self._scheduled = False
        self._lock = threading.Lock()
        self.busy_limit = 0.0  # seconds; 0: none
        self.module = self._make_module()
        self.context = contextvars.copy_context()
        self.context.run(output.sink.set, output.Sink(f">console {number}", self.take))
        self.context.run(_asker.set, self.ask)

    def _make_module(self):
        name = "__console__" if self._number == 1 else f"__console_{self._number}__"
        module = types.ModuleType(name, "The names of the script console.")
        self.given = dict(
            qi=_package, host=host, asyncio=asyncio, help=Help(), exit=Leave("exit"), quit=Leave("quit"),
            __builtins__=builtins,
        )
        vars(module).update(self.given)
        sys.modules[name] = module  # where dataclasses, pickle and others look for a class's module
        return module

    @property
    def names(self):
        return vars(self.module)

    def close(self):
        self.cancel()
        self._window = None
        if sys.modules.get(self.module.__name__) is self.module:
            del sys.modules[self.module.__name__]

    # -- output

    def take(self, stream, text):
        """Keeps what is printed until the loop's next turn; any thread."""
        lines = text.count("\n")
        with self._lock:
            if lines > self.most_lines:
                at = _start_of_last_lines(text, self.most_lines)
                self._lost += lines - self.most_lines
                text, lines = text[at:], self.most_lines
            self._waiting.append((stream, text))
            self._size += len(text)
            self._lines += lines
            while len(self._waiting) > 1 and self._is_first_too_much():
                self._leave_out(self._waiting.popleft()[1])
            if self._scheduled:
                return
            self._scheduled = True
        self._schedule()

    def _is_first_too_much(self):
        return self._size > MOST_WAITING or self._lines - self._waiting[0][1].count("\n") > self.most_lines

    def _leave_out(self, text):
        lines = text.count("\n")
        self._size -= len(text)
        self._lines -= lines
        self._lost += lines

    def _schedule(self):
        try:
            self._loop.call_soon_threadsafe(self._turn)
        except RuntimeError:  # the loop has closed: nobody shows it any more, and print() does not fail for that
            pass

    def _turn(self):
        with self._lock:
            self._scheduled = False
        self.flush()

    def flush(self, all_of_it=False):
        """Shows what waits, or as much of it as the window should be held up for; the rest comes in later turns."""
        window = self._window
        with self._lock:
            if window is None or not window.alive:
                self._waiting.clear()
                self._size = self._lines = 0
                return
            self._shorten_first()
            lost, self._lost = self._lost, 0
            is_in_view = self._lines < self.most_lines
            portion = list(self._portion(all_of_it))
            goes_on = self._waiting and not self._scheduled
            self._scheduled |= bool(goes_on)
        if lost:
            window.lost(lost, is_in_view)
        for stream, text in _joined(portion):
            if window.alive:
                window.wrote(stream, text)
        if goes_on:
            self._schedule()

    def _shorten_first(self):
        """One text may have far more lines than the window keeps; take() has seen to the number of texts."""
        excess = self._lines - self.most_lines
        if excess <= 0 or not self._waiting:
            return
        stream, text = self._waiting.popleft()
        at = _start_of_last_lines(text, text.count("\n") - excess)
        self._leave_out(text[:at])
        self._waiting.appendleft((stream, text[at:]))

    def _portion(self, all_of_it):
        lines = letters = 0
        while self._waiting and (all_of_it or (lines < LINES_A_TURN and letters < LETTERS_A_TURN)):
            stream, text = self._waiting.popleft()
            if not all_of_it and text.count("\n") > LINES_A_TURN:
                at = _end_of_first_lines(text, LINES_A_TURN)
                self._waiting.appendleft((stream, text[at:]))
                text = text[:at]
            count = text.count("\n")
            lines, letters = lines + count, letters + len(text)
            self._lines, self._size = self._lines - count, self._size - len(text)
            yield stream, text

    def ask(self, prompt):
        """What the user answers, or None; any thread. Beware: a dialog with an event loop of its own."""
        if threading.current_thread() is threading.main_thread():
            self.flush(True)
        window = self._window
        return window.ask(prompt) if window is not None and window.alive else None

    # -- running

    def cancel(self):
        """Whether there was something to cancel."""
        if self._task is None or self._task.done():
            return False
        self._cancelled = True
        self._task.cancel()
        return True

    async def run(self, source):
        """Runs an input and returns what there is to show: a dict with "status", "text" and "result"."""
        if self._task is not None and not self._task.done():
            return {"status": "busy", "text": ""}
        self._inputs += 1
        self._cancelled = False
        done = {}
        self._task = run_task(
            self._execute(source, f"<input {self._inputs}>", done),
            name=f"console input {self._inputs}",
            context=self.context,
        )
        task = self._task
        try:
            if not task.done():  # what never waits is shown at once
                await asyncio.wait([task])
            self.flush()
            while self._waiting:  # its result comes after it
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            self.flush(True)
        if not done:  # its first step was never made
            done.update(status="cancelled", text="")
        return done

    async def evaluate(self, source, filename=None):
        """Runs Python source with the names of this console, and returns the value of its last expression."""
        return await self._compiler.evaluate(source, filename or f"<input {self._inputs}>", self.names)

    async def _execute(self, source, filename, done):
        try:
            with BusyGuard(self._loop, self.busy_limit):
                if words.is_word(source):
                    value = await words.run(source, self)
                else:
                    value = await self.evaluate(source, filename)
                text = self._display(value)
            done.update(status="ok", text=text)
        except asyncio.CancelledError as error:
            if self._cancelled:
                done.update(status="cancelled", text="")
            else:
                done.update(status="error", text=self._format(error))
                if asyncio.current_task().cancelling():
                    raise
        except SystemExit as error:
            code = "" if error.code is None else repr(error.code)
            done.update(status="exit", text=code)
        except BaseException as error:
            text = words.refusal(error)
            done.update(status="error", text=self._format(error) if text is None else text)

    def _display(self, value):
        if sys.displayhook is not sys.__displayhook__:  # somebody's own
            sys.displayhook(value)
            return ""
        if value is None:
            return ""
        text = _as_unicode(repr(value))
        self.names["_"] = value
        if len(text) > LONGEST_RESULT:
            text = f"{text[:LONGEST_RESULT]}… [{len(text) - LONGEST_RESULT:,} more characters]"
        return text

    def _format(self, error):
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_globals is not self.names:
            trace = trace.tb_next
        try:
            return _as_unicode("".join(told.format_exception(error, trace)))
        except Exception as another:  # of a __str__ that fails, for example
            return f"{type(error).__name__} (and its traceback cannot be shown: {another!r})\n"


class BusyGuard:
    """Interrupts a step of the task in this block that lasts too long.

    A thread of its own looks four times in the limit whether the loop has answered since; while the GUI
    thread computes, nothing that is typed could be heard.
    """

    def __init__(self, loop, seconds):
        self._loop = loop
        self._seconds = seconds
        self._task = None
        self._over = threading.Event()
        self._answered = threading.Event()

    def __enter__(self):
        if self._seconds > 0:
            self._task = asyncio.current_task()
            threading.Thread(target=self._watch, name="qi console guard", daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._over.set()

    def _watch(self):
        silent = 0
        self._ask()
        while not self._over.wait(self._seconds / 4):
            ours = asyncio.current_task(self._loop) is self._task
            if self._answered.is_set() or not ours:
                silent = 0
                self._ask()
                continue
            silent += 1
            if silent == 4:
                silent = 0
                self._interrupt()

    def _ask(self):
        self._answered.clear()
        try:
            self._loop.call_soon_threadsafe(self._answered.set)
        except RuntimeError:  # the loop has closed
            self._over.set()

    def _interrupt(self):
        _qi._interrupt(f"the console's input has not awaited anything for {self._seconds:g} s")


def _as_unicode(text):
    """The text with escapes for what is no Unicode, which the window could not get."""
    return text.encode("utf-8", "backslashreplace").decode()


def _start_of_last_lines(text, lines):
    """Where the last so many ends of lines begin to be all that there are."""
    at = len(text)
    for _ in range(lines + 1):
        at = text.rfind("\n", 0, at)
        if at < 0:
            return 0
    return at + 1


def _end_of_first_lines(text, lines):
    at = 0
    for _ in range(lines):
        at = text.index("\n", at) + 1
    return at


def _joined(chunks):
    """Neighbours of the same stream as one text."""
    stream, texts = None, []
    for number, text in chunks:
        if number != stream and texts:
            yield stream, "".join(texts)
            texts = []
        stream = number
        texts.append(text)
    if texts:
        yield stream, "".join(texts)


# -- names that would stop the window -------------------------------------------------------------------

_asker = contextvars.ContextVar("qi.console.ask", default=None)


class Leave:
    """exit and quit: the console does not end the application."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return f"{self._name}() does not end the application; close its window for that"

    def __call__(self, code=None):
        raise SystemExit(code)


class Help:
    """help(), without the pager and the prompt of its own, which would stop the window."""

    def __repr__(self):
        return ("help(thing) shows the documentation of anything, help('topic') that of a topic or keyword;\n"
                "help('topics') and help('keywords') list them. qi.host has the application's objects.")

    def __call__(self, *request):
        if not request:
            print(repr(self))
        elif request[0] in ("modules",) or isinstance(request[0], str) and request[0].startswith("modules "):
            print("help('modules') would import every module there is; help() of one is possible")
        else:
            print(_help_text(request[0]))


def _help_text(request):
    import pydoc

    text = io.StringIO()
    before = pydoc.pager
    pydoc.pager = lambda shown, *title: text.write(shown)
    try:
        pydoc.Helper(input=io.StringIO(), output=text).help(request)
    finally:
        pydoc.pager = before
    return pydoc.plain(text.getvalue()).strip("\n")


class AskingInput(io.TextIOBase):
    """sys.stdin while there are consoles: for their code a dialog, for all other code what it was."""

    def __init__(self, stream):
        self._stream = stream

    def readline(self, size=-1):
        if (ask := _asker.get()) is not None:
            answer = ask("")
            return "" if answer is None else answer + "\n"
        return self._other().readline(size)

    def read(self, size=-1):
        if _asker.get() is not None:
            raise io.UnsupportedOperation("a console's input has no end to read to; input() asks for a line")
        return self._other().read(size)

    def fileno(self):
        return self._other().fileno()

    def isatty(self):
        return _asker.get() is None and self._stream is not None and self._stream.isatty()

    def readable(self):
        return True

    def _other(self):
        if self._stream is None:
            raise RuntimeError("input(): lost sys.stdin")
        return self._stream


def _ask_input(prompt="", /):
    """input(), which for code of a script console asks in a dialog, so that the window lives."""
    ask = _asker.get()
    if ask is None:
        return _before["input"](prompt)
    answer = ask(str(prompt))
    if answer is None:
        raise EOFError("the question was closed without an answer")
    return answer


_before = {}


def _install():
    _before.update(input=builtins.input, stdin=sys.stdin)
    builtins.input = _ask_input
    sys.stdin = AskingInput(sys.stdin)
    at_stop.append(_close_all)


def _uninstall():
    if builtins.input is _ask_input:
        builtins.input = _before["input"]
    if isinstance(sys.stdin, AskingInput):
        sys.stdin = _before["stdin"]
    if _close_all in at_stop:
        at_stop.remove(_close_all)


def _close_all():
    for number in list(_consoles):
        close(number)


# -- what the window calls ------------------------------------------------------------------------------


def open(window):
    """Makes a console and returns its number."""
    if not _consoles:
        _install()
    number = next(number for number in range(1, len(_consoles) + 2) if number not in _consoles)
    _consoles[number] = Console(number, window)
    return number


def close(number):
    console = _consoles.pop(number, None)
    if console is not None:
        console.close()
        if not _consoles:
            _uninstall()


async def run(number, source):
    console = _consoles.get(number)
    return await console.run(source) if console else {"status": "closed", "text": ""}


def cancel(number):
    console = _consoles.get(number)
    return console is not None and console.cancel()


def set_busy_limit(number, milliseconds):
    _consoles[number].busy_limit = milliseconds / 1000


def set_most_lines(number, lines):
    _consoles[number].most_lines = lines


def complete(number, source, cursor):
    return completion.complete(_consoles[number].names, source, cursor)


def describe(number, expression):
    return completion.describe(_consoles[number].names, expression)


def call_tip(number, source, cursor):
    return completion.call_tip(_consoles[number].names, source, cursor)


def set_name(number, name, value):
    if not name.isidentifier():
        raise ValueError(f"{name!r} cannot be a name in the console: it is no identifier of Python")
    _consoles[number].names[name] = value
