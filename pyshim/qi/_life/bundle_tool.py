# SPDX-License-Identifier: BSD-3-Clause
"""`qi-run bundle`: a folder with a program and all that it needs, which runs wherever it is put.

    bin/    the program, an interpreter, qt.conf
    lib/    the libraries, qi.conf, Python's own library and packages, Qt's plugins

What is added goes where it is said. Everything is a copy; nothing outside of the folder is changed.
"""

import argparse
import os
import shutil
import sys

from .._python.plain import plain
from . import bundle_copy, bundle_elf, bundle_libraries, bundle_place, bundle_python, bundle_qt
from .bundle_elf import Problem

OK, WRONG = 0, 1

MOST_NAMES = 5  # that are told at once
CONF_FILE = "lib/qi.conf"
CONF = "# libqi's Python, from this file on.\nhome = ..\n"


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="qi-run bundle", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Makes a folder of a program that uses libqi and of all that it needs: libqi, Qt with its plugins, Python with its\n"
                    "library and the libraries of these. It may be renamed, packed and run where neither Python nor Qt is.",
        epilog="The program has to look for libraries in $ORIGIN/../lib; CMake's qi_bundle(TARGET) sees to that. Words that --without knows\n"
               f"beside the names of modules and packages: {', '.join(bundle_python.GROUPS)}.")
    parser.add_argument("program", metavar="PROGRAM", help="the program, which becomes FOLDER/bin/PROGRAM")
    parser.add_argument("folder", metavar="FOLDER", help="the folder to make; it is empty, or not there, and where no other user can change it")
    parser.add_argument("--venv", metavar="VENV", help="the packages of this virtual environment come along")
    parser.add_argument("--add", metavar="PATH[=PLACE]", action="append", default=[],
                        help="a folder or file of your own, such as plugins, and its place in FOLDER; its name by default. Several times")
    parser.add_argument("--without", metavar="NAME", action="append", default=[],
                        help="a module of Python's, or a package, that is left out. Several times")
    parser.add_argument("--replace", action="store_true", help="if FOLDER is one that was made so before, it is removed first")
    asked = parser.parse_args(arguments)
    bundle = os.path.abspath(asked.folder)
    try:
        additions = check(asked, bundle)
        if asked.replace and is_bundle(bundle):
            shutil.rmtree(bundle)
        with bundle_place.made(bundle):
            told = make(asked, bundle, additions)
    except Problem as problem:
        return fail(problem)
    except (OSError, shutil.Error) as error:
        return fail(f"{asked.folder} cannot be made: {error}")
    for line in (*told, *sizes(bundle, os.path.basename(asked.program), additions)):
        print(plain(line))
    return OK


def fail(text):
    print(f"qi-run: {plain(str(text))}", file=sys.stderr)
    return WRONG


# -- what is asked for ----------------------------------------------------------------------------------


def check(asked, bundle):
    """Problem if it cannot be. Returns what is added, as (path, place)."""
    program = asked.program
    if not os.path.exists(program):
        raise Problem(f"there is no program {program}")
    if not os.path.isfile(program) or (facts := bundle_elf.read(program)) is None:
        raise Problem(f"{program} is no program that the loader knows (no ELF file)")
    if not facts.loader:
        raise Problem(f"{program} is a library, or linked statically; a program that libraries are loaded for is needed")
    if os.path.basename(program) in (os.path.basename(bundle_python.INTERPRETER), "qt.conf"):
        raise Problem(f"{os.path.basename(program)} is the name of a file that the folder has anyway; rename the program")
    check_folder(asked, bundle)
    additions = [addition(text) for text in asked.add]
    check_apart(asked, bundle, additions)
    return additions


def check_folder(asked, bundle):
    """It is to be new, or empty, or a bundle that is made anew; and nobody else can change it from now on."""
    is_folder = os.path.isdir(bundle) and not os.path.islink(bundle)
    if is_folder or not os.path.lexists(bundle):
        bundle_place.refuse_others(bundle)
    if os.path.lexists(bundle) and (not is_folder or os.listdir(bundle)) and not (asked.replace and is_bundle(bundle)):
        raise Problem(f"{asked.folder} exists and is no empty folder; choose another name, or remove it")


def check_apart(asked, bundle, additions):
    """Nothing that is copied holds the folder, which would be copied into itself, or lies in it."""
    copied = [path for path, _ in additions] + ([os.path.join(asked.venv, bundle_python.FOLDER, "site-packages")] if asked.venv else [])
    for path in copied:
        if bundle_copy.is_below(bundle, path):
            raise Problem(f"{path} holds {asked.folder}, which cannot be copied into itself; make it elsewhere")
    for path in [asked.program, *copied]:
        if bundle_copy.is_below(path, bundle):
            raise Problem(f"{path} lies in {asked.folder}, which is made anew; keep it elsewhere")


def is_bundle(folder):
    return not os.path.islink(folder) and all(os.path.isfile(os.path.join(folder, name)) for name in (CONF_FILE, "bin/qt.conf"))


def addition(text):
    path, _, place = text.partition("=")
    place = os.path.normpath(place or os.path.basename(os.path.abspath(path)))
    if not os.path.exists(path):
        raise Problem(f"--add={text}: there is no {path}")
    if os.path.isabs(place) or place.split(os.sep)[0] in ("..", "."):
        raise Problem(f"--add={text}: the place has to be one in the folder that is made, such as share/{os.path.basename(path)}")
    return path, place


# -- making it ------------------------------------------------------------------------------------------


def make(asked, bundle, additions):
    """Returns what is told beside the sizes."""
    import qi

    venv = bundle_python.venv_packages(asked.venv) if asked.venv else None
    without = bundle_python.Without(asked.without, bundle_python.source(), venv)
    libraries = bundle_libraries.Libraries(asked.program, os.path.join(bundle, "lib"))
    libraries.need(asked.program)
    check_libraries(libraries, asked.program)
    interpreter = bundle_python.copy_interpreter(qi.host.qi_run.interpreter(), bundle)
    libraries.need(interpreter)
    plugins, told = bundle_qt.choose(qi.host.qi_run.qt_plugins(), libraries)

    copy_program(asked.program, bundle)
    bundle_qt.copy(qi.host.qi_run.qt_plugins(), plugins, bundle)
    write(os.path.join(bundle, CONF_FILE), CONF)
    bundle_python.copy_library(bundle, without)
    need_tree(libraries, os.path.join(bundle, bundle_python.FOLDER), bundle_python.source())
    libraries.copy()

    site = bundle_python.site_folder(bundle)
    os.makedirs(site, exist_ok=True)
    if venv:
        told += bundle_python.copy_packages(venv, site, without)
        need_tree(libraries, site, venv, told)
    for path, place in additions:
        told += add(path, bundle, place)
        need_tree(libraries, os.path.join(bundle, place), path, told)
    libraries.copy()
    bundle_python.add_packaging(bundle, site)
    bundle_python.compile_all(bundle, [os.path.join(bundle, bundle_python.FOLDER), site], not without.sources)
    bundle_python.check(bundle)
    told.append("The user's system has to have: " + ", ".join(sorted(libraries.of_the_system)))
    return told


def check_libraries(libraries, program):
    """Whether the program is one of libqi's, and of this libqi's."""
    loaded = {os.path.basename(path).partition(".so")[0]: path for path in mapped()}
    if "libqi.so.0" not in libraries.sources:
        raise Problem(f"{program} is not linked with libqi.so.0")
    for name, source in libraries.sources.items():
        stem = name.partition(".so")[0]
        other = next((path for each, path in loaded.items() if each == stem), source)
        if stem.startswith(("libpython", "libQt6Core")) and os.path.realpath(other) != os.path.realpath(source):
            raise Problem(f"{program} uses {source}, and qi-run {other}: take the qi-run that was installed with the libqi of the program")
        if stem.startswith("libpython") and not stem.startswith(f"libpython{bundle_python.VERSION}"):
            raise Problem(f"{program} runs {stem}, and qi-run Python {bundle_python.VERSION}")


def mapped():
    """The libraries that this process has loaded."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as table:
        return {line[line.index("/"):].rstrip("\n") for line in table if "/" in line and ".so" in line}


def copy_program(program, bundle):
    target = os.path.join(bundle, "bin", os.path.basename(program))
    shutil.copyfile(program, target)
    os.chmod(target, 0o755)
    bundle_elf.name_folders(target, lambda folders: [bundle_elf.TO_LIBRARIES])


def need_tree(libraries, tree, source, told=None):
    """What the libraries in a copied tree need. What is not found is a problem, or told."""
    libraries.inside += [source, tree]
    original = source if os.path.isdir(source) else os.path.dirname(source)
    for path in [tree] if os.path.isfile(tree) else bundle_libraries.elf_files(tree):
        try:
            # From where it was: there the loader finds what lies beside it.
            libraries.need(os.path.join(original, os.path.relpath(path, tree)) if os.path.isdir(tree) else source)
        except Problem as problem:
            if told is None:
                raise
            told.append(f"{os.path.basename(path)} will not be loaded: {problem}")
        if bundle_elf.read(path) is not None:
            bundle_libraries.settle(path)


def add(path, bundle, place):
    """Returns what is told of it."""
    target = os.path.join(bundle, place)
    if os.path.lexists(target) and not (os.path.isdir(target) and os.path.isdir(path)):
        raise Problem(f"{target} is there already")
    kept = bundle_copy.copy_added(path, target)
    if not kept:
        return []
    more = f" and {len(kept) - MOST_NAMES} more" if len(kept) > MOST_NAMES else ""
    names = ", ".join(os.path.normpath(os.path.join(place, inside)) for inside in kept[:MOST_NAMES])
    return [f"Not everybody can read {names}{more}: the modes are those of what was copied"]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o644)


# -- how large it is ------------------------------------------------------------------------------------


def part_of(path, program, additions):
    """What a file in the folder belongs to."""
    name, library = os.path.basename(path), bundle_python.FOLDER
    if any(path == place or path.startswith(place + os.sep) for _, place in additions):
        return "added"
    if path == os.path.join("bin", program):
        return "program"
    if path.startswith(f"{library}/"):
        return "packages" if path.removeprefix(f"{library}/").startswith(("site-packages/", "dist-packages/")) else "standard library"
    if path == bundle_python.INTERPRETER or name.startswith("libpython"):
        return "libpython"
    if name.startswith("libqi"):
        return "libqi"
    return "Qt" if name.startswith("libQt6") or path.startswith(f"{bundle_qt.FOLDER}/") else "other libraries" if ".so" in name else "program"


PARTS = ("program", "libqi", "Qt", "libpython", "standard library", "packages", "added", "other libraries")


def sizes(bundle, program, additions):
    total = dict.fromkeys(PARTS, 0)
    for parent, _, names in os.walk(bundle):
        for name in names:
            path = os.path.join(parent, name)
            total[part_of(os.path.relpath(path, bundle), program, additions)] += os.lstat(path).st_size
    for part, size in total.items():
        if size:
            yield f"{part:<18}{size / (1 << 20):8.1f} MiB"
    yield f"{'in all':<18}{sum(total.values()) / (1 << 20):8.1f} MiB in {os.path.relpath(bundle)}"
