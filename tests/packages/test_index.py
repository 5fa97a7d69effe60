# SPDX-License-Identifier: BSD-3-Clause
"""Plugins from an index that is signed, by way of servers that may be old, broken or evil: run by qi-run."""

import asyncio
import contextlib
import datetime
import functools
import hashlib
import http.server
import ipaddress
import json
import os
import shutil
import ssl
import stat
import sys
import threading
import unittest

from archives import PackageCase

import qi.plugin
from qi.plugin.install import fetch, index, known, market, mirrors, shelf, signing, weight
from qi.plugin.install.errors import InstallError
from qi.plugin.install.known import Trust
from qi.plugin.install.place import Place

try:
    import cryptography
except ImportError:
    cryptography = None


class Server(http.server.ThreadingHTTPServer):
    """Offers a folder, with ETags. `asked` are the paths that were asked for with the status of the answer; `instead` has functions
    that answer in its place, by path."""

    def __init__(self, folder, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.asked, self.instead = folder, [], {}
        self.scheme = "https" if context else "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def handle_error(self, request, address):
        pass  # who was refused goes away

    @property
    def address(self):
        return f"{self.scheme}://127.0.0.1:{self.server_port}/"

    def end(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if answer := self.server.instead.get(self.path):
            return answer(self)
        path = self.server.folder / self.path.lstrip("/")
        if not path.is_file():
            return self.send_error(404)
        data = path.read_bytes()
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        self.send(304 if self.headers["If-None-Match"] == etag else 200, data, ETag=etag)

    def send(self, status, data=b"", length=None, **headers):
        self.server.asked.append((self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status == 200:
            self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        if status == 200:
            self.wfile.write(data)

    def log_message(self, *args):
        pass


def leads_to(address):
    return lambda handler: handler.send(302, Location=address)


def sends(data, length=None):
    return lambda handler: handler.send(200, data, length)


class IndexCase(PackageCase):
    def setUp(self):
        super().setUp()
        self.place = Place(self.base / "plugins")
        self.folder = self.base / "offered"
        self.folder.mkdir()
        os.environ["no_proxy"] = "*"

    def offer(self, *versions, id="shop", folder=None, key=None, signed=True, **how):
        """Puts versions of a plugin into the index's folder, and writes it anew. Returns what write() does."""
        for version in versions:
            self.archive(version, id, name=f"{(folder or self.folder).relative_to(self.base)}/{id}-{version}.zip", manifest=how.get("manifest", ""))
        return index.write(folder or self.folder, (key or self.key()) if signed else None, mirrors=how.get("mirrors", ()))

    def write_index(self, body, signed=True, **changes):
        """Writes an index as somebody would who has the key, and a program of his own. body: that of index.json, by default."""
        path = self.folder / "index.json"
        body = body or json.loads(path.read_text())["index"] | changes
        path.write_bytes(index._sealed(body, self.key() if signed else None)[0])

    def key(self, name="key.pem"):
        if cryptography is None:
            self.skipTest("python3-cryptography is not installed")
        path = self.base / name
        if not path.exists():
            signing.make_key(path)
        return path

    def serve(self, folder=None, context=None):
        server = Server(folder or self.folder, context)
        self.addCleanup(server.end)
        return server

    def install(self, what="shop", *addresses, keys=(), unsigned=False, **how):
        return market.install(self.place, what, addresses=addresses, trust=Trust(tuple(keys), unsigned), **how)

    def update(self, *ids, addresses=(), keys=()):
        return market.update(self.place, ids, addresses=addresses, trust=Trust(tuple(keys)))

    def version(self):
        return (self.place.known("shop") or {}).get("version")

    def refused(self, text, function, *args, **named):
        before = self.version()
        with self.assertRaises(InstallError) as raised:
            function(*args, **named)
        self.assertIn(text, str(raised.exception))
        self.assertEqual(self.version(), before)


class Ways(IndexCase):
    def test_from_the_first_installation_to_an_update_by_http(self):
        self.offer("1.0.0", "1.1.0")
        server = self.serve()
        installed = self.install("shop", server.address)
        self.assertEqual(installed.version, "1.1.0")
        self.assertIn("seen for the first time", installed.notes[0])
        self.assertEqual(self.update(), ([], [], []))  # the index is known now, and there is nothing newer
        self.offer("1.2.0")
        self.assertEqual([(each.version, each.before) for each in self.update().changed], [("1.2.0", "1.1.0")])
        self.assertEqual([each.version for each in shelf.entries(self.place)], ["1.2.0"])
        self.assertEqual(self.install("shop").notes, ("it was installed already",))

    def test_a_path_and_a_file_address(self):
        self.offer("1.0.0")
        for address in str(self.folder), str(self.folder / "index.json"), (self.folder / "index.json").as_uri():
            self.assertEqual(self.install("shop", address).version, "1.0.0")
        self.assertEqual(len(os.listdir(self.base / "plugins/.qi/indexes")), 1)  # it is the same one

    def test_a_version_by_its_name(self):
        self.offer("1.0.0", "1.1.0")
        self.assertEqual(self.install("shop==1.0", str(self.folder)).version, "1.0.0")
        self.refused("has no shop==3", self.install, "shop==3")
        self.refused("is no version", self.install, "shop==x")

    def test_a_search(self):
        self.offer("1.0.0", manifest='description = "Sells apples"\n')
        self.offer("1.0.0", id="feeds")
        found, notes = market.search(self.place, "APPLE", addresses=[str(self.folder)])
        self.assertEqual([(each.id, each.version, each.description, each.installed) for each in found], [("shop", "1.0.0", "Sells apples", "")])
        self.assertEqual(len(notes), 1)
        self.assertEqual([each.id for each in market.search(self.place)[0]], ["feeds", "shop"])

    def test_what_does_not_fit_is_passed_over(self):
        self.offer("1.0.0")
        self.offer("1.1.0", manifest='python = ">=99"\n')
        self.offer("1.2.0rc1")
        self.assertEqual(self.install("shop", str(self.folder)).version, "1.0.0")
        updated = self.update()
        self.assertEqual((updated.changed, updated.problems), ([], []))
        self.assertIn("shop 1.1.0 does not fit: it needs Python >=99", updated.notes[0])
        self.assertEqual(self.install("shop==1.2.0rc1").version, "1.2.0rc1")
        self.refused("it needs Python >=99", self.install, "shop==1.1.0", older=True)

    def test_who_is_not_there(self):
        self.offer("1.0.0")
        self.refused("there is no plugin shelf in", self.install, "shelf", str(self.folder))
        self.refused("did you mean shop?", self.install, "Shop")
        self.refused("No such file", self.install, "shop", str(self.base / "nowhere"))

    def test_no_index_is_known(self):
        self.refused("name one by --index", self.install, "shop")
        self.assertEqual(self.update(), ([], [], []))

    def test_from_python(self):
        async def work():
            key = self.base / "new.pem"
            public = await qi.plugin.make_key(key)
            self.archive("1.0.0", name="offered/shop-1.0.0.zip")
            written = await qi.plugin.write_index(self.folder, key)
            self.assertEqual((written.serial, written.plugins, written.versions, written.key), (1, 1, 1, public))
            installer = qi.plugin.Installer(self.place.folder, indexes=[self.folder], keys=[public])
            self.assertEqual([each.id for each in await installer.search()], ["shop"])
            self.assertEqual((await installer.install("shop")).version, "1.0.0")
            self.archive("2.0.0", name="offered/shop-2.0.0.zip")
            await qi.plugin.write_index(self.folder, key)
            self.assertEqual([each.version for each in (await installer.update("shop")).changed], ["2.0.0"])

        self.key()
        asyncio.run(work())


class Trusted(IndexCase):
    def test_an_index_that_is_not_signed(self):
        self.offer("1.0.0", signed=False)
        self.refused("it is not signed", self.install, "shop", str(self.folder))
        self.assertEqual(self.install("shop", str(self.folder), unsigned=True).version, "1.0.0")
        self.refused("an index by http is to be signed", self.install, "shop", self.serve().address, unsigned=True)

    def test_a_signature_that_is_wrong(self):
        self.offer("1.0.0")
        path = self.folder / "index.json"
        document = json.loads(path.read_text())
        document["index"]["plugins"]["shop"]["versions"][0]["sha256"] = "0" * 64
        path.write_text(json.dumps(document))
        self.refused("somebody has changed it", self.install, "shop", str(self.folder))
        for wrong in "", "x", 3, None, "AAAA":
            path.write_text(json.dumps(document | {"signature": wrong}))
            self.refused("somebody has changed it", self.install, "shop", str(self.folder), unsigned=True)

    def test_what_was_signed_for_something_else_is_no_index(self):
        self.offer("1.0.0")
        path = self.folder / "index.json"
        document = json.loads(path.read_text())
        signing._PURPOSE, before = b"", signing._PURPOSE
        try:
            path.write_bytes(index._sealed(document["index"], self.key())[0])
        finally:
            signing._PURPOSE = before
        self.refused("somebody has changed it", self.install, "shop", str(self.folder))

    def test_the_key_of_the_first_time_is_kept(self):
        self.offer("1.0.0")
        self.install("shop", str(self.folder))
        self.offer("1.1.0", key=self.key("other.pem"))
        self.refused("and was with ed25519:", self.update)
        self.offer(signed=False)
        self.refused("it is signed with nothing", self.update)
        self.refused("it is signed with nothing", self.install, "shop", unsigned=True)
        other = self.offer("1.1.0", key=self.key("other.pem")).key
        self.assertEqual([each.version for each in self.update(keys=[other]).changed], ["1.1.0"])
        self.assertEqual(self.update(), ([], [], []))  # it is the one from now on

    def test_a_key_that_was_named(self):
        public = self.offer("1.0.0").key
        self.refused("none of the keys", self.install, "shop", str(self.folder), keys=["ed25519:" + "A" * 43 + "="])
        self.assertEqual(self.install("shop", str(self.folder), keys=[public]).notes, ())
        for wrong in "", "A" * 44, "ed25519:x", "ed25519:AAAA", "rsa:" + "A" * 44:
            with self.assertRaises(InstallError):
                signing.checked_key(wrong)

    def test_what_was_learnt_does_not_get_lost_by_a_plugin_that_stays(self):
        self.offer("1.0.0")
        self.install("shop", str(self.folder))
        shutil.rmtree(self.base / "plugins/.qi/indexes")
        self.offer("1.1.0", key=self.key("other.pem"))
        updated = self.update(addresses=[str(self.folder)])
        self.assertIn("signed with another key than when it was installed", updated.problems[0])
        self.assertEqual(self.version(), "1.0.0")

    def test_an_older_index_is_refused(self):
        self.offer("1.0.0", "1.1.0")
        old = (self.folder / "index.json").read_bytes()
        self.offer("1.2.0")
        self.install("shop", str(self.folder))
        (self.folder / "index.json").write_bytes(old)
        self.refused("it is an old one, number 1, and number 2 was seen before", self.install, "shop")
        self.refused("it is an old one", self.update)

    def test_two_of_one_number_are_refused(self):
        self.offer("1.0.0")
        self.install("shop", str(self.folder))
        self.archive("1.1.0", name="offered/shop-1.1.0.zip")
        index.write(self.folder, self.key(), serial=1)
        self.refused("there are two of number 1", self.update)

    def test_a_downgrade_is_refused(self):
        self.offer("1.0.0", "1.1.0")
        self.install("shop", str(self.folder))
        (self.folder / "shop-1.1.0.zip").unlink()
        self.offer()
        self.assertEqual(self.update(), ([], [], []))
        self.refused("1.1.0 is installed, which is newer than 1.0.0", self.install, "shop")
        self.assertEqual(self.install("shop", older=True).version, "1.0.0")

    def test_another_file_of_the_version_that_is_installed(self):
        self.offer("1.0.0")
        self.install("shop", str(self.folder))
        self.offer("1.0.0", manifest='description = "another"\n')
        self.assertIn("has another file as version 1.0.0", self.update().problems[0])

    def test_another_index_cannot_put_its_own_in_the_place_of_a_plugin(self):
        self.offer("1.0.0")
        other = self.base / "other"
        other.mkdir()
        self.offer("9.0.0", folder=other, key=self.key("other.pem"))
        self.assertEqual(self.install("shop", str(self.folder), str(other)).version, "1.0.0")  # the first one counts
        self.assertEqual(self.update(), ([], [], []))
        updated = self.update("shop", addresses=[str(other)])
        self.assertIn("which was not named", updated.problems[0])
        self.assertEqual(self.version(), "1.0.0")

    def test_plugins_that_are_from_no_index(self):
        self.offer("2.0.0")
        self.install(str(self.archive("1.0.0")))
        self.plugin(id="mine", base="plugins")
        updated = self.update("shop", "mine", addresses=[str(self.folder)])
        self.assertIn("it was installed from a file", updated.problems[0])
        self.assertIn("put there by hand", updated.problems[1])
        self.assertEqual(self.install("shop").version, "2.0.0")

    def test_without_the_library(self):
        self.offer("1.0.0")
        before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "cryptography"}
        sys.modules["cryptography"] = None
        try:
            self.refused("install python3-cryptography", self.install, "shop", str(self.folder))
            self.refused("install python3-cryptography", signing.make_key, self.base / "x.pem")
            (self.folder / "index.json").unlink()
            self.offer(signed=False)
            self.assertEqual(self.install("shop", str(self.folder), unsigned=True).version, "1.0.0")
        finally:
            del sys.modules["cryptography"]
            sys.modules.update(before)

    def test_a_private_key_is_its_owners_alone(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        key = self.key()
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        self.refused("is there already", signing.make_key, key)
        key.chmod(0o640)
        self.refused("others could read or write this key", self.offer, "1.0.0")
        self.assertFalse((self.folder / "index.json").exists())
        key.chmod(0o600)
        key.write_text("nonsense")
        self.refused("this is no private key", self.offer, "1.0.0")


class Schemes(IndexCase):
    def test_a_scheme_is_what_it_is_in_any_case(self):
        self.offer("1.0.0", signed=False)
        address = self.serve().address
        for scheme in "http", "HTTP", "Http", "hTTp":
            with self.subTest(scheme):
                same = address.replace("http", scheme)
                self.refused("everybody on the way could change it", self.install, same + "shop-1.0.0.zip")
                self.refused("an index by http is to be signed", self.install, "shop", same, unsigned=True)
        self.assertEqual(self.install("shop", (self.folder / "index.json").as_uri().replace("file", "FILE"), unsigned=True).version, "1.0.0")

    def test_what_is_neither_https_nor_a_file_is_refused(self):
        for scheme in "ftp", "FTP", "data", "gopher", "x-y", "h2+http":
            self.refused("an address is one by https, http or file", self.install, f"{scheme}://127.0.0.1/x.zip", sha256="0" * 64)
            self.refused("an address is one by https, http or file", self.install, "shop", f"{scheme}://127.0.0.1/", unsigned=True)
        for wrong in "https://[", "https://[x]/", "HTTPS://", "https://a b/", "https://a\nb/", "file://elsewhere/x":
            with self.subTest(wrong), self.assertRaises(InstallError):
                fetch.whole(wrong)

    def test_an_index_has_one_spelling(self):
        self.offer("1.0.0")
        address = self.serve().address.replace("127.0.0.1", "localhost")
        for same in address, address.replace("http", "HTTP"), address.replace("localhost", "LocalHost") + "index.json#x":
            market.search(self.place, addresses=[same])
        self.assertEqual(len(os.listdir(self.base / "plugins/.qi/indexes")), 1)


class Mirrors(IndexCase):
    WEB = "https://plugins.example.org/a/index.json"

    def test_those_of_an_index_that_is_not_signed_are_as_safe_as_it_is(self):
        path = str(self.folder / "index.json")
        for place, text in ((self.WEB, "http://x.org/index.json"), (self.WEB, "HTTP://x.org/index.json"), (path, "http://x.org/i.json"),
                            (path, "Http://x.org/i.json"), (path, "/tmp/index.json"), (path, "../other/index.json"), (path, "file:///tmp/index.json"),
                            (path, str(self.folder) + "-other/index.json")):
            with self.subTest(f"{place} {text}"):
                with self.assertRaisesRegex(mirrors.Unsafe, "the index is not signed"):
                    mirrors.found(place, [text], False)
                mirrors.found(place, [text], True)  # its signature is looked at wherever it is found
        self.assertEqual(mirrors.found(self.WEB, ["https://X.org/i.json", "m/index.json"], False),
                         ("https://x.org/i.json", "https://plugins.example.org/a/m/index.json"))
        self.assertEqual(mirrors.found(path, ["https://x.org/i.json", "m/index.json"], False), ("https://x.org/i.json", str(self.folder / "m/index.json")))

    def test_a_server_names_no_file_of_this_machine(self):
        for text in "file:///etc/passwd", "FILE:///etc/passwd", "file:/etc/passwd", "ftp://x.org/i.json", "data:,x":
            for signed in False, True:
                with self.subTest(text), self.assertRaises(mirrors.Unsafe):
                    mirrors.found(self.WEB, [text], signed)
        for text in "", "a\0b", "a\nb":
            for place in self.WEB, str(self.folder / "index.json"):
                with self.subTest(text), self.assertRaises(mirrors.Unsafe):
                    mirrors.found(place, [text], True)

    def test_a_relative_one_begins_at_the_index_and_not_where_somebody_stands(self):
        for signed in False, True:
            with self.subTest(signed=signed):
                shutil.rmtree(self.place.folder, ignore_errors=True)
                self.offer("1.0.0", signed=signed, mirrors=["m/index.json"])
                self.assertEqual(self.install("shop", str(self.folder), unsigned=not signed).version, "1.0.0")
                evil = self.base / f"evil-{signed}"
                (evil / "m").mkdir(parents=True)
                self.offer("9.0.0", folder=evil / "m", signed=signed)
                index.write(evil / "m", self.key() if signed else None, serial=9)
                (self.folder / "index.json").unlink()
                before = os.getcwd()
                os.chdir(evil)
                try:
                    updated = market.update(self.place, addresses=[str(self.folder / "index.json")], trust=Trust(unsigned=not signed))
                finally:
                    os.chdir(before)
                self.assertEqual((updated.changed, self.version()), ([], "1.0.0"))
                self.assertIn("going on with the copy", updated.notes[0])
                shutil.copytree(evil / "m", self.folder / "m", dirs_exist_ok=True)
                updated = market.update(self.place, addresses=[str(self.folder / "index.json")], trust=Trust(unsigned=not signed))
                self.assertEqual([each.version for each in updated.changed], ["9.0.0"])
                shutil.rmtree(self.folder / "m")

    def test_an_unsigned_index_with_one_that_is_not_is_refused_and_not_written(self):
        server = self.serve()
        self.refused("is neither by https", self.offer, "1.0.0", signed=False, mirrors=[server.address + "index.json"])
        self.offer("1.0.0", signed=False)
        self.write_index(None, signed=False, mirrors=[server.address + "index.json"])
        self.refused("is neither by https", self.install, "shop", str(self.folder), unsigned=True)
        self.assertEqual(server.asked, [])


class Costs(IndexCase):
    """What a stranger's index costs who reads it. How the window goes on meanwhile, tests/run/test_packages.py looks at."""

    def setUp(self):
        super().setUp()
        self.parsed, loads = [], json.loads

        def noted(text, **how):
            if how:  # an index, and no note of this folder's
                self.parsed.append(text)
            return loads(text, **how)

        json.loads = noted
        self.addCleanup(setattr, json, "loads", loads)

    def test_nothing_is_parsed_before_the_signature_is_looked_at(self):
        self.offer("1.0.0")
        self.install("shop", str(self.folder))
        path = self.folder / "index.json"
        right = path.read_bytes()
        wrong = [right.replace(b"A shop", b"A Shop"), right[:-2] + b",}\n", right[:-1], b" " + right, right.replace(b'"index"', b'"index" '),
                 b'{"key": "ed25519:x", "signature": "x", "index": {}}']
        (self.base / "other").mkdir()
        self.offer("1.0.0", folder=self.base / "other", key=self.key("other.pem"))
        wrong += [(self.base / "other/index.json").read_bytes(), b'{"index": {}}']  # of another key, and of none
        for data in wrong:
            path.write_bytes(data)
            with self.subTest(data[:40]):
                self.parsed.clear()
                self.refused("is refused", self.install, "shop")
                self.assertLessEqual({each.encode() for each in self.parsed}, {index.unseal(right, "x").data})  # the copy of what was right

    def test_what_would_take_long_is_not_parsed(self):
        body = {"format": 1, "serial": 1, "plugins": {}}
        many = {"lists": [[]] * weight.VALUES, "numbers": [1] * weight.VALUES, "objects": [{}] * weight.VALUES, "texts": [""] * weight.VALUES,
                "names": dict.fromkeys(map(str, range(weight.VALUES)), 1)}
        deep = b"[" * 100_000, b'{"a":' * 100_000, b"[" * (weight.DEPTH + 1) + b"]" * (weight.DEPTH + 1)
        for data in *(json.dumps({"index": body | {"x": each}}).encode() for each in many.values()), *deep:
            with self.subTest(data[:80]):
                self.parsed.clear()
                with self.assertRaisesRegex(InstallError, "more than 50000 values|too deeply"):
                    index.read(data, "x")
                self.assertEqual(self.parsed, [])
        for each in many.values():  # a stranger may sign
            self.write_index(body | {"x": each})
            self.refused("more than 50000 values", self.install, "shop", str(self.folder))
        self.assertEqual(self.parsed, [])
        with self.assertRaisesRegex(InstallError, "larger than 8 MB"):
            index.read(b" " * (index.LARGEST + 1), "x")

    def test_what_is_within_texts_does_not_count(self):
        text = "[{,\\\"" * weight.VALUES
        for padding in range(4):  # wherever the pieces begin, in which it is looked at
            weight.check(json.dumps({"a" * padding: [text, []]}).encode())
            with self.assertRaises(weight.TooMuch):
                weight.check(json.dumps({"a" * padding: [text, [[]] * weight.VALUES]}).encode())

    def test_texts_that_are_none_are_refused_as_an_index(self):
        self.offer("1.0.0", signed=False)
        path = self.folder / "index.json"
        text = path.read_text().replace("A shop", "A shöp")
        half = path.read_text().replace("A shop", "A \\ud800 shop").encode()
        for data in *(text.encode(each) for each in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "latin-1")), half, b"\xff", bytes(100):
            with self.subTest(data[:20]):
                path.write_bytes(data)
                self.refused("is refused: it is damaged, or none", self.install, "shop", str(self.folder), unsigned=True)
        self.assertEqual(os.listdir(self.base / "plugins/.qi/indexes"), [])
        path.write_text(text)
        self.assertEqual(self.install("shop", str(self.folder), unsigned=True).version, "1.0.0")

    def test_what_is_kept_can_be_read_again(self):
        body = json.dumps({"format": 1, "serial": 1, "plugins": {}})[:-1]
        for letters in "é", "\\n", "a", "\U0001f600", "\u2028", "\x7f":
            with self.subTest(letters):
                shutil.rmtree(self.place.folder, ignore_errors=True)
                room = index.LARGEST - len(body) - 100
                (self.folder / "index.json").write_text(f'{{"index": {body}, "x": "{letters * (room // len(letters.encode()))}"}}}}')
                for _ in range(2):
                    market.search(self.place, addresses=[str(self.folder)], trust=Trust(unsigned=True))
                market.search(self.place, trust=Trust(unsigned=True))

    def test_what_could_not_be_read_again_is_not_kept(self):
        self.offer("1.0.0")
        known._LARGEST, before = 300, known._LARGEST
        try:
            self.refused("what is to be kept of it is larger", self.install, "shop", str(self.folder))
        finally:
            known._LARGEST = before
        self.assertEqual(os.listdir(self.base / "plugins/.qi/indexes"), [])
        self.install("shop", str(self.folder))


class Files(IndexCase):
    def test_a_file_of_another_hash(self):
        self.offer("1.0.0")
        data = bytearray((self.folder / "shop-1.0.0.zip").read_bytes())
        data[60] ^= 1
        (self.folder / "shop-1.0.0.zip").write_bytes(data)
        for address in str(self.folder), self.serve().address:
            self.refused("it is another file than the index says", self.install, "shop", address)

    def test_a_file_that_is_cut_off(self):
        self.offer("1.0.0")
        server = self.serve()
        data = (self.folder / "shop-1.0.0.zip").read_bytes()
        server.instead["/shop-1.0.0.zip"] = sends(data[:100], len(data))
        self.refused("it was cut off after 100 of", self.install, "shop", server.address)
        server.instead["/shop-1.0.0.zip"] = sends(data[:100])
        self.refused("it is another file than the index says", self.install, "shop", server.address)

    def test_a_file_that_goes_on_and_on(self):
        self.offer("1.0.0")
        server = self.serve()
        server.instead["/shop-1.0.0.zip"] = sends(bytes(1 << 20))
        self.refused("it is larger than", self.install, "shop", server.address)

    def test_a_file_that_is_another_plugin_or_version(self):
        self.offer("1.0.0")
        for id, version, text in (("other", "1.0.0", "it holds other, and not shop"), ("shop", "1.0.1", "it is 1.0.1, and not 1.0.0")):
            path = self.archive(version, id, name="offered/shop-1.0.0.zip")
            document = json.loads((self.folder / "index.json").read_text())
            release = document["index"]["plugins"]["shop"]["versions"][0]
            release["sha256"], release["size"] = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size
            document["index"]["serial"] += 1
            self.write_index(document["index"])
            self.refused(text, self.install, "shop", str(self.folder))

    def test_an_address_in_place_of_an_index(self):
        path = self.archive()
        shutil.move(path, self.folder)
        server = self.serve()
        address = server.address + "shop-1.0.0.zip"
        digest = hashlib.sha256((self.folder / "shop-1.0.0.zip").read_bytes()).hexdigest()
        self.refused("everybody on the way could change it", self.install, address)
        self.refused("its SHA-256 is", self.install, address, sha256="0" * 64)
        self.assertEqual(self.install(address, sha256=digest).version, "1.0.0")
        self.assertEqual(shelf.entries(self.place)[0].source, address)
        self.refused("the server says 404", self.install, server.address + "none.zip", sha256=digest)
        for wrong, text in (("http://", "no address"), ("https://user:word@example.org/x.zip", "no address"), ("file://elsewhere/x.zip", "another machine")):
            self.refused(text, self.install, wrong, sha256=digest)


class Networks(IndexCase):
    def test_nothing_is_fetched_twice(self):
        self.offer("1.0.0")
        server = self.serve()
        market.search(self.place, addresses=[server.address])
        market.search(self.place)
        self.assertEqual(server.asked, [("/index.json", 200), ("/index.json", 304)])
        self.offer("1.1.0")
        market.search(self.place)
        self.assertEqual(server.asked[2:], [("/index.json", 200)])

    def test_without_a_network_the_copy_is_used(self):
        self.offer("1.0.0")
        server = Server(self.folder)
        try:
            market.search(self.place, addresses=[server.address])
        finally:
            server.end()
        found, notes = market.search(self.place)
        self.assertEqual([each.id for each in found], ["shop"])
        self.assertIn("going on with the copy", notes[0])
        self.refused("Connection refused", self.install, "shop")

    def test_a_copy_that_somebody_has_changed_is_refused(self):
        self.offer("1.0.0")
        market.search(self.place, addresses=[str(self.folder)])
        (kept,) = (self.base / "plugins/.qi/indexes").iterdir()
        kept.write_text(kept.read_text().replace("A shop", "A Shop"))
        (self.folder / "index.json").unlink()
        self.refused("somebody has changed it", market.search, self.place)
        kept.write_text("{}")
        self.refused("is damaged", market.search, self.place)

    def test_a_mirror_stands_in(self):
        mirror = self.base / "mirror"
        shutil.copytree(self.folder, mirror)
        second = self.serve(mirror)
        first = Server(self.folder)
        self.offer("1.0.0", mirrors=[second.address + "index.json"])
        shutil.copytree(self.folder, mirror, dirs_exist_ok=True)
        try:
            first.instead["/shop-1.0.0.zip"] = sends(b"evil")
            self.assertEqual(self.install("shop", first.address).version, "1.0.0")
        finally:
            first.end()
        self.offer("1.1.0", mirrors=[second.address + "index.json"])
        shutil.copytree(self.folder, mirror, dirs_exist_ok=True)
        self.assertEqual([each.version for each in self.update().changed], ["1.1.0"])  # of the mirror alone

    def test_a_server_that_leads_elsewhere(self):
        self.offer("1.0.0")
        server, other = self.serve(), self.serve(self.base)
        server.instead["/index.json"] = leads_to(other.address + "offered/index.json")
        self.assertEqual(self.install("shop", server.address).version, "1.0.0")
        server.instead["/index.json"] = leads_to("ftp://127.0.0.1/index.json")
        self.refused("which is not as safe", market.search, self.place)
        server.instead["/index.json"] = leads_to((self.folder / "index.json").as_uri())
        self.assertIn("is not allowed", market.search(self.place)[1][0])  # the copy is used

    def test_https_does_not_lead_to_http(self):
        self.offer("1.0.0")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate())
        server, plain = self.serve(context=context), self.serve()
        with self.assertRaises(InstallError) as raised:
            self.install("shop", server.address)
        self.assertIn("CERTIFICATE_VERIFY_FAILED", str(raised.exception))
        os.environ["SSL_CERT_FILE"] = str(self.certificate())
        self.addCleanup(os.environ.pop, "SSL_CERT_FILE")
        self.assertEqual(self.install("shop", server.address).version, "1.0.0")
        for scheme in "http", "HTTP", "Http", "ftp", "FTP":
            server.instead["/index.json"] = leads_to(plain.address.replace("http", scheme) + "index.json")
            self.refused("which is not as safe", market.search, self.place)
        self.assertEqual(plain.asked, [])
        self.write_index(None, serial=2, mirrors=["/etc/passwd", "m/index.json", "//127.0.0.1:9/index.json"])  # all are addresses of the web there
        del server.instead["/index.json"]
        source = known.sources(self.place, [server.address], Trust(unsigned=True))[0][0]
        self.assertEqual(source.index.mirrors, (server.address + "etc/passwd", server.address + "m/index.json", "https://127.0.0.1:9/index.json"))

    @functools.cache
    def certificate(self):
        """A file with a certificate of this machine and its key."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
                       .not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
                       .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
                       .sign(key, hashes.SHA256()))
        path = self.base / "certificate.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
        return path


class Writing(IndexCase):
    def test_the_number_grows_with_each_change_and_only_then(self):
        self.assertEqual(self.offer("1.0.0", signed=False).serial, 1)
        text = (self.folder / "index.json").read_bytes()
        self.assertEqual(self.offer(signed=False).serial, 1)
        self.assertEqual((self.folder / "index.json").read_bytes(), text)
        self.assertEqual(self.offer("1.1.0", signed=False).serial, 2)
        self.assertEqual(index.write(self.folder, serial=20).serial, 20)
        self.assertEqual(self.offer("1.2.0", signed=False).serial, 21)

    def test_what_it_holds(self):
        self.archive(name="offered/a.zip", manifest='description = "Old"\n')
        self.archive("1.10.0", name="offered/b.zip", manifest='description = "New"\nqi = ">=0.1"\ndependencies = ["aiohttp>=3"]\n',
                     extra=[("shop/CHANGELOG.md", "# 1.10.0\n\n- ten\n")])
        index.write(self.folder)
        shop = index.read((self.folder / "index.json").read_bytes(), "x").plugins["shop"]
        self.assertEqual((shop.name, shop.description, shop.changelog), ("A shop", "New", "# 1.10.0\n\n- ten\n"))
        self.assertEqual([(each.version, each.file) for each in shop.versions], [("1.10.0", "b.zip"), ("1.0.0", "a.zip")])
        self.assertEqual((shop.versions[0].qi, shop.versions[0].dependencies), (">=0.1", ("aiohttp>=3",)))

    def test_what_cannot_be_in_it(self):
        self.archive(name="offered/a.zip")
        self.archive(name="offered/b.zip")
        self.refused("a.zip and b.zip are both shop 1.0.0", index.write, self.folder)
        (self.folder / "b.zip").rename(self.folder / "b c.zip")
        self.refused("cannot be in an index", index.write, self.folder)
        (self.folder / "b c.zip").write_bytes(b"nonsense")
        (self.folder / "b c.zip").rename(self.folder / "b.zip")
        self.refused("no .zip file", index.write, self.folder)
        self.assertFalse((self.folder / "index.json").exists())
        self.refused("No such file", index.write, self.base / "nowhere")

    def test_an_index_that_is_damaged_is_refused(self):
        self.offer("1.0.0", signed=False)
        whole = json.loads((self.folder / "index.json").read_text())
        release = {"version": "1", "file": "a.zip", "sha256": "0" * 64, "size": 1}

        def with_release(**changes):
            return {"index": whole["index"] | {"plugins": {"shop": {"versions": [release | changes]}}}}

        index.read(json.dumps(with_release()).encode(), "x")
        wrong = [with_release(file=name) for name in ("../a.zip", "/a.zip", "a/b.zip", "http://x/a.zip", "", ".a", "a\n", 3)]
        wrong += [with_release(sha256="0"), with_release(size=-1), with_release(size="1"), with_release(size=True), with_release(dependencies="x"),
                  with_release(version=None), {"index": whole["index"] | {"format": 2}}, {"index": whole["index"] | {"serial": -1}},
                  {"index": whole["index"] | {"plugins": []}}, {"index": whole["index"] | {"plugins": {"../x": {}}}},
                  {"index": whole["index"] | {"plugins": {"shop": 3}}}, {"index": whole["index"] | {"mirrors": [3]}}, {"index": []}, [], {}, 3, None]
        texts = [json.dumps(each) for each in wrong]
        texts += ["", "{", "[" * 100_000, '{"index": {"format": 1, "format": 1}}', '{"index": {"format": 1, "serial": 1.5}}',
                  '{"index": {"format": 1, "serial": NaN}}', '{"index": {"format": 1, "serial": ' + "9" * 10_000 + "}}"]
        for text in texts:
            with self.subTest(text[:100]), self.assertRaises(InstallError) as raised:
                index.read(text.encode(), "x")
            self.assertIn("the index x is refused", str(raised.exception))


with contextlib.suppress(KeyError):
    del os.environ["SSL_CERT_FILE"]
unittest.main()
