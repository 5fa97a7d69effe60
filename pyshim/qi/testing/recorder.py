# SPDX-License-Identifier: BSD-3-Clause
"""SignalRecorder: keeps what signals have emitted."""

import asyncio
from typing import Any, NamedTuple

from .._signals.listener import Listener, SenderDestroyed, check, in_thread_of, name_of


class Emission(NamedTuple):
    """One emission that a SignalRecorder has seen."""

    signal: str
    """The signal's name, as its binding calls it."""

    args: tuple[Any, ...]
    """Its arguments."""


class SignalRecorder:
    """Keeps the emissions of signals, in their order: of the application's objects, of bindings, of stand-ins.

        with qi.testing.SignalRecorder(window.clicked, window.closed) as recorder:
            ...
            await recorder.wait(2)
        assert recorder.args == [(True,), ()]

    It is connected when it is made, and disconnected at the end of the block or by close(). Emissions of
    other threads are seen, too. Raises TypeError for what is no signal of an object.
    """

    def __init__(self, *signals):
        if not signals:
            raise TypeError("SignalRecorder() wants at least one signal")
        for signal in signals:
            check(signal, "SignalRecorder()")
        self.emissions: list[Emission] = []
        self._waiting = set()
        self._gone = set()
        self._names = [name_of(signal) for signal in signals]
        loop = asyncio._get_running_loop()
        self._in_loop = in_thread_of(loop) if loop else lambda function, *args: function(*args)
        self._listeners = [self._listen(signal, name) for signal, name in zip(signals, self._names)]

    def _listen(self, signal, name):
        def arrived(args):
            self._in_loop(self._arrived, Emission(name, args))

        def ended():
            self._in_loop(self._ended, name)

        return Listener(signal, arrived, ended)

    def _arrived(self, emission):
        self.emissions.append(emission)
        self._wake()

    def _ended(self, name):
        self._gone.add(name)
        self._wake()

    def _wake(self):
        for waiter in list(self._waiting):
            if not waiter.done():
                waiter.set_result(None)

    @property
    def args(self):
        """The arguments of all emissions: a list of tuples."""
        return [emission.args for emission in self.emissions]

    def __len__(self):
        return len(self.emissions)

    def __iter__(self):
        return iter(list(self.emissions))

    def __getitem__(self, index):
        return self.emissions[index]

    def clear(self):
        """Forgets what was seen so far."""
        self.emissions.clear()

    async def wait(self, count=1, *, timeout=10):
        """Waits until there are `count` emissions, those of before included, and returns the list of them.

        Raises TimeoutError, which says what has come, after `timeout` seconds; SenderDestroyed if all
        senders are gone before.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                while len(self.emissions) < count:
                    if len(self._gone) == len(set(self._names)):
                        raise SenderDestroyed(f"{self._what()}: the senders are gone, and {self._seen(count)}")
                    waiter = loop.create_future()
                    self._waiting.add(waiter)
                    try:
                        await waiter
                    finally:
                        self._waiting.discard(waiter)
        except TimeoutError:
            raise TimeoutError(f"{self._what()}: after {timeout} s {self._seen(count)}") from None
        return list(self.emissions)

    def _what(self):
        return ", ".join(self._names)

    def _seen(self, count):
        return f"there were {len(self.emissions)} of {count} emissions: {self.emissions}"

    def close(self):
        """Disconnects; what was seen stays."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def __repr__(self):
        return f"<qi.testing.SignalRecorder of {self._what()}: {len(self.emissions)} emissions>"
