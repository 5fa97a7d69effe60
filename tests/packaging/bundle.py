# SPDX-License-Identifier: BSD-3-Clause
"""A program is shipped: made into a folder by CMake's qi_bundle(), which is renamed and started where neither Python nor Qt is.

bundle.py BUILD_DIR SOURCE_DIR [CMAKE_OPTION...]

That place is a root folder with the C library, its loader, and what the command says that the user's system has to have. Only
root can make it; who is not runs the rest.
"""

import glob
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import unittest

BUILD, SOURCE, OPTIONS = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]
VERSION = "%d.%d" % sys.version_info[:2]
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen", "TMPDIR": "/tmp"}
LIMIT = 300  # seconds; only against a hang
ENTER = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'


def run(*command, **others):
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL, **{"env": CLEAN, **others})


def done(*command, **others):
    ended = run(*command, **others)
    assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def entries(folder):
    """{file: (kind, text)} of what programs and libraries name to the loader."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        with path.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        told = done("readelf", "-dW", path, env={**CLEAN, "LC_ALL": "C"})
        found[str(path.relative_to(folder))] = re.findall(r"\((RPATH|RUNPATH)\).*\[(.*)\]", told)
    return found


class Shipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        work = tempfile.TemporaryDirectory()
        cls.addClassCleanup(work.cleanup)
        cls.work = pathlib.Path(work.name).resolve()
        done("cmake", "--install", BUILD, "--prefix", cls.work / "prefix", "--strip")
        cls.qi_run = cls.work / "prefix/bin/qi-run"
        shutil.copytree(SOURCE / "tests/packaging/bundled_host", cls.work / "source")
        cls.build = cls.work / "build"
        cls.venv = cls.make_venv()
        # What the compiler's launcher and its cache need is the builder's business.
        done("cmake", "-S", cls.work / "source", "-B", cls.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", f"-DVENV={cls.venv}",
             f"-DCMAKE_PREFIX_PATH={cls.work / 'prefix'}", *OPTIONS, env=os.environ)
        cls.told = done("cmake", "--build", cls.build, "--target", "host-bundle", env=os.environ)
        cls.root = cls.work / "root"
        cls.bundle = cls.root / "opt/renamed"
        cls.bundle.parent.mkdir(parents=True)
        (cls.build / "host-bundle").rename(cls.bundle)

    @classmethod
    def make_venv(cls):
        venv = cls.work / "venv"
        done(sys.executable, "-I", "-m", "venv", "--without-pip", venv)
        site = venv / f"{sys.platlibdir}/python{VERSION}/site-packages"
        (site / "parcel").mkdir()
        (site / "parcel/__init__.py").write_text("TEXT = 'delivered'\n")
        (site / "parcel-1.2.3.dist-info").mkdir()
        (site / "parcel-1.2.3.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: parcel\nVersion: 1.2.3\n")
        return venv

    def make(self, *arguments):
        """Runs `qi-run bundle`."""
        return run(self.qi_run, "bundle", *arguments, cwd=self.work)

    # -- where it runs ----------------------------------------------------------------------------------

    def check_lines(self, told, prefix):
        for line in ("parcel: delivered", f"prefix: {prefix}", f"executable: {prefix}/bin/python{VERSION}", "libraries: True",
                     f"child: {prefix}", "spawned: 3628800"):
            self.assertIn(f"{line}\n", told)

    def test_it_runs_where_it_was_moved(self):
        folder = self.work / "somebody's folder"
        folder.mkdir()
        self.check_lines(done(self.bundle / "bin/host", cwd=folder), self.bundle)

    def fill_root(self, told):
        """The root folder as a minimal system has it."""
        names = re.search(r"The user's system has to have: (.*)", told)[1].split(", ")
        for folder in ("proc", "dev", "tmp", "lib", "lib64", "usr/lib"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        listed = "".join(run("ldd", self.bundle / path, env={**CLEAN, "LC_ALL": "C"}).stdout for path in entries(self.bundle))
        paths = dict(re.findall(r"^\t(\S+) => (/.*) \(0x", listed, re.M))
        self.assertFalse({name for name in names if not name.startswith("ld-linux")} - set(paths))
        waiting = [paths[name] for name in names if name in paths]
        for path in waiting:  # with what these need of the same system
            waiting += [other for other in re.findall(r"=> (/.*) \(0x", done("ldd", path)) if other not in waiting]
        self.assertFalse([path for path in waiting if re.search("libpython|libQt", path)])
        for path in waiting:
            shutil.copy(path, self.root / "lib" / os.path.basename(path))
        loader = re.search(r"^\t(/lib\S*/ld-linux\S*) \(0x", listed, re.M)[1]
        (self.root / loader[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(loader, self.root / loader[1:])

    def in_root(self, *command, **environment):
        if os.geteuid() != 0:
            self.skipTest("only root can make another root folder")
        if (probe := run("unshare", "--mount", "true")).returncode:
            self.skipTest(f"no mounts can be made here: {probe.stderr.strip()}")
        return run("unshare", "--mount", "sh", "-c", ENTER, self.root, *command, cwd="/", env={**CLEAN, **environment})

    def test_it_runs_where_neither_python_nor_qt_is(self):
        self.fill_root(self.told)
        there = [path.name for path in self.root.rglob("*") if not path.is_relative_to(self.bundle)]
        self.assertIn("libc.so.6", there)
        self.assertEqual([name for name in there if re.search("python|libQt|libssl|libicu", name)], [])
        ended = self.in_root("/opt/renamed/bin/host")
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.check_lines(ended.stdout, "/opt/renamed")

    # -- what it is -------------------------------------------------------------------------------------

    def test_only_programs_name_folders_and_none_of_this_machine(self):
        found = entries(self.bundle)
        self.assertIn("lib/libqi.so.0", found)
        self.assertIn("lib/libQt6Core.so.6", found)
        for path, named in found.items():
            self.assertEqual(named, [("RPATH", "$ORIGIN/../lib")] if path.startswith("bin/") else [], path)

    def test_what_is_left_to_the_system_is_not_in_it(self):
        names = {path.name for path in (self.bundle / "lib").iterdir()}
        self.assertFalse([name for name in names if re.match(r"(ld-linux|libc\.|libm\.|libstdc|libgcc|libGL|libX11)", name)])

    def test_no_file_of_python_tells_of_this_machine(self):
        found = [path for path in self.bundle.rglob("*.pyc") if os.fsencode(self.work) in path.read_bytes()]
        self.assertEqual(found, [])
        self.assertTrue(list((self.bundle / f"lib/python{VERSION}/__pycache__").glob("os.*.pyc")))

    def test_sizes_are_told_by_part(self):
        sizes = dict(re.findall(r"^(\S.*?)\s+(\d+\.\d) MiB", self.told, re.M))
        self.assertLessEqual({"libqi", "Qt", "libpython", "standard library", "packages", "other libraries", "in all"}, set(sizes), self.told)
        total = sum(float(size) for part, size in sizes.items() if part != "in all")
        self.assertAlmostEqual(total, float(sizes["in all"]), delta=1)

    def test_what_is_left_out(self):
        library = self.bundle / f"lib/python{VERSION}"
        self.assertTrue((library / "asyncio").is_dir())
        for name in ("idlelib", "turtledemo", "unittest/test", "config-*", "lib-dynload/_test*"):
            self.assertEqual(list(library.glob(name)), [], name)

    def test_others_may_read_all_and_write_nothing(self):
        for path in [self.bundle, *self.bundle.rglob("*")]:
            mode = path.stat().st_mode
            self.assertEqual((mode & 0o022, mode & 0o044), (0, 0o044), path)

    def test_it_is_made_anew_and_nothing_else_is_removed(self):
        target = self.build / "host-bundle"
        target.mkdir()
        (target / "letter").touch()
        ended = run("cmake", "--build", self.build, "--target", "host-bundle", env=os.environ)
        self.assertIn("no empty folder", ended.stdout + ended.stderr)
        self.assertTrue((target / "letter").exists())
        shutil.rmtree(target)
        shutil.copytree(self.bundle, target)
        (target / "lib/stale").touch()
        done("cmake", "--build", self.build, "--target", "host-bundle", env=os.environ)
        self.assertFalse((target / "lib/stale").exists())
        shutil.rmtree(target)

    # -- a program with windows, and Python without sources ---------------------------------------------

    def test_windows(self):
        if "panels-bundle" not in done("ninja", "-C", self.build, "-t", "targets", "all"):
            self.skipTest("this libqi has no widgets")
        told = done("cmake", "--build", self.build, "--target", "panels-bundle", env=os.environ)
        bundle = self.build / "panels-bundle"
        folder = f"lib/python{VERSION}"
        self.assertEqual(list((bundle / folder).glob("*.py")), [])
        self.assertTrue((bundle / "lib/libqi-widgets.so.0").exists())
        names = {path.name for path in (bundle / "lib/qt6/plugins/platforms").iterdir()}
        self.assertLessEqual({"libqoffscreen.so", "libqxcb.so", "libqminimal.so"}, names)
        self.assertIn("libfontconfig.so.1", told)
        self.assertEqual(done(bundle / "bin/panels", cwd="/"), f"{bundle / folder}/os.py on offscreen\n")
        # Whatever is loaded, for plugins of Qt as well, is of the folder, or left to the system.
        traced = run(bundle / "bin/panels", cwd="/", env={**CLEAN, "LD_DEBUG": "files"}).stderr
        loaded = set(re.findall(r"calling init: (/\S+)", traced))
        self.assertTrue(any(path.endswith("libqoffscreen.so") for path in loaded), traced[:1000])
        self.assertEqual([path for path in loaded if re.search("libQt6|libq|libpython|libicu", path) and not path.startswith(str(bundle))], [])

    # -- what is refused --------------------------------------------------------------------------------

    def test_refusals(self):
        host, full, script = self.build / "host", self.work / "full", self.work / "script"
        full.mkdir()
        (full / "file").touch()
        script.write_text("#!/bin/sh\n")
        dropped, everybodys = self.work / "dropped", self.work / "everybodys"
        dropped.mkdir()
        (dropped / "data.txt").symlink_to("/dev/zero")
        everybodys.mkdir()
        everybodys.chmod(0o777)
        for arguments, text in (
            (["nowhere", "new"], "there is no program nowhere"),
            ([script, "new"], "no ELF file"),
            ([self.work, "new"], "no ELF file"),
            ([self.bundle / "lib/libqi.so.0", "new"], "is a library"),
            (["/bin/true", "new"], "is not linked with libqi"),
            ([host, full], "is no empty folder"),
            ([host, full, "--replace"], "is no empty folder"),
            ([host, script], "is no empty folder"),
            ([host, "new", "--add=nothing"], "there is no nothing"),
            ([host, "new", "--add=full=../out"], "the place has to be one in the folder"),
            ([host, "new", "--add=full=/etc"], "the place has to be one in the folder"),
            ([host, "new", "--add=script=lib/qi.conf"], "is there already"),
            ([host, "new", "--add=dropped=share"], "dropped/data.txt is a symbolic link that leads to /dev/zero"),
            ([host, "new", "--add=.=share"], ". holds new, which cannot be copied into itself"),
            ([host, everybodys / "new"], "other users may write to it"),
            ([host, "new", "--without=idellib"], "did you mean idlelib?"),
            ([host, "new", "--without=asyncio"], "libqi itself needs it"),
            ([host, "new", "--venv=full"], "is no virtual environment"),
        ):
            ended = self.make(*arguments)
            self.assertEqual((ended.returncode, ended.stdout), (1, ""), (arguments, ended))
            self.assertIn(text, ended.stderr, arguments)
            self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)
        self.assertFalse((self.work / "new").exists())
        self.assertEqual([path.name for path in full.iterdir()], ["file"])

    def test_a_program_without_room_for_the_folder_of_its_libraries(self):
        """It is changed by patchelf, and without that it is said how to link it."""
        source, bare = self.work / "bare.cpp", self.work / "bare"
        source.write_text("extern \"C\" unsigned qi_version(void); int main() { return !qi_version(); }\n")
        library, = glob.glob(f"{self.work}/prefix/lib*/**/libqi.so", recursive=True)
        done("c++", "-o", bare, source, library, env=os.environ)
        with_library = {**CLEAN, "LD_LIBRARY_PATH": os.path.dirname(library)}
        tools = self.work / "tools"
        tools.mkdir()
        ended = run(self.qi_run, "bundle", bare, "bare-bundle", cwd=self.work, env={**with_library, "PATH": str(tools)})
        self.assertEqual(ended.returncode, 1, ended.stdout)
        self.assertIn("-Wl,-rpath,'$ORIGIN/../lib'", ended.stderr)
        self.assertIn("apt-get install patchelf", ended.stderr)
        self.assertFalse((self.work / "bare-bundle").exists())
        if not shutil.which("patchelf"):
            return
        done(self.qi_run, "bundle", bare, "bare-bundle", cwd=self.work, env=with_library)
        done(self.work / "bare-bundle/bin/bare")

    # -- the doctor -------------------------------------------------------------------------------------

    def doctor(self, bundle):
        return run(self.qi_run, "doctor", f"--home={bundle}")

    def test_the_doctor_sees_what_is_missing(self):
        bundle = self.work / "sick"
        shutil.copytree(self.bundle, bundle)
        sane = self.doctor(bundle)
        self.assertEqual(sane.returncode, 0, sane.stdout)
        self.assertIn("0 problems", sane.stdout)
        wheels = sysconfig.get_config_var("WHEEL_PKG_DIR")
        for library in ("libssl.so.3", "libffi.so.8"):
            if (bundle / "lib" / library).exists():  # that of this machine would be taken if it were away
                (bundle / "lib" / library).write_bytes(b"torn")
        for folder in (bundle / f"lib/python{VERSION}").glob("*-packages/packaging"):
            shutil.rmtree(folder)
        shutil.rmtree(bundle / f"lib/python{VERSION}/ensurepip", ignore_errors=True)
        sick = self.doctor(bundle).stdout
        self.assertRegex(sick, r"PROBLEM +_ctypes .*libffi")
        self.assertRegex(sick, r"PROBLEM +_ssl .*libssl")
        self.assertRegex(sick, r"PROBLEM +packaging .*no plugin" if not wheels or not glob.glob(f"{wheels}/pip-*.whl") else r"ok +packaging +the copy in /")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
