# SPDX-License-Identifier: BSD-3-Clause
"""Finds and loads the modules of the package `qi` inside the library. Run once, by package.c.

`find(name)` is package.c's: (filename, is_package, source, code) or None; `code` is None where it was
compiled by another version of Python.
"""

import sys

ModuleSpec = type(sys.__spec__)  # importlib.machinery's, without importing that


class EmbeddedPackage:
    def find_spec(self, name, path=None, target=None):
        if name != "qi" and not name.startswith("qi."):
            return None
        found = find(name)  # noqa: F821
        if found is None:
            return None
        spec = ModuleSpec(name, self, origin=found[0], is_package=found[1])
        spec.has_location = True  # gives the module its __file__, by which inspect finds the source
        spec.loader_state = found  # until the module is run: find() unpacks the code anew each time
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        spec = module.__spec__
        found, spec.loader_state = spec.loader_state or self._found(spec.name), None
        exec(self._code(found), module.__dict__)

    def _found(self, name):
        found = find(name)  # noqa: F821
        if found is None:
            raise ImportError(f"libqi has no module {name!r}", name=name)
        return found

    @staticmethod
    def _code(found):
        filename, _, source, code = found
        return code or compile(source, filename, "exec", dont_inherit=True)

    def get_code(self, name):
        return self._code(self._found(name))

    def get_source(self, name):
        return self._found(name)[2]

    def get_filename(self, name):
        return self._found(name)[0]

    def is_package(self, name):
        return self._found(name)[1]

    def __repr__(self):
        return "<the package qi inside libqi>"


finder = EmbeddedPackage()
