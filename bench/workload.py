# SPDX-License-Identifier: BSD-3-Clause
"""What a workload is, its figures and targets, and how a function of a file in workloads/ becomes one."""

import dataclasses
import time

from session import LOOPS


@dataclasses.dataclass
class Target:
    """What libqi is to reach: so many times the figure of another contestant, or, without one, a figure."""

    most: float
    of: str = ""


@dataclasses.dataclass
class Part:
    """One of several figures that a workload yields."""

    name: str
    unit: str
    targets: tuple = ()
    steady: bool = True  # fit to be compared with an earlier run


@dataclasses.dataclass
class Workload:
    name: str
    count: int  # operations a round
    bodies: dict  # contestant -> async function of the count, which returns figures, one for each part
    parts: list
    rounds: int | None  # None: as many as there is time for
    scale: float  # how much of the usual time it gets
    fixed: bool  # the count is part of what is measured
    apart: bool  # its contestants are no loops but programs


WORKLOADS = []

UNITS = {"ns": 1e9, "µs": 1e6, "ms": 1e3}


def seconds_each(body, unit):
    """Turns a body that times itself, or is timed as a whole, into one that returns the unit."""

    async def measured(count):
        started = time.perf_counter()
        seconds = await body(count)
        if seconds is None:
            seconds = time.perf_counter() - started
        return [seconds / count * UNITS[unit]]

    return measured


def as_list(body):
    async def measured(count):
        return [await body(count)]

    return measured


def workload(name, *, count, unit="µs", target=(), parts=None, rounds=None, scale=1.0, fixed=False,
             steady=True, apart=False, only=None, **others):
    """Makes a workload of an async function of a count.

    It runs on every loop. It returns the seconds that it took, or None to be timed from outside; where the
    unit is none of time, it returns the figure itself, and with `parts` a list of figures, one for each.
    Other contestants are given as keywords: an async function of the count each; None takes one away.
    only: the names of the loops that it runs on, or "qt" for those on top of Qt
    rounds, scale: how often at most, and how much of the usual time it gets
    fixed: the count stays what it is, also for a contestant that is slow
    steady: whether the figure is fit to be compared with an earlier run's
    apart: all contestants are given as keywords and are programs, which the functions start and wait for
    """
    targets = (target,) if isinstance(target, Target) else tuple(target)

    def decorate(body):
        names = [key for key, loop in LOOPS.items() if not apart
                 if only is None or (loop.in_qt if only == "qt" else key in only)]
        bodies = {key: body for key in names} | others
        order = [*LOOPS, *(other for other in others if other not in LOOPS)]
        bodies = {key: bodies[key] for key in order if bodies.get(key)}
        if parts is None:
            wrap = (lambda body: seconds_each(body, unit)) if unit in UNITS else as_list
            bodies = {key: wrap(body) for key, body in bodies.items()}
        figures = parts or [Part("", unit, targets, steady)]
        WORKLOADS.append(Workload(name, count, bodies, figures, rounds, scale,
                                  fixed or parts is not None, apart))
        return body

    return decorate
