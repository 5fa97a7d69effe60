# SPDX-License-Identifier: BSD-3-Clause
"""State of the event loop that all plugins share, and of the policy behind asyncio's functions."""

import asyncio
import sys
from asyncio import events

from ..._loop import policies
from .kinds import ABSENT, Kind


def _loop():
    return asyncio.get_running_loop()


def _executor():
    """The default executor, as long as somebody has set it: asyncio makes one when it is first needed."""
    executor = getattr(_loop(), "_default_executor", None)
    own = getattr(executor, "_thread_name_prefix", None) == "asyncio"
    return ABSENT if executor is None or own else executor


class _Executor(Kind):
    """One of asyncio's own is made again where it is needed."""

    def put(self, key, value):
        if value is ABSENT:
            _loop()._default_executor = None
        else:
            _loop().set_default_executor(value)
        return True


def _policy():
    """The policy, if one was set: asyncio makes its own when it is first asked for."""
    policy = getattr(events, "_event_loop_policy", None)
    return ABSENT if policy is None or type(policy).__module__.startswith("asyncio.") else policy


class _Policy(Kind):
    def put(self, key, value):
        policies.set_policy(None if value is ABSENT else value)
        return True


def _default_loop():
    local = getattr(getattr(events, "_event_loop_policy", None), "_local", None)
    loop = getattr(local, "_loop", None)
    return ABSENT if loop is None else loop


class _DefaultLoop(Kind):
    def put(self, key, value):
        policies.get_policy().set_event_loop(None if value is ABSENT else value)
        return True


def _watcher():
    watcher = getattr(getattr(events, "_event_loop_policy", None), "_watcher", None)
    own = type(watcher).__name__ in ("ThreadedChildWatcher", "PidfdChildWatcher")
    return ABSENT if watcher is None or own and type(watcher).__module__ == "asyncio.unix_events" else watcher


class _Watcher(Kind):
    def put(self, key, value):
        sys.modules["asyncio.events"]._event_loop_policy._watcher = None if value is ABSENT else value
        return True


KINDS = [
    Kind("the loop's exception handler", lambda: _loop().get_exception_handler(), lambda value: _loop().set_exception_handler(value)),
    Kind("the loop's task factory", lambda: _loop().get_task_factory(), lambda value: _loop().set_task_factory(value)),
    Kind("the loop's debug mode", lambda: _loop().get_debug(), lambda value: _loop().set_debug(value)),
    Kind("the loop's slow_callback_duration", lambda: _loop().slow_callback_duration,
         lambda value: setattr(_loop(), "slow_callback_duration", value)),
    _Executor("the loop's default executor", _executor),
    _Policy("the policy of event loops", _policy),
    _DefaultLoop("the default event loop of the GUI thread", _default_loop),
    _Watcher("asyncio's child watcher", _watcher),
]
