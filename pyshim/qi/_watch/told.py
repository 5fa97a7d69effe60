# SPDX-License-Identifier: BSD-3-Clause
"""What a watchdog tells a callable of Python: qi.monitor has these for its users."""

import typing


class Stall(typing.NamedTuple):
    """A stretch in which Python does not give the GUI thread back."""

    seconds: float  # so far
    reports: int  # how often it was reported before
    native: bool  # native code holds the GIL
    over: bool  # it has ended
    stack: typing.Optional[str]  # the innermost call last; None: not known
    task: typing.Optional[str]
    plugin: typing.Optional[str]
    signal: typing.Optional[str]
    target: typing.Optional[str]


class SlowStep(typing.NamedTuple):
    """A callback of the loop, or the first step of a task, that took long."""

    seconds: float
    task: typing.Optional[str]
    coroutine: typing.Optional[str]
    plugin: typing.Optional[str]
    signal: typing.Optional[str]
    target: typing.Optional[str]


for _type in (Stall, SlowStep):
    _type.__module__ = "qi.monitor"  # where everybody gets them from
del _type
