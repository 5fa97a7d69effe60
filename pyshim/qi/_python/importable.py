# SPDX-License-Identifier: BSD-3-Clause
"""Folders in which what somebody drops is imported by its name. This imports nothing that a start of Python has not: it is asked
before the modules are imported that would come from there.
"""

import os
import sys

_at_the_desk = False

WHY = ("is on sys.path, or holds a folder that is (as by module_paths): what is put there would be imported by its name without anybody's "
       "consent; plugins need a folder of their own")


def work_at_the_desk():
    """From now on folders of plugins may be on sys.path: who writes a plugin has it in a folder of his own work, which pytest or
    PYTHONPATH may name. For the tools of authors, in processes of theirs."""
    global _at_the_desk
    _at_the_desk = True


def is_importable(folder, real=os.path.realpath, is_known=lambda path: False):
    """Whether what lies in a folder, or in one of its own, is imported by its name though nobody has agreed to it. `real` tells
    where a path leads, is_known() of one that it is a plugin's which is on. The environment of the interpreter is the host's."""
    if _at_the_desk:
        return False
    root, prefix = real(folder), real(sys.prefix)
    own = prefix if prefix != root and _is_below(prefix, root) else None
    below = [path for path in (real(each) for each in sys.path if isinstance(each, str)) if _is_below(path, root)]
    return any(path == root or not (own and _is_below(path, own) or is_known(path)) for path in below)


def problem(folders):
    """What is wrong with one of these folders of plugins; None if nothing is. Symlinks are not looked at, which may wait for the disk."""
    for folder in folders:
        if is_importable(folder, os.path.abspath):
            return f"the folder of plugins {folder} {WHY}"
    return None


def _is_below(path, root):
    return path == root or path.startswith(root.rstrip("/") + "/")
