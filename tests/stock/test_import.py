# SPDX-License-Identifier: BSD-3-Clause
"""`import qi` in the interpreter itself: what is loaded, in which order, and which copy wins."""

import os
import subprocess
import sys

from stockcase import StockCase, each_binding, main

EXTENSION = os.environ["QI_EXTENSION"]
LIBRARY = os.environ["QI_LIBRARY"]
QI_RUN = os.environ["QI_RUN"]

LOAD_EXTENSION = f"""
import importlib.util
spec = importlib.util.spec_from_file_location("_qi", {EXTENSION!r})
module = importlib.util.module_from_spec(spec)
try:
    spec.loader.exec_module(module)
except ImportError as error:
    print("ImportError:", error)
"""


class Import(StockCase):
    def test_extension_is_linked_to_no_libpython(self):
        dynamic = subprocess.run(["readelf", "-d", EXTENSION], capture_output=True, text=True, check=True).stdout
        needed = [line for line in dynamic.splitlines() if "NEEDED" in line]
        self.assertTrue(any("libQt6Core" in line for line in needed), needed)
        self.assertFalse(any("libpython" in line for line in needed), needed)

    def test_extension_shows_nothing_but_its_entry(self):
        names = subprocess.run(["nm", "-D", "--defined-only", EXTENSION], capture_output=True, text=True, check=True)
        self.assertEqual([line.split()[-1] for line in names.stdout.splitlines()], ["PyInit__qi"])

    def test_nothing_of_the_library_is_loaded(self):
        ended = self.python("""
            import qi
            maps = open("/proc/self/maps").read()
            print("libqi.so" in maps, "libpython" in maps, qi.__file__.endswith("__init__.py"))
        """)
        self.assert_ends(ended, stdout=["False False True"])

    @each_binding
    def test_binding_may_be_imported_before_or_after(self, binding):
        for first, second in (("qi", f"{binding}.QtCore"), (f"{binding}.QtCore", "qi")):
            ended = self.python(f"""
                import {first}
                import {second}
                import asyncio, qi
                from {binding}.QtCore import QCoreApplication
                application = QCoreApplication([])
                with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
                    print(runner.run(asyncio.sleep(0.001, "slept")), qi.from_binding(application).inherits("QObject"))
            """)
            self.assert_ends(ended, stdout=["slept True"])

    def test_host_names_are_none(self):
        ended = self.python("""
            import qi
            print(dir(qi.host))
            try:
                qi.host.window
            except AttributeError as error:
                print(error)
        """)
        self.assert_ends(ended, stdout=["[]", "qi.host has no 'window': no application embeds this interpreter"])


class SecondCopy(StockCase):
    def test_library_that_is_loaded_refuses_the_extension(self):
        ended = self.python(f"""
            import ctypes
            ctypes.CDLL({LIBRARY!r})
            try:
                import qi
            except ImportError as error:
                print(error)
        """)
        self.assert_ends(ended)
        self.assertIn(os.path.realpath(LIBRARY), ended.stdout)
        self.assertIn("import qi after qi_runtime_init()", ended.stdout)

    @each_binding
    def test_library_does_not_start_beside_the_extension(self, binding):
        ended = self.run_with(binding, f"""
            import ctypes
            application = QtCore.QCoreApplication([])
            library = ctypes.PyDLL({LIBRARY!r})
            class Error(ctypes.Structure):
                _fields_ = [("size", ctypes.c_size_t), ("status", ctypes.c_int), ("message", ctypes.c_char_p)]
            library.qi_last_error.restype = ctypes.POINTER(Error)
            out = ctypes.c_void_p()
            print(library.qi_runtime_init(None, ctypes.byref(out)) < 0, out.value)
            print(library.qi_last_error().contents.message.decode())
            with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
                print(runner.run(asyncio.sleep(0, "goes on")))
        """)
        self.assert_ends(ended)
        lines = ended.stdout.splitlines()
        self.assertEqual((lines[0], lines[-1]), ("True None", "goes on"))
        self.assertIn(EXTENSION, ended.stdout)

    def test_second_extension_is_refused(self):
        ended = self.python("import qi\n" + LOAD_EXTENSION + "print(qi.new_event_loop().is_running())")
        self.assert_ends(ended)
        self.assertIn("ImportError:", ended.stdout)
        self.assertEqual(ended.stdout.splitlines()[-1], "False")

    def test_embedded_copy_wins(self):
        if not QI_RUN:
            self.skipTest("qi-run is not built")
        program = self.write("import qi, _qi\nprint(qi.__file__, hasattr(_qi, '__file__'))\n" + LOAD_EXTENSION)
        ended = self.call(QI_RUN, "--loop=none", program)
        self.assert_ends(ended)
        lines = ended.stdout.splitlines()
        self.assertEqual(lines[0], "/<qi>/qi/__init__.py False")
        self.assertIn("a second copy of it cannot be used", lines[1])


if __name__ == "__main__":
    main()
