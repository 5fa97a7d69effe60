# SPDX-License-Identifier: BSD-3-Clause
"""qi-run plugin: makes, checks and runs plugins."""

import importlib.util
import os
import pathlib
import pwd
import shutil
import signal
import struct
import subprocess
import unittest

import runs

MANIFEST = """
[plugin]
id = "shop"
name = "A shop"
version = "1.0"
entry = "shop"
"""
CODE = """
def activate(ctx):
    ctx.action("buy", "Buy", lambda: None)
    print("activated", flush=True)
"""
#: What the standard library starts an interpreter for.
CHILDREN = """
import concurrent.futures
import multiprocessing
import multiprocessing.shared_memory
import os


def begin():
    for how in "spawn", "forkserver":
        child = multiprocessing.get_context(how).Process(target=os.getpid)
        child.start()
        child.join()
        assert child.exitcode == 0
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=8)
    memory.close()
    memory.unlink()
    print("four children", flush=True)


if __name__ != "__mp_main__":
    begin()


def activate(ctx):
    pass
"""


class PluginCase(runs.RunCase):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)

    def plugin(self, code=CODE, manifest=MANIFEST, folder="shop", **files):
        self.write(f"{folder}/plugin.toml", manifest)
        self.write(f"{folder}/shop.py", code)
        for path, _, names in os.walk(os.path.join(self.folder, folder)):
            os.chmod(path, 0o755)
            for name in names:
                os.chmod(os.path.join(path, name), 0o644)
        return os.path.join(self.folder, folder)


class New(PluginCase):
    def test_what_is_made_passes_its_check_and_its_tests(self):
        made = self.qi_run("plugin", "new", "my-orders", "--title", 'The "best" orders')
        self.assertEqual(made.returncode, 0, made.stderr)
        checked = self.qi_run("plugin", "check", "my-orders")
        self.assertEqual((checked.returncode, checked.stdout), (0, "my-orders: all is well\n"), checked.stderr)
        ran = self.qi_run("plugin", "run", "--once", "my-orders")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn("my-orders: left nothing behind", ran.stdout)
        for name in ("README.md", "plugin.toml", "my_orders/__init__.py", "tests/conftest.py", "tests/host.py", "typings/qi/host.pyi"):
            self.assertTrue(os.path.isfile(os.path.join(self.folder, "my-orders", name)), name)
        if importlib.util.find_spec("pytest") is None:
            self.skipTest("pytest is not installed")
        tested = self.qi_run("-m", "pytest", "-q", "-p", "no:cacheprovider", "my-orders")
        self.assertEqual(tested.returncode, 0, tested.stdout)
        self.assertIn("2 passed", tested.stdout)

    def test_whatever_the_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.qi_run("plugin", "new", "loose")
        os.chmod(self.folder, 0o755)
        self.assertEqual(self.qi_run("plugin", "check", "--no-import", "loose").stdout, "loose: all is well\n")

    def test_names_that_cannot_be(self):
        self.write("there/file", "")
        for name, text in (("1st", "a letter first"), ("a b", "cannot be a plugin's id"), ("json", "module of Python's own"),
                           ("class", "a word of Python's own"), ("Not", "a word of Python's own"), ("a\x1b[2J", "cannot be a plugin's id"),
                           ("there", "exists already")):
            found = self.qi_run("plugin", "new", name)
            self.assertEqual(found.returncode, 1)
            self.assertIn(text, found.stderr)

    def test_a_place_that_leads_elsewhere(self):
        os.symlink(os.path.join(self.folder, "nowhere"), os.path.join(self.folder, "dangling"))
        found = self.qi_run("plugin", "new", "dangling")
        self.assertEqual((found.returncode, found.stdout), (1, ""))
        self.assertEqual(found.stderr, "qi-run: dangling exists already; choose another name, or remove it\n")
        self.assertEqual(os.listdir(self.folder), ["dangling"])

    def refused(self, *arguments):
        """Nothing is left of what was refused. Returns the reason."""
        before = sorted(os.listdir(self.folder))
        found = self.qi_run("plugin", "new", *arguments)
        self.assertEqual((found.returncode, found.stdout), (1, ""), found.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        self.assertRegex(found.stderr, "^qi-run: [^\x00-\x1f]+\n$")
        return found.stderr

    def test_titles_that_cannot_be(self):
        for title in "a\x1b[2Jb", "two\nlines", "a\ttab", "\x7f", "\u202eturned", "a\u2028b", "  ", "x" * 201:
            with self.subTest(title):
                self.assertIn("cannot be a plugin's title", self.refused("shop", "--title", title))

    def test_what_fails_leaves_nothing_behind(self):
        self.write("raises.py", "raise ValueError('\\x1b[2J no stand-ins')")
        self.write("leaves.py", "import sys\nsys.exit(0)")
        self.write("no_syntax.py", "def")
        self.write("empty/file", "")
        self.write("text", "")
        for host, text in (("raises.py", "no stand-ins"), ("leaves.py", "SystemExit"), ("no_syntax.py", "SyntaxError"),
                           ("empty", "has no qi/host.pyi"), ("text", "No such file"), ("nowhere.py", "is not there")):
            for place in "shop", "deep/below/shop":
                with self.subTest(host=host, place=place):
                    self.assertIn(text, self.refused(place, "--host", host))

    def test_a_place_that_others_could_change_is_looked_at_before_folders_are_made(self):
        os.mkdir(os.path.join(self.folder, "open"))
        os.chmod(os.path.join(self.folder, "open"), 0o777)
        self.assertIn("other users may write to it", self.refused("open/below/shop"))
        self.assertEqual(os.listdir(os.path.join(self.folder, "open")), [])

    def test_names_of_folders_steer_no_terminal(self):
        found = self.qi_run("plugin", "new", "a\x1b[2J\nb/shop")
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertNotIn("\x1b", found.stdout)
        self.assertEqual(len(found.stdout.splitlines()), 4)
        self.assertEqual(os.listdir(os.path.join(self.folder, "a\x1b[2J\nb")), ["shop"])

    def test_a_place_that_does_not_take_it(self):
        self.write("file", "")
        found = self.qi_run("plugin", "new", "file/shop")
        self.assertEqual((found.returncode, found.stderr), (1, "qi-run: file/shop is not made: file/shop: Not a directory\n"))


HOST = """
from qi.testing import FakeObject, Signal


class Window(FakeObject):
    title: str = "before"
    closed = Signal()

    def price(self, symbol) -> float:
        return 2.5


window = Window()


def total(numbers: list[int]) -> int:
    return sum(numbers)
"""
USER = """
from qi import host


def activate(ctx):
    ctx.connect(host.window.closed, lambda: print("closed", flush=True))
    host.window.title = "after"
    host.window.closed.emit()
    print(host.window.title, ctx.host.window.price("ACME"), host.total([1, 2]), flush=True)
"""


class StandIns(PluginCase):
    def test_a_plugin_runs_without_its_application(self):
        self.plugin(USER)
        self.write("host.py", HOST)
        self.assertEqual(self.qi_run("plugin", "run", "--once", "shop").returncode, 1)
        ran = self.qi_run("plugin", "run", "--host=host.py", "--once", "shop")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn("closed\nafter 2.5 3\n", ran.stdout)
        self.assertIn("shop: left nothing behind", ran.stdout)

    def test_with_nothing_but_stubs_that_an_application_has_written(self):
        self.plugin(USER)
        self.write("host.py", HOST)
        stubbed = self.qi_run("stubs", "--host", "host.py", "shop")
        self.assertEqual((stubbed.returncode, stubbed.stdout), (0, "shop/typings is written\n"), stubbed.stderr)
        ran = self.qi_run("plugin", "run", "--host", "shop/typings", "--once", "shop")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn("closed\nafter 0.0 0\n", ran.stdout)

    def test_what_is_wrong_with_them(self):
        self.plugin()
        self.write("broken.py", "window = Windo()")
        self.write("empty/file", "")
        for host, text in (("broken.py", "broken.py\", line 1"), ("empty", "has no qi/host.pyi"), ("no.py", "which is to have stand-ins, is not there"),
                           ("shop/plugin.toml", "neither a module of Python")):
            found = self.qi_run("plugin", "run", f"--host={host}", "--once", "shop")
            self.assertEqual(found.returncode, 1, host)
            self.assertIn(text, found.stderr)
            self.assertNotIn("activated", found.stdout)

    @unittest.skipIf(os.geteuid(), "only root gives files away")
    def test_a_module_of_another_user_is_not_run(self):
        nobody = pwd.getpwnam("nobody").pw_uid
        self.plugin()
        self.write("host.py", "print('it ran', flush=True)")
        os.chown(os.path.join(self.folder, "host.py"), nobody, -1)
        for command in (("plugin", "run", "--host=host.py", "--once", "shop"), ("stubs", "--host=host.py", "shop"),
                        ("plugin", "new", "--host=host.py", "other")):
            with self.subTest(command):
                ran = self.qi_run(*command)
                self.assertEqual(ran.returncode, 1)
                self.assertIn("belongs to nobody", ran.stderr)
                self.assertNotIn("it ran", ran.stdout + ran.stderr)
        os.makedirs(os.path.join(self.folder, "open"))
        os.chmod(os.path.join(self.folder, "open"), 0o777)
        made = self.qi_run("plugin", "new", "open/other")
        self.assertEqual((made.returncode, os.listdir(os.path.join(self.folder, "open"))), (1, []))
        self.assertIn("other users may write to it", made.stderr)

    def test_stubs_of_a_stranger_are_files(self):
        self.plugin()
        self.write("secret", "a secret")
        self.write("given/host.pyi", "")
        os.symlink("../secret", os.path.join(self.folder, "given/host_types.pyi"))
        found = self.qi_run("stubs", "--host=given", "shop")
        self.assertEqual(found.returncode, 1, found.stdout)
        os.remove(os.path.join(self.folder, "given/host_types.pyi"))
        os.mkfifo(os.path.join(self.folder, "given/host_types.pyi"))
        found = self.qi_run("stubs", "--host=given", "shop")
        self.assertIn("not a file", found.stderr)

    def test_types_of_a_stranger_are_files(self):
        self.plugin()
        self.write("given/qi/host.pyi", "window: host_types.Window\n")
        os.mkfifo(os.path.join(self.folder, "given/qi/host_types.pyi"))
        for command in (["plugin", "run", "--once", "--host=given", "shop"], ["stubs", "--host=given", "shop"]):
            with self.subTest(command):
                found = self.qi_run(*command)
                self.assertEqual(found.returncode, 1, found.stdout)
                self.assertIn("this is not a file", found.stderr)

    def test_stubs_are_written_into_the_plugin_and_nowhere_else(self):
        self.write("own/file", "mine")
        for link, target in (("typings", "../own"), ("typings/qi", "../../own"), ("typings/qi/plugin", "../../../own"),
                             ("typings/qi/__init__.pyi.new", "../../../own/file")):
            with self.subTest(link):
                place = os.path.join(self.plugin(folder=f"{link.replace('/', '-')}/shop"), link)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                os.symlink(os.path.join(self.folder, "own/file" if target.endswith("file") else "own"), place)
                found = self.qi_run("stubs", os.path.join(self.folder, f"{link.replace('/', '-')}/shop"))
                self.assertEqual(os.listdir(os.path.join(self.folder, "own")), ["file"])
                with open(os.path.join(self.folder, "own/file")) as file:
                    self.assertEqual(file.read(), "mine")
                if not target.endswith("file"):
                    self.assertEqual(found.returncode, 1)
                    self.assertRegex(found.stderr, "^qi-run: PermissionError: .*this is a symbolic link.*\n$")

    def test_stubs_steer_no_terminal(self):
        self.plugin(manifest=MANIFEST + '[settings.limit]\ntype = "int"\ntitle = "a\\u001b[31m\\u202eb"\n')
        self.assertEqual(self.qi_run("stubs", "shop").returncode, 0)
        text = "".join(path.read_text(encoding="utf-8") for path in pathlib.Path(self.folder, "shop", "typings").rglob("*.pyi"))
        self.assertNotRegex(text, "[\x1b\u202e]")
        self.assertIn("[31m", text)
        self.plugin(manifest=MANIFEST + '[surprise."one\\ntwo"]\n')
        found = self.qi_run("stubs", "shop")
        self.assertNotEqual(found.returncode, 0)
        self.assertEqual([line for line in found.stderr.splitlines() if line.startswith("two")], [])

    def test_stubs_for_no_plugin(self):
        self.write("folder/file", "")
        self.assertEqual(self.qi_run("stubs", "folder").returncode, 0)
        self.assertIn("__getattr__", self.read("folder/typings/qi/host.pyi"))
        found = self.qi_run("stubs", "nowhere")
        self.assertEqual((found.returncode, found.stderr), (1, "qi-run: FileNotFoundError: nowhere is no folder\n"))

    def read(self, name):
        with open(os.path.join(self.folder, name)) as file:
            return file.read()


class Check(PluginCase):
    def check(self, *options):
        found = self.qi_run("plugin", "check", *options, "shop")
        self.assertEqual(found.stderr, "")
        return found.returncode, found.stdout

    def test_one_that_is_right(self):
        self.plugin()
        self.assertEqual(self.check(), (0, "shop: all is well\n"))

    def test_the_manifest_is_told_with_line_and_field(self):
        self.plugin(manifest=MANIFEST + 'verzion = "2"\n')
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertRegex(text, r"plugin\.toml:7: .*verzion")

    def test_syntax_with_file_and_line(self):
        self.plugin()
        self.write("shop/other.py", "def f(:\n")
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("shop/other.py:1: invalid syntax", text)

    def test_who_may_write(self):
        os.chmod(os.path.join(self.plugin(), "shop.py"), 0o666)
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("shop.py", text)
        self.assertIn("chmod", text)

    def test_dependencies(self):
        self.plugin(manifest=MANIFEST + 'dependencies = ["no-such-thing>=3"]\n')
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("no-such-thing", text)

    def test_an_entry_that_cannot_be_imported(self):
        self.plugin("import no_such_module\n")
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("No module named 'no_such_module'", text)
        self.assertIn("shop.py\", line 1", text)
        self.assertEqual(self.check("--no-import")[0], 0)

    def test_nothing_of_the_plugins_steers_the_terminal(self):
        escape = "\x1b]0;title\x07\x1b[2J\u202e"
        for code, manifest in (
            (f"raise ValueError('{escape}')\n", MANIFEST),
            (f"x = '\n{escape}\n", MANIFEST),
            (CODE, MANIFEST.replace('"A shop"', '7') + f'"{escape.encode("unicode_escape").decode()}" = 1\n'.replace(r"\x", r"\u00")),
            (CODE, MANIFEST + 'dependencies = ["\\u001b[2J >= 1"]\n'),
        ):
            with self.subTest(code=code, manifest=manifest):
                self.plugin(code, manifest)
                self.write(f"shop/odd{escape}.py", "(")
                os.chmod(os.path.join(self.folder, f"shop/odd{escape}.py"), 0o666)
                found = self.qi_run("plugin", "check", "shop")
                self.assertEqual(found.returncode, 1, found.stdout)
                said = found.stdout + found.stderr
                self.assertIn(r"odd\x1b]0;title\x07\x1b[2J\u202e.py", said)
                self.assertEqual([c for c in said if not c.isprintable() and c != "\n"], [])
                once = self.qi_run("plugin", "run", "--once", "shop")
                said = once.stdout + once.stderr
                self.assertEqual([c for c in said if not c.isprintable() and c != "\n"], [])

    def test_names_of_files_end_no_line(self):
        os.chmod(self.plugin(), 0o755)
        self.write("shop/a\nshop: all is well\nb.py", "(")
        os.chmod(os.path.join(self.folder, "shop/a\nshop: all is well\nb.py"), 0o666)
        status, text = self.check()
        self.assertEqual((status, len(text.splitlines())), (1, 3), text)
        self.assertIn(r"a\nshop: all is well\nb.py:1: '(' was never closed", text)

    def test_a_warning_shows_nothing_of_the_source(self):
        self.plugin()
        self.write("shop/other.py", "x = 1\nx is '\x1b]0;title\x07\x1b[2J'\n")
        os.chmod(os.path.join(self.folder, "shop/other.py"), 0o644)
        found = self.qi_run("plugin", "check", "shop")
        self.assertEqual((found.returncode, found.stdout), (0, "shop: all is well\n"))
        self.assertIn("shop/other.py:2: SyntaxWarning: \"is\" with ", found.stderr)
        self.assertEqual([c for c in found.stderr if not c.isprintable() and c != "\n"], [])

    def test_modules_that_are_no_files_or_cost_too_much(self):
        folder = self.plugin()
        os.mkfifo(os.path.join(folder, "pipe.py"), 0o644)
        os.symlink("/dev/zero", os.path.join(folder, "zero.py"))
        self.write("shop/deep.py", "x" + ".a" * 200_000 + "\n")
        self.write("shop/high.py", "-" * 200_000 + "1\n")
        with open(os.path.join(folder, "large.py"), "wb") as file:
            file.truncate(8 << 30)
        for name in "deep.py", "high.py", "large.py":
            os.chmod(os.path.join(folder, name), 0o644)
        status, text = self.check("--no-import")
        self.assertEqual(status, 1)
        for line in ("pipe.py: this is neither a file nor a folder; remove it", "zero.py: this symlink leads out of the plugin's folder",
                     "large.py: it holds more than 64 MB", "deep.py: ", "high.py: "):
            self.assertEqual(sum(line in each for each in text.splitlines()), 1, (line, text))

    def test_what_is_no_text_among_what_an_entry_writes(self):
        self.plugin("import sys\nsys.stderr.buffer.write(b'\\xff\\n')\nsys.stderr.flush()\nraise SystemExit(3)\n")
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn(r"    \xff", text)

    def test_nothing_is_imported_from_where_somebody_stands(self):
        folder = self.plugin()
        for name in ("argparse", "json", "pathlib", "shop", "tomllib", "warnings"):
            self.write(f"there/{name}.py", f"print('planted: {name}')\nraise SystemExit(9)\n")
        for name in ("sitecustomize", "usercustomize", "encodings/__init__"):  # which Python itself imports when it starts
            self.write(f"there/{name}.py", "print('planted')\nimport os\nos._exit(9)\n")
        commands = (["plugin", "check", "--no-import", folder], ["plugin", "check", folder], ["plugin", "run", "--once", folder],
                    ["plugin", "new", "made"], ["stubs", folder], ["doctor"])
        for path in None, "", ":", f":{self.folder}", f"{self.folder}:", f"{self.folder}::{self.folder}":
            for command in commands:
                environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
                if path is not None:
                    environment["PYTHONPATH"] = path
                with self.subTest(command=command, path=path):
                    found = subprocess.run([runs.QI_RUN, *command], cwd=os.path.join(self.folder, "there"), text=True,
                                           env=environment, capture_output=True, timeout=runs.GUARD)
                    self.assertIn(found.returncode, (0, 1) if command == ["doctor"] else (0,), found.stdout + found.stderr)
                    self.assertNotIn("planted", found.stdout + found.stderr)
            shutil.rmtree(os.path.join(self.folder, "there/made"))

    def test_nor_in_what_a_plugin_starts(self):
        folder = self.plugin(CHILDREN)
        self.write("script.py", CHILDREN)
        for name in ("multiprocessing", "multiprocessing/__init__", "concurrent/__init__", "os", "site", "signal", "runpy"):
            self.write(f"there/{name}.py", "print('planted', flush=True)\n")
        for command in ["plugin", "check", folder], ["plugin", "run", "--once", folder], [f"{self.folder}/script.py"]:
            with self.subTest(command):
                found = subprocess.run([runs.QI_RUN, *command], cwd=os.path.join(self.folder, "there"), text=True,
                                       capture_output=True, timeout=runs.GUARD)
                self.assertNotIn("planted", found.stdout + found.stderr)
                if command[1:2] != ["check"]:
                    self.assertIn("four children\n", found.stdout, found.stderr)
                else:
                    self.assertEqual(found.stdout, "shop: all is well\n", found.stderr)

    def test_what_is_told_of_its_errors_is_read_from_nothing_there(self):
        os.mkdir(os.path.join(self.folder, "there"))
        for name in "mtrand.pyx", "<string>", "<unknown>":
            os.mkfifo(os.path.join(self.folder, "there", name))
        for code, line in ("exec(compile('1 / 0', 'mtrand.pyx', 'exec'))", "mtrand.pyx"), ("exec('x = ')", "x ="):
            with self.subTest(code):
                folder = self.plugin(f"{code}\n{CODE}")
                for command in ["plugin", "check", folder], ["plugin", "run", "--once", folder]:
                    found = subprocess.run([runs.QI_RUN, *command], cwd=os.path.join(self.folder, "there"), text=True,
                                           capture_output=True, timeout=runs.GUARD)
                    self.assertEqual(found.returncode, 1)
                    self.assertIn(line, found.stdout + found.stderr)

    def test_a_child_that_is_being_started_ends_with_its_plugin(self):
        folder = self.plugin("""
import asyncio

def activate(ctx):
    ctx.call_later(0, lambda: ctx.run_task(ask()))

async def ask():
    await asyncio.create_subprocess_exec("sleep", "1000", stdout=asyncio.subprocess.PIPE)
""")
        found = subprocess.run([runs.QI_RUN, "plugin", "run", "--headless", "--once", folder], text=True, capture_output=True,
                               timeout=runs.GUARD)
        self.assertIn("left nothing behind", found.stdout + found.stderr)

    def test_a_breakpoint_runs_nothing_of_there(self):
        """As python3 would: what pdb finds in .pdbrc."""
        folder = self.plugin("breakpoint()\n" + CODE)
        self.write("script.py", "breakpoint()\nprint('goes on')\n")
        self.write("there/.pdbrc", "print('planted')\ncontinue\n")
        for command, planted in ((["plugin", "check", folder], False), (["plugin", "run", "--once", folder], False),
                                 ([f"{self.folder}/script.py"], True)):
            with self.subTest(command):
                found = subprocess.run([runs.QI_RUN, *command], cwd=os.path.join(self.folder, "there"), text=True,
                                       input="print(6 * 7)\ncontinue\n", capture_output=True, timeout=runs.GUARD)
                self.assertEqual("planted" in found.stdout + found.stderr, planted, found.stdout + found.stderr)

    def test_what_others_could_have_written_is_not_imported(self):
        os.chmod(self.plugin("print('imported', file=open('told', 'w'))\n" + CODE), 0o777)
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("everybody may write to it", text)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "told")))

    def test_the_way_is_looked_at_as_it_is_given(self):
        self.plugin(folder="open/shop")
        os.chmod(os.path.join(self.folder, "open"), 0o755)
        os.mkdir(os.path.join(self.folder, "middle"))
        os.symlink("../open/shop", os.path.join(self.folder, "middle/shop"))
        os.chmod(os.path.join(self.folder, "middle"), 0o777)
        os.symlink("middle/shop", os.path.join(self.folder, "shop"))
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("middle: its group and everybody may write to it", text)

    @unittest.skipUnless(shutil.which("cc"), "there is no compiler")
    def test_libraries_that_look_into_the_current_folder(self):
        folder = self.plugin()
        self.write("library.c", "int x;")
        for entries, wrong in (("/opt/lib:", [""]), ("lib", ["lib"]), (":/a:../b", ["", "../b"]), ("$ORIGIN/lib:/opt/lib", []), (None, [])):
            with self.subTest(entries):
                flags = [] if entries is None else [f"-Wl,-rpath,{entries}"]
                # Whatever it is called.
                subprocess.run(["cc", "-shared", "-fPIC", "-o", f"{folder}/library.bin", f"{self.folder}/library.c", *flags], check=True)
                os.chmod(f"{folder}/library.bin", 0o755)
                status, text = self.check("--no-import")
                self.assertEqual([line for line in text.splitlines() if "RUNPATH" in line],
                                 [f"{folder}/library.bin: its RUNPATH has the entry {entry!r}, which depends on the folder in which the "
                                  "application is started; link it with $ORIGIN" for entry in wrong])
                self.assertEqual(status, 1 if wrong else 0, text)

    @unittest.skipUnless(shutil.which("cc"), "there is no compiler")
    def test_libraries_that_need_others_of_the_current_folder(self):
        folder = self.plugin()
        self.write("library.c", "extern int x; int *y = &x;")
        self.write("sub/other.c", "int x;")
        for flags, wrong in (([], True), (["-Wl,-soname,libother.so"], False)):
            with self.subTest(flags):
                subprocess.run(["cc", "-shared", "-fPIC", "-o", "sub/libother.so", "sub/other.c", *flags], check=True, cwd=self.folder)
                subprocess.run(["cc", "-shared", "-fPIC", "-o", f"{folder}/library.so", "library.c", "sub/libother.so"], check=True, cwd=self.folder)
                os.chmod(f"{folder}/library.so", 0o755)
                status, text = self.check("--no-import")
                self.assertEqual("it needs the library 'sub/libother.so', which depends on the folder" in text, wrong)
                self.assertEqual(status, int(wrong), text)

    def test_a_library_that_names_folders_without_end(self):
        folder = self.plugin()
        tables, strings = 40, 64 + 56 * 41
        at = (strings + 65_536 + 31) & ~15
        for what, tags in (("one text", [(15, 0)] * 65_534), ("many", [(15, number) for number in range(65_534)])):
            with self.subTest(what):
                table = b"".join(struct.pack("<QQ", *tag) for tag in [(5, strings), *tags])
                size = at + len(table)
                head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, tables + 1, 0, 0, 0)
                head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, size, size, 4096)
                head += struct.pack("<IIQQQQQQ", 2, 5, at, at, at, len(table), len(table), 8) * tables
                with open(f"{folder}/library.so", "wb") as file:
                    file.write(head.ljust(strings, b"\0") + (b":" * 65_536).ljust(at - strings, b"\0") + table)
                os.chmod(f"{folder}/library.so", 0o644)
                limit = "" if "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ else "ulimit -v 2000000; "  # shadows
                command = limit + 'exec "$0" plugin check --no-import "$1"'
                found = self.call("sh", "-c", command, runs.QI_RUN, folder)
                self.assertEqual((found.returncode, found.stderr), (1, ""))
                self.assertIn("library.so: it names more folders", found.stdout)

    def test_what_is_no_library_though_it_begins_like_one(self):
        folder = self.plugin()
        with open("/bin/sh", "rb") as file:
            whole = file.read(4096)
        for number, data in enumerate([b"\x7fELF", whole[:20], whole[:64], whole[:5] + bytes([9]) + whole[6:],
                                       whole[:64].ljust(4096, b"\xff"), b"\x7fELF\x02\x01" + b"\xff" * 4096, b"\x7fELF\x01\x02" + b"\xff" * 4096]):
            with open(f"{folder}/broken{number}.so", "wb") as file:
                file.write(data)
            os.chmod(f"{folder}/broken{number}.so", 0o644)
        self.assertEqual(self.check("--no-import"), (0, "shop: all is well\n"))

    def test_an_entry_that_crashes_or_exits(self):
        self.plugin("import os; os.abort()\n")
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("crashes (signal 6)", text)
        self.plugin("raise SystemExit(0)\n")
        self.assertEqual(self.check()[0], 1)
        self.plugin("import os; os._exit(3)\n")
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("ends the process with status 3", text)
        self.plugin("import os; os._exit(0)\n")
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("ends the process", text)

    def test_an_entry_without_activate(self):
        self.plugin("def aktivate(ctx): pass\n")
        status, text = self.check()
        self.assertEqual(status, 1)
        self.assertIn("no function activate(ctx)", text)

    def test_a_way_that_leads_nowhere(self):
        os.symlink("other", os.path.join(self.folder, "shop"))
        os.symlink("shop", os.path.join(self.folder, "other"))
        found = self.qi_run("plugin", "check", "shop")
        self.assertEqual(found.returncode, 1)
        self.assertRegex(found.stderr, r"\Aqi-run: shop cannot be looked at: .*symbolic links.*\n\Z")

    def test_no_plugin(self):
        self.plugin()
        found = self.qi_run("plugin", "check", "shpo")
        self.assertEqual(found.returncode, 1)
        self.assertIn("did you mean shop?", found.stderr)


class Run(PluginCase):
    def test_once(self):
        self.plugin()
        found = self.qi_run("plugin", "run", "--once", "shop")
        self.assertEqual(found.returncode, 0, found.stdout + found.stderr)
        self.assertIn("activated\n", found.stdout)
        self.assertRegex(found.stdout, r"(?s)shop: active\n.*shop: disabled\nshop: left nothing behind\n")

    def test_once_tells_what_is_left_behind(self):
        self.plugin("kept = []\ndef activate(ctx): kept.append(open(__file__))\nimport sys; sys.kept = kept\n")
        found = self.qi_run("plugin", "run", "--once", "shop")
        self.assertEqual(found.returncode, 1, found.stdout + found.stderr)
        self.assertRegex(found.stdout, r"left behind: descriptors: .*shop\.py")

    def test_one_that_fails(self):
        self.plugin("def activate(ctx): raise ValueError('not today')\n")
        found = self.qi_run("plugin", "run", "--once", "shop")
        self.assertEqual(found.returncode, 1)
        self.assertIn("shop: failed: activate(): ValueError: not today", found.stdout)
        self.assertNotIn("shop.py", found.stdout)  # once, in the log
        self.assertEqual(found.stderr.count("Traceback"), 1, found.stderr)
        self.assertEqual(found.stderr.count("shop.py\", line 1"), 1, found.stderr)

    def test_one_whose_task_fails_while_it_starts(self):
        self.plugin("""
import asyncio
async def work(): raise ValueError('not today')
async def activate(ctx):
    ctx.run_task(work())
    await asyncio.sleep(0.01)
""")
        found = self.qi_run("plugin", "run", "--once", "shop")
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertIn("shop: error: ValueError: not today\n", found.stdout)
        self.assertEqual(found.stderr.count("Traceback"), 1, found.stderr)

    def test_a_mistake_of_syntax_is_told_in_a_line_and_shown_once(self):
        self.plugin("def activate(ctx)\n    pass\n")
        found = self.qi_run("plugin", "run", "--once", "shop")
        self.assertEqual(found.returncode, 1)
        self.assertIn("shop: failed: importing 'shop': SyntaxError: expected ':' (shop.py, line 1)\n", found.stdout)
        self.assertEqual(found.stderr.count("def activate(ctx)\n"), 1, found.stderr)

    def test_one_that_hangs(self):
        self.plugin("def activate(ctx):\n    while True:\n        pass\n")
        found = self.qi_run("plugin", "run", "--once", "shop")
        self.assertEqual(found.returncode, 1, found.stderr)
        self.assertRegex(found.stdout, r'shop: hangs, for \d+ ms now:\n(.*\n)*.*shop\.py", line [23], in activate')
        self.assertIn("shop: failed: activate(): qi.Interrupted", found.stdout)

    def test_until_it_is_interrupted_and_reloaded_on_change(self):
        folder = self.plugin()
        process = subprocess.Popen([runs.QI_RUN, "plugin", "run", "--headless", "shop"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        lines = []

        def read_to(text):
            for line in process.stdout:
                lines.append(line)
                if text in line:
                    return
            self.fail("".join(lines))

        read_to("action buy: Buy")
        read_to("runs")
        with open(os.path.join(folder, "shop.py"), "a") as file:
            file.write("print('the second time', flush=True)\n")
        read_to("the second time")
        read_to("shop: active")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(runs.GUARD), 130)

    def test_in_a_window(self):
        self.plugin("""
import asyncio, qi
async def activate(ctx):
    ctx.call_later(0.01, look)
def look():
    print("window", flush=True)
    qi.host.app.quit()
""")
        found = self.qi_run("plugin", "run", "shop", QT_QPA_PLATFORM="offscreen")
        self.assertEqual(found.returncode, 0, found.stdout + found.stderr)
        self.assertIn("window\n", found.stdout)

    def test_no_plugin(self):
        self.plugin()
        found = self.qi_run("plugin", "run", "--once", "shpo")
        self.assertEqual(found.returncode, 1)
        self.assertIn("no plugin 'shpo'", found.stderr)


class Usage(PluginCase):
    def test_help(self):
        for arguments, text in (([], "check FOLDER"), (["new"], "--title"), (["check"], "--no-import"), (["run"], "--headless")):
            found = self.qi_run("plugin", *arguments, "--help")
            self.assertEqual(found.returncode, 0, found.stderr)
            self.assertIn(text, found.stdout)

    def test_wrong_command_lines(self):
        for arguments, text in (([], "usage"), (["chek"], "did you mean check?"), (["new"], "NAME"), (["run"], "wants the folder"),
                                (["run", "--nothing", "x"], "--nothing"), (["run", "a", "b"], "one folder")):
            found = self.qi_run("plugin", *arguments)
            self.assertEqual(found.returncode, 2, arguments)
            self.assertIn(text, found.stderr)


if __name__ == "__main__":
    runs.main()
