# SPDX-License-Identifier: BSD-3-Clause
"""State that modules of Python's library keep, and the modules themselves."""

import builtins
import copyreg
import logging
import sys
import warnings

from ..._python.scope import PACKAGE
from .kinds import ABSENT, Attributes, Items, Kind, Table


def _filters_changed():
    mutated = getattr(warnings, "_filters_mutated", None) or getattr(warnings, "_filters_mutated_lock_held", None)
    if mutated is not None:
        mutated()


class _Modules(Table):
    """Modules that are replaced or taken out; one that is added is no harm to anybody."""

    def read(self):
        return {name: module for name, module in sys.modules.copy().items() if name.partition(".")[0] != PACKAGE}

    def counts(self, key, old, new):
        """Whether a change is one: a package may put something in its own place while it is imported."""
        return old is not ABSENT


class _Loggers(Kind):
    """Levels and handlers of all loggers."""

    def __init__(self):
        self.name = "logging"

    def read(self):
        found = {}
        for logger in (logging.root, *logging.root.manager.loggerDict.copy().values()):
            if not isinstance(logger, logging.Logger):
                continue
            if logger.level or logger is logging.root:
                found[logger.name, "level"] = logger.level
            for handler in logger.handlers:
                if not isinstance(handler, logging.NullHandler):
                    found[logger.name, handler] = handler
        return found

    def put(self, key, value):
        name, what = key
        logger = logging.root if name == logging.root.name else logging.getLogger(name)
        if what == "level":
            logger.setLevel(logging.NOTSET if value is ABSENT else value)
        elif value is ABSENT:
            logger.removeHandler(what)
        else:
            logger.addHandler(value)
        return True

    def describe(self, key, old, new):
        name, what = key
        if what == "level":
            levels = [logging.getLevelName(0 if level is ABSENT else level) for level in (new, old)]
            return f"the level of the logger {name!r}: {levels[0]} in place of {levels[1]}"
        return f"the logger {name!r}: a handler of the class {type(what).__name__} was {'added' if old is ABSENT else 'taken out'}"


class _Builtins(Table):
    def counts(self, key, old, new):
        return key != "_" or callable(new) or callable(old)  # what a console has shown last


def _start_method():
    context = getattr(sys.modules.get("multiprocessing.context"), "_default_context", None)
    actual = getattr(context, "_actual_context", None)
    return getattr(actual, "_name", ABSENT) if actual is not None else ABSENT


def _put_start_method(name):
    sys.modules["multiprocessing.context"]._default_context.set_start_method(name, force=True)


class _StartMethod(Kind):
    def put(self, key, value):
        _put_start_method(None if value is ABSENT else value)
        return True


def _decimals():
    module = sys.modules.get("decimal")
    default = getattr(module, "DefaultContext", None)
    return (default.prec, default.rounding, default.Emin, default.Emax) if default is not None else ABSENT


def _put_decimals(values):
    default = sys.modules["decimal"].DefaultContext
    default.prec, default.rounding, default.Emin, default.Emax = values


KINDS = [
    Items("warnings.filters", lambda: warnings.filters, _filters_changed),
    Attributes("warnings", "showwarning", "formatwarning", "_showwarnmsg_impl", "defaultaction"),
    _Loggers(),
    Attributes("logging", "lastResort", "raiseExceptions", "_loggerClass", "_logRecordFactory"),
    Kind("logging.disable()", lambda: logging.root.manager.disable, logging.disable),
    _Builtins("builtins", lambda: vars(builtins)),
    _Modules("sys.modules", lambda: sys.modules),
    Table("copyreg.dispatch_table", lambda: copyreg.dispatch_table),
    _StartMethod("the start method of multiprocessing", _start_method),
    Kind("decimal.DefaultContext", _decimals, _put_decimals),
    Attributes("socket", "socket", "create_connection", "getaddrinfo"),
    Attributes("ssl", "_create_default_https_context"),
    Attributes("urllib.request", "_opener"),
    Attributes("time", "sleep", "time", "monotonic"),
    Attributes("os", "fork", "environ"),
    Attributes("asyncio", "run", "get_event_loop", "get_running_loop", "sleep", "create_task"),
    Attributes("asyncio.events", "get_event_loop", "get_running_loop", "_get_running_loop", "new_event_loop"),
]
