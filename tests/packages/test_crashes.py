# SPDX-License-Identifier: BSD-3-Clause
"""Whoever installs, updates, takes back or removes a plugin is killed before each single change that it makes to the disk: the old plugin
is there, or the new one, whole, and the next command goes on from there. Run by qi-run."""

import os
import shutil
import signal
import sys
import unittest

from archives import PackageCase

from qi.plugin import discovery, trust
from qi.plugin.install import exchange, shelf
from qi.plugin.install.place import Place

EVENTS = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate", "os.utime"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
KILLED = -signal.SIGKILL

os.fsync = lambda number: None  # the machine goes on; it counts as a step all the same


def killed_before(number, function, at_once):
    """Calls the function in a child that is killed before its change of that number. Returns the child's end: KILLED, or 0 if there
    were not so many."""
    child = os.fork()
    if child == 0:
        die_before(number, at_once)
        try:
            function()
        except BaseException as wrong:
            print(f"the child has failed: {wrong!r}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_before(number, at_once):
    count = 0

    def change():
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(event, args):
        if event in EVENTS or event == "open" and args[2] & WRITES:
            change()

    def counted(function):
        def instead(*args, **named):
            change()
            return function(*args, **named)
        return instead

    for name in "write", "fsync", "fchmod":  # of which no audit event tells
        setattr(os, name, counted(getattr(os, name)))
    exchange._at_once = counted(exchange._at_once if at_once else lambda one, other: False)
    sys.addaudithook(heard)


class Crashes(PackageCase):
    def setUp(self):
        super().setUp()
        self.folder = self.base / "plugins"
        self.place = Place(self.folder)
        self.one, self.two = self.archive("1.0.0"), self.archive("2.0.0", extra=[("shop/more.py", "MORE = 2\n")])

    def version(self):
        """The version that an application finds, whole; None if there is no plugin."""
        found = discovery.discover([(self.folder, "user")]) if self.folder.is_dir() else []
        self.assertLessEqual(len(found), 1)
        for each in found:
            self.assertFalse(each.problems)
            self.assertEqual(trust.problems(each.folder), [])
            self.assertEqual(trust.fingerprint(each.folder).hash, self.hashes[each.manifest.version])
            return each.manifest.version

    def each_step(self, function, old, new, at_once=True, gap=False):
        """Kills at each step; `gap`: for a moment there may be none. Returns how many steps there were."""
        kept = self.base / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        if self.folder.exists():
            shutil.copytree(self.folder, kept, symlinks=True)
        for number in range(1, 1000):
            with self.subTest(step=number):
                end = killed_before(number, function, at_once)
                self.assertIn(end, (KILLED, 0))
                self.assertIn(self.version(), (old, new, None) if gap else (old, new))
                if end == 0:
                    self.assertEqual(self.version(), new)
                    return number
                self.goes_on(function, old, new)
            shutil.rmtree(self.folder, ignore_errors=True)
            if kept.exists():
                shutil.copytree(kept, self.folder, symlinks=True)
        self.fail("it has no end")

    def goes_on(self, function, old, new):
        """The next command finds one or the other, and what is known of it fits; what was begun can be done."""
        with self.place.locked():
            pass
        found = self.version()
        self.assertIn(found, (old, new))
        self.assertEqual((self.place.known("shop") or {}).get("version"), found)
        self.assertFalse([name for name in os.listdir(self.place.hidden) if name.startswith("work-")])
        self.assertEqual(os.listdir(os.path.join(self.place.hidden, "next")), [])
        before = self.place.known_before("shop")
        if before is not None and found is not None:
            self.assertEqual({before["version"], found}, {"1.0.0", "2.0.0"})
            self.assertEqual(shelf.rollback(self.place, "shop").version, before["version"])
            self.assertEqual(self.version(), before["version"])
            shelf.rollback(self.place, "shop")
        if found != new:
            function()
            self.assertEqual(self.version(), new)

    def install(self, archive):
        return lambda: shelf.install_file(self.place, archive)

    def begin(self, *archives):
        """Notes what the versions look like, then installs these."""
        self.hashes = {}
        for archive in self.one, self.two:
            shutil.rmtree(self.folder, ignore_errors=True)
            version = shelf.install_file(self.place, archive).version
            self.hashes[version] = trust.fingerprint(self.folder / "shop").hash
        shutil.rmtree(self.folder)
        for archive in archives:
            shelf.install_file(self.place, archive)

    def test_a_first_installation(self):
        self.begin()
        self.assertGreater(self.each_step(self.install(self.one), None, "1.0.0"), 30)

    def test_a_newer_version(self):
        self.begin(self.one)
        self.assertGreater(self.each_step(self.install(self.two), "1.0.0", "2.0.0"), 30)

    def test_a_newer_version_when_there_is_one_before(self):
        self.begin(self.one, self.two)
        shelf.rollback(self.place, "shop")
        self.assertGreater(self.each_step(self.install(self.two), "1.0.0", "2.0.0"), 30)

    def test_a_newer_version_where_folders_cannot_change_places_at_once(self):
        self.begin(self.one)
        self.assertGreater(self.each_step(self.install(self.two), "1.0.0", "2.0.0", at_once=False, gap=True), 30)

    def test_the_version_before(self):
        self.begin(self.one, self.two)
        self.assertGreater(self.each_step(lambda: shelf.rollback(self.place, "shop"), "2.0.0", "1.0.0"), 10)

    def test_the_version_before_where_folders_cannot_change_places_at_once(self):
        self.begin(self.one, self.two)
        self.each_step(lambda: shelf.rollback(self.place, "shop"), "2.0.0", "1.0.0", at_once=False, gap=True)

    def test_a_removal(self):
        self.begin(self.one, self.two)
        self.assertGreater(self.each_step(lambda: shelf.remove(self.place, "shop"), "2.0.0", None), 10)


unittest.main()
