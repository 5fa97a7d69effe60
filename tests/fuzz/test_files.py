# SPDX-License-Identifier: BSD-3-Clause
# qi-run: --loop=none
"""Files that strangers may have written, changed at random: whatever they hold, what reads them says what is wrong, or
reads them, and nothing else happens.

    qi-run --loop=none tests/fuzz/test_files.py                          # as ctest runs it: fixed seeds, a few seconds
    qi-run --loop=none tests/fuzz/test_files.py --seconds=600 --seed=7   # for as long as one likes

What fails is kept in a file whose name is printed, with the seed that made it.
"""

import argparse
import json
import os
import pathlib
import random
import sys
import tempfile
import time
import traceback
import tracemalloc

from qi.plugin import bytecode, checks, consents, discovery, metadata, settings, trust
from qi.plugin.manifest import MOST_PROBLEMS, Manifest, ManifestError
from qi.plugin.schema import Setting

MOST_MEMORY = 256 << 20  # bytes that reading one file may take

MANIFEST = b"""\
[plugin]
id = "shop"
name = "A shop"
version = "2.0rc1"
description = '''Sells "things".'''
authors = ["Ada", "Grace <grace@example.org>"]
homepage = "https://example.org/shop"
license = "BSD-3-Clause"
entry = "shop:Plugin"
qi = ">=0.1,<2"
python = ">=3.11"
dependencies = ["foo>=1.0; os_name == 'posix'", "bar[x]<2"]
private = "vendor"

[settings.interval]
type = "int"
default = 5
minimum = 1
maximum = 60
[settings.unit]
type = "choice"
choices = ["a", "b"]

[[contributes.actions]]
name = "send"
text = "Send"  # now
[contributes.pages]
left.top = {a = [1, 2.5, "x"], b = 'c'}
\"quoted key\" = \"\"\"long \\\"\"\"  text\"\"\"
"""
METADATA = b"""\
Metadata-Version: 2.1
Name: foo
Version: 1.5
Summary: does
  things
Requires-Dist: bar (>=1.0) ; extra == 'x'
Requires-Dist: baz; python_version < '4' and os_name != "nt"
Provides-Extra: x

A text.
"""
RECORD = b"foo.py,sha256=abc,12\nfoo/__init__.py,,\n\"a,b.py\",,\n../../x,,\n"
TOP_LEVEL = b"foo\nbar\n"
CONSENTS = json.dumps({"shop": {"folder": "/plugins/shop", "hash": "0" * 64, "files": {"shop.py": "1" * 64, "a/b": "symlink:x"}},
                       "desk": {"folder": "/plugins/desk", "hash": "", "files": {}}}, indent=1).encode()

PIECES = [b"\0", b"\xff", b"\n", b"\r", b'"', b"'", b'"""', b"'''", b"\\", b"[", b"]", b"[[", b"{", b"}", b".", b"=", b",", b"#", b"-", b"0x", b"1e999",
          b"nan", b"true", b"1979-05-27T07:32:00Z", b"\\u0000", b"\\ud800", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"../", b"/dev/zero", b"{}", b"[]", b"null",
          b"[plugin]", b"[settings.x]", b"a.b.c", b" ; ", b"Name: ", b"Requires-Dist: ", b"9" * 5000, b"a" * 5000, b"a." * 2000, b"[" * 3000, b"{a=" * 500]


def changed(seed, random):
    """A seed with some pieces put in, taken out, doubled or replaced."""
    data = bytearray(seed)
    for _ in range(random.choice([1, 1, 2, 3, 8, 30])):
        at = random.randrange(len(data) + 1)
        to = min(len(data), at + random.choice([0, 1, 1, 4, 40]))
        kind = random.randrange(6)
        if kind == 0:
            del data[at:to]
        elif kind == 1:
            data[at:at] = data[at:to] * random.choice([1, 2, 500])
        elif kind == 2:
            data[at:to] = random.choice(PIECES)
        elif kind == 3:
            data[at:at] = random.choice(PIECES) * random.choice([1, 1, 2, 50])
        elif kind == 4 and data:
            data[at % len(data)] ^= 1 << random.randrange(8)
        else:
            lines = bytes(data).split(b"\n")
            random.shuffle(lines)
            data = bytearray(b"\n".join(lines))
    return bytes(data)


class Files:
    """Each function reads one kind of file, and raises if it does what it must not."""

    def __init__(self, base):
        self.base = base
        self.shop = base / "plugins" / "shop"
        self.info = self.shop / "vendor" / "foo-1.5.dist-info"
        self.info.mkdir(parents=True)
        (self.shop / "shop.py").write_text("class Plugin: pass\n")
        self.consents = consents.Consents(base / "consents.json")
        self.setting = {name: Setting.read(name, table, lambda *wrong: None) for name, table in {
            "a": {"type": "bool"}, "b": {"type": "int", "minimum": 1, "maximum": 9}, "c": {"type": "float"}, "d": {"type": "text"},
            "e": {"type": "choice", "choices": ["x", "y"]}, "f": {"type": "path"}, "g": {"type": "color"}, "h": {"type": "list"}}.items()}
        self.code = compile("value = 1", "x", "exec")
        os.environ["XDG_CACHE_HOME"] = str(base / "cache")
        sys.dont_write_bytecode = False

    def write(self, path, data):
        path.write_bytes(data)
        path.chmod(0o600)

    def manifest(self, data):
        self.write(self.shop / "plugin.toml", data)
        [found] = discovery.discover([(self.base / "plugins", "user")])
        if found.manifest is None:
            assert 0 < len(found.problems) <= MOST_PROBLEMS + 1, found.problems
            assert all(len(str(problem)) < 2000 for problem in found.problems)
            return
        assert isinstance(found.manifest, Manifest) and found.manifest.id == "shop"
        json.dumps(found.manifest.contributes, allow_nan=True)
        checks.describe(found.manifest)

    def package(self, data):
        self.write(self.shop / "plugin.toml", MANIFEST)
        self.write(self.info / "METADATA", data)
        self.describe()

    def describe(self):
        try:
            found = Manifest.read(self.shop)
        except ManifestError:
            raise AssertionError("the manifest is right") from None
        for each in checks.describe(found):
            assert set(each) == {"name", "specifier", "installed", "problem"}, each
            assert not each["problem"].startswith("cannot be told"), each["problem"]

    def index(self, data):
        self.write(self.info / "METADATA", METADATA)
        for name in ("RECORD", "top_level.txt"):
            self.write(self.info / name, data)
            for distribution in metadata.distributions(self.shop / "vendor"):
                assert all(isinstance(module, str) for module in metadata.modules(distribution))

    def consent(self, data):
        self.write(self.consents.path, data)
        self.write(self.consents.copy, data)
        fingerprint = trust.Fingerprint("0" * 64, {})
        assert self.consents.ask_real("till", "/plugins/till", fingerprint).reason == "new"
        self.consents.ask_real("shop", "/plugins/shop", fingerprint)
        self.consents.give_real("till", "/plugins/till", fingerprint)
        assert self.consents.ask_real("till", "/plugins/till", fingerprint)

    def setting_values(self, data):
        text = data.decode(errors="surrogateescape")
        for setting in self.setting.values():
            for stored in (text, text[:20], [text], text.split("\n"), data, len(data), None, {"a": text}, [1, [text]]):
                value = settings.read(stored, setting)
                assert setting.check(value) == value or value != value, (setting.key, value)

    def compiled(self, data):
        """What was kept of a source is taken as it was, or not at all."""
        bytecode.keep("/x.py", "1" * 64, self.code)
        [path] = (self.base / "cache" / "qi" / "bytecode").iterdir()
        good = path.read_bytes()
        cut = int.from_bytes(data[:2], "big") % len(good)
        damaged = good[:cut] + data[:20] + good[cut:]
        self.write(path, damaged)
        assert damaged == good or bytecode.recall("/x.py", "1" * 64) is None
        self.write(path, good)
        assert bytecode.recall("/x.py", "1" * 64) == self.code
        assert bytecode.recall("/x.py", "2" * 64) is None


KINDS = {"manifest": MANIFEST, "package": METADATA, "index": RECORD + TOP_LEVEL, "consent": CONSENTS, "setting_values": b"true\n5\n#fff\nx, y\n1.5",
         "compiled": b"\x01\x02" * 30}


def fuzz(files, kind, seed, times):
    """Reads so many changed files. Raises with the one kept that something came of."""
    chance = random.Random(f"{kind} {seed}")
    for done in range(times):
        data = changed(KINDS[kind], chance) if done else KINDS[kind]
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        try:
            getattr(files, kind)(data)
            assert tracemalloc.get_traced_memory()[1] - before < MOST_MEMORY, "too much memory"
        except BaseException:
            number, name = tempfile.mkstemp(prefix=f"qi-fuzz-{kind}-")
            with open(number, "wb") as file:
                file.write(data)
            print(f"seed {seed}, file {done + 1} of kind {kind}, kept in {name}", file=sys.stderr)
            raise


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=120, help="files of each kind")
    parser.add_argument("--seconds", type=float, default=None, help="go on for so long, with further seeds")
    parser.add_argument("--kind", choices=KINDS)
    options = parser.parse_args()
    os.umask(0o022)
    tracemalloc.start()
    end = None if options.seconds is None else time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        files, seed, total = Files(pathlib.Path(folder)), options.seed, 0
        while True:
            for kind in [options.kind] if options.kind else KINDS:
                fuzz(files, kind, seed, options.times)
                total += options.times
            seed += 1
            if end is None or time.monotonic() > end:
                break
    print(f"{total} files read, seeds {options.seed} to {seed - 1}")


if __name__ == "__main__":
    try:
        main()
    except Exception:
        traceback.print_exc()
        sys.exit(1)
