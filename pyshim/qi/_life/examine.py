# SPDX-License-Identifier: BSD-3-Clause
"""The half of the doctor that needs an interpreter. qt/doctor.cpp runs this source in a process of its own.

It reads what is to be examined from standard input and writes a list of checks to standard output, both as
JSON. It imports nothing of `qi`: it may be run by any interpreter that a user has pointed libqi at.
"""

import glob
import importlib.util
import itertools
import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
import sysconfig
import time

OF_PYTHON = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONMALLOC", "PYTHONASYNCIODEBUG", "PYTHONDEVMODE")

LIMIT = 20  # seconds; only against a process that hangs
MOST = 100_000  # names in a folder of plugins, and in each plugin, that are looked at
LONGEST = 5  # seconds of the processor, for all that are looked at: a symlink may lead a very long way
MOST_TOLD = 50  # problems of a folder of plugins

checks = []


class Section:
    def __init__(self, name):
        self.name = name

    def add(self, subject, state, found, fix=""):
        checks.append({"section": self.name, "subject": subject, "state": state, "found": found, "fix": fix})

    def ok(self, subject, found):
        self.add(subject, "ok", found)

    def note(self, subject, found):
        self.add(subject, "note", found)

    def warn(self, subject, found, fix):
        self.add(subject, "warning", found, fix)

    def problem(self, subject, found, fix):
        self.add(subject, "problem", found, fix)


# -- the interpreter ------------------------------------------------------------------------------------


def look_at_interpreter(asked):
    section = Section("Python")
    version = "%d.%d" % sys.version_info[:2]
    if version != asked["version"]:
        section.problem(
            "interpreter", f"{sys.executable} is Python {version}, but libqi runs {asked['version']}",
            f"install python{asked['version']}, or build libqi with -DQI_PYTHON={sys.executable}")
    look_at_abi(section)
    section.ok("standard library", sysconfig.get_path("stdlib"))
    if sys.prefix != sys.base_prefix:
        section.ok("venv", f"{sys.prefix}, made from {sys.base_prefix}")
    else:
        section.note("venv", "none")
    section.note("packages", ", ".join(path for path in sys.path if path.endswith("-packages")) or "no folders")
    look_at_modules(section)


def look_at_abi(section):
    tag = sysconfig.get_config_var("SOABI") or "unknown"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        section.problem("ABI", f"{tag}, without a GIL", "libqi needs a Python that was built with the GIL")
    else:
        section.ok("ABI", tag)


def look_at_modules(section):
    missing = []
    for name in ("_asyncio", "_socket", "select", "_ssl", "_ctypes", "_sqlite3"):
        if name not in sys.builtin_module_names and importlib.util.find_spec(name) is None:
            missing.append(name.lstrip("_"))
    if missing:
        section.warn(
            "modules", f"Python was installed without {', '.join(missing)}",
            "install the whole standard library (on Debian: apt-get install libpython3-stdlib)")
    for name, why in unusable_modules().items():
        section.problem(
            name, f"this module of the standard library is there, and cannot be imported: {why}",
            "install the library that it needs; where Python was shipped with an application, make that folder anew (qi-run bundle)")


#: Imports what is named, in a process that may crash, and prints the failures as they come.
TRY_MODULES = """
import importlib, json, sys
for name in sys.argv[1:]:
    print(json.dumps([name, None]), flush=True)
    try:
        importlib.import_module(name)
    except Exception as error:
        print(json.dumps([name, f"{error}"]), flush=True)
"""


def unusable_modules():
    """{name: why} of the extension modules of the standard library that cannot be imported."""
    folder = os.path.join(sysconfig.get_path("platstdlib"), "lib-dynload")
    names = sorted({name.partition(".")[0] for name in os.listdir(folder) if name.endswith(".so")}) if os.path.isdir(folder) else []
    names = [name for name in names if not name.startswith(("_test", "_xxtest", "xxlimited", "_tkinter"))]
    try:
        tried = subprocess.run([sys.executable, "-I", "-c", TRY_MODULES, *names], capture_output=True, text=True, timeout=LIMIT)
    except (OSError, subprocess.TimeoutExpired):
        return {}  # what else is tried in such a process tells of it
    told = [json.loads(line) for line in tried.stdout.splitlines() if line.startswith("[")]
    wrong = {name: why for name, why in told if why is not None}
    if tried.returncode and told:
        wrong.setdefault(told[-1][0], f"exit status {tried.returncode}")
    return wrong


def look_at_packaging(asked):
    """What libqi compares versions with: without it no plugin is enabled."""
    section = Section("Python")
    for name in ("packaging", "pip"):
        if importlib.util.find_spec(name) is not None:
            section.ok("packaging", "installed" if name == "packaging" else "the copy in pip")
            return
    folders = [os.path.join(os.path.dirname(os.__file__), "ensurepip", "_bundled"), sysconfig.get_config_var("WHEEL_PKG_DIR")]
    for folder in filter(None, folders):
        if wheels := glob.glob(os.path.join(glob.escape(folder), "pip-*.whl")):
            section.ok("packaging", f"the copy in {wheels[0]}")
            return
    section.problem(
        "packaging", "neither this package nor pip is there, so that no versions can be compared and no plugin be enabled",
        "install python3-packaging (Debian, Fedora), or `pip install packaging` where this Python finds it")


# -- PATH and the environment ---------------------------------------------------------------------------


def look_at_path(asked):
    section = Section("Environment")
    # What a shell would find in the folder in which somebody stands may be anybody's, and it would be run here.
    places = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(place)]
    first = shutil.which("python3", path=os.pathsep.join(places))
    if first is None:
        section.note("python3 on PATH", "none; libqi does not look there")
        return
    found, version = version_of(first)
    if found is None:
        section.warn("python3 on PATH", f"{first} does not work", "put another folder first on PATH")
    elif os.path.realpath(found) in (os.path.realpath(sys.executable), os.path.realpath(sys._base_executable)):
        section.ok("python3 on PATH", f"{first}, the one that libqi uses")
    else:
        section.warn(
            "python3 on PATH", f"{found} is Python {version}, and not the one that libqi uses",
            f"what its pip installs is not found; make `{shlex.quote(sys.executable)} -I -m venv --system-site-packages FOLDER`, (apt-get install python3-venv has it), install by FOLDER/bin/pip, "
            "and name FOLDER as `venv` (qi-run --venv=FOLDER); or use apt-get")


def version_of(program):
    """The real interpreter behind a name, which may be a script that chooses one, and its version."""
    code = "import sys; print(sys.executable, '%d.%d.%d' % sys.version_info[:3], sep='|')"
    try:
        answer = subprocess.run([program, "-I", "-c", code], capture_output=True, text=True, timeout=LIMIT, cwd="/")
        path, _, version = answer.stdout.strip().rpartition("|")
        return path or None, version
    except (OSError, subprocess.TimeoutExpired):
        return None, ""


def look_at_variables(asked):
    section = Section("Environment")
    honoured = asked["environment"]
    look_at_pythonhome(section, honoured, asked["version"])
    for name in OF_PYTHON:
        if value := os.environ.get(name):
            section.note(name, value if honoured else f"{value} (not honoured: the runtime is isolated)")
    active = os.environ.get("VIRTUAL_ENV")
    if active and os.path.realpath(active) not in map(os.path.realpath, (asked["venv"] or "/", sys.prefix)):
        section.warn(
            "VIRTUAL_ENV", f"{active} is active in this shell, but not used",
            f"set the configuration's venv to it (qi-run --venv={shlex.quote(active)})")
    for name in ("LD_LIBRARY_PATH", "LD_PRELOAD"):
        if value := os.environ.get(name):
            section.note(name, value)
    for name in sorted(os.environ):
        if name.startswith(("QT_", "QML")) and os.environ[name]:
            section.note(name, os.environ[name])


def look_at_pythonhome(section, honoured, version):
    home = os.environ.get("PYTHONHOME")
    if not home:
        return
    parts = home.split(os.pathsep)
    folder = os.path.join(parts[0], sys.platlibdir, f"python{version}", "encodings")
    if not honoured:
        section.note("PYTHONHOME", f"{home} (not honoured: the runtime is isolated)")
    elif not os.path.isdir(folder):
        section.problem(
            "PYTHONHOME", f"{home}, where the standard library of Python {version} is missing ({folder})",
            "unset PYTHONHOME")
    else:
        section.note("PYTHONHOME", home)


# -- bindings -------------------------------------------------------------------------------------------

#: Imports a binding as a host would see it: after the host's Qt, which the loader then shares by its name.
TRY_BINDING = """
import ctypes, json, sys
name, library = sys.argv[1:]
ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
core = __import__(name + ".QtCore", fromlist=["QtCore"])
built = getattr(core, "QT_VERSION_STR", None) or getattr(core, "__version__", "")
address = ctypes.cast(ctypes.CDLL(core.__file__).qVersion, ctypes.c_void_p).value
with open("/proc/self/maps") as maps:
    for line in maps:
        first, _, last = line.split()[0].partition("-")
        if int(first, 16) <= address < int(last, 16):
            library = line.split(None, 5)[5].strip()
print(json.dumps({"file": core.__file__, "version": core.qVersion(), "library": library, "built": built}))
"""


def look_at_bindings(asked):
    section = Section("Bindings")
    for name in ("PyQt6", "PySide6"):
        if importlib.util.find_spec(name) is None:
            section.note(name, "not installed; libqi does not need it")
        else:
            look_at_binding(section, name, asked)
    for name in ("PyQt5", "PySide2"):
        if importlib.util.find_spec(name) is not None:
            section.note(name, "installed; of Qt 5, so its import is refused")


def look_at_binding(section, name, asked):
    result = try_binding(name, asked["qt_library"])
    if isinstance(result, str):
        section.problem(
            name, f"cannot be imported beside Qt {asked['qt_version']}: {result}",
            f"install a {name} that was built for this Qt (on Debian: the distribution's package)")
        return
    if os.path.realpath(result["library"]) != os.path.realpath(asked["qt_library"]):
        section.problem(
            name, f"{result['file']} is linked with {result['library']}, but the application uses {asked['qt_library']}",
            f"its import is refused; install a {name} that is linked with the application's Qt")
    elif newer(result["built"], asked["qt_version"]):
        section.warn(
            name,
            f"{result['file']} was built for Qt {result['built']}, newer than the application's {asked['qt_version']}",
            "what it needs of the newer Qt fails when it is used; install an older one")
    else:
        section.ok(name, f"{result['file']}, on Qt {result['version']}")


def try_binding(name, library):
    """What the process says, or why it failed as text."""
    try:
        tried = subprocess.run(
            [sys.executable, *isolation(), "-c", TRY_BINDING, name, library],
            capture_output=True, text=True, timeout=LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if tried.returncode:
        return (tried.stderr.strip().splitlines() or [f"exit status {tried.returncode}"])[-1]
    return json.loads(tried.stdout)


def isolation():
    return ["-I"] if sys.flags.isolated else ["-P", *["-s"] * sys.flags.no_user_site]


def newer(one, other):
    return numbers(one)[:2] > numbers(other)[:2]


def numbers(version):
    return [int(part) for part in version.split(".") if part.isdigit()]


# -- folders of plugins ---------------------------------------------------------------------------------


def look_at_folders(asked):
    section = Section("Plugin folders")
    end = time.process_time() + LONGEST
    for folder in asked["folders"]:
        if not os.path.isdir(folder):
            section.problem(folder, "there is no such folder", f"make it (mkdir -p {shlex.quote(folder)}), or correct its name")
        else:
            look_at_folder(section, folder, end)
    if asked["application"]:
        for base in asked["plugin_folders"]:
            folder = os.path.join(base, "plugins")
            if os.path.isdir(folder):
                look_at_folder(section, folder, end)
            else:
                section.note(folder, "not there; plugins put there would be found")


def look_at_folder(section, folder, end):
    late = None  # where the time was over

    def in_time(paths):
        nonlocal late
        for path in itertools.islice(paths, MOST):
            if time.process_time() > end:
                late = late or path
                return
            yield path

    try:
        plugins = sorted(name for name in in_time(entry.name for entry in os.scandir(folder))
                         if os.path.isfile(os.path.join(folder, name, "plugin.toml")))
    except OSError as error:
        section.problem(folder, f"cannot be searched: {error.strerror}", f"chmod u+rx {shlex.quote(folder)}")
        return
    before = len(checks)
    seen = dict.fromkeys(way(folder), False)
    for name in in_time(plugins):  # a name may lead through very many symlinks
        root = os.path.realpath(os.path.join(folder, name))
        for path in way(os.path.join(folder, name)):
            seen.setdefault(path, False)
        for path in in_time(tree(root)):
            seen[path] = True
            look_at_link(section, path, root)
    for path, whole in seen.items():
        look_at_access(section, path, whole)
    found = checks[before:]
    if len(found) > MOST_TOLD:
        checks[before + MOST_TOLD:] = []
        section.problem(folder, f"{len(found) - MOST_TOLD} more of the kind", "put these right first")
    if late:
        section.warn(folder, f"takes very long to look at: from {os.path.join(folder, late)} on, nothing was looked at",
                     "look for symlinks there that lead to very many others, and remove them")
    elif not found:
        section.ok(folder, f"plugins: {', '.join(plugins)}" if plugins else "no plugins in it")


def way(path):
    """The folders and symlinks on the way to a path, and on those that the symlinks lead: who may change one of these may
    put anything in its place. The same is asked before a plugin is enabled."""
    at, waiting, links = "/", parts(os.path.join(os.getcwd(), path)), 0
    yield at
    while waiting and links <= 40:
        part = waiting.pop()
        here = os.path.dirname(at) if part == ".." else os.path.join(at, part)
        yield here
        if not os.path.islink(here):
            at = here
            continue
        target = os.readlink(here)
        links += 1
        waiting += parts(target)
        at = "/" if target.startswith("/") else at


def parts(path):
    """The names in a path, the first one last."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def tree(folder):
    yield folder
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in folders + files:
            yield os.path.join(here, name)


def look_at_access(section, path, whole):
    try:
        status = os.lstat(path)
    except OSError as error:
        section.problem(path, f"cannot be looked at: {error.strerror}", f"make it readable: chmod u+rX {shlex.quote(path)}")
        return
    is_link = stat.S_ISLNK(status.st_mode)
    sticky = not whole and stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
    others = [who for who, bit in (("its group", stat.S_IWGRP), ("everybody", stat.S_IWOTH)) if status.st_mode & bit]
    if others and not sticky and not is_link:
        section.problem(path, f"can be written by {' and '.join(others)}: whoever does so runs code as you",
                        f"chmod go-w {shlex.quote(path)}")
    if status.st_uid not in (0, os.getuid()):
        section.problem(path, f"belongs to user {status.st_uid}, and not to you or root",
                        f"chown {'-h ' if is_link else ''}{os.getuid()} {shlex.quote(path)}")


def look_at_link(section, path, root):
    if os.path.islink(path) and not os.path.realpath(path).startswith(os.path.join(os.path.realpath(root), "")):
        section.problem(path, f"is a link out of the plugin, to {os.path.realpath(path)}",
                        "put a copy in its place")


def main():
    asked = json.load(sys.stdin)
    for look in (look_at_interpreter, look_at_packaging, look_at_bindings, look_at_folders, look_at_path, look_at_variables):
        look(asked)
    json.dump(checks, sys.stdout)


if __name__ == "__main__":
    main()
