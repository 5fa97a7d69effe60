# SPDX-License-Identifier: BSD-3-Clause
"""What is wrong with a plugin, told to its author: all that can be said without running any of it."""

import pathlib
import warnings
from typing import NamedTuple

from .._python import files
from .._python.plain import plain_line
from . import dependencies, rpaths, trust
from .manifest import Manifest, ManifestError

_LARGEST = 64 << 20  # bytes of a module


class Review(NamedTuple):
    """What was found, lists of texts that steer no terminal. `manifest` is None where it cannot be used."""

    distrust: "list[str]"  # who could change it, and where the loader would look for libraries
    broken: "list[str]"  # modules that Python cannot read
    wrong: "list[str]"  # with the manifest, and what is missing of what it needs
    manifest: "Manifest | None"

    @property
    def problems(self):
        """All of it."""
        return [*self.distrust, *self.broken, *self.wrong]


def look(folder, warned=lambda text: None):
    """Returns a Review of a plugin's folder. warned() gets the warnings of Python's compiler."""
    real = pathlib.Path(folder).resolve()
    distrust = [*trust.problems(folder), *_libraries(real)]
    manifest, wrong = _manifest(real)
    return Review(_lines(distrust), _lines(_syntax(real, warned)), _lines(wrong), manifest)


def problems(folder):
    """The same as one list of texts, empty if all is well."""
    return look(folder).problems


def _lines(texts):
    # Names of files, words of a manifest and of an exception are the plugin's, and must not steer the terminal.
    return list(map(plain_line, texts))


def _libraries(folder):
    """Where the loader would look for what they need."""
    for path in sorted(trust.Tree(folder).files()):
        yield from rpaths.problems(path)


def _syntax(folder, warned):
    """Whether Python can read its modules."""
    for path in sorted(trust.Tree(folder).modules()):
        try:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("default")
                compile(files.read(path, _LARGEST), path, "exec", dont_inherit=True)
            for each in told:  # Python itself would show the line
                warned(plain_line(f"{path}:{each.lineno}: {each.category.__name__}: {each.message}"))
        except Exception as error:  # of any kind: a source may be too deep for a compiler
            line = getattr(error, "lineno", None)
            what = getattr(error, "msg", None) or getattr(error, "strerror", None) or str(error) or type(error).__name__
            yield f"{path}{f':{line}' if line else ''}: {what}"


def _manifest(folder):
    """The manifest, and what is wrong with it and with what it needs."""
    try:
        read = Manifest.read(folder)
    except ManifestError as error:
        return None, list(map(str, error.problems))
    return read, [f"{read.file}: {problem}" for problem in dependencies.check_one(read)]
