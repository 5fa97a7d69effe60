# SPDX-License-Identifier: BSD-3-Clause
"""Interpreters that the standard library starts, as those of multiprocessing and process pools, while plugins are on.

They have the plugins' folders on their path, and no guard of ours: the bytecode that lies in `__pycache__` there would run,
which belongs to no hash that the user has agreed to. So they keep bytecode in the user's cache, or none at all.
"""

import functools
import subprocess
import sys

from . import bytecode

#: A name under which no file can be.
_NOWHERE = "/dev/null/none"


_is_on = False


def guard(changes):
    """Starts them so from now on, until `changes` are undone."""
    flags = getattr(subprocess, "_args_from_interpreter_flags", None)  # a name of CPython's own
    if flags is None:
        return
    changes.set(sys.modules[__name__], "_is_on", True)

    @functools.wraps(flags)
    def with_bytecode_elsewhere():
        if not _is_on:  # multiprocessing.util keeps this under a name of its own
            return flags()
        return [*flags(), "-X", f"pycache_prefix={bytecode.folder_of_children() or _NOWHERE}"]

    for module in (subprocess, sys.modules.get("multiprocessing.util")):
        if getattr(module, flags.__name__, None) is flags:
            changes.set(module, flags.__name__, with_bytecode_elsewhere)
