# SPDX-License-Identifier: BSD-3-Clause
"""Compiles what a plugin is going to import, before the window would have to wait for it.

Nothing is run: which modules those are is guessed from the names in what was compiled, generously. A module that
was not guessed is compiled when it is imported.
"""

import os
import types

from . import bytecode

_MOST = 2000  # modules


def prepare(tree, manifest, private, work):
    """Gives `code` to the trust.Read of each source that the plugin's entry may import. Called in any thread."""
    tops = [tree.root, *filter(None, [private])]
    work.begin("compiling its modules")
    waiting = list(_files(tree, tree.root, manifest.module)) + [os.path.join(tree.root, "__init__.py")]
    seen = set()
    while waiting and len(seen) < _MOST:
        path = waiting.pop()
        read = tree.sources.get(path)
        if path in seen or read is None:
            continue
        seen.add(path)
        work.check()
        read.code = _code_of(path, read)
        if read.code is not None:
            waiting += _imports(tree, tops, path, read.code)


def _code_of(path, read):
    code = bytecode.recall(path, read.hash)
    if code is None:
        try:
            code = compile(read.data, path, "exec", dont_inherit=True)
        except Exception:  # the import says so
            return None
        bytecode.keep(path, read.hash, code)
    return code


def _imports(tree, tops, path, code):
    """The sources that a module may import: whatever one of its names could mean, from its folder up."""
    bases, folder = list(tops), os.path.dirname(path)
    while folder.startswith(tree.root) and folder not in bases:
        bases.append(folder)
        folder = os.path.dirname(folder)
    bases.append(os.path.dirname(path))
    for name in _names(code):
        for base in bases:
            yield from _files(tree, base, name)


def _files(tree, base, name):
    """The sources of a module, and those of the packages that it is in."""
    place = base
    for part in name.split("."):
        place = os.path.join(place, part)
        for path in (place + ".py", os.path.join(place, "__init__.py")):
            if path in tree.sources:
                yield path


def _names(code):
    found, waiting = set(), [code]
    while waiting:
        each = waiting.pop()
        found.update(name for name in each.co_names if name)
        waiting += (const for const in each.co_consts if isinstance(const, types.CodeType))
    return found
