# SPDX-License-Identifier: BSD-3-Clause
"""qi.doctor: looks at what libqi depends on, and says what is wrong with it and how to put it right.

    print(qi.doctor.examine())

The same as the command `qi-run doctor`, which also works where Python cannot be started.
"""

import json
import os
import sys
from typing import NamedTuple

import _qi

__all__ = ["Check", "Report", "examine"]


class Check(NamedTuple):
    """One thing that the doctor has looked at."""

    section: str
    """What it belongs to: "Python", "Qt", "Bindings", "Plugin folders", "Environment"."""

    subject: str
    """What was looked at."""

    state: str
    """"ok", "note", "warning" or "problem"."""

    found: str
    """What was found."""

    fix: str
    """How to put it right; empty where nothing needs to be."""


class Report:
    """All that examine() has found; str() of it is what `qi-run doctor` prints."""

    def __init__(self, checks):
        self.checks = list(checks)

    @property
    def ok(self):
        """Whether there is no problem; a warning is none."""
        return not self.problems

    @property
    def problems(self):
        """The checks that found a problem."""
        return [check for check in self.checks if check.state == "problem"]

    def __str__(self):
        lines, section = [], None
        for check in self.checks:
            if check.section != section:
                section = check.section
                lines += ["", section] if lines else [section]
            state = "PROBLEM" if check.state == "problem" else check.state
            lines.append(f"  {state:9}{check.subject:18} {check.found}")
            if check.fix:
                lines.append(f"{'':11}to fix it: {check.fix}")
        warnings = sum(check.state == "warning" for check in self.checks)
        return "\n".join([*lines, "", f"{plural(len(self.problems), 'problem')}, {plural(warnings, 'warning')}"])

    def __repr__(self):
        return f"<qi.doctor.Report: {len(self.checks)} checks, {plural(len(self.problems), 'problem')}>"


def plural(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def examine(*plugin_folders):
    """Looks at Python, Qt, bindings, folders and environment of this process, and returns a Report.

    plugin_folders: folders that hold plugins, to be examined too.

    It waits for processes that it starts, usually less than a second; other threads go on meanwhile.
    Raises TypeError for a folder that is no path.
    """
    folders = [os.fspath(folder) for folder in plugin_folders]
    found = json.loads(_qi._doctor(sys.executable or "", *map(os.path.abspath, map(os.fsdecode, folders))))
    return Report(Check(**check) for check in found["checks"])
