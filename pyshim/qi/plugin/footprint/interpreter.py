# SPDX-License-Identifier: BSD-3-Clause
"""State of Python itself."""

import gc
import sys
import threading

from .kinds import ABSENT, Attributes, Items, Kind


class _Tracer(Kind):
    """Debuggers and profilers come and go by themselves: only what is a plugin's counts."""

    guessed = False


def _thaw(count):
    if count == 0:
        gc.unfreeze()


def _of_module(name, asked):
    """What a function of a module answers that may not be imported."""

    def get():
        module = sys.modules.get(name)
        return getattr(module, asked)() if module is not None else False

    return get


def _end(name, function):
    def put(value):
        if value is False:
            getattr(sys.modules[name], function)()
        elif name == "faulthandler":
            sys.modules[name].enable()

    return put


def _optional(name):
    """A pair of functions of sys that not every version has, as (get, put)."""
    get = getattr(sys, f"get{name}", None)
    return (get, getattr(sys, f"set{name}")) if get else (lambda: ABSENT, None)


KINDS = [
    Attributes("sys", "excepthook", "displayhook", "unraisablehook", "breakpointhook", "stdin", "stdout", "stderr", "argv",
               "dont_write_bytecode", "pycache_prefix", "tracebacklimit"),
    Items("sys.path", lambda: sys.path, sys.path_importer_cache.clear),
    Items("sys.meta_path", lambda: sys.meta_path),
    Items("sys.path_hooks", lambda: sys.path_hooks, sys.path_importer_cache.clear),
    Kind("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    Kind("the switch interval", sys.getswitchinterval, sys.setswitchinterval),
    Kind("the limit of digits", *_optional("_int_max_str_digits")),
    Kind("the flags of dlopen()", *_optional("dlopenflags")),
    _Tracer("the tracer of sys.settrace()", sys.gettrace, sys.settrace),
    _Tracer("the profiler of sys.setprofile()", sys.getprofile, sys.setprofile),
    _Tracer("the tracer of threading.settrace()", threading.gettrace, threading.settrace),
    _Tracer("the profiler of threading.setprofile()", threading.getprofile, threading.setprofile),
    Attributes("threading", "excepthook", "Thread", "Lock", "RLock"),
    Kind("threading.stack_size()", threading.stack_size, threading.stack_size),
    Kind("the collector is on", gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
    Kind("the collector's thresholds", gc.get_threshold, lambda values: gc.set_threshold(*values)),
    Kind("the collector's debugging", gc.get_debug, gc.set_debug),
    Kind("the collector's frozen objects", lambda: min(gc.get_freeze_count(), 1), _thaw),
    Items("gc.callbacks", lambda: gc.callbacks),
    Kind("faulthandler is on", _of_module("faulthandler", "is_enabled"), _end("faulthandler", "disable")),
    Kind("tracemalloc is on", _of_module("tracemalloc", "is_tracing"), _end("tracemalloc", "stop")),
]
