# SPDX-License-Identifier: BSD-3-Clause
"""A binding that is linked to another copy of Qt is refused, with the paths of both. (T64)

The copy is the system's QtCore under another name, and the binding the system's PyQt6 or PySide6 with that name in
it, as a wheel brings both. The names have the same length, so they can be changed in place.
"""

import glob
import importlib
import os
import shutil
import subprocess

from stockcase import INSTALLED, StockCase, main

QI_RUN = os.environ["QI_RUN"]
EXTENSION = os.environ["QI_EXTENSION"]
NAME, COPY = b"libQt6Core.so.6", b"libQt6Copy.so.6"


def libraries_of(extension):
    lines = subprocess.run(["ldd", extension], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split()[2] for line in lines if "=> /" in line]


def library_of(extension):
    """The path of the QtCore that an extension module is linked with."""
    return os.path.realpath(next(path for path in libraries_of(extension) if NAME.decode() in path))


def copy_renamed(source, target):
    with open(source, "rb") as file:
        data = file.read()
    with open(target, "wb") as file:
        file.write(data.replace(NAME, COPY))


class OtherQt:
    """The cases, for a class that says which binding."""

    binding = None

    def setUp(self):
        super().setUp()
        if self.binding not in INSTALLED:
            self.skipTest(f"{self.binding}, of which a copy is needed, is not installed")
        self.ours = library_of(EXTENSION)
        self.theirs = os.path.join(self.folder, COPY.decode())
        copy_renamed(self.ours, self.theirs)
        self.site = os.path.join(self.folder, "site")
        self.make_binding()
        self.search = {
            "PYTHONPATH": os.pathsep.join((self.site, os.path.dirname(EXTENSION))),
            "LD_LIBRARY_PATH": self.folder,
        }

    def make_binding(self):
        package = os.path.join(self.site, self.binding)
        source = importlib.import_module(self.binding).__path__[0]
        os.makedirs(package)
        for path in glob.glob(os.path.join(source, "*.py")) + glob.glob(os.path.join(source, "sip*.so")):
            shutil.copy(path, package)
        for path in glob.glob(os.path.join(source, "QtCore.*so")):
            copy_renamed(path, os.path.join(package, os.path.basename(path)))
            for library in libraries_of(path):
                if "libpyside6" in library:
                    copy_renamed(library, os.path.join(self.folder, os.path.basename(library)))

    def assert_has_paths(self, text):
        self.assertIn(self.ours, text)
        self.assertIn(self.theirs, text)

    def stock(self, text):
        ended = self.python(text.replace("PyQt6", self.binding), **self.search)
        self.assert_ends(ended)
        return ended.stdout

    def embedded(self, text):
        if not QI_RUN:
            self.skipTest("qi-run is not built")
        ended = self.call(QI_RUN, "--loop=none", self.write(text.replace("PyQt6", self.binding)), **self.search)
        self.assert_ends(ended)
        return ended.stdout

    def test_the_copy_is_a_working_qt(self):
        stdout = self.stock("""
            from PyQt6 import QtCore
            application = QtCore.QCoreApplication([])
            QtCore.QTimer.singleShot(0, application.quit)
            print(application.exec(), "libQt6Core" in open("/proc/self/maps").read())
        """)
        self.assertEqual(stdout, "0 False\n")

    def test_the_doctor_shows_both(self):
        if not QI_RUN:
            self.skipTest("qi-run is not built")
        ended = self.call(QI_RUN, "doctor", **self.search)
        self.assertEqual(ended.returncode, 1, ended.stdout)
        self.assertRegex(ended.stdout, rf"PROBLEM +{self.binding} ")
        self.assert_has_paths(ended.stdout)

    def test_import_of_qi_after_the_binding(self):
        stdout = self.stock("""
            from PyQt6 import QtCore
            try:
                import qi
            except ImportError as error:
                print(error.name, error)
        """)
        self.assertTrue(stdout.startswith("qi "), stdout)
        self.assert_has_paths(stdout)

    REFUSED_IMPORT = """
        import sys
        import qi
        try:
            from PyQt6 import QtCore
        except ImportError as error:
            print(error.name, error)
        print("PyQt6.QtCore" in sys.modules)
    """

    def test_import_of_the_binding_after_qi(self):
        stdout = self.stock(self.REFUSED_IMPORT)
        self.assertTrue(stdout.startswith(f"{self.binding}.QtCore "), stdout)
        self.assertTrue(stdout.endswith("False\n"), stdout)
        self.assert_has_paths(stdout)

    def test_import_of_the_binding_in_a_host(self):
        stdout = self.embedded(self.REFUSED_IMPORT)
        self.assertTrue(stdout.startswith(f"{self.binding}.QtCore "), stdout)
        self.assert_has_paths(stdout)

    IN_TURN = """
        import qi
        for way in ("import PyQt6.QtCore", "from PyQt6 import QtCore", "from PyQt6.QtCore import QObject"):
            try:
                exec(way)
            except ModuleNotFoundError as error:
                print(error.name, error)
    """

    def test_library_that_tries_bindings_in_turn_goes_on(self):
        for stdout in (self.stock(self.IN_TURN), self.embedded(self.IN_TURN)):
            lines = stdout.splitlines()
            self.assertEqual(len(lines), 3, stdout)
            for line in lines:
                self.assertTrue(line.startswith(f"{self.binding}.QtCore "), line)
                self.assert_has_paths(line)

    # A host may have imported a binding before it starts libqi, and a program may have two: then each use is checked.
    UNGUARDED = """
        import asyncio, qi, qi._objects.bindings
        qi._objects.bindings.stop_guarding()
        from PyQt6 import QtCore
        def refused(use):
            try:
                use()
            except RuntimeError as error:
                print("RuntimeError:", error)
    """

    USES = """
        thing = QtCore.QTimer()
        class Receiver(QtCore.QObject):
            async def slot(self): pass
        receiver = Receiver()
        refused(lambda: qi.from_binding(thing))
        refused(lambda: qi.asyncslot(receiver.slot))
        async def wait():
            await qi.asyncsignal(thing.timeout)
        loop = qi.new_event_loop()
        loop.set_mode(qi.QiLoopMode.NATIVE)
        refused(lambda: loop.run_until_complete(wait()))
        loop.close()
    """

    def assert_all_refused(self, stdout, count):
        lines = stdout.splitlines()
        self.assertEqual(len(lines), count, stdout)
        for line in lines:
            self.assertTrue(line.startswith("RuntimeError:"), line)
            self.assert_has_paths(line)

    def test_every_use_of_the_binding(self):
        self.assert_all_refused(self.stock(self.UNGUARDED + self.USES), 3)

    def test_every_use_of_the_binding_in_a_host(self):
        stdout = self.embedded(self.UNGUARDED + self.USES + """
        refused(lambda: qi.to_binding(qi.host.app, "PyQt6"))
        refused(lambda: qi.to_binding(qi.host.app))
        async def slot(): pass
        refused(lambda: qi.asyncslot(slot, owner=thing))
        """)
        self.assert_all_refused(stdout, 6)

    def test_application_of_the_other_qt_is_none(self):
        stdout = self.stock(self.UNGUARDED + """
        application = QtCore.QCoreApplication([])
        def start():
            loop = qi.new_event_loop()
            loop.set_mode(qi.QiLoopMode.GUEST)
            loop.start()
        async def run(): pass
        refused(start)
        refused(lambda: qi.new_event_loop().run_forever())
        """)
        self.assert_all_refused(stdout, 2)


class OtherPyQt6(OtherQt, StockCase):
    binding = "PyQt6"

    def test_binding_of_qt5(self):
        """By its name alone: what is loaded under it is the copy again."""
        os.rename(os.path.join(self.site, "PyQt6"), os.path.join(self.site, "PyQt5"))
        stdout = self.stock("""
            import qi
            try:
                from PyQt5 import QtCore
            except ImportError as error:
                print(error.name, error)
        """)
        self.assertTrue(stdout.startswith("PyQt5.QtCore "), stdout)
        self.assert_has_paths(stdout)


class OtherPySide6(OtherQt, StockCase):
    binding = "PySide6"


class SameQt(StockCase):
    def test_message_of_a_missing_application_knows_one_qt_only(self):
        ended = self.python("""
            import qi
            loop = qi.new_event_loop()
            loop.set_mode(qi.QiLoopMode.GUEST)
            try:
                loop.start()
            except RuntimeError as error:
                print(error)
        """)
        self.assert_ends(ended)
        self.assertIn("make one first", ended.stdout)
        self.assertNotIn("copies", ended.stdout)

    def test_imported_binding_keeps_its_own_loader(self):
        for name in INSTALLED:
            ended = self.python(f"""
                import qi
                import importlib.machinery
                from {name} import QtCore
                for loader in QtCore.__loader__, QtCore.__spec__.loader:
                    print(isinstance(loader, importlib.machinery.ExtensionFileLoader))
            """)
            self.assert_ends(ended, 0, ["True", "True"])


if __name__ == "__main__":
    main()
