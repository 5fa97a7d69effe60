# SPDX-License-Identifier: BSD-3-Clause
"""Python in a bundle: its standard library, an interpreter, the packages of a virtual environment, and what compares versions."""

import difflib
import fnmatch
import glob
import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile

from ..plugin import packages
from .bundle_copy import CACHES, copy_tree
from .bundle_elf import Problem

VERSION = "%d.%d" % sys.version_info[:2]
FOLDER = f"{sys.platlibdir}/python{VERSION}"  # of the standard library, in the bundle
INTERPRETER = f"bin/python{VERSION}"
LIMIT = 600  # seconds, against what hangs

#: Never of use to who runs a program: caches, places of other packages, what builds extension modules, what is this machine's own.
NEVER = (*CACHES, "site-packages", "dist-packages", "config-*", "*.a", "*.o", "sitecustomize.py", "usercustomize.py", "EXTERNALLY-MANAGED")

#: Words for more than a module of that name.
GROUPS = {
    "tests": ("test", "tests", "_test*", "_xxtestfuzz*", "xxlimited*", "idle_test"),
    "tkinter": ("tkinter", "_tkinter", "turtle", "turtledemo", "idlelib"),
    "idlelib": ("idlelib", "turtledemo"),
    "curses": ("curses", "_curses", "_curses_panel"),
    "sources": (),
}


# -- what is left out -----------------------------------------------------------------------------------


class Without:
    """The words that --without has got. Problem for one that means nothing."""

    def __init__(self, words, library, packages_folder):
        self.words, self.sources = words, "sources" in words
        self.library = {library, os.path.join(library, "lib-dynload")}
        places = filter(os.path.isdir, [*self.library, *([packages_folder] if packages_folder else [])])
        there = {stem(name) for place in places for name in os.listdir(place)}
        self.names = {name for word in words for name in names_of(word, there)}

    def ignored_of_library(self, folder, entries):
        """For copytree."""
        unwanted = self.names if folder in self.library else GROUPS["tests"] if "tests" in self.words else ()
        never = NEVER if folder in self.library else CACHES
        return [entry for entry in entries if matches(entry, never) or matches(stem(entry), unwanted) or is_for_another(entry)]

    def ignored_of_packages(self, top):
        """The same for a folder of packages, some of which need their own tests."""
        def ignored(folder, entries):
            words = self.words if folder == top else ()
            return [entry for entry in entries if matches(entry, CACHES) or stem(entry) in words]
        return ignored


def names_of(word, there):
    """The names of modules and packages that a word means."""
    if word in GROUPS:
        return GROUPS[word]
    names = {word, f"_{word}"} & there
    if not names:
        near = difflib.get_close_matches(word, [*GROUPS, *there], 1)
        raise Problem(f"--without={word}: there is no such module or package{f'; did you mean {near[0]}?' if near else ''}")
    if names & {name.partition(".")[0] for name in sys.modules} & sys.stdlib_module_names:  # what it has imported until now
        raise Problem(f"--without={word}: libqi itself needs it")
    return names


def stem(name):
    """The module, or the distribution, that a file or folder belongs to."""
    return re.sub(r"-[^-]*\.(dist|egg)-info$", "", name).partition(".")[0]


def is_for_another(name):
    """Whether it is an extension module that this Python would not load, as one for its debug build."""
    tag = re.fullmatch(r"[^.]*(\.cpython-.*\.so)", name)
    return tag is not None and tag[1] not in importlib.machinery.EXTENSION_SUFFIXES


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


# -- copies ---------------------------------------------------------------------------------------------


def source():
    """The standard library that runs here."""
    return sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix, "base": sys.base_prefix})


def copy_library(bundle, without):
    copy_tree(source(), os.path.join(bundle, FOLDER), without.ignored_of_library)


def copy_interpreter(program, bundle):
    target = os.path.join(bundle, INTERPRETER)
    if not os.path.isfile(program):
        raise Problem(f"{program} is missing, which would be the interpreter in the folder; it belongs to qi-run")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(program, target)
    os.chmod(target, 0o755)
    return target


# -- packages -------------------------------------------------------------------------------------------


def venv_packages(venv):
    """The folder of a virtual environment's packages."""
    conf = os.path.join(venv, "pyvenv.cfg")
    if not os.path.isfile(conf):
        raise Problem(f"{venv} is no virtual environment: there is no pyvenv.cfg in it")
    with open(conf, encoding="utf-8", errors="replace") as file:
        said = dict(map(str.strip, line.partition("=")[::2]) for line in file)
    version = said.get("version") or said.get("version_info") or VERSION
    folder = os.path.join(venv, FOLDER, "site-packages")
    if not version.startswith(f"{VERSION}.") and version != VERSION or not os.path.isdir(folder):
        raise Problem(f"{venv} is of Python {version}, and the program's is {VERSION}")
    return folder


def site_folder(bundle):
    """Where the bundle's Python looks for packages: distributions differ in that."""
    told = run(bundle, "import os, site; print(*site.getsitepackages(), sep=os.linesep)").splitlines()
    own = [folder for folder in told if folder.startswith(os.path.join(bundle, FOLDER) + os.sep)]
    if not own:
        raise Problem(f"Python in the folder has no place for packages: {told}")
    return own[-1]


def copy_packages(folder, site, without):
    """Returns what is told of them."""
    copy_tree(folder, site, without.ignored_of_packages(folder))
    told = []
    for path in sorted(glob.glob(os.path.join(glob.escape(site), "*.pth"))):
        with open(path, encoding="utf-8", errors="replace") as file:
            told += [f"{os.path.basename(path)} of the packages names {line.strip()}, which is not in the folder: install that package for good, not as editable"
                     for line in file if line.startswith("/")]
    return told


def add_packaging(bundle, site):
    """What libqi compares versions with. The user's machine need not have it, so a copy of this machine's goes along."""
    if run(bundle, packages.TRY, check=False) is not None:
        return
    spec = importlib.util.find_spec("packaging")
    if spec is not None and spec.submodule_search_locations:
        copy_tree(spec.submodule_search_locations[0], os.path.join(site, "packaging"), shutil.ignore_patterns(*CACHES))
        for folder in glob.glob(os.path.join(glob.escape(os.path.dirname(spec.submodule_search_locations[0])), "packaging-*.dist-info")):
            copy_tree(folder, os.path.join(site, os.path.basename(folder)), None)  # its licence
        return
    wheels = packages.wheels()
    if not wheels:
        spec = importlib.util.find_spec("pip")
        if spec is None:
            raise Problem("libqi compares versions by the Python package 'packaging', which is not here: install python3-packaging (Debian, Fedora)")
        copy_tree(spec.submodule_search_locations[0], os.path.join(site, "pip"), shutil.ignore_patterns(*CACHES))
        return
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(site)


# -- running it -----------------------------------------------------------------------------------------


def run(bundle, code, check=True):
    """What the bundle's interpreter prints. None if it fails and `check` is False, else Problem."""
    ended = subprocess.run([os.path.join(bundle, INTERPRETER), "-I", "-B", "-X", "utf8", "-c", code], capture_output=True, text=True, timeout=LIMIT,
                           stdin=subprocess.DEVNULL, cwd="/", env={"PATH": "/usr/bin:/bin"})
    if ended.returncode and not check:
        return None
    if ended.returncode:
        raise Problem(f"Python in the folder does not work:\n{ended.stderr.rstrip()}")
    return ended.stdout


def compile_all(bundle, folders, sources):
    """Compiles what is below the folders for good: what is compiled is not compared with its source any more."""
    command = [sys.executable or os.path.join(bundle, INTERPRETER), "-I", "-m", "compileall", "-q", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", bundle]
    subprocess.run([*command, *([] if sources else ["-b"]), *folders], stdin=subprocess.DEVNULL, cwd="/")  # templates and tests may be no Python
    for folder in () if sources else folders:
        for path in glob.iglob(os.path.join(glob.escape(folder), "**", "*.py"), recursive=True):
            if os.path.isfile(f"{path}c"):
                os.remove(path)


def check(bundle):
    """Problem if it does not start, or takes its library from elsewhere."""
    told = run(bundle, "import asyncio, os, sys; print(sys.prefix, sys.executable, os.path.dirname(os.__file__), sep=os.linesep)").splitlines()
    wanted = [bundle, os.path.join(bundle, INTERPRETER), os.path.join(bundle, FOLDER)]
    if told != wanted:
        raise Problem(f"Python in the folder says {told}, and not {wanted}")
