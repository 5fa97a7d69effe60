# SPDX-License-Identifier: BSD-3-Clause
"""Ends what belongs to a plugin by its Context, and finds what is left of it when it should be gone."""

import asyncio
import time

import _qi

from .. import _scope
from .._shutdown import leave_task

KINDS = ("tasks", "connections", "timers", "modules", "threads", "descriptors", "objects")


class Report:
    """What was left behind, by kind, each as a text."""

    def __init__(self):
        for kind in KINDS:
            setattr(self, kind, [])

    def describe(self):
        found = {kind: list(getattr(self, kind)) for kind in KINDS}
        return {"clean": not any(found.values()), **found}


class Before:
    """How things were before a plugin was started."""


def tasks_of(scope):
    loop = asyncio.get_running_loop()
    return {task for task in asyncio.all_tasks(loop) if _scope.scope_of_task(task) is scope}


def counts(scope):
    return {"tasks": len(tasks_of(scope)), "connections": len(_qi._scope_links(scope))}


async def end_tasks(scope, report, seconds):
    """Cancels the tasks of a scope and waits for them; those that do not end are named."""
    end = time.monotonic() + seconds
    asked = set()
    while True:
        alive = tasks_of(scope)
        for task in alive - asked:  # clean-up may start further tasks
            task.cancel("the plugin is being ended")
        asked |= alive
        left = end - time.monotonic()
        if not alive or left <= 0:
            break
        await asyncio.wait(alive, timeout=left)
    report.tasks += sorted(leave_task(task) for task in alive)


def end_connections(scope, report):
    for link in _qi._scope_links(scope):
        link.disconnect()


def end_timers(scope, report):
    loop = asyncio.get_running_loop()
    for handle in list(loop._scheduled):
        if not handle.cancelled() and _scope.scope_of(handle._context) is scope:
            handle.cancel()


async def look(scope, before, modules, report):
    """Looks for what is left."""
