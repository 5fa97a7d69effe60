# SPDX-License-Identifier: BSD-3-Clause
"""qi-run plugin pack, install and their like, as somebody types them."""

import hashlib
import importlib.util
import os
import stat
import zipfile

import runs

MANIFEST = """
[plugin]
id = "shop"
name = "A shop"
version = "{}"
entry = "shop"
"""
CODE = "def activate(ctx):\n    pass\n"

# A window's loop goes round again between any two things that the reading thread does at a stretch; how much each of these may be is what is looked at.
WINDOW = """
import asyncio, json, sys, threading
import qi.plugin
from qi.plugin.install import weight

cycles, went_on, stretches = 0, threading.Condition(), []

def cycle(loop):
    global cycles
    with went_on:
        cycles += 1
        went_on.notify_all()
    loop.call_later(0.001, cycle, loop)

def at_a_stretch(function, much):
    def call(data, *args, **named):
        assert threading.current_thread() is not threading.main_thread()
        with went_on:
            before = cycles
            assert went_on.wait_for(lambda: cycles > before, 50)
        stretches.append(much(data, *args))
        return function(data, *args, **named)
    return call

class Token:
    def __init__(self, pattern):
        self.finditer = at_a_stretch(pattern.finditer, lambda data, begin, end: end - begin <= 2 * weight._PIECE)

loads = json.loads
json.loads = at_a_stretch(loads, lambda text: sum(map(text.count, ",[{" if isinstance(text, str) else (b",", b"[", b"{"))) <= weight.VALUES)
weight._TOKEN = Token(weight._TOKEN)

async def main():
    cycle(asyncio.get_running_loop())
    for folder in sys.argv[1:]:
        try:
            found = await qi.plugin.Installer("plugins", indexes=[folder], unsigned=True).search()
            print(folder, "is read", len(found))
        except qi.plugin.InstallError as refused:
            print(folder, "is refused")
    print("all are short:", all(stretches), len(stretches) > len(sys.argv))

asyncio.run(main())
"""


class PackageCase(runs.RunCase):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def plugin(self, version="1.0.0", folder="shop", **files):
        for name, text in {"plugin.toml": MANIFEST.format(version), "shop.py": CODE, **files}.items():
            self.write(f"{folder}/{name}", text)
        for path, _, names in os.walk(self.path(folder)):
            os.chmod(path, 0o755)
            for name in names:
                os.chmod(os.path.join(path, name), 0o644)

    def plugin_words(self, *words, status=0, **environment):
        """What a command prints; what it says is wrong where it is to fail."""
        ran = self.qi_run("plugin", *words, **environment)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        if status == 1:
            self.assertTrue(ran.stderr.startswith("qi-run: "), ran.stderr)
        self.assertNotIn("\nTraceback", "\n" + ran.stderr)  # of a plugin's it has some blanks before it
        return ran.stderr if status else ran.stdout

    def packed(self, version="1.0.0", **files):
        self.plugin(version, **files)
        self.plugin_words("pack", "shop")
        return f"shop-{version}.zip"

    def digest(self, name):
        with open(self.path(name), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()


class Pack(PackageCase):
    def test_the_same_folder_makes_the_same_file(self):
        self.plugin(**{"b/data.txt": "b", "a/data.txt": "a", "Z.txt": "z"})
        told = self.plugin_words("pack", "shop", "--out", "one.zip")
        self.assertEqual(told, f"one.zip: shop 1.0.0, 5 files, {os.path.getsize(self.path('one.zip'))} bytes\nsha256 {self.digest('one.zip')}\n")
        os.rename(self.path("shop"), self.path("kept"))
        os.mkdir(self.path("elsewhere"))
        self.plugin(folder="elsewhere/shop", **{"Z.txt": "z", "a/data.txt": "a", "b/data.txt": "b"})  # written in another order
        for name in "a", "b/data.txt", "shop.py":
            os.utime(self.path(f"elsewhere/shop/{name}"), (1, 1))
        os.chmod(self.path("elsewhere/shop/a"), 0o700)
        os.chmod(self.path("elsewhere/shop/Z.txt"), 0o600)
        self.plugin_words("pack", "elsewhere/shop", "--out", "two.zip")
        self.assertEqual(self.digest("one.zip"), self.digest("two.zip"))
        with zipfile.ZipFile(self.path("one.zip")) as archive:
            self.assertEqual([entry.filename for entry in archive.infolist()],
                             ["shop/", "shop/Z.txt", "shop/a/", "shop/a/data.txt", "shop/b/", "shop/b/data.txt", "shop/plugin.toml", "shop/shop.py"])
            self.assertEqual({entry.date_time for entry in archive.infolist()}, {(1980, 1, 1, 0, 0, 0)})
            self.assertEqual({oct(entry.external_attr >> 16) for entry in archive.infolist()}, {"0o40755", "0o100644"})

    def test_what_is_left_out(self):
        self.plugin(**{name: "x" for name in ("__pycache__/shop.cpython-311.pyc", ".git/config", "shop.py~", ".shop.py.swp", "#shop.py#", ".idea/x",
                                              "deep/__pycache__/x.pyc", "deep/.DS_Store", ".pytest_cache/x", "shop.py.orig")})
        self.plugin_words("pack", "shop")
        with zipfile.ZipFile(self.path("shop-1.0.0.zip")) as archive:
            self.assertEqual(archive.namelist(), ["shop/", "shop/deep/", "shop/plugin.toml", "shop/shop.py"])

    def test_a_program_stays_one(self):
        self.plugin(**{"helper": "#!/bin/sh\n"})
        os.chmod(self.path("shop/helper"), 0o755)
        self.plugin_words("pack", "shop")
        with zipfile.ZipFile(self.path("shop-1.0.0.zip")) as archive:
            self.assertTrue(archive.getinfo("shop/helper").external_attr >> 16 & stat.S_IXUSR)

    def test_what_is_wrong_is_told_as_by_check(self):
        for files, text in (({"plugin.toml": "nonsense"}, "this is not TOML"), ({"shop.py": "def"}, "shop.py:1: "),
                            ({"shop.py": "import no_such_module"}, "No module named 'no_such_module'"), ({"shop.py": "x = 1"}, "activate")):
            with self.subTest(text):
                self.plugin(**files)
                self.assertIn(text, self.plugin_words("pack", "shop", status=1))
        self.assertIn("there is no plugin.toml in it", self.plugin_words("pack", ".", status=1))
        self.assertEqual(os.listdir(self.folder), ["shop"])

    def test_what_no_archive_has(self):
        self.plugin()
        os.symlink("shop.py", self.path("shop/link.py"))
        self.assertIn("put a copy in its place", self.plugin_words("pack", "shop", status=1))
        os.unlink(self.path("shop/link.py"))
        self.write("shop/SHOP.py", "")
        os.chmod(self.path("shop/SHOP.py"), 0o644)
        self.assertIn("differ in the case of letters", self.plugin_words("pack", "shop", status=1))
        self.assertEqual(os.listdir(self.folder), ["shop"])

    def test_a_file_that_would_be_packed_itself(self):
        self.plugin()
        self.assertIn("would be a part of the plugin itself", self.plugin_words("pack", "shop", "--out", "shop/packed.zip", status=1))
        self.assertIn("No such file", self.plugin_words("pack", "shop", "--out", "nowhere/packed.zip", status=1))


class Install(PackageCase):
    def test_from_the_first_version_to_the_removal(self):
        to = "--to", "plugins"
        self.assertEqual(self.plugin_words("install", self.packed("1.0.0"), *to), "shop 1.0.0 is installed\n")
        told = self.plugin_words("install", self.packed("1.1.0"), *to)
        self.assertTrue(told.startswith("shop 1.1.0 is installed; the version before is 1.0.0\n"), told)
        self.assertEqual(self.plugin_words("list", *to), f"shop 1.1.0 from {self.path('shop-1.1.0.zip')}, before it 1.0.0\n")
        self.assertTrue(self.plugin_words("rollback", "shop", *to).startswith("shop 1.0.0 is installed; the version before is 1.1.0\n"))
        ran = self.qi_run("plugin", "run", "--once", "plugins/shop")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertEqual(self.plugin_words("remove", "shop", *to), "shop is removed\n")
        self.assertEqual(self.plugin_words("list", *to), "")
        self.assertIn("there is no plugin shop", self.plugin_words("remove", "shop", *to, status=1))

    def test_into_the_folder_of_an_application(self):
        environment = {"HOME": self.folder, "XDG_DATA_HOME": ""}
        application = "--application", "Example/Notes"
        self.plugin_words("install", self.packed(), *application, **environment)
        self.assertTrue(os.path.isfile(self.path(".local/share/Example/Notes/plugins/shop/plugin.toml")))
        self.write(".local/share/Example/Notes/plugin-data/shop/kept", "data")
        self.assertEqual(self.plugin_words("remove", "shop", "--data", *application, **environment), "shop is removed, and its data\n")
        self.assertFalse(os.path.exists(self.path(".local/share/Example/Notes/plugin-data/shop")))

    def test_where_data_is_has_to_be_said(self):
        self.plugin_words("install", self.packed(), "--to", "plugins")
        self.assertIn("--data-folder", self.plugin_words("remove", "shop", "--data", "--to", "plugins", status=1))
        self.assertIn("shop", os.listdir(self.path("plugins")))

    def test_names_that_would_steer_the_terminal(self):
        self.write("\x1b[2Jx.zip", "")
        told = self.plugin_words("install", "\x1b[2Jx.zip", "--to", "plugins", status=1)
        self.assertRegex(told, "^qi-run: [^\x00-\x1f]+\n$")

    def test_command_lines_that_are_wrong(self):
        self.assertIn("--to", self.plugin_words("install", "x.zip", status=2))
        self.assertIn("did you mean install?", self.plugin_words("instal", "x.zip", status=2))
        self.assertIn("not allowed with", self.plugin_words("list", "--to", "a", "--application", "b", status=2))
        for word in "pack", "install", "update", "rollback", "remove", "list", "search", "index", "key":
            self.assertIn("usage: qi-run plugin " + word, self.plugin_words(word, "--help"))


class Index(PackageCase):
    def test_from_the_key_to_an_update(self):
        if importlib.util.find_spec("cryptography") is None:
            self.skipTest("python3-cryptography is not installed")
        to = "--to", "plugins"
        os.mkdir(self.path("offered"))
        os.rename(self.path(self.packed("1.0.0")), self.path("offered/shop-1.0.0.zip"))
        key = self.plugin_words("key", "key.pem")
        self.assertRegex(key, "^ed25519:[A-Za-z0-9+/]{43}=\n$")
        told = self.plugin_words("index", "offered", "--sign", "key.pem")
        self.assertEqual(told, f"offered/index.json, number 1: 1 plugin, 1 version\nsigned with {key}")
        self.assertEqual(self.plugin_words("search", "--index", "offered", "--key", key.strip(), *to), "shop 1.0.0  A shop\n")
        self.assertEqual(self.plugin_words("install", "shop", *to), "shop 1.0.0 is installed\n")
        self.assertEqual(self.plugin_words("update", *to), "there is nothing newer\n")
        os.rename(self.path(self.packed("1.1.0")), self.path("offered/shop-1.1.0.zip"))
        self.plugin_words("index", "offered", "--sign", "key.pem")
        self.assertIn("shop 1.1.0 is installed; the version before is 1.0.0\n", self.plugin_words("update", "shop", *to))
        self.assertEqual(self.plugin_words("search", "SHOP", *to), "shop 1.1.0 (installed: 1.1.0)  A shop\n")
        self.assertEqual(self.plugin_words("list", *to), f"shop 1.1.0 from {self.path('offered/index.json')}, before it 1.0.0\n")

    def test_what_is_refused(self):
        os.mkdir(self.path("offered"))
        os.rename(self.path(self.packed("1.0.0")), self.path("offered/shop-1.0.0.zip"))
        self.assertIn("not signed; --sign signs it", self.plugin_words("index", "offered"))
        named = "--to", "plugins", "--index", "offered"
        self.assertIn("it is not signed; --unsigned takes it", self.plugin_words("install", "shop", *named, status=1))
        self.assertEqual(self.plugin_words("install", "shop", "--unsigned", *named), "shop 1.0.0 is installed\n")
        self.assertIn("is no key", self.plugin_words("update", "--key", "x", *named, status=1))
        self.assertIn("not installed here", self.plugin_words("update", "--unsigned", "other", *named, status=1))
        self.assertIn("everybody on the way", self.plugin_words("install", "http://127.0.0.1:9/x.zip", "--to", "plugins", status=1))
        self.write("offered/index.json", "nonsense")
        self.assertIn("is damaged, or none", self.plugin_words("search", "--unsigned", *named, status=1))

    def test_a_window_goes_on_while_an_index_is_read(self):
        def index(folder, rest):
            self.write(f"{folder}/index.json", '{"index": {"format": 1, "serial": 1, "plugins": {}, "x": ' + rest + "}}")

        index("wide", "[" + "[]," * 2_700_000 + "[]]")
        index("deep", "[" * 8_000_000)
        index("right", "[" + "[]," * 24_000 + "[]]")
        index("long", '"' + "\\\\" * 2_000_000 + '"')
        self.write("forged/index.json", '{"index": {"x": [' + "[]," * 2_700_000 + '[]]}, "key": "ed25519:x", "signature": "x"}')
        self.write("window.py", WINDOW)
        ran = self.qi_run("--app=widgets", "window.py", "wide", "deep", "right", "long", "forged")
        self.assertEqual((ran.stdout, ran.returncode),
                         ("wide is refused\ndeep is refused\nright is read 0\nlong is read 0\nforged is refused\nall are short: True True\n", 0), ran.stderr)


runs.main()
