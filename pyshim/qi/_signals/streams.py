# SPDX-License-Identifier: BSD-3-Clause
"""asyncsignalstream(): the emissions of a signal as an asynchronous iterator that loses none."""

import asyncio
import collections
import operator
import threading
import weakref

from .listener import Listener, check, name_of

_POLICIES = ("error", "drop-oldest", "drop-newest")


class SignalOverflow(asyncio.QueueFull):
    """A bounded stream of emissions was full when another one came."""


SignalOverflow.__module__ = "qi"  # where everybody gets it from


def asyncsignalstream(signal, *, maxsize=0, overflow="error"):
    """Returns an asynchronous iterator over the emissions of `signal`, each a tuple of its arguments.

        async for (value,) in qi.asyncsignalstream(slider.valueChanged):
            ...

    `signal` is what asyncsignal() takes. It is connected before this function returns and disconnected when
    the iterator is deleted, by aclose(), or at the end of an `async with` block. Emissions in between are
    kept until somebody asks for them, those in other threads included. Several tasks may share a stream;
    each emission goes to one of them. Cancelling one that waits loses nothing. When the sender is destroyed,
    the stream ends after what was emitted before.

    maxsize: how many emissions are kept at most; 0: any number.
    overflow: what happens to an emission that finds the stream full: "error" ends the stream, which raises
        SignalOverflow after all that it has kept; "drop-oldest" drops the one that has waited longest,
        "drop-newest" the new one. The stream's `dropped` counts them.

    Raises TypeError for what is no signal of an object, SenderDestroyed if its sender is gone already.
    """
    check(signal, "asyncsignalstream()")
    size = operator.index(maxsize)
    if size < 0:
        raise ValueError(f"maxsize must not be negative, but is {size}")
    if overflow not in _POLICIES:
        raise ValueError(f"overflow must be one of {', '.join(map(repr, _POLICIES))}, not {overflow!r}")
    return SignalStream(signal, size, overflow)


class _Buffer:
    """What the connection fills and the stream empties. It knows no stream, so that this can be deleted."""

    def __init__(self, name, maxsize, overflow):
        self.name = name
        self.maxsize = maxsize
        self.overflow = overflow
        self.items = collections.deque()
        self.waiters = collections.deque()
        self.dropped = 0
        self.closed = False  # nothing comes any more
        self.failure = None  # raised once, after the last item
        self.listener = None
        self.thread = threading.get_ident()
        self.loop = asyncio._get_running_loop()  # None: the first task that asks brings it

    # -- in any thread ----------------------------------------------------------------------------------

    def arrived(self, args):
        if threading.get_ident() == self.thread or self.loop is None:
            self.put(args)
        elif not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.put, args)

    def ended(self):
        # Behind the emissions in other threads that are on their way.
        if self.loop is None or self.loop.is_closed():
            self.close()
        else:
            self.loop.call_soon_threadsafe(self.close)

    # -- in the loop's thread ---------------------------------------------------------------------------

    def put(self, args):
        if self.closed:
            return
        if self.maxsize and len(self.items) >= self.maxsize:
            if self.overflow == "error":
                text = f"{self.maxsize} emissions of {self.name} wait already, which is the stream's maxsize"
                self.failure = SignalOverflow(text)
                self.close()
                return
            self.dropped += 1
            if self.overflow == "drop-newest":
                return
            self.items.popleft()
        self.items.append(args)
        self.wake()

    def wake(self):
        """Lets one that waits look for an item."""
        while self.waiters and not self.loop.is_closed():
            waiter = self.waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def close(self):
        self.closed = True
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.close()  # Beware: may run code of others
        for _ in range(len(self.waiters)):
            self.wake()

    def bind(self, loop):
        if self.loop is None:
            self.loop = loop
            self.thread = threading.get_ident()
        elif self.loop is not loop:
            raise RuntimeError(f"the stream of {self.name} belongs to another event loop than the running one")

    async def get(self):
        loop = asyncio.get_running_loop()
        self.bind(loop)
        while not self.items:
            if self.closed:
                failure, self.failure = self.failure, None
                raise failure or StopAsyncIteration
            waiter = loop.create_future()
            self.waiters.append(waiter)
            try:
                await waiter
            except BaseException:
                if waiter.cancelled() or not waiter.done():
                    if waiter in self.waiters:
                        self.waiters.remove(waiter)
                elif self.items:
                    self.wake()  # it was for this task, which will not come for it
                raise
        return self.items.popleft()


class SignalStream:
    """The emissions of a signal, in order, as asyncsignalstream() returns it."""

    def __init__(self, signal, maxsize, overflow):
        self._buffer = buffer = _Buffer(name_of(signal), maxsize, overflow)
        buffer.listener = Listener(signal, buffer.arrived, buffer.ended)
        weakref.finalize(self, _abandon, buffer).atexit = False

    def __aiter__(self):
        return self

    async def __anext__(self):
        """The next emission. At the end, StopAsyncIteration, or SignalOverflow before it."""
        return await self._buffer.get()

    async def aclose(self):
        """Disconnects and drops what was not asked for; whoever waits in another task finds the end."""
        self._buffer.items.clear()
        self._buffer.failure = None
        self._buffer.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.aclose()

    @property
    def maxsize(self):
        """How many emissions are kept at most; 0: any number."""
        return self._buffer.maxsize

    @property
    def dropped(self):
        """How many emissions were dropped because the stream was full."""
        return self._buffer.dropped

    def qsize(self):
        """Returns how many emissions wait to be asked for."""
        return len(self._buffer.items)

    def __repr__(self):
        state = "ended" if self._buffer.closed else "connected"
        return f"<qi.SignalStream of {self._buffer.name}, {state}, {self.qsize()} waiting>"


def _abandon(buffer):
    """The stream was deleted, by the garbage collector perhaps, and so in any thread."""
    if threading.get_ident() == buffer.thread or buffer.loop is None or buffer.loop.is_closed():
        buffer.close()
    else:
        buffer.loop.call_soon_threadsafe(buffer.close)
