# SPDX-License-Identifier: BSD-3-Clause
"""Asynchronous iterators, asked by C for one item at a time: qi_value_next()."""


def what_gives_the_next(iterator):
    """A coroutine function that returns a list of the next item, or an empty one at the end. TypeError: it is none."""
    if not hasattr(type(iterator), "__anext__"):
        hint = "; its __aiter__() gives one" if hasattr(type(iterator), "__aiter__") else ""
        raise TypeError(f"an object of type {type(iterator).__name__} is no asynchronous iterator{hint}")

    once = [iterator]

    async def next_item():  # the host may keep it for as long as it likes, but not the iterator by it
        try:
            return [await anext(once.pop())]
        except StopAsyncIteration:
            return []

    next_item.__module__ = _module_of(iterator)  # by which libqi knows the plugin whose code it is
    return next_item


def _module_of(iterator):
    frame = getattr(iterator, "ag_frame", None)
    return type(iterator).__module__ if frame is None else frame.f_globals.get("__name__")
