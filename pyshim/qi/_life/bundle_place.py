# SPDX-License-Identifier: BSD-3-Clause
"""The folder that a bundle becomes: a new one, or an empty one of this user's, on a way that nobody else can change.

An interpreter in it is run while it is made, and what is in it is shipped: who could put something there would be believed twice.
"""

import contextlib
import os
import pathlib
import shutil
import stat

from .._python import private
from . import plugin_tool
from .bundle_elf import Problem


def refuse_others(folder):
    """Problem if somebody else could change what is at a path, which need not be there, or has made it."""
    at = folder
    while not os.path.lexists(at):
        at = os.path.dirname(at)
    if problem := private.who_could_change(at):
        raise Problem(f"{problem}. Make the folder where nobody else can put other files in its place")
    if at != folder:
        return
    facts = os.stat(folder)
    if facts.st_uid != os.geteuid():
        raise Problem(f"{folder}: it belongs to somebody else; choose another name")
    if facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):  # as /tmp, where everybody may make files
        raise Problem(f"{folder}: other users may write to it; choose another name")


@contextlib.contextmanager
def made(folder):
    """The folder while it is being made: if that fails, it is removed. It has the mode 0755, whatever the umask."""
    with plugin_tool.kept_from_others(), _removed_if_it_fails(folder) if os.path.lexists(folder) else plugin_tool.removed_if_it_fails(pathlib.Path(folder)):
        os.chmod(folder, 0o755)
        yield


@contextlib.contextmanager
def _removed_if_it_fails(folder):
    private.make_own_folder(folder)
    if os.listdir(folder):
        raise Problem(f"{folder} is not empty any more")
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
