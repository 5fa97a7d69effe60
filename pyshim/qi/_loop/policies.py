# SPDX-License-Identifier: BSD-3-Clause
"""Event loop policies that make qi's loops, for the versions of Python that have policies.

Python 3.14 deprecates the public functions and classes, and warns; what asyncio itself uses there lies
beside them under private names and is the same. Where there is nothing left, `loop_factory` is the way.
"""

import asyncio
import sys
from asyncio import events

from .loop import QiProactorEventLoop, QiSelectorEventLoop

__all__ = (
    "QiDefaultEventLoopPolicy",
    "QiProactorEventLoopPolicy",
    "QiSelectorEventLoopPolicy",
)

_NO_POLICIES = "this version of Python has no event loop policies; use loop_factory=qi.new_event_loop"


def _default_policy():
    """asyncio's own policy class of this platform, whatever it is called; None where there is none."""
    module = sys.modules.get("asyncio.unix_events") or sys.modules.get("asyncio.windows_events")
    for where in (module, asyncio):
        for name in ("_DefaultEventLoopPolicy", "DefaultEventLoopPolicy"):
            if name in vars(where or asyncio):  # and not through a module's __getattr__, which warns
                return vars(where or asyncio)[name]
    return None


class _NoPolicy:
    def __init__(self):
        raise RuntimeError(_NO_POLICIES)


_Policy = _default_policy() or _NoPolicy


class QiSelectorEventLoopPolicy(_Policy):
    """Event loop policy whose loops are `QiSelectorEventLoop`.

    Policies hold for all threads. Prefer `loop_factory=qi.new_event_loop`, or `using_qt_from_asyncio()`,
    which puts the earlier policy back; Python 3.14 deprecates policies, 3.16 is to remove them. Raises
    RuntimeError where Python has none.
    """

    _loop_factory = QiSelectorEventLoop


class QiProactorEventLoopPolicy(_Policy):
    """Event loop policy whose loops are `QiProactorEventLoop`: on Windows, elsewhere NotImplementedError."""

    _loop_factory = QiProactorEventLoop

    def __init__(self):
        QiProactorEventLoop._check_platform("QiProactorEventLoopPolicy")
        super().__init__()


QiDefaultEventLoopPolicy = QiSelectorEventLoopPolicy


def get_policy():
    """The present policy, without a warning; RuntimeError where Python has none."""
    return _function("get_event_loop_policy")()


def find_policy():
    """The same, but None where Python has none."""
    try:
        return get_policy()
    except RuntimeError:
        return None


def set_policy(policy):
    """Sets the policy, or None, without a warning."""
    _function("set_event_loop_policy")(policy)


def _function(name):
    function = getattr(events, f"_{name}", None) or getattr(events, name, None)
    if function is None:
        raise RuntimeError(_NO_POLICIES)
    return function
