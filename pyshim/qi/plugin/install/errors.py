# SPDX-License-Identifier: BSD-3-Clause
"""What is refused."""

from ..._python.plain import plain
from .. import packages


class InstallError(Exception):
    """What was asked for is not done, and nothing has changed; the text says why, and what would help."""

    def __init__(self, text):
        super().__init__(plain(text))  # names in it are a stranger's


def told_of(problem):
    """What an OSError says, in a line."""
    what = problem.strerror or str(problem)
    return f"{problem.filename}: {what}" if problem.filename else what


class told:
    """Turns what a disk says into an InstallError, and that there is nothing here which compares versions."""

    def __enter__(self):
        return self

    def __exit__(self, kind, problem, trace):
        if isinstance(problem, OSError):
            raise InstallError(told_of(problem)) from problem
        if isinstance(problem, packages.Missing):
            raise InstallError(str(problem)) from problem
