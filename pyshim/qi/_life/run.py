# SPDX-License-Identifier: BSD-3-Clause
"""The Python half of the program qi-run: runs a script, module or text as python3 would.

run() executes the top level and says how it ended: the exit status, or None where the application's
event loop shall run now; exit_status() answers when that has ended.
"""

import asyncio
import atexit
import contextlib
import functools
import linecache
import os
import runpy
import signal
import sys
import threading
import types
from importlib.machinery import SourceFileLoader

import qi

import _qi

from .._loop import hosts, policies
from .._python import child
from .._python.ends import at_end
from . import embed, shutdown, toplevel

COMMANDS = ("bundle", "doctor", "plugin", "stubs")  # words that qi-run takes in place of a script's name

INTERRUPTED = 130  # what a shell reports for a program that SIGINT has ended

EXITS = (SystemExit, KeyboardInterrupt)

_status = None  # set by what ends the event loop
_ended_by = None  # the exception that has ended it
_waits = False  # whether the top level has ended, and qi-run itself runs the application's event loop


def run(how, loop, stay):
    """how: "script", "module", "code" or "stdin"; loop: "guest", "owner" or "none"; stay: whether a guest goes on for ever.

    What is run comes as sys.argv[0], its arguments after it.
    """
    global _waits
    set_up(loop)
    guest = asyncio.get_running_loop() if loop == "guest" else None
    process = os.getpid()
    _qi._read_pdbrc(how in ("script", "module", "code", "stdin"))  # as python3 does for its scripts
    try:
        with toplevel.loops_of_its_own(guest) if guest else contextlib.nullcontext():
            {"script": run_script, "module": run_module, "code": run_code, "stdin": run_stdin,
             "bundle": run_bundle_tool, "plugin": run_plugin_tool, "stubs": run_stubs_tool}[how]()
    except BaseException as exception:
        status = status_of(exception)
        if os.getpid() != process:
            child.leaves(status)
        return status
    if os.getpid() != process:
        child.leaves(_status or 0)
    _waits = guest is not None and _status is None
    if not _waits:
        return _status
    if not stay:
        toplevel.when_nothing_is_left(guest, qi.host.qi_run.has_window, quit_unless_asked)
    return None


def exit_status(otherwise):
    return otherwise if _status is None else _status


# -- surroundings ---------------------------------------------------------------------------------------


def set_up(loop):
    running = asyncio._get_running_loop()  # none where there is no application
    # Uncaught exceptions, warnings and messages look as under python3.
    embed.changes.undo()
    # sys.exit() and Ctrl+C end the program, whatever Qt has called.
    sys.excepthook = excepthook
    _qi._set_exit_function(end_program)
    at_end.append(end_as_python_does)
    child.at_end.append(end_as_python_does)
    if loop == "guest":
        del running.default_exception_handler
        running.call_exception_handler = functools.partial(handle, running)
        qi.quit = quit
    else:
        if running:
            leave_the_loop()
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if loop == "owner":
        use_for_asyncio_run()


def leave_the_loop():
    """The script has loops of its own; nothing runs in the runtime's."""
    running = asyncio.get_running_loop()
    hosts.release(running)
    running.stop()


def use_for_asyncio_run():
    """Makes asyncio.run() and the like run qi's loop on a Qt event loop of its own."""
    policies.set_policy(policies.QiDefaultEventLoopPolicy())


def handle(loop, context):
    """The loop's call_exception_handler(): sys.exit() ends the program, whatever handler the script has set."""
    exception = context.get("exception")
    if isinstance(exception, EXITS) and getattr(exception, "_qi_told", False):
        return  # its task says so as well
    if not isinstance(exception, EXITS) or not end_program(exception):
        type(loop).call_exception_handler(loop, context)


def excepthook(kind, exception, traceback):
    """sys.excepthook as it was, but for what leaves a slot of a binding: PyQt6 and PySide6 call it there."""
    if not issubclass(kind, EXITS) or not end_program(exception if exception is not None else kind()):
        sys.__excepthook__(kind, exception, traceback)


def end_program(exception):
    """Lets an exception that has left something which Qt has called end the program; False if it cannot from here."""
    global _ended_by
    if exception is _ended_by:
        return True  # its task says so as well
    if not _waits:
        leaves = _qi._leave_exec(exception)
        _ended_by = exception if leaves else _ended_by
        return leaves
    if not _qi._is_application_thread() or not _qi._event_loops():
        return False
    _ended_by = exception
    end_event_loop(status_of(exception))
    return True


def quit(status=0):
    """Ends the application's event loop, and with it the program."""
    global _status
    _status = status
    qi.host.app.quit()


def quit_unless_asked():
    if _status is None:
        quit()


def end_event_loop(status):
    """The same for all event loops that run inside each other, without asking a window."""
    global _status
    _status = status
    _qi._exit_event_loops(status)


def end_as_python_does():
    """Called when the loop is closed: the interpreter is not finalised, so this must be done by hand."""
    _qi._no_deadline()  # python3 waits as long as it takes
    for function in reversed(getattr(threading, "_threading_atexits", ())):
        function()  # tells the threads of executors to end
    main, own = threading.main_thread(), threading.current_thread()
    for thread in threading.enumerate():
        if not thread.daemon and thread not in (main, own) and thread not in shutdown.left_threads:
            thread.join()
    atexit._run_exitfuncs()


# -- the four ways --------------------------------------------------------------------------------------


def run_script():
    path = os.path.abspath(sys.argv[0])
    if os.path.isdir(path) or not_source(path):
        sys.path.insert(0, path)
        runpy._run_module_as_main("__main__", alter_argv=False)
        return
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        text = f"qi-run: can't open file {path!r}: [Errno {error.errno}] {error.strerror}"
        print(text + near_command(sys.argv[0]), file=sys.stderr)
        raise SystemExit(2) from None
    add_path(os.path.dirname(os.path.realpath(path)))
    execute(source, path, SourceFileLoader("__main__", path))


def near_command(name):
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, 1)
    return f"; did you mean `qi-run {near[0]}`?" if near else ""


def not_source(path):
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"PK\x03\x04"  # a zip file with a __main__.py
    except OSError:
        return False


def run_module():
    name, sys.argv[0] = sys.argv[0], "-m"
    add_path(os.getcwd())
    runpy._run_module_as_main(name)


def run_code():
    source, sys.argv[0] = sys.argv[0], "-c"
    add_path("")
    execute(source, "<string>", None, show_lines)


def run_bundle_tool():
    from . import bundle_tool

    raise SystemExit(bundle_tool.main(sys.argv[1:]))


def run_plugin_tool():
    from . import plugin_tool

    raise SystemExit(plugin_tool.main(sys.argv[1:]))


def run_stubs_tool():
    from . import stubs_tool

    raise SystemExit(stubs_tool.main(sys.argv[1:]))


def show_lines(code, source):
    """From 3.13 on python3's tracebacks show the lines of what is given by -c."""
    if hasattr(linecache, "_interactive_cache"):
        linecache._register_code(code, source, "<string>")
    elif sys.version_info >= (3, 13):
        linecache.cache["<string>"] = (len(source), None, source.splitlines(True), "<string>")


def run_stdin():
    sys.argv[0] = "-"
    add_path("")
    sys.modules["__main__"].__file__ = "<stdin>"
    execute(sys.stdin.buffer.read(), "<stdin>", None)


def add_path(folder):
    if not os.environ.get("PYTHONSAFEPATH"):  # sys.flags.safe_path is set always, for the sake of children
        sys.path.insert(0, folder)


def execute(source, filename, loader, register=None):
    names = sys.modules["__main__"].__dict__
    names["__spec__"] = None
    if loader:
        names.update(__file__=filename, __cached__=None, __loader__=loader)
    code = compile(source, filename, "exec", dont_inherit=True)
    if register:
        register(code, source)
    exec(code, names)


# -- how it ended ---------------------------------------------------------------------------------------


def status_of(exception):
    """The exit status that an exception means; tells the user what python3 would tell."""
    if isinstance(exception, SystemExit):
        return status_of_exit(exception.code)
    traceback = below_this_file(exception.__traceback__)
    hook = sys.__excepthook__ if sys.excepthook is excepthook else sys.excepthook
    try:
        hook(type(exception), exception.with_traceback(traceback), traceback)
    except SystemExit as leaving:
        return status_of_exit(leaving.code)
    except Exception:
        sys.__excepthook__(type(exception), exception, traceback)
    return INTERRUPTED if isinstance(exception, KeyboardInterrupt) else 1


def status_of_exit(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(2**63) <= code < 2**63 else 0xFF
    with contextlib.suppress(Exception):  # it has no text, or nobody reads any more
        print(code, file=sys.stderr)
    return 1


def below_this_file(traceback):
    """The traceback without the frames of this file, which the script's author has never seen."""
    while isinstance(traceback, types.TracebackType) and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback
