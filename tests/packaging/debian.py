# SPDX-License-Identifier: BSD-3-Clause
"""debian/ beside what the build installs: every file goes into one package, and names and versions agree.

debian.py BUILD_DIR SOURCE_DIR CMAKE

No package is built; debian/tests try those that are.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE, CMAKE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
DEBIAN = SOURCE / "debian"


def text(path):
    return (SOURCE / path).read_text(encoding="utf-8")


def cached(name):
    return re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(encoding="utf-8"), re.M)[1]


def patterns():
    """(package, pattern) of each line that names an installed file, in the places of this build."""
    for path in [*sorted(DEBIAN.glob("*.install")), DEBIAN / "not-installed"]:
        for line in path.read_text(encoding="utf-8").split():
            line = line.replace("usr/lib/*/", f"usr/{cached('CMAKE_INSTALL_LIBDIR')}/")
            line = line.replace("usr/lib/python3", f"usr/{cached('QI_PYTHON_SITE')}")
            yield path.stem if path.suffix else path.name, line.replace("usr/libexec/", f"usr/{cached('CMAKE_INSTALL_LIBEXECDIR')}/")


def takes(pattern, file):
    """Whether dh_install takes the file: a pattern stops at a slash, and a folder brings what is in it."""
    parts, own = file.split("/"), pattern.split("/")
    return len(own) <= len(parts) and all(fnmatch.fnmatchcase(part, mine) for part, mine in zip(parts, own))


class Debian(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        prefix = pathlib.Path(cls.folder.name, "usr")
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        cls.files = sorted(str(path.relative_to(cls.folder.name)) for path in prefix.rglob("*") if path.is_symlink() or path.is_file())
        cls.control = [dict(re.findall(r"^([\w-]+):[ \t]*((?:.|\n[ \t])*)", part, re.M)) for part in text("debian/control").strip().split("\n\n")]
        cls.packages = {fields["Package"]: fields for fields in cls.control[1:]}

    def test_every_installed_file_goes_into_one_package(self):
        lines = list(patterns())
        for file in self.files:
            with self.subTest(file):
                self.assertEqual(len([package for package, pattern in lines if takes(pattern, file)]), 1)

    def test_every_line_names_a_file(self):
        for package, pattern in patterns():
            with self.subTest(f"{package}: {pattern}"):
                self.assertTrue(any(takes(pattern, file) for file in self.files))

    def test_every_package_is_declared_and_filled(self):
        named = {path.stem for path in DEBIAN.glob("*.install")}
        self.assertEqual(named, set(self.packages))

    def test_libraries_are_in_packages_that_are_named_after_their_sonames(self):
        lines = list(patterns())
        libraries = [file for file in self.files if re.search(r"/lib[\w-]+\.so\.\d+$", file)]
        self.assertTrue(libraries)
        for file in libraries:
            told = subprocess.run(["readelf", "-d", pathlib.Path(self.folder.name, file)], capture_output=True, text=True, check=True)
            soname = re.search(r"SONAME.*\[(.*)\]", told.stdout)[1]
            (package,) = {package for package, pattern in lines if takes(pattern, file)}
            self.assertEqual(soname.replace(".so.", ""), package)

    def test_the_version_is_the_same_everywhere(self):
        project = re.search(r"^project\(libqi VERSION ([\d.]+)", text("CMakeLists.txt"), re.M)[1]
        header = re.search(r'QI_VERSION_STRING "([\d.]+)"', text("include/qi/base.h"))[1]
        package = re.match(r"libqi \(([\d.]+)\) ", text("debian/changelog"))[1]
        self.assertEqual((header, package), (project, project))

    def test_each_version_of_the_symbols_says_since_when_it_is_there(self):
        nodes = re.findall(r"^QI_([\d.]+) \{", text("runtime/qi.map"), re.M)
        symbols = re.findall(r"^ \(symver\)QI_([\d.]+) ([\d.]+)~$", text("debian/libqi0.symbols"), re.M)
        self.assertEqual(symbols, [(node, f"{node}.0") for node in nodes])

    def test_what_a_build_needs_is_what_the_tool_for_developers_installs(self):
        needed = set(re.findall(r"[a-z][a-z0-9+.-]+", re.sub(r"\(.*?\)", "", self.control[0]["Build-Depends"])))
        lists = re.findall(r"^packages_(?:build|install)\+?=\(([^)]*)\)", text("dev"), re.M)
        # A compiler is in every root that builds packages.
        self.assertEqual(set(" ".join(lists).split()) - {"g++"}, needed - {"debhelper-compat", "dh-sequence-python3"})

    def test_packages_depend_on_packages_that_there_are(self):
        for name, fields in self.packages.items():
            for other in re.findall(r"\b((?:lib)?qi[\w-]*|qml6-module-qi) \(= \$\{binary:Version\}\)", fields.get("Depends", "")):
                with self.subTest(name):
                    self.assertIn(other, self.packages)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
