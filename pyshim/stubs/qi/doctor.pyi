# SPDX-License-Identifier: BSD-3-Clause
"""Looks at what libqi depends on, and says what is wrong with it and how to put it right."""

import os
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Check", "Report", "examine"]

class Check(NamedTuple):
    """One thing that the doctor has looked at."""

    section: str
    subject: str
    state: str
    found: str
    fix: str

class Report:
    """All that examine() has found; str() of it is what `qi-run doctor` prints."""

    checks: list[Check]

    def __init__(self, checks: Iterable[Check]) -> None: ...
    @property
    def ok(self) -> bool: ...
    @property
    def problems(self) -> list[Check]: ...

def examine(*plugin_folders: str | os.PathLike[str]) -> Report:
    """Looks at Python, Qt, bindings, folders and environment of this process, and returns a Report."""
