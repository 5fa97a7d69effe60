# SPDX-License-Identifier: BSD-3-Clause
"""`qi-run plugin new` and `qi-run plugin check`. Running one is in C++, apps/run/plugin.cpp; plugins as files are in package_tool.py."""

import argparse
import contextlib
import difflib
import errno
import json
import keyword
import os
import pathlib
import re
import shlex
import shutil
import stat
import subprocess
import sys
import textwrap

from .._python import private
from .._python.folder import Folder
from .._python.plain import plain, plain_line
from . import stubs_tool

OK, WRONG, USAGE = 0, 1, 2
LIMIT = 60  # seconds that the import of a plugin may take

AS_FILES = ("pack", "install", "update", "rollback", "remove", "list", "search", "index", "key")

DESCRIPTION = """\
Makes, checks and runs plugins, and installs them.

  new NAME       make the folder NAME with a plugin that works, and a test of it
  check FOLDER   say what is wrong with a plugin; its code is imported in a process of its own
  run FOLDER     run a plugin in a window with plugin manager, console and task monitor
  pack FOLDER    make one file of a plugin

  install WHAT   put a plugin into an application's folder of plugins: a file, an address, or an id in an index
  update [ID…]   put the newest versions there
  rollback ID    go back to the version before
  remove ID      take it out again, with or without its data
  list           say what is in that folder
  search [WORD]  say what is in an index

  index FOLDER   make an index of the files in a folder
  key FILE       make a pair of keys to sign an index with
"""


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="qi-run plugin", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="qi-run plugin COMMAND …")
    commands = {"new": new, "check": check, **{word: as_file(word) for word in AS_FILES}}
    if not arguments or arguments[0] in ("-h", "--help"):
        parser.print_help(sys.stdout if arguments else sys.stderr)
        return OK if arguments else USAGE
    command, *rest = arguments
    if command not in commands:
        near = difflib.get_close_matches(command, [*commands, "run"], 1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted([*commands, 'run']))}"
        print(f"qi-run: plugin has no command {command!r}{hint}", file=sys.stderr)
        return USAGE
    return commands[command](rest)


def as_file(word):
    """A command that handles plugins as files."""

    def command(arguments):
        from . import package_tool

        if word == "pack":
            return package_tool.pack(arguments, lambda path, no_import: folder_of(path)[1:] if folder_of(path)[1] else problems_of(path, no_import))
        return package_tool.WORDS[word](arguments)

    return command


# -- new ------------------------------------------------------------------------------------------------


def new(arguments):
    parser = argparse.ArgumentParser(
        prog="qi-run plugin new", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Makes a folder with a plugin that works: plugin.toml, a package, a test and a README.",
        epilog="Then: qi-run plugin check NAME, and in the folder: qi-run -m pytest (apt install python3-pytest)")
    parser.add_argument("name", metavar="NAME", help="the plugin's id; its folder is made in the current one")
    parser.add_argument("--title", help="what users see; the id, made readable, by default")
    parser.add_argument("--host", metavar="PATH", help="the application's objects, for the editor: as that of `qi-run stubs`; "
                                                       "by default the stand-ins in tests/host.py")
    asked = parser.parse_args(arguments)
    folder = pathlib.Path(asked.name)
    id = folder.name
    names = {"id": id, "module": id.replace("-", "_").lower(), "title": asked.title or readable(id)}
    if problem := wrong_with(names):
        return fail(problem)
    if asked.host and not os.path.exists(asked.host):
        return fail(f"{asked.host}, which --host names, is not there")
    try:
        with kept_from_others(), removed_if_it_fails(folder):
            write_all(folder, names)
            stubs_tool.write(folder, asked.host or folder / "tests/host.py")
    except FileExistsError as error:
        if error.filename == str(folder):
            return fail(f"{folder} exists already; choose another name, or remove it")
        return fail(f"{folder} cannot be made: {error.filename}: {error.strerror}")
    except (Exception, SystemExit) as error:  # of a disk, of the manifest that was made, or of the module that --host names
        return fail(f"{folder} is not made: {told_of(error)}")
    told = shlex.quote(str(folder))
    for line in (f"{folder} is made. Try:", f"  qi-run plugin check {told}",
                 f"  qi-run plugin run --host={shlex.quote(str(folder / 'tests/host.py'))} {told}", f"  cd {told} && qi-run -m pytest"):
        print(plain_line(line))
    return OK


def wrong_with(names):
    """Why there can be no plugin with such names; None if there can."""
    id, module, title = names["id"], names["module"], names["title"]
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", id):
        return f"{id!r} cannot be a plugin's id: use letters, digits, - and _, a letter first"
    if module in sys.stdlib_module_names or module == "qi":
        return f"{id!r} is the name of a module of Python's own; choose another"
    if keyword.iskeyword(module):
        return f"{id!r} is a word of Python's own, which cannot be imported; choose another"
    if not title.strip() or not title.isprintable() or len(title) > 200:
        return f"{title[:200]!r} cannot be a plugin's title: it is one line of at most 200 characters that can be seen"
    return None


def told_of(error):
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"


def readable(id):
    return " ".join(re.split(r"[-_]+", id)).strip().capitalize()


@contextlib.contextmanager
def removed_if_it_fails(folder):
    """Makes a folder, where there must be none, and those above it. If what is done in it fails, what was made is removed."""
    missing = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    where = (missing[-1] if missing else folder).parent
    if problem := private.who_could_change(where):
        raise PermissionError(errno.EACCES, f"{problem}. Make it where nobody else can put other files in its place")
    made = []
    try:
        for each in (*reversed(missing[1:]), folder):
            each.mkdir()
            made.append(each)
        yield
    except BaseException:
        for each in reversed(made):
            shutil.rmtree(each, ignore_errors=True)
        raise


def write_all(folder, names):
    """Fills the new folder."""
    with Folder(folder) as opened:
        for path, text in FILES.items():
            for key, value in names.items():
                text = text.replace(f"@{key}@", json.dumps(value, ensure_ascii=False)[1:-1] if key == "title" else value)
            opened.write(path.format(**names), text)


@contextlib.contextmanager
def kept_from_others():
    """Whatever the umask: others cannot change what is made meanwhile, be it for a moment."""
    before = os.umask(stat.S_IWGRP | stat.S_IWOTH)
    os.umask(before | stat.S_IWGRP | stat.S_IWOTH)
    try:
        yield
    finally:
        os.umask(before)


FILES = {
    "plugin.toml": """\
[plugin]
id = "@id@"
name = "@title@"
version = "0.1.0"
description = "Says hello, now and then."
entry = "@module@:Plugin"
qi = ">=0.1,<0.2"
python = ">=3.11"
dependencies = []

[settings.greeting]
type = "text"
title = "Greeting"
default = "Hello"

[settings.interval]
type = "float"
title = "Seconds between greetings"
default = 60.0
minimum = 0.1

[contributes]
actions = [{ name = "greet", text = "Say hello", menu = "Tools" }]
""",
    "{module}/__init__.py": '''\
"""@title@: a plugin."""

import asyncio

from qi.plugin import Context


class Plugin:
    """The application makes one of these when the user enables the plugin."""

    def __init__(self) -> None:
        self.greeted = 0

    async def activate(self, ctx: Context) -> None:
        """Everything that is made through ctx ends by itself when the plugin is disabled."""
        self.ctx = ctx
        ctx.action("greet", callback=self.greet)
        ctx.run_task(self.greet_now_and_then())

    def deactivate(self) -> None:
        self.ctx.log.info("goodbye, after %d greetings", self.greeted)

    def greet(self) -> None:
        self.greeted += 1
        self.ctx.log.info("%s!", self.ctx.settings.greeting)

    async def greet_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self.ctx.settings.interval)
            self.greet()
''',
    "tests/conftest.py": """\
pytest_plugins = ["qi.testing.pytest_plugin"]
""",
    "tests/host.py": '''\
"""Stand-ins of the application's objects: each name here is one of qi.host. Replace them by those of your application.

    qi-run plugin run --host=tests/host.py .     the plugin runs with them
    qi-run stubs --host=tests/host.py            the editor knows them
"""

from qi.testing import FakeObject, Signal


class Window(FakeObject):
    title: str = "a window"
    closed = Signal()

    def showMessage(self, text: str) -> None:
        print(text)


window = Window()
''',
    "tests/test_{module}.py": '''\
"""Tests of the plugin, without the application: qi-run -m pytest"""

import pathlib

from qi.testing import Clock, load_plugin

FOLDER = pathlib.Path(__file__).parent.parent


async def test_the_action_greets() -> None:
    async with load_plugin(FOLDER) as plugin:
        plugin.trigger("greet")
        assert plugin.object.greeted == 1


async def test_it_greets_now_and_then(qi_clock: Clock) -> None:
    async with load_plugin(FOLDER, settings={"interval": 10.0}) as plugin:
        await qi_clock.advance(35)
        assert plugin.object.greeted == 3
''',
    "pyproject.toml": """\
# pytest's cache would be a change of the plugin, about which the application asks.
[tool.pytest.ini_options]
addopts = "-p no:cacheprovider"

# For editors and mypy: `typings` tells them what qi, the application and plugin.toml have.

[tool.mypy]
strict = true
mypy_path = "typings"
files = ["@module@"]

[tool.pyright]
stubPath = "typings"
""",
    "README.md": """\
# @title@

A plugin for applications with libqi. `plugin.toml` says what it is and what it needs; `@module@/` is its code.

    qi-run plugin check .                        # is all as it should be?
    qi-run -m pytest                             # its tests, in `tests/`; needs python3-pytest
    qi-run plugin run --host=tests/host.py .     # in a window, with stand-ins of the application's objects
    qi-run stubs                                 # after a change of plugin.toml: tells the editor
    mypy                                         # are the types right?

`typings/` is for editors. It tells of the stand-ins in `tests/host.py`; where the application writes stubs of its own objects,
`qi-run stubs --host=FOLDER` takes those.

To install it, put this folder into the application's folder of plugins and enable it there.
""",
}


# -- check ----------------------------------------------------------------------------------------------


def check(arguments):
    parser = argparse.ArgumentParser(
        prog="qi-run plugin check", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=textwrap.dedent("""\
            Says what is wrong with a plugin: its manifest, who may write to its files, what it depends on,
            the syntax of all its modules, and whether its entry can be imported, which is tried in a process
            of its own. The exit status is 0, 1 if something is wrong, 2 for a wrong command line."""))
    parser.add_argument("folder", metavar="FOLDER", help="the plugin's folder")
    parser.add_argument("--no-import", action="store_true", help="run nothing of its code")
    asked = parser.parse_args(arguments)
    folder, problem = folder_of(asked.folder)
    if problem:
        return fail(problem)
    problems = problems_of(asked.folder, asked.no_import)
    for problem in problems:
        print(problem)
    name = plain_line(folder.name)
    print(f"{name}: {len(problems)} problem{'' if len(problems) == 1 else 's'}" if problems else f"{name}: all is well")
    return WRONG if problems else OK


def folder_of(path):
    """The real folder of a plugin, and why it is none, or ""."""
    from ..plugin import manifest

    try:
        folder = pathlib.Path(path).resolve()
        circle = folder.is_symlink()  # from Python 3.13 on it is not raised
    except RuntimeError:
        circle = True
    except OSError as error:
        return None, f"{path} cannot be looked at: {error.strerror}"
    if circle:
        return None, f"{path} cannot be looked at: symbolic links lead to each other"
    if not manifest.is_manifest_there(folder):
        return None, f"{folder} is no plugin: there is no {manifest.FILE} in it{near_folder(folder)}"
    return folder, ""


def problems_of(path, no_import):
    """What is wrong with a plugin, as texts that steer no terminal."""
    from ..plugin import review

    found = review.look(path, lambda text: print(text, file=sys.stderr))
    # What somebody else may have written is not run; what has no syntax would only be told again.
    imports = not (found.problems or no_import)
    return [*found.problems, *(map(plain, import_elsewhere(found.manifest.folder, found.manifest)) if imports else ())]


def near_folder(folder):
    if not folder.parent.is_dir():
        return ""
    near = difflib.get_close_matches(folder.name, [path.name for path in folder.parent.iterdir() if path.is_dir()], 1)
    return f"; did you mean {near[0]}?" if near and near[0] != folder.name else ""


#: Imports a plugin as the application does, and looks at its entry. What -c puts first on sys.path is the folder in which
#: somebody stands, which may be anybody's.
IMPORT = """
import sys
if sys.path[:1] == [""]:
    del sys.path[0]
import linecache
import _qi
from qi._python.lines import updatecache
linecache.updatecache = updatecache
_qi._read_pdbrc(False)
from qi.plugin.entry import find
from qi.plugin.manifest import Manifest
from qi.plugin.modules import Modules
from qi.plugin.tracebacks import describe, prune
from qi.plugin.trust import fingerprint
manifest = Manifest.read(__import__("pathlib").Path(sys.argv[1]))
modules = Modules(manifest, fingerprint(manifest.folder).files)
modules.begin()
try:
    module = modules.load()
except BaseException as error:
    sys.stderr.write(describe(prune(error)))
    sys.exit(1)
try:
    find(module, manifest)
except (AttributeError, TypeError) as error:
    sys.exit(str(error))
print("imported")
"""
IMPORTED = "imported\n"


def import_elsewhere(folder, read):
    place = ["--venv", sys.prefix] if sys.prefix != sys.base_prefix else []
    command = [os.readlink("/proc/self/exe"), *place, "--loop=none", "-c", IMPORT, str(folder)]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="backslashreplace",
                               timeout=LIMIT, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        yield f"{folder}: the import of {read.entry!r} has not ended after {LIMIT} s"
        return
    if ended.returncode < 0:
        yield f"{folder}: the import of {read.entry!r} crashes (signal {-ended.returncode})\n{ended.stderr.rstrip()}"
    elif ended.returncode:
        what = textwrap.indent(ended.stderr.rstrip(), "    ") or f"    its import ends the process with status {ended.returncode}"
        yield f"{folder}: the entry {read.entry!r} cannot be used:\n{what}"
    elif not ended.stdout.endswith(IMPORTED):
        yield f"{folder}: the import of {read.entry!r} ends the process"


def fail(text):
    """`text` may name files, of which none ends its line."""
    print(f"qi-run: {plain_line(text)}", file=sys.stderr)
    return WRONG
