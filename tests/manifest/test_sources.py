# SPDX-License-Identifier: BSD-3-Clause
"""What runs is what was hashed: no bytecode that lies in the folder, no file that changed in between."""

import functools
import importlib
import importlib.util
import inspect
import marshal
import os
import pathlib
import py_compile
import shutil
import sys
import types
import traceback
import unittest
import zipfile
import zlib
from unittest import mock

from pluginfolder import PluginCase

from qi.plugin import sources
from qi.plugin.trust import Tree, fingerprint


class SourceCase(PluginCase):
    def setUp(self):
        super().setUp()
        self.cache = self.base / "cache"
        for change in (mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.cache)}),
                       mock.patch.object(sys, "dont_write_bytecode", False)):
            change.start()
            self.addCleanup(change.stop)
        self.modules, self.path = set(sys.modules), list(sys.path)
        self.addCleanup(self.forget)

    def forget(self):
        for name in set(sys.modules) - self.modules:
            del sys.modules[name]
        sys.path[:] = self.path

    def guard(self, folder, files=None):
        sys.path.insert(0, str(folder))
        sources.guard(folder, files)
        self.addCleanup(sources.unguard, folder)
        return folder

    def load(self, name):
        self.forget_module(name)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    def forget_module(self, name):
        for known in list(sys.modules):
            if known == name or known.startswith(name + "."):
                del sys.modules[known]

    def plant(self, source, code):
        """Puts bytecode of other code beside a source, as if it were that source's."""
        disguise = self.write(self.base / "disguise.py", code)
        facts = source.stat()
        padding = facts.st_size - len(code)
        self.write(disguise, code + "#" * padding)
        os.utime(disguise, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        py_compile.compile(str(disguise), importlib.util.cache_from_source(str(source)), doraise=True)


class Bytecode(SourceCase):
    SOURCE = "value = 'from the source'  # a comment that makes this long enough for the other\n"

    def test_without_a_guard_python_takes_what_is_planted(self):
        # Otherwise the next test would prove nothing.
        folder = self.plugin(files={"part_a.py": self.SOURCE})
        self.plant(folder / "part_a.py", "value = 'planted'")
        sys.path.insert(0, str(folder))
        self.assertEqual(self.load("part_a").value, "planted")

    def test_with_a_guard_only_the_source_runs(self):
        folder = self.plugin(files={"part_b.py": self.SOURCE, "pack_b/__init__.py": self.SOURCE, "pack_b/inner.py": self.SOURCE})
        before = fingerprint(folder)
        for name in ("part_b.py", "pack_b/__init__.py", "pack_b/inner.py"):
            self.plant(folder / name, "value = 'planted'")
        self.assertEqual(fingerprint(folder), before)
        self.guard(folder, before.files)
        for name in ("part_b", "pack_b", "pack_b.inner"):
            with self.subTest(name):
                self.assertEqual(self.load(name).value, "from the source")

    def test_bytecode_is_not_written_into_the_folder(self):
        folder = self.guard(self.plugin(files={"part_c.py": self.SOURCE}))
        self.load("part_c")
        self.assertFalse((folder / "__pycache__").exists())

    def test_a_module_in_pycache_is_not_found(self):
        folder = self.plugin(files={"part_d.py": self.SOURCE})
        py_compile.compile(str(folder / "part_d.py"), str(folder / "__pycache__" / "shop.py_.pyc"))
        self.guard(folder)
        with self.assertRaises(ImportError):
            self.load("__pycache__.shop")

    def test_a_module_that_is_bytecode_alone_is_hashed_and_loaded(self):
        folder = self.plugin(files={"part_e.py": self.SOURCE})
        py_compile.compile(str(folder / "part_e.py"), str(folder / "part_e.pyc"))
        (folder / "part_e.py").unlink()
        self.guard(folder, fingerprint(folder).files)
        self.assertEqual(self.load("part_e").value, "from the source")
        (folder / "part_e.pyc").write_bytes((folder / "part_e.pyc").read_bytes() + b"\0")
        with self.assertRaisesRegex(ImportError, "part_e.pyc has changed since the user agreed"):
            self.load("part_e")

    def test_a_spec_that_is_made_by_hand(self):
        folder = self.plugin(files={"part_f.py": self.SOURCE})
        self.plant(folder / "part_f.py", "value = 'planted'")
        self.guard(folder, fingerprint(folder).files)
        path = str(folder / "part_f.py")
        spec = importlib.util.spec_from_file_location("any_name", path, loader=sources.loader("any_name", path))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.assertEqual(module.value, "from the source")

    def test_a_package_whose_path_leads_into_the_folder(self):
        folder = self.plugin(files={"part_g.py": self.SOURCE})
        self.plant(folder / "part_g.py", "value = 'planted'")
        sources.guard(folder, fingerprint(folder).files)
        self.addCleanup(sources.unguard, folder)
        outer = importlib.util.module_from_spec(importlib.machinery.ModuleSpec("outer_g", None, is_package=True))
        outer.__path__ = [str(folder)]
        sys.modules["outer_g"] = outer
        self.assertEqual(importlib.import_module("outer_g.part_g").value, "from the source")


class Changes(SourceCase):
    def test_what_changed_since_the_question_is_refused(self):
        folder = self.plugin(files={"late_a.py": "value = 1\n", "late_b.py": "value = 1\n"})
        self.guard(folder, fingerprint(folder).files)
        self.assertEqual(self.load("late_a").value, 1)
        self.write(folder / "late_a.py", "value = 2\n")
        self.write(folder / "late_c.py", "value = 3\n")
        with self.assertRaisesRegex(ImportError, r"late_a.py has changed since the user agreed to this plugin; it is not loaded"):
            self.load("late_a")
        with self.assertRaisesRegex(ImportError, "late_c.py was not there when"):
            self.load("late_c")
        self.assertEqual(self.load("late_b").value, 1)

    def test_what_was_hashed_is_compiled_unless_the_file_has_changed(self):
        folder = self.plugin(files={"same_k.py": "value = 1\n", "other_k.py": "value = 1\n"})
        tree = Tree(folder)
        hashes = tree.fingerprint().files
        (folder / "other_k.py").write_text("value = 2\n")
        tree.drop_changed()  # what is dropped is read again, and refused
        sources.guard(folder, hashes, tree.sources)
        self.addCleanup(sources.unguard, folder)
        sys.path.insert(0, str(folder))
        self.addCleanup(sys.path.remove, str(folder))
        for name in ("same_k", "other_k"):
            self.addCleanup(sys.modules.pop, name, None)
        with mock.patch.object(sources._Source, "get_data", side_effect=AssertionError("read again")):
            self.assertEqual(importlib.import_module("same_k").value, 1)
        with self.assertRaisesRegex(ImportError, "has changed since the user agreed"):
            importlib.import_module("other_k")
        sources.all_loaded(folder)
        self.assertEqual([guard.read for guard in sources._guards.values()], [{}])

    def test_extension_modules_too(self):
        folder = self.plugin()
        self.guard(folder, fingerprint(folder).files)
        import importlib.machinery

        self.write(folder / f"late_d{importlib.machinery.EXTENSION_SUFFIXES[0]}", b"\x7fELF")
        with self.assertRaisesRegex(ImportError, "was not there when the user agreed"):
            self.load("late_d")

    def test_without_hashes_a_reload_sees_what_is_there_now(self):
        # Python itself would take its bytecode for a source of the same size and second.
        folder = self.guard(self.plugin(files={"late_e.py": "value = 1\n"}))
        facts = (folder / "late_e.py").stat()
        self.assertEqual(self.load("late_e").value, 1)
        self.write(folder / "late_e.py", "value = 2\n")
        os.utime(folder / "late_e.py", ns=(facts.st_atime_ns, facts.st_mtime_ns))
        self.assertEqual(self.load("late_e").value, 2)

    def test_through_a_symlink_the_file_itself_counts(self):
        folder = self.plugin(files={"late_f.py": "value = 1\n"})
        (folder / "late_g.py").symlink_to("late_f.py")
        link = self.base / "link"
        link.symlink_to(folder)
        self.guard(link, fingerprint(link).files)
        self.assertEqual(self.load("late_g").value, 1)
        self.write(folder / "late_f.py", "value = 2\n")
        with self.assertRaisesRegex(ImportError, "late_g.py has changed"):
            self.load("late_g")


    def test_a_file_that_a_symlink_has_replaced(self):
        evil = self.write(self.base / "evil" / "evil.py", "raise SystemExit('it ran')\n")
        folder = self.plugin(files={"late_m.py": "value = 1\n", "pack_m/__init__.py": "", "pack_m/part.py": "value = 1\n"})
        self.guard(folder, fingerprint(folder).files)
        (folder / "late_m.py").unlink()
        (folder / "late_m.py").symlink_to(evil)
        self.write(self.base / "evil" / "__init__.py", "raise SystemExit('it ran')\n")
        shutil.rmtree(folder / "pack_m")
        (folder / "pack_m").symlink_to(self.base / "evil")
        for name in ("late_m", "pack_m", "pack_m.evil"):
            with self.subTest(name), self.assertRaises(ImportError):
                self.load(name)

    def test_a_symlink_that_leads_elsewhere_than_it_did(self):
        folder = self.plugin(files={"one_n.py": "value = 1\n", "two_n.py": "value = 2\n"})
        (folder / "link_n.py").symlink_to("one_n.py")
        self.guard(folder, fingerprint(folder).files)
        self.assertEqual(self.load("link_n").value, 1)
        (folder / "link_n.py").unlink()
        (folder / "link_n.py").symlink_to("two_n.py")
        with self.assertRaisesRegex(ImportError, "leads through a symlink that was not there when the user agreed"):
            self.load("link_n")

    def test_through_a_symlink_that_others_have_changed_the_folder_itself_counts(self):
        real = self.plugin(base=self.base / "real", files={"late_o.py": "value = 1\n"})
        evil = self.plugin(base=self.base / "evil", files={"late_o.py": "raise SystemExit('it ran')\n"})
        link = self.base / "link"
        link.symlink_to(real)
        self.guard(link, fingerprint(link).files)
        link.unlink()
        link.symlink_to(evil)
        importlib.invalidate_caches()
        with self.assertRaises(ImportError):  # what is there now is below no guard
            sources.loader("late_o", str(link / "late_o.py")).get_code("late_o")

    def test_a_loader_is_of_no_use_when_the_guard_has_gone(self):
        folder = self.plugin(files={"late_p.py": "value = 1\n"})
        sources.guard(folder, fingerprint(folder).files)
        loader = sources.loader("late_p", str(folder / "late_p.py"))
        sources.unguard(folder)
        with self.assertRaisesRegex(ImportError, "is in the folder of no active plugin"):
            loader.get_code("late_p")


class Finders(SourceCase):
    """Whatever finder finds a module, where it comes from decides how it is loaded."""

    SOURCE = Bytecode.SOURCE

    def guarded(self, **files):
        self.folder = self.plugin(files={f"{name}.py": self.SOURCE for name in files or {"part_q": 1}})
        for path in self.folder.glob("part_*.py"):
            self.plant(path, "value = 'planted'")
        sources.guard(self.folder, fingerprint(self.folder).files)
        self.addCleanup(sources.unguard, self.folder)
        return self.folder

    def test_the_parent_on_the_path(self):
        self.guarded()
        sys.path.insert(0, str(self.base))
        self.assertEqual(self.load("shop.part_q").value, "from the source")

    def test_a_package_by_itself_whose_parent_is_on_the_path(self):
        folder = self.plugin(files={"__init__.py": self.SOURCE})
        self.plant(folder / "__init__.py", "value = 'planted'")
        sys.path.insert(0, str(self.base))
        self.assertEqual(self.load("shop").value, "planted")  # otherwise the next line would prove nothing
        sources.guard(folder, fingerprint(folder).files)
        self.addCleanup(sources.unguard, folder)
        self.assertEqual(self.load("shop").value, "from the source")
        self.write(folder / "__init__.py", "raise SystemExit('it ran')")
        with self.assertRaisesRegex(ImportError, "has changed since the user agreed"):
            self.load("shop")

    def test_a_symlink_elsewhere_that_leads_into_the_folder(self):
        folder = self.guarded()
        (self.base / "site").mkdir()
        (self.base / "site" / "part_r.py").symlink_to(folder / "part_q.py")
        (self.base / "site" / "pack_r").symlink_to(folder)
        sys.path.insert(0, str(self.base / "site"))
        self.assertEqual(self.load("part_r").value, "from the source")
        self.assertEqual(self.load("pack_r.part_q").value, "from the source")

    def test_a_finder_of_somebody_elses(self):
        folder = self.guarded()

        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                if name == "any_s":
                    return importlib.util.spec_from_file_location(name, folder / "part_q.py")

        sys.meta_path.insert(1, Finder)
        self.addCleanup(sys.meta_path.remove, Finder)
        self.assertEqual(self.load("any_s").value, "from the source")

    def test_a_loader_that_nobody_knows(self):
        folder = self.guarded()

        class Loader(importlib.machinery.SourceFileLoader):
            pass

        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                if name == "any_t":
                    return importlib.util.spec_from_file_location(name, folder / "part_q.py", loader=Loader(name, str(folder / "part_q.py")))

        sys.meta_path.insert(1, Finder)
        self.addCleanup(sys.meta_path.remove, Finder)
        with self.assertRaisesRegex(ImportError, "would be loaded by .*Loader, which does not know what the user agreed to"):
            self.load("any_t")

    def test_an_archive_is_what_was_hashed(self):
        folder = self.plugin()
        archive = folder / "lib.zip"
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("zipped_u.py", "value = 1\n")
            file.writestr("zipped_v.py", "value = 1\n")
        sources.guard(folder, fingerprint(folder).files)
        self.addCleanup(sources.unguard, folder)
        sys.path.insert(0, str(archive))
        self.assertEqual(self.load("zipped_u").value, 1)
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("zipped_v.py", "raise SystemExit('it ran')\n")
        with self.assertRaisesRegex(ImportError, "lib.zip has changed since the user agreed"):
            self.load("zipped_v")

    def test_an_archive_that_the_path_names_from_the_current_folder(self):
        folder = self.plugin()
        sources.guard(folder, fingerprint(folder).files)
        self.addCleanup(sources.unguard, folder)
        with zipfile.ZipFile(folder / "late.zip", "w") as file:
            file.writestr("zipped_r.py", "raise SystemExit('it ran')\n")
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder)
        sys.path.insert(0, "late.zip")
        with self.assertRaisesRegex(ImportError, "late.zip was not there when the user agreed"):
            self.load("zipped_r")
        import _string  # built in, whatever the current folder is

        self.forget_module("_string")
        self.assertEqual(self.load("_string").__spec__.origin, _string.__spec__.origin)

    def test_a_library_that_changes_after_it_was_hashed(self):
        folder = self.plugin()
        name = f"native_w{importlib.machinery.EXTENSION_SUFFIXES[0]}"
        self.write(folder / name, b"\x7fELF")
        tree = Tree(folder)
        sources.guard(folder, tree.fingerprint().files, versions=tree.versions)
        self.addCleanup(sources.unguard, folder)
        self.assertEqual(list(tree.versions), [str(folder / name)])
        self.write(folder / name, b"\x7fELG")
        sys.path.insert(0, str(folder))
        with self.assertRaisesRegex(ImportError, "has changed since the user agreed"):
            self.load("native_w")

    def test_what_is_loaded_by_its_path_has_nobody_who_could_still_write_to_it(self):
        folder = self.plugin()
        library = folder / f"native_y{importlib.machinery.EXTENSION_SUFFIXES[0]}"
        archive = folder / "late.zip"
        self.write(library, b"\x7fELF")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("zipped_y.py", "value = 1\n")
        tree = Tree(folder)
        sources.guard(folder, tree.fingerprint().files, versions=tree.versions)
        self.addCleanup(sources.unguard, folder)
        sys.path[:0] = [str(folder), str(archive)]
        for path, name in ((library, "native_y"), (archive, "zipped_y")):
            with open(path, "r+b"), self.assertRaisesRegex(ImportError, f"{path} is open for writing in another program"):
                self.load(name)
        self.assertEqual(self.load("zipped_y").value, 1)
        with self.assertRaisesRegex(ImportError, "file too short|invalid ELF"):  # as far as to the system's loader
            self.load("native_y")

    def test_a_library_in_whose_place_another_one_comes_while_it_is_loaded(self):
        folder = self.plugin()
        library = folder / f"native_z{importlib.machinery.EXTENSION_SUFFIXES[0]}"
        self.write(library, b"\x7fELF")
        self.guard(folder, fingerprint(folder).files)

        def create(loader, spec):
            self.write(folder / "other", b"\x7fELF")
            os.replace(folder / "other", library)
            return types.ModuleType(spec.name)

        with mock.patch.object(importlib.machinery.ExtensionFileLoader, "create_module", create), \
             self.assertRaisesRegex(ImportError, f"{library} has changed while it was loaded"):
            self.load("native_z")

    def test_while_a_plugin_starts_nothing_is_looked_up_on_the_disk(self):
        folder = self.plugin(files={"near_x.py": "value = 1\n", "pack_x/__init__.py": "", "pack_x/inner.py": "value = 2\n",
                                    "space_x/inner.py": "value = 3\n"})
        tree = Tree(folder)
        hashes = tree.fingerprint().files
        sources.guard(f"{folder}/", hashes, tree.sources)
        self.addCleanup(sources.unguard, folder)
        sys.path.insert(0, str(folder))
        looks = []
        follow = [True]
        sys.addaudithook(lambda event, args: follow and event in ("open", "os.listdir", "os.scandir") and looks.append((event, args)))
        self.addCleanup(follow.clear)

        def looked(path, *args, real, **how):
            if str(folder) in str(path):
                looks.append(path)
            return real(path, *args, **how)

        with mock.patch.object(sources.os, "stat", functools.partial(looked, real=os.stat)), \
             mock.patch.object(sources.os, "lstat", functools.partial(looked, real=os.lstat)), \
             mock.patch.object(sources.bytecode, "recall", return_value=None), mock.patch.object(sources.bytecode, "keep"):
            for name, value in (("near_x", 1), ("pack_x.inner", 2), ("space_x.inner", 3)):
                self.assertEqual(self.load(name).value, value)
        self.assertEqual([look for look in looks if str(folder) in str(look)], [])


class Cache(SourceCase):
    def files(self):
        return sorted(path for path in self.cache.rglob("*") if path.is_file())

    def test_the_second_time_nothing_is_compiled(self):
        self.guard(self.plugin(files={"kept_a.py": "def f():\n    return __file__\n"}))
        self.load("kept_a")
        self.assertEqual(len(self.files()), 1)
        with mock.patch.object(sources._Source, "source_to_code", side_effect=AssertionError("compiled")):
            self.assertTrue(self.load("kept_a").f().endswith("kept_a.py"))

    def test_a_changed_source_takes_the_place_of_the_old(self):
        folder = self.guard(self.plugin(files={"kept_b.py": "value = 1\n"}))
        self.load("kept_b")
        self.write(folder / "kept_b.py", "value = 2\n")
        self.assertEqual(self.load("kept_b").value, 2)
        self.assertEqual(len(self.files()), 1)

    def test_what_is_damaged_or_of_another_python_is_compiled_again(self):
        self.guard(self.plugin(files={"kept_c.py": "value = 1\n"}))
        self.load("kept_c")
        [path] = self.files()
        for data in (b"", b"\0" * 100, path.read_bytes()[:-1], path.read_bytes() + b"x"):
            path.write_bytes(data)
            with self.subTest(data[:4]):
                self.assertEqual(self.load("kept_c").value, 1)

    def test_a_cache_that_others_may_write_is_not_used(self):
        folder = self.cache / "qi" / "bytecode"
        folder.mkdir(parents=True)
        folder.chmod(0o777)
        self.guard(self.plugin(files={"kept_d.py": "value = 1\n"}))
        self.assertEqual(self.load("kept_d").value, 1)
        self.assertEqual(self.files(), [])

    def test_whatever_the_umask(self):
        self.cache = self.cache / "below"
        with mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.cache)}):
            before = os.umask(0)
            self.addCleanup(os.umask, before)
            self.guard(self.plugin(files={"kept_h.py": "value = 1\n"}))
            self.assertEqual(self.load("kept_h").value, 1)
            self.assertEqual(len(self.files()), 1)
            with mock.patch.object(sources.bytecode, "keep"):  # it is not compiled again
                self.assertEqual(self.load("kept_h").value, 1)
                sources.bytecode.keep.assert_not_called()

    def test_entries_that_somebody_else_could_have_written_are_not_used(self):
        self.guard(self.plugin(files={"kept_g.py": "value = 1\n"}))
        self.load("kept_g")
        [path] = self.files()
        good = path.read_bytes()
        head, _, _ = good.partition(b"\n")
        evil = marshal.dumps(compile("value = 'planted'", "planted", "exec"))
        forged = head.rpartition(b" ")[0] + b" %08x\n" % zlib.crc32(evil) + evil
        path.write_bytes(forged)
        self.assertEqual(self.load("kept_g").value, "planted")  # the user could: otherwise the rest would prove nothing
        for spoil in self.spoils(path):
            path.unlink(missing_ok=True)
            path.write_bytes(forged)
            path.chmod(0o600)
            with self.subTest(spoil.__name__):
                spoil()
                self.assertEqual(self.load("kept_g").value, 1)
                for folder in (self.cache, self.cache / "qi", self.cache / "qi" / "bytecode"):
                    os.chown(folder, os.geteuid(), -1)
                    folder.chmod(0o700)

    def spoils(self, path):
        def everybody_may_write_to_it():
            path.chmod(0o666)

        def it_is_a_symlink():
            path.rename(self.base / "elsewhere")
            path.symlink_to(self.base / "elsewhere")

        def it_is_a_pipe():
            path.unlink()
            os.mkfifo(path, 0o600)

        def everybody_may_write_to_a_folder_above():
            (self.cache / "qi").chmod(0o777)

        def it_is_somebody_elses():
            os.chown(path, 65534, -1)

        def a_folder_above_is_somebody_elses():
            os.chown(self.cache, 65534, -1)

        yield from (everybody_may_write_to_it, it_is_a_symlink, it_is_a_pipe, everybody_may_write_to_a_folder_above)
        if os.geteuid() == 0:
            yield from (it_is_somebody_elses, a_folder_above_is_somebody_elses)

    def test_an_entry_is_of_one_source(self):
        self.guard(self.plugin(files={"kept_h.py": "value = 1\n", "kept_i.py": "value = 22\n"}))
        self.load("kept_h")
        [first] = self.files()
        self.load("kept_i")
        [second] = set(self.files()) - {first}
        shutil.copy(second, first)
        self.assertEqual(self.load("kept_h").value, 1)

    def test_it_can_be_switched_off(self):
        self.guard(self.plugin(files={"kept_e.py": "value = 1\n"}))
        with mock.patch.object(sys, "dont_write_bytecode", True):
            self.load("kept_e")
        self.assertEqual(self.files(), [])

    def test_tracebacks_and_inspect_see_the_source(self):
        folder = self.guard(self.plugin(files={"kept_f.py": "def f():\n    1 / 0  # here\n"}))
        for _ in range(2):
            module = self.load("kept_f")
            try:
                module.f()
            except ZeroDivisionError:
                self.assertIn("1 / 0  # here", traceback.format_exc())
            self.assertEqual(inspect.getsource(module.f).splitlines()[0], "def f():")
            self.assertEqual(pathlib.Path(module.__file__), folder / "kept_f.py")


class Ends(SourceCase):
    def test_what_is_not_guarded_is_imported_as_ever(self):
        outside = self.base / "outside"
        self.write(outside / "far_a.py", "value = 1\n")
        self.guard(self.plugin())
        sys.path.insert(0, str(outside))
        module = self.load("far_a")
        self.assertIs(type(module.__loader__), importlib.machinery.SourceFileLoader)

    def test_unguard_leaves_nothing_behind(self):
        hooks = list(sys.path_hooks)
        folder = self.plugin(files={"far_b.py": "value = 1\n"})
        sys.path.insert(0, str(folder))
        sources.guard(folder)
        self.assertNotEqual(sys.path_hooks, hooks)
        self.load("far_b")
        sources.unguard(folder)
        sources.unguard(folder)
        self.assertEqual(sys.path_hooks, hooks)
        self.assertIs(type(self.load("far_b").__loader__), importlib.machinery.SourceFileLoader)

    def test_a_folder_in_a_folder(self):
        outer = self.plugin(files={"inner/far_c.py": "value = 1\n"})
        sources.guard(outer, {})
        self.addCleanup(sources.unguard, outer)
        self.guard(outer / "inner", fingerprint(outer / "inner").files)
        self.assertEqual(self.load("far_c").value, 1)


if __name__ == "__main__":
    unittest.main()
