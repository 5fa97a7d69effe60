# SPDX-License-Identifier: BSD-3-Clause
"""What the classes of the application's enumerations and flags are made from, by runtime/qt/enums.cpp."""

import enum


def _scoped(cls):
    """repr() says to which class of the application a member belongs: <shop.Order.State.Sent: 2>."""
    base = cls.__repr__

    def __repr__(self):
        return base(self).replace(type(self).__name__, type(self).__qualname__, 1)

    cls.__repr__ = __repr__
    return cls


@_scoped
class HostEnum(enum.IntEnum):
    """An enumeration of the application."""


@_scoped
class HostFlag(enum.IntFlag):
    """Flags of the application."""


class ConnectionType(enum.IntEnum):
    """How an emission reaches the callable: `connect(callable, type)`. Qt's names are there as well.

    The first four exclude each other; `Unique` and `SingleShot` may be added with `|`.
    """

    Auto = 0
    """At once in the GUI thread, through the event queue from any other."""

    Direct = 1
    """At once, in the thread that emits, whichever that is."""

    Queued = 2
    """Through the event queue, always in the GUI thread."""

    BlockingQueued = 3
    """In the GUI thread, while the thread that emits waits."""

    Unique = 0x80
    """Not a second time: a callable that is connected already keeps the connection that it has."""

    SingleShot = 0x100
    """Once: the connection ends with the first emission."""

    AutoConnection = Auto
    DirectConnection = Direct
    QueuedConnection = Queued
    BlockingQueuedConnection = BlockingQueued
    UniqueConnection = Unique
    SingleShotConnection = SingleShot
