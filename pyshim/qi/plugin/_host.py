# SPDX-License-Identifier: BSD-3-Clause
"""What runtime/plugins/plugin.c calls. The answers are (status, result), or (status, message) where it is not 0."""

import functools

import _qi

from ._manager import ActionError, NoSuchName, NotStarted, WrongPlace, manager
from .record import STATES

_OK, _ARGUMENT, _STATE, _PYTHON, _NOT_FOUND, _TYPE, _RANGE = 0, -1, -3, -9, -10, -12, -13  # of qi_status


def _answers(function):
    """Turns the exceptions that the manager promises into statuses; others are a fault of somebody's."""

    @functools.wraps(function)
    def answer(*args):
        try:
            return _OK, function(*args)
        except NoSuchName as wrong:
            return _NOT_FOUND, str(wrong)
        except (ActionError, NotStarted) as wrong:
            return _STATE, str(wrong)
        except WrongPlace as wrong:
            return _ARGUMENT, str(wrong)

    return answer


@_answers
def start(options):
    manager.start(**options)


@_answers
def rescan():
    manager.rescan()


@_answers
def list_all():
    return manager.list()


@_answers
def list_found():
    return manager.found()


@_answers
def info(id):
    return manager.info(id)


@_answers
def searching():
    return manager.searching()


@_answers
def knows(id):
    return manager.knows(id)


@_answers
def state_of(id):
    return STATES.index(manager.state(id))


@_answers
def setting(id, key):
    return manager.setting(id, key)


def set_setting(id, key, value):
    try:
        return _set_setting(id, key, value)
    except TypeError as wrong:
        return _TYPE, str(wrong)
    except ValueError as wrong:
        return _RANGE, str(wrong)


@_answers
def _set_setting(id, key, value):
    manager.set_setting(id, key, value)


@_answers
def begin_action(id, name):
    """What runs an action; once that has been called, action_began()."""
    activation, action = manager.action(id, name)
    return activation.begin_action(action)


def action_began(id):
    manager.action_began(id)


@_answers
def may_stop():
    manager.check_running()


def noted(id, message, traceback):
    """Whether an error of a plugin is to be reported."""
    return manager.noted(id, message, traceback)


async def enable(id):
    return await manager.enable(id)


async def disable(id):
    return await manager.disable(id)


async def reload(id):
    return await manager.reload(id)


async def withdraw(id):
    return await manager.withdraw(id)


async def stop():
    manager.begin_stop("the plugins were stopped", _qi._plugins_stopped)
    return await manager.stop()
