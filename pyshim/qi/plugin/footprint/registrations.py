# SPDX-License-Identifier: BSD-3-Clause
"""What a plugin registers where nobody can ask for it again, and the processes that it starts: noted in its Scope when
it does so. What its libraries register for themselves while they are imported stays theirs, as they stay."""

import atexit
import codecs
import functools
import os
import subprocess
import sys

from ..._python.names import name_of
from ..._python.scope import current, plugin_of_module
from .provenance import plugin_behind

_FORKS = ("fork", "forkpty", "posix_spawn", "posix_spawnp")


def follow(changes):
    """Notes them from now on, until `changes` are undone."""
    for module in (atexit, codecs):
        changes.set(module, "register", _noting(module, module.register))
        changes.set(module, "unregister", _forgetting(module, module.unregister))
    changes.set(subprocess.Popen, "__init__", _noting_process(subprocess.Popen.__init__))
    for name in _FORKS:
        if hasattr(os, name):
            changes.set(os, name, _noting_fork(getattr(os, name)))


def _noting(module, register):
    @functools.wraps(register)
    def register_noted(function, /, *args, **options):
        scope = current.get()
        caller = sys._getframe(1).f_globals.get("__name__")
        if scope is not None and scope.plugin in (plugin_behind(function), plugin_of_module(str(caller))):
            scope.registered.append((module, function))
        return register(function, *args, **options)

    return register_noted


def _forgetting(module, unregister):
    @functools.wraps(unregister)
    def unregister_noted(function, /):
        scope = current.get()
        if scope is not None:
            scope.registered[:] = [each for each in scope.registered if each[0] is not module or each[1] is not function]
        return unregister(function)

    return unregister_noted


def _noting_process(init):
    @functools.wraps(init)
    def init_noted(self, *args, **options):
        init(self, *args, **options)
        _note(self.pid, self.args)

    return init_noted


def _noting_fork(fork):
    @functools.wraps(fork)
    def fork_noted(*args, **options):
        result = fork(*args, **options)
        pid = result[0] if isinstance(result, tuple) else result
        if pid > 0:
            _note(pid, args[0] if args else "a fork")
        return result

    return fork_noted


def _note(pid, what):
    scope = current.get()
    if scope is not None:
        scope.processes.append((pid, what))


def end(scope):
    """Takes out what is registered, as far as it is the plugin's own code. Returns what there was, as texts."""
    lines = []
    while scope.registered:
        module, function = scope.registered.pop()
        is_own = plugin_behind(function) == scope.plugin
        if is_own:
            module.unregister(function)
        lines.append(f"{module.__name__}: {name_of(function)} was registered; {'taken out' if is_own else 'it stays'}")
    return lines


def processes(scope):
    """The processes that go on, as texts."""
    return [f"{pid}: {_command(what)}" for pid, what in scope.processes if _runs(pid)]


def _runs(pid):
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except OSError:  # somebody has waited for it
        return False


def _command(what):
    words = [what] if isinstance(what, (str, bytes, os.PathLike)) else list(what)
    return " ".join(os.fsdecode(word) for word in words)[:120]
