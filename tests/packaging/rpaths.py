# SPDX-License-Identifier: BSD-3-Clause
"""Checks that nobody who starts a program of ours loads libraries from the folder that he stands in.

rpaths.py BUILD_DIR CMAKE C_COMPILER

The entries of RPATH and RUNPATH are folders in which the loader looks before it looks into the system's. An empty one, such as
CMake leaves behind the last where a path is to be overwritten by the installation, is the current folder. All that is built is
looked at, and all that is installed; then the programs are started where every library that they need is a planted one.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD, CMAKE, COMPILER = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3]
CLEAN = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "LD_PRELOAD")}
PLANTED = """
#include <stdlib.h>
#include <unistd.h>
__attribute__((constructor)) static void run(void)
{
    static const char text[] = "planted";
    _exit(write(1, text, sizeof text) > 0 ? 99 : 98);
}
"""


def elf_files(folder):
    """Programs and libraries; what is not linked yet, an object, has no entries."""
    found = []
    for parent, _, names in os.walk(folder):
        for path in (pathlib.Path(parent, name) for name in names):
            if path.is_file() and not path.is_symlink() and path.suffix not in (".o", ".a"):
                with path.open("rb") as file:
                    if file.read(4) == b"\x7fELF":
                        found.append(path)
    return sorted(found)


def dynamic(paths, word):
    """(path, text) of each entry of that kind: NEEDED, RPATH, RUNPATH."""
    found = []
    for start in range(0, len(paths), 100):
        # `readelf` says no name of a file that is alone.
        some = [*paths[start : start + 100], "/bin/sh"]
        told = subprocess.run(["readelf", "-dW", *some], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        path = None
        for line in told.stdout.splitlines():
            if line.startswith("File: "):
                path = pathlib.Path(line[len("File: ") :])
            elif match := re.search(rf"\({word}\).*\[(.*)\]$", line):
                found.append((path, match[1]))
    return [(path, text) for path, text in found if path != pathlib.Path("/bin/sh")]


def faults(path):
    """The entries that the loader would look for below the current folder."""
    return [entry for entry in path.split(":") if not re.match(r"(/|\$ORIGIN(/|$))", entry)]


class Rpaths(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        work = tempfile.TemporaryDirectory()
        cls.addClassCleanup(work.cleanup)
        cls.work = pathlib.Path(work.name).resolve()
        cls.prefix = cls.work / "prefix"
        # Both: the default component, and the package for the interpreter itself.
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", cls.prefix], check=True, stdout=subprocess.DEVNULL)
        cls.trees = {"built": elf_files(BUILD), "installed": elf_files(cls.prefix)}

    def programs(self):
        found = [path for tree in self.trees.values() for path in tree if path.name in ("qi-run", "qi-demo")]
        self.assertTrue(found or not (BUILD / "apps").exists())
        return found

    def test_what_an_entry_may_be(self):
        for bad in ("", ":", "/a:", ":/a", "/a::/b", "lib", "./lib", "../lib", "/a:$ORIGINAL/lib", "$LIB"):
            self.assertTrue(faults(bad), bad)
        for good in ("/a", "/a:/b", "$ORIGIN", "$ORIGIN/../lib:/a"):
            self.assertEqual(faults(good), [])

    def test_every_entry_is_a_whole_path_or_lies_beside_the_file(self):
        for name, files in self.trees.items():
            self.assertTrue(any(path.name.startswith("libqi.so.") for path in files), name)
            entries = dynamic(files, "(?:RPATH|RUNPATH)")
            bad = [f"{path}: {text}" for path, text in entries if faults(text)]
            self.assertEqual(bad, [], name)
        self.assertTrue(dynamic(self.trees["built"], "(?:RPATH|RUNPATH)"), "no file that is built has an entry: can that be?")

    def test_what_is_installed_names_no_folder_of_the_build_or_the_source(self):
        entries = dynamic(self.trees["installed"], "(?:RPATH|RUNPATH)")
        self.assertEqual([(path, text) for path, text in entries if str(BUILD) in text or str(self.prefix) in text], [])

    def compile(self, result, text, *flags):
        source = self.work / "source.c"
        source.write_text(text, encoding="utf-8")
        subprocess.run([COMPILER, "-o", result, source, *flags], check=True)

    def test_a_planted_library_is_loaded_where_an_entry_is_empty(self):
        (folder := self.work / "folder").mkdir()
        self.compile(folder / "libplanted.so", PLANTED, "-shared", "-fPIC")
        flags = ["-Wl,--no-as-needed", "-L", folder, "-l:libplanted.so"]
        for entries, status in (("/nowhere:", 99), ("/nowhere", 127)):
            victim = self.work / "victim"
            self.compile(victim, "int main(void) { return 0; }", *flags, f"-Wl,-rpath,{entries}")
            ended = subprocess.run([victim], cwd=folder, env=CLEAN, capture_output=True, timeout=60)
            self.assertEqual(ended.returncode, status, ended)
            self.assertEqual(faults(entries), [""] if status == 99 else [])

    def test_a_planted_library_is_not_loaded(self):
        (folder := self.work / "planted").mkdir()
        planted = self.work / "planted.so"
        self.compile(planted, PLANTED, "-shared", "-fPIC")
        needed = {name for _, name in dynamic([*self.trees["built"], *self.trees["installed"]], "NEEDED")}
        self.assertTrue({"libqi.so.0", "libQt6Core.so.6"} <= needed, needed)
        for name in needed:
            (folder / name).hardlink_to(planted)
        clean = {**CLEAN, "QT_QPA_PLATFORM": "offscreen", "HOME": str(self.work)}
        for program in self.programs():
            for more in {}, {"LD_TRACE_LOADED_OBJECTS": "1"}:
                ended = subprocess.run(
                    [program, "--help"], cwd=folder, env={**clean, **more}, capture_output=True, text=True, timeout=120
                )
                self.assertEqual(ended.returncode, 0, (program, ended))
                if not more:
                    self.assertIn("--", ended.stdout)
                    continue
                # The loader itself tells which files it would take.
                self.assertIn("libqi.so.0 => /", ended.stdout)
                taken = [line.strip() for line in ended.stdout.splitlines() if "=>" in line]
                self.assertEqual([line for line in taken if "=> /" not in line or str(folder) in line], [], program)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
