# SPDX-License-Identifier: BSD-3-Clause
"""multisignal: several signals as one, each emission with the tag of the signal that it came from.

Each signal is connected once, when the multisignal is made and its sender surely lives: nothing is asked
of the signal later, when its sender may be gone, which PyQt's bound signals do not survive. What connects
to the multisignal is in its hub, which the connections keep. So they outlive the multisignal itself, and
end with the last sender, with their receiver, or by disconnect().
"""

import collections.abc
import inspect
import threading
import types
import weakref

import _qi

from .listener import Listener, SenderDestroyed, check, name_of
from .slots import get_positional_parameter_count, is_deleted


class multisignal:
    """Collects several signals and emits their arguments together with a value that tells them apart.

        fast_or_slow = qi.multisignal({fast.timeout: "fast", slow.timeout: "slow"})
        fast_or_slow.connect(print)  # prints: fast ()
        tag, arguments = await qi.asyncsignal(fast_or_slow)

    signal_map: a mapping of signals, of any kind that asyncsignal() takes, to the values. What it holds when
        connect() is called is what is connected; it may be empty, and is never emitted then.

    It may be used where asyncsignal() and asyncsignalstream() want a signal. They end when all the senders
    are gone. Raises TypeError for what is no signal of an object, SenderDestroyed if a sender is gone.
    """

    def __init__(self, signal_map):
        try:
            self._map = signal_map if isinstance(signal_map, collections.abc.Mapping) else dict(signal_map)
        except (TypeError, ValueError) as error:
            raise TypeError(f"multisignal() wants a mapping of signals to values, not {signal_map!r}: {error}") from None
        self._hubs = []  # one for each state of the map that something is connected to; the last is of now
        self._listen()

    def _listen(self):
        """The hub of all that the map holds now."""
        items = list(self._map.items())
        if self._hubs and self._hubs[-1].is_of(items):
            return self._hubs[-1]
        for signal, _ in items:
            check(signal, "multisignal()")
        hub = _Hub(items)
        try:
            for signal, value in items:
                hub.listen(signal, value)
        except BaseException:
            hub.close()
            raise
        for each in self._hubs:
            each.abandon()
        self._hubs = [each for each in self._hubs if each.receivers] + [hub]
        weakref.finalize(self, hub.abandon).atexit = False
        return hub

    def connect(self, slot):
        """Has `slot(value, arguments)` called for each emission of one of the signals.

        It is called in the thread that calls connect(), which needs a Qt event loop if signals are emitted
        in others. What it returns is ignored. A bound method is held weakly: the connection ends with its
        object. Raises SenderDestroyed if one of the senders is gone, TypeError if `slot` is no function
        for it; a coroutine function goes into asyncslot() first.
        """
        function = slot if callable(slot) else getattr(slot, "emit", None)  # a signal that shall pass it on
        if not callable(function):
            raise TypeError(f"multisignal.connect() needs a callable, not {slot!r}")
        if inspect.iscoroutinefunction(function):
            raise TypeError(
                f"{slot!r} is a coroutine function, and calling it runs nothing; connect qi.asyncslot(it) instead"
            )
        hub = self._listen()
        hub.check()
        hub.receivers.append(_Receiver(hub, slot, function))

    def disconnect(self, slot=None):
        """Ends the connections with `slot`, or all of them. Raises TypeError if there is none with it."""
        ended = [hub.disconnect(slot) for hub in tuple(self._hubs)]
        if not any(ended) and slot is not None:
            raise TypeError(f"{slot!r} is not connected to {self!r}")

    def __repr__(self):
        return f"<qi.multisignal of {', '.join(self._hubs[-1].names) or 'nothing'}>"


class _Hub:
    """All that the connections of one multisignal have in common, if its map was the same for them."""

    def __init__(self, items):
        self._items = items
        self.names = []
        self.listeners = []  # those that live
        self.lost = []  # the names of signals whose senders are gone
        self.receivers = []
        self.abandoned = False  # nobody can connect any more

    def is_of(self, items):
        """Whether the map is still what it was. Signals are compared as objects: their senders may be gone."""
        return len(items) == len(self._items) and all(
            signal is before and value is its_value
            for (signal, value), (before, its_value) in zip(items, self._items)
        )

    def listen(self, signal, value):
        def ended():
            if listener in self.listeners:
                self.listeners.remove(listener)
                self.lost.append(listener.name)
            if not self.listeners:
                self.drop_all()

        self.names.append(name_of(signal))
        listener = Listener(signal, lambda args: self.emitted(value, args), ended)
        listener.name = self.names[-1]
        self.listeners.append(listener)

    def check(self):
        """Raises SenderDestroyed if a sender is gone."""
        lost = self.lost + [each.name for each in self.listeners if not each.is_alive()]
        if lost:
            raise SenderDestroyed(f"the sender of {', '.join(lost)} was destroyed before connect()")

    def emitted(self, value, args):
        """Calls all; an exception of one does not keep the others from being called."""
        failures = []
        for receiver in tuple(self.receivers):
            try:
                receiver.in_thread(receiver.deliver, value, args)
            except BaseException as failure:
                failures.append(failure)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise BaseExceptionGroup("several slots of a multisignal have failed", failures)

    def disconnect(self, slot):
        """How many connections it has ended."""
        ended = [each for each in self.receivers if slot is None or each.is_for(slot)]
        for receiver in ended:
            self.remove(receiver)
        return len(ended)

    def remove(self, receiver):
        if receiver in self.receivers:
            self.receivers.remove(receiver)
        receiver.drop()
        self.close_if_idle()

    def drop_all(self):
        """No sender is left. What is on its way to other threads arrives before their receivers are let go."""
        receivers, self.receivers = self.receivers, []
        for receiver in receivers:
            receiver.in_thread(receiver.drop)

    def abandon(self):
        self.abandoned = True
        self.close_if_idle()

    def close_if_idle(self):
        if self.abandoned and not self.receivers:
            self.close()

    def close(self):
        listeners, self.listeners = self.listeners, []
        for listener in listeners:
            listener.close()


class _Receiver:
    """A slot, as a multisignal holds it: weakly if it is a bound method, as bindings do."""

    def __init__(self, hub, slot, function):
        self._hub = hub
        self._thread = threading.get_ident()
        self._courier = _qi.Courier()
        count = get_positional_parameter_count(function)
        self._takes = 2 if count < 0 else count
        if isinstance(slot, types.MethodType) and type(slot.__self__).__weakrefoffset__:
            self._slot = weakref.WeakMethod(slot, lambda _: hub.remove(self))
            self._function = None
        else:
            self._slot = lambda: slot
            self._function = function

    def is_for(self, slot):
        return self._slot() == slot

    def in_thread(self, method, *args):
        """Calls one of the methods below in the receiver's thread, from there at once."""
        if threading.get_ident() == self._thread:
            method(*args)
        else:
            self._courier.send(method, *args)

    def deliver(self, value, args):
        function = self._function or self._slot()
        if function is None:
            return
        if is_deleted(getattr(function, "__self__", None)):
            self._hub.remove(self)
            return
        function(*(value, args)[: self._takes])

    def drop(self):
        self._slot = _nothing
        self._function = None


def _nothing():
    return None
