# SPDX-License-Identifier: BSD-3-Clause
"""What is refused."""

from ..._python.plain import plain


class InstallError(Exception):
    """What was asked for is not done, and nothing has changed; the text says why, and what would help."""

    def __init__(self, text):
        super().__init__(plain(text))  # names in it are a stranger's


def told_of(problem):
    """What an OSError says, in a line."""
    what = problem.strerror or str(problem)
    return f"{problem.filename}: {what}" if problem.filename else what
