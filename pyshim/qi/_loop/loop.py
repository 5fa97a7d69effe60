# SPDX-License-Identifier: BSD-3-Clause
"""The event loop classes: the C core `_qi.Loop` under asyncio's own classes.

Everything hot is found in the core first; transports, TLS, subprocesses, signals, DNS and servers are
asyncio's own code, inherited.  asyncio's classes are bound here, at import time, so that somebody who
later puts one of ours into `asyncio.SelectorEventLoop` does not make us inherit from ourselves.
"""

import asyncio
import contextlib
import enum
import functools
import selectors
import signal
import socket
import sys
import threading
import types
import weakref
from asyncio import base_events, events

import _qi

from .._python import names
from . import dispositions, windows
from .reader import adopt
from .tls import QiSSLProtocol, is_upgradable

__all__ = (
    "QiBaseEventLoop",
    "QiDefaultEventLoop",
    "QiLoopMode",
    "QiProactorEventLoop",
    "QiSelectorEventLoop",
    "new_event_loop",
    "run_task",
)

_SelectorEventLoop = asyncio.SelectorEventLoop

_Socket = socket.socket

#: Tasks that have waited for the application's aboutToQuit. Whoever ends the loop lets them end first.
quit_waiters = weakref.WeakSet()

#: Seconds that tasks which have seen the application's aboutToQuit get before all are cancelled.
QUIT_GRACE = 2.0

# Since 3.12 asyncio refuses a second transport for a descriptor.
_CHECKS_DESCRIPTORS = sys.version_info >= (3, 12)


class QiLoopMode(enum.Enum):
    """How a loop gets to run."""

    OWNER = 0
    """`run_forever()` runs the application until it is stopped or quits: for asyncio-driven programs."""

    GUEST = 1
    """Somebody else's Qt event loop drives it between `start()` and `stop()`."""

    NATIVE = 2
    """No Qt: it waits by itself, as a stock loop does.  For clean-up after Qt's event loop has ended."""


class _OwnSelector(selectors.BaseSelector):
    """What `loop._selector` is: a window on the core's poller, for transports' repr() and the like."""

    _qi_own_poller = True

    def __init__(self, loop):
        self._loop_ref = weakref.ref(loop)

    def _loop(self):
        loop = self._loop_ref()
        if loop is None or loop._poll_fd < 0:
            raise RuntimeError("the event loop is closed")
        return loop

    def _keys(self):
        none_if_absent = lambda handle: handle if isinstance(handle, events.Handle) else None
        return {
            fd: selectors.SelectorKey(fd, fd, mask, (none_if_absent(reader), none_if_absent(writer)))
            for fd, (mask, reader, writer) in self._loop()._watched().items()
        }

    def get_map(self):
        return types.MappingProxyType(self._keys())

    def get_key(self, fileobj):
        try:
            return self._keys()[fileobj if isinstance(fileobj, int) else fileobj.fileno()]
        except KeyError:
            raise KeyError(f"{fileobj!r} is not registered") from None

    def fileno(self):
        return self._loop()._poll_fd

    def register(self, fileobj, event_mask, data=None):
        raise RuntimeError("the loop registers by itself; use add_reader() and add_writer()")

    unregister = modify = register

    def select(self, timeout=None):
        """Lets the loop queue what is ready; there is nothing to hand out.

        It waits only for a `_run_once()` that somebody has put in the place of the loop's own, and Qt's event loop
        runs meanwhile.
        """
        self._loop()._poll(timeout)
        return []

    def close(self):
        loop = self._loop_ref()
        if loop is not None:
            loop._close_poller()


# Selectors of the standard library do what the core's poller does, so it stands in for them.
_STANDARD_SELECTORS = {
    cls
    for cls in (
        getattr(selectors, name, None)
        for name in (
            "DefaultSelector",
            "SelectSelector",
            "PollSelector",
            "EpollSelector",
            "DevpollSelector",
            "KqueueSelector",
        )
    )
    if cls is not None
}


@contextlib.contextmanager
def _signals_wake(loop):
    """Lets a signal, Ctrl+C above all, interrupt Qt's wait, which goes on after one by itself.

    Python's handler runs when Python does; the wakeup descriptor brings that about.
    """
    pipe = getattr(loop, "_csock", None)
    if (
        loop.get_mode() is QiLoopMode.NATIVE  # epoll_wait() returns, and Python looks
        or pipe is None
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    before = signal.set_wakeup_fd(pipe.fileno(), warn_on_full_buffer=False)
    if before != -1:
        signal.set_wakeup_fd(before)  # somebody else's wakes whom it shall wake
        yield
        return
    loop._wakeup_fd = pipe.fileno()
    try:
        yield
    finally:
        loop._wakeup_fd = None
        if not loop._signal_handlers:  # else asyncio wants it to stay
            signal.set_wakeup_fd(-1)


class _Phases(base_events.BaseEventLoop):
    """run_forever() in two halves and the loop between them, as Python 3.13 has it."""

    if not hasattr(base_events.BaseEventLoop, "_run_forever_setup"):
        _old_agen_hooks = None

        def _run_forever_setup(self):
            self._check_closed()
            self._check_running()
            self._set_coroutine_origin_tracking(self._debug)
            self._old_agen_hooks = sys.get_asyncgen_hooks()
            self._thread_id = threading.get_ident()
            sys.set_asyncgen_hooks(
                firstiter=self._asyncgen_firstiter_hook,
                finalizer=self._asyncgen_finalizer_hook,
            )
            events._set_running_loop(self)

        def _run_forever_cleanup(self):
            self._stopping = False
            self._thread_id = None
            events._set_running_loop(None)
            self._set_coroutine_origin_tracking(False)
            if self._old_agen_hooks is not None:
                sys.set_asyncgen_hooks(*self._old_agen_hooks)
                self._old_agen_hooks = None


class QiBaseEventLoop(_qi.Loop, _Phases):
    """What all of qi's loops have in common: modes, eager tasks, interleaved modal functions."""

    _is_hosts = False  # whether it is the loop of an application that hosts Python
    _while_guest = None  # what start() has set up, as an ExitStack
    _wakeup_fd = None  # what signals write to while this loop runs
    _signals_fd = None  # what they write to while it has signal handlers
    _left_by = None  # the exception that has left the loop, or makes Qt's event loops end
    _awaited = None  # the future of a run_until_complete()

    def start(self):
        """Makes the loop run, in guest mode, and returns: from here on Qt's event loop drives it.

        sys.exit() and Ctrl+C in a task or callback end the application's exec(), and are raised where that
        was called.  In an application that hosts Python they are reported to it.
        """
        super().start()
        self._while_guest = contextlib.ExitStack()
        self._while_guest.enter_context(_signals_wake(self))

    def default_exception_handler(self, context):
        exception = context.get("exception")
        ends = isinstance(exception, (SystemExit, KeyboardInterrupt)) and self.get_mode() is QiLoopMode.GUEST
        if ends and not self._is_hosts and _qi._leave_exec(exception):
            self._left_by = exception
        else:
            super().default_exception_handler(context)

    def run_forever(self):
        """Runs until `stop()` is called: in owner mode by Qt, and until the application quits.

        Where none of Qt's event loops runs in the application's thread yet, owner mode runs the application, as its
        exec() does: quit(), and the last window that closes, end the run, and aboutToQuit is emitted then, and then
        only.  Elsewhere it is a Qt event loop of its own, which nobody but stop() ends.
        """
        if self.get_mode() is QiLoopMode.GUEST:
            raise RuntimeError(
                "a loop in guest mode is run by Qt's event loop; use start() and stop()"
            )
        if self.is_running():  # nest_asyncio takes asyncio's own check away
            raise RuntimeError("This event loop is already running")
        self._run_forever_setup()
        try:
            with _signals_wake(self):
                if self._run_until_stopped() and self._awaited is not None:
                    self._outlive_application()
        except (SystemExit, KeyboardInterrupt) as exception:
            self._left_by = exception
            raise
        finally:
            self._run_forever_cleanup()

    def run_until_complete(self, future):
        if self.get_mode() is QiLoopMode.GUEST and not self.is_running():
            self._check_closed()
            raise RuntimeError(
                "a loop in guest mode cannot wait for a future; use run_task(), or set another mode"
            )
        self._check_closed()
        self._check_running()
        is_new, outer = not asyncio.isfuture(future), self._awaited
        self._awaited = future = asyncio.ensure_future(future, loop=self)
        if is_new:
            future._log_destroy_pending = False  # as in asyncio, whoever ends the loop is told of it here
        try:
            return super().run_until_complete(future)
        except BaseException:
            if is_new and future.done() and not future.cancelled():
                future.exception()  # it is on its way already
            raise
        finally:
            self._awaited = outer

    def _outlive_application(self):
        """The application has quit, and a future is waited for: what has heard of it may come to its end.

        Qt goes on meanwhile, since what is done at an end may need it.  Where a window is opened, nothing has ended.
        """
        future, has_quit = self._awaited, True

        def look():
            if not windows.any_open():
                self.stop()

        while has_quit and not future.done():
            grace = self.call_later(QUIT_GRACE, look)
            try:
                has_quit = self._run_until_stopped()
            finally:
                grace.cancel()
        if not future.done():
            raise RuntimeError(
                f"the application quit before {future!r} had ended: its coroutine may await aboutToQuit, or an event that it "
                "sets; QApplication.setQuitOnLastWindowClosed(False) lets it go on when its last window is closed"
            )

    def call_exception_handler(self, context):
        """As asyncio's own; the context of a task that a slot launched has its "slot" and "signal" too."""
        if context.get("exception") is self._left_by is not None and context.get("handle") is None:
            return  # its task says that nobody has asked for it, but it has gone to whoever runs the loop
        task = context.get("task") or context.get("future")
        if task is None:  # SystemExit comes out of a task's step as well
            task = names.task_of_handle(context.get("handle"))
            if task is not None:
                context = {**context, "task": task}
        origin = getattr(task, "_qi_origin", None)
        if origin:
            signal, slot = origin
            context = {**context, "slot": slot, **({"signal": signal} if signal else {})}
        super().call_exception_handler(context)

    def set_mode(self, mode):
        """Sets the mode, a `QiLoopMode`.

        RuntimeError if the loop is closed, is running, or has a stop pending; TypeError for anything else
        than a member of QiLoopMode.
        """
        if not isinstance(mode, QiLoopMode):
            raise TypeError(f"set_mode() wants a member of QiLoopMode, not {mode!r}")
        super().set_mode(mode)

    def get_mode(self):
        """The loop's mode, a `QiLoopMode`."""
        return QiLoopMode(self._mode)

    def _run_forever_cleanup(self):
        if self._while_guest is not None:
            self._while_guest.close()
            self._while_guest = None
        super()._run_forever_cleanup()


class QiSelectorEventLoop(QiBaseEventLoop, _SelectorEventLoop):
    """`asyncio.SelectorEventLoop` on top of a Qt event loop.

    selector: a selector of the standard library's `selectors` module is taken as a hint and closed
    with the loop; the core has a poller of its own.  A selector of any other class is really asked.
    """

    def __init__(self, selector=None):
        if selector is None or type(selector) in _STANDARD_SELECTORS:
            self._given_selector = selector
            super().__init__(_OwnSelector(self))
        else:
            # asyncio's own way of watching, on somebody else's selector.
            self._given_selector = None
            for name in ("_add_reader", "_remove_reader", "_add_writer", "_remove_writer",
                         "_write_to_self", "_add_callback"):
                function = getattr(_SelectorEventLoop, name)
                setattr(self, name, types.MethodType(function, self))
            super().__init__(selector)

    # Stream sockets have a transport in C, which needs the core's poller. On a foreign selector, and for
    # sockets whose class has methods of its own, asyncio's transport does what it always did.
    # `context`, which all callbacks of a transport run in, is there since 3.15.

    def _is_plain(self, sock):
        return type(sock) is _Socket and getattr(self._selector, "_qi_own_poller", False)

    def _make_socket_transport(self, sock, protocol, waiter=None, *, extra=None, server=None, **context):
        if not self._is_plain(sock):
            return super()._make_socket_transport(
                sock, protocol, waiter, extra=extra, server=server, **context
            )
        if _CHECKS_DESCRIPTORS:
            self._ensure_fd_no_transport(sock)
        adopt(protocol)
        return _qi.StreamTransport(self, sock, protocol, waiter, extra, server, **context)

    def _make_ssl_transport(
        self, rawsock, protocol, sslcontext, waiter=None,
        *, server_side=False, server_hostname=None, extra=None, server=None,
        ssl_handshake_timeout=None, ssl_shutdown_timeout=None, **context,
    ):
        timeouts = {
            "ssl_handshake_timeout": ssl_handshake_timeout,
            "ssl_shutdown_timeout": ssl_shutdown_timeout,
        }
        if not self._is_plain(rawsock):
            return super()._make_ssl_transport(
                rawsock, protocol, sslcontext, waiter, server_side=server_side,
                server_hostname=server_hostname, extra=extra, server=server, **timeouts, **context,
            )
        if _CHECKS_DESCRIPTORS:
            self._ensure_fd_no_transport(rawsock)
        adopt(protocol)
        ssl_protocol = QiSSLProtocol(
            self, protocol, sslcontext, waiter, server_side, server_hostname, **timeouts
        )
        _qi.StreamTransport(self, rawsock, ssl_protocol, None, extra, server, **context)
        return ssl_protocol._app_transport

    def _start_serving(self, protocol_factory, sock, *args, **keywords):
        if sock.fileno() != -1:  # a server may be closed while it waits for a descriptor to accept with
            super()._start_serving(protocol_factory, sock, *args, **keywords)

    async def start_tls(
        self, transport, protocol, sslcontext, *, server_side=False, server_hostname=None,
        ssl_handshake_timeout=None, ssl_shutdown_timeout=None,
    ):
        """As asyncio's own, with the protocol that new connections get."""
        options = {
            "server_side": server_side,
            "server_hostname": server_hostname,
            "ssl_handshake_timeout": ssl_handshake_timeout,
            "ssl_shutdown_timeout": ssl_shutdown_timeout,
        }
        if not is_upgradable(transport, protocol, sslcontext):
            return await super().start_tls(transport, protocol, sslcontext, **options)
        ready = self.create_future()
        ssl_protocol = QiSSLProtocol(
            self, protocol, sslcontext, ready, call_connection_made=False, **options
        )
        # Nothing may arrive before the protocol has been told of its transport.
        transport.pause_reading()
        transport.set_protocol(ssl_protocol)
        steps = [
            self.call_soon(ssl_protocol.connection_made, transport),
            self.call_soon(transport.resume_reading),
        ]
        try:
            await ready
        except BaseException:
            transport.close()
            for step in steps:
                step.cancel()
            raise
        return ssl_protocol._app_transport

    # asyncio leaves the system's default behind. What a loop has taken from the host the host gets back.

    def add_signal_handler(self, sig, callback, *args):
        add = functools.partial(super().add_signal_handler, sig, callback, *args)
        if sig in self._signal_handlers or not dispositions.can_be_taken(sig):
            return add()
        wakeup = dispositions.get_wakeup()
        try:
            dispositions.take(self, sig, add)
        finally:
            if self._signals_fd is None:
                self._signals_fd = dispositions.wakeup_taken(wakeup)
            self._give_wakeup_back(self._signals_fd)

    def remove_signal_handler(self, sig):
        remove = functools.partial(super().remove_signal_handler, sig)
        if sig not in self._signal_handlers or not dispositions.can_be_taken(sig):
            return remove()
        wakeup = dispositions.get_wakeup()
        try:
            return dispositions.give_back(self, sig, remove)
        finally:
            self._give_wakeup_back(wakeup)

    def _give_wakeup_back(self, now):
        """With the last signal handler asyncio takes the descriptor away that signals write to. now: what it was."""
        if self._signal_handlers:
            return
        own, self._signals_fd = self._signals_fd, None
        dispositions.give_wakeup_back(own, now)
        if now == own and self._wakeup_fd is not None:
            signal.set_wakeup_fd(self._wakeup_fd, warn_on_full_buffer=False)

    def close(self):
        super().close()
        given, self._given_selector = self._given_selector, None
        if given is not None:
            given.close()


class QiProactorEventLoop(QiBaseEventLoop):
    """`asyncio.ProactorEventLoop` on top of a Qt event loop: on Windows only, which libqi does not serve yet.

    Elsewhere, making one raises NotImplementedError, as does its policy.
    """

    def __new__(cls, proactor=None):
        cls._check_platform(cls.__qualname__)

    @staticmethod
    def _check_platform(name):
        raise NotImplementedError(
            f"{name} needs Windows' completion ports, which {sys.platform} has not; use qi.QiSelectorEventLoop"
        )


QiDefaultEventLoop = QiSelectorEventLoop


def new_event_loop():
    """Returns a new loop in owner mode; fits as `loop_factory` of `asyncio.Runner`."""
    return QiDefaultEventLoop()


def run_task(coro, *, allow_task_nesting=True, name=None, context=None):
    """Makes a Task of a coroutine and runs it, before returning, up to its first suspension.

    It may be called from a running task, which is left around the first step and entered again after
    it; `allow_task_nesting=False` makes that a RuntimeError.  A running loop of qi is needed.
    """
    loop = events._get_running_loop()
    if not isinstance(loop, _qi.Loop):
        if asyncio.iscoroutine(coro):
            coro.close()
        running = "none" if loop is None else type(loop).__qualname__
        raise RuntimeError(
            f"run_task() needs a running event loop of qi, but {running} is running in this thread; "
            "use qi.new_event_loop as loop_factory"
        )
    return loop.run_task(
        coro, allow_task_nesting=allow_task_nesting, name=name, context=context
    )
