# SPDX-License-Identifier: BSD-3-Clause
"""The kernel behind qi.jupyter: ipykernel's, without what only a process of its own may do.

ipykernel takes over signals, sys.stdout, the file descriptors below it, environment variables and the
process's end. Here the process belongs to the application, so each of these is left out or undone by stop().

Clients prove who they are by a key, which is in the connection file: whoever gets at it, or gives us another, runs code
here. So the file is always a new one, with a new key, in a place that other users cannot change. What cells print
goes out without asking anybody, so the sockets are in a folder that only this user enters, unless TCP was asked for. A port takes
messages from everybody, so nothing may depend on their shape, and what the kernel has signed itself is not a request.

Threads: cells and everything of asyncio on the GUI thread. ipykernel's own threads are "Control" (requests
that must get through while a cell runs: interrupt, shutdown), "IOPub" (sends output) and the heartbeat.
"""

import asyncio
import atexit
import builtins
import concurrent.futures
import contextlib
import contextvars
import ctypes
import functools
import gc
import io
import json
import logging
import os
import secrets
import sys
import threading

from .. import host
from .._python import private


@contextlib.contextmanager
def without(name):
    """Lets `import name` fail meanwhile, for those who can do without it."""
    there = sys.modules.get(name)
    sys.modules[name] = None
    try:
        yield
    finally:
        del sys.modules[name]
        if there is not None:
            sys.modules[name] = there


with without("debugpy"):  # its debugger patches the process, and a breakpoint would stop the window
    import ipykernel.debugger  # noqa: F401
    from ipykernel.heartbeat import Heartbeat
    from ipykernel.displayhook import ZMQDisplayHook
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.iostream import IOPubThread, OutStream
    from ipykernel.kernelapp import IPKernelApp
    from ipykernel.zmqshell import ZMQInteractiveShell

from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from zmq import MAXMSGSIZE, PUB, PULL, PUSH, RCVHWM, ROUTER, ROUTER_HANDOVER, Context
from zmq.eventloop.zmqstream import ZMQStream
from traitlets.config.configurable import MultipleInstanceError

_LARGEST = 16 << 20  # bytes of a part of a request that comes to a port
_LARGEST_OTHER = 1 << 10  # of a beat, and of a subscription
_MOST_WAITING = 50  # of such parts, from one client
_MOST_PARTS = 200  # of a request
_DELIMITER = b"<IDS|MSG>"

_in_cell = contextvars.ContextVar("qi_jupyter_in_cell", default=False)


class Switch(io.TextIOBase):
    """A standard stream: what cells write goes to clients, all else where it went before."""

    def __init__(self, host, clients, copy):
        self.host = host
        self.clients = clients
        self.copy = copy  # clients get the host's text, too

    def _target(self):
        return self.clients if _in_cell.get() and self.clients else self.host

    def write(self, text):
        if _in_cell.get() and self.clients:
            return self.clients.write(text)
        if self.copy and self.clients:
            self.clients.write(text)
        return self.host.write(text) if self.host else len(text)

    def flush(self):
        target = self._target()
        if target:
            target.flush()

    def set_parent(self, parent):  # which request the output belongs to
        if self.clients:
            self.clients.set_parent(parent)

    def isatty(self):
        target = self._target()
        return bool(target) and target.isatty()

    def fileno(self):
        if not self.host:
            raise io.UnsupportedOperation("fileno")
        return self.host.fileno()

    def writable(self):
        return True

    @property
    def encoding(self):
        return getattr(self._target(), "encoding", "utf-8")

    @property
    def errors(self):
        return getattr(self._target(), "errors", None)

    @property
    def buffer(self):
        return self.host.buffer


class Output(IOPubThread):
    """Sends what cells print, and takes what forked children of theirs do: not through a port, as ipykernel, which
    anybody may send to."""

    def __init__(self, socket, place):
        self._place = f"ipc://{place}"
        super().__init__(socket, pipe=True)

    def _setup_pipe_in(self):
        self._pipe_uuid = os.urandom(16)
        pipe = self.socket.context.socket(PULL)
        pipe.linger = 0
        pipe.bind(self._place)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self):
        context = Context()
        pipe = context.socket(PUSH)
        pipe.linger = 3000  # ms, as ipykernel has it
        pipe.connect(self._place)
        return context, pipe


class ForeignMessages(logging.Filter):
    """Lets the log tell once that somebody sends messages without the key; they may be very many."""

    told = False

    def filter(self, record):
        if not str(record.msg).startswith(("Invalid Message", "Invalid Control Message")):
            return True
        if self.told:
            return False
        self.told = True
        record.msg = "a message that was not signed with the kernel's key was ignored; further ones are, too, and are not told of"
        record.exc_info = record.exc_text = None
        return True


def is_request(message):
    """Whether a message has the shape of one; ipykernel does not expect any other, and stops listening."""
    return len(message) <= _MOST_PARTS and any(part.bytes == _DELIMITER for part in message)


def take_back_nothing(session):
    """What the kernel has signed, anybody can send it who listens: it is no request because of that."""
    serialize = session.serialize

    @functools.wraps(serialize)
    def remembered(*args, **kwargs):
        parts = serialize(*args, **kwargs)
        session._add_digest(parts[parts.index(_DELIMITER) + 1])
        return parts

    session.serialize = remembered


class Namespace:
    """Stands in for a module whose dict somebody else owns."""


# -- what a running cell is, and how it is interrupted --------------------------------------------------------


class Interrupts:
    """Raises KeyboardInterrupt in the GUI thread, but only inside of a cell's steps."""

    def __init__(self):
        self._lock = threading.Lock()
        self._thread = None  # whose step runs
        self._depth = 0

    def __enter__(self):
        with self._lock:
            self._depth += 1
            self._thread = threading.get_ident()

    def __exit__(self, *exc_info):
        with self._lock:
            self._depth -= 1
            if not self._depth:
                self._raise(None)  # takes back one that has not arrived
                self._thread = None

    def _raise(self, kind):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(self._thread), ctypes.py_object(kind) if kind else None)

    def interrupt(self):
        """True if a step runs and will be interrupted."""
        with self._lock:
            if self._thread is None:
                return False
            self._raise(KeyboardInterrupt)
            return True


class Steps:
    """Awaits a coroutine so that each of its steps can be interrupted."""

    def __init__(self, coroutine, interrupts):
        self._coroutine = coroutine
        self._interrupts = interrupts

    def __await__(self):
        step, argument = self._coroutine.send, None
        while True:
            try:
                with self._interrupts:
                    awaited = step(argument)
            except StopIteration as stop:
                return stop.value
            except KeyboardInterrupt as late:
                # IPython catches those in cells. One that came as the cell ended must not end the program.
                raise RuntimeError("the cell was interrupted as it ended") from late
            try:
                argument = yield awaited
                step = self._coroutine.send
            except BaseException as exception:
                argument, step = exception, self._coroutine.throw


class Shell(ZMQInteractiveShell):
    @functools.wraps(ZMQInteractiveShell.run_cell_async)
    async def run_cell_async(self, *args, **kwargs):
        return await Steps(super().run_cell_async(*args, **kwargs), self.kernel.interrupts)

    def init_environment(self):
        os.environ.setdefault("PAGER", "cat")  # `!command` has nobody to turn pages
        os.environ.setdefault("GIT_PAGER", "cat")

    def init_virtualenv(self):
        pass  # sys.path is the application's

    def init_completer(self):
        super().init_completer()
        self.Completer.use_jedi = False  # reads whatever modules the current folder has, in the GUI thread

    def ask_exit(self):
        self.payload_manager.write_payload({"source": "ask_exit", "keepkernel": True})

    def _update_exit_now(self, change):
        pass  # would stop the application's loop


class Kernel(IPythonKernel):
    shell_class = Type(Shell)

    def __init__(self, **kwargs):
        self.interrupts = Interrupts()
        self.awaited = None  # the future of a cell that uses await
        self.dispatching = None  # the task
        self.is_handling = False
        super().__init__(user_module=kwargs["parent"].user_module, **kwargs)

    # -- nothing of the process's

    def pre_handler_hook(self):
        pass  # would set a handler of SIGINT

    post_handler_hook = pre_handler_hook

    def _initialize_thread_hooks(self):
        pass  # would patch threading.Thread

    def enter_eventloop(self):
        pass  # Qt's event loop runs already, whatever `%gui` asks for

    async def _at_shutdown(self):
        pass  # would kill the application's child processes

    # -- the queue of requests is a task, with which the kernel ends

    async def dispatch_queue(self):
        if self.parent.stopped:
            return
        _in_cell.set(True)
        self.dispatching = asyncio.current_task()
        self.dispatching.set_name("qi jupyter kernel")
        try:
            await super().dispatch_queue()
        finally:
            self.dispatching = None
            self.parent.ended()

    async def process_control(self, msg):
        if is_request(msg):
            await super().process_control(msg)
        else:
            self.log.error("Invalid Control Message")

    async def dispatch_shell(self, msg):
        if not is_request(msg):
            self.log.error("Invalid Message")
            return
        self.is_handling = True
        try:
            await super().dispatch_shell(msg)
        finally:
            self.is_handling = False
        if self.parent.ending:  # a cell has asked for it, and has got its reply
            self.dispatching.cancel()

    def is_in_request(self):
        return self.is_handling and _in_cell.get()

    # -- interrupt and shutdown come on the control thread

    @contextlib.contextmanager
    def _cancel_on_sigint(self, future):
        self.awaited = future
        try:
            yield
        finally:
            self.awaited = None

    def interrupt(self):
        if self.interrupts.interrupt():
            return
        future = self.awaited
        if future is not None:
            self.parent.call_in_loop(future.cancel)

    async def interrupt_request(self, stream, ident, parent):
        self.interrupt()
        self.session.send(stream, "interrupt_reply", {"status": "ok"}, parent, ident=ident)

    async def shutdown_request(self, stream, ident, parent):
        content = {"status": "ok", "restart": parent["content"]["restart"]}
        self.session.send(stream, "shutdown_reply", content, parent, ident=ident)
        self.session.send(self.iopub_socket, "shutdown_reply", content, parent, ident=self._topic("shutdown"))
        self.parent.call_in_loop(self.parent.ended)


# -- the application object of ipykernel ----------------------------------------------------------------------


class App(IPKernelApp):
    kernel_class = Kernel

    def __init__(self, loop, capture, over, **kwargs):
        self.loop = loop
        self.capture = capture
        self.over = over
        self.made_file = self.socket_folder = None
        self.ended = lambda: None
        self.ending = self.stopped = False
        self.user_module = None
        self.surroundings = None
        self.switches = []
        super().__init__(**kwargs)
        self.foreign_messages = ForeignMessages()
        self.log.addFilter(self.foreign_messages)

    def call_in_loop(self, function):
        try:
            self.loop.call_soon_threadsafe(function)
        except RuntimeError:
            pass  # the loop is closed, and the kernel ends with it

    def _nothing(self, *args):
        pass

    # The process is the application's: its hooks, its parent, its signals, its modules, its paths.
    init_crash_handler = init_poller = init_blackhole = init_signal = init_pdb = patch_io = _nothing
    init_gui_pylab = init_path = configure_tornado_logger = log_connection_info = _nothing

    # -- how clients find the kernel

    def init_connection_file(self):
        """Takes the name before anything listens, so that nobody else can have it."""
        if not self.connection_file:
            self.connection_file = f"kernel-{os.getpid()}-{secrets.token_hex(4)}.json"
        private.make_folders(os.path.dirname(self.abs_connection_file))
        self.made_file = private.create_file(self.abs_connection_file)
        self.session.key = secrets.token_hex(32).encode()
        take_back_nothing(self.session)
        self.transport = self.over
        self.socket_folder = private.make_folder("qi-jupyter-")
        if self.over == "ipc":
            self.ip = os.path.join(self.socket_folder, "s")

    def init_sockets(self):
        super().init_sockets()
        if self.over == "tcp":  # who takes a client's name does not take its place
            for socket in self.shell_socket, self.stdin_socket, self.control_socket:
                socket.setsockopt(ROUTER_HANDOVER, 0)

    def init_heartbeat(self):
        context = Context()  # of its own, as ipykernel has it: it goes on while Python does not
        if self.over == "tcp":
            context.setsockopt(MAXMSGSIZE, _LARGEST_OTHER)
        self.heartbeat = Heartbeat(context, (self.transport, self.ip, self.hb_port))
        self.hb_port = self.heartbeat.port
        self.heartbeat.start()

    def init_iopub(self, context):
        socket = context.socket(PUB)
        socket.linger = 1000  # ms, as ipykernel has it
        self.iopub_port = self._bind_socket(socket, self.iopub_port)
        self.iopub_thread = Output(socket, self._children_place())
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket

    def _children_place(self):
        return os.path.join(self.socket_folder, "children")

    def _try_bind_socket(self, socket, port):
        if self.over == "tcp":
            socket.setsockopt(MAXMSGSIZE, _LARGEST if socket.socket_type == ROUTER else _LARGEST_OTHER)
            socket.setsockopt(RCVHWM, _MOST_WAITING)
        return super()._try_bind_socket(socket, port)

    def write_connection_file(self):
        facts = {f"{name}_port": getattr(self, f"{name}_port") for name in ("shell", "iopub", "stdin", "control", "hb")}
        facts |= {"transport": self.transport, "ip": self.ip, "key": self.session.key.decode(),
                  "signature_scheme": self.session.signature_scheme, "kernel_name": ""}
        with open(self.made_file, "w", closefd=False) as file:
            json.dump(facts, file, indent=2)

    def cleanup_connection_file(self):
        """Removes what we have made, and nothing that somebody has put in its place."""
        if self.made_file is None:
            return
        file, self.made_file = self.made_file, None
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(file), os.lstat(self.abs_connection_file)):
                os.unlink(self.abs_connection_file)
        os.close(file)
        self.cleanup_ipc_files()
        if self.socket_folder is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._children_place())
            with contextlib.suppress(OSError):
                os.rmdir(self.socket_folder)

    def init_io(self):
        copy = self.capture == "all"
        for name in "stdout", "stderr":
            clients = OutStream(self.session, self.iopub_thread, name, watchfd=False)
            switch = Switch(getattr(sys, name), clients, copy)
            setattr(sys, name, switch)
            self.switches.append((name, switch))
        self.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)

    def reset_io(self):
        """Puts the streams back. Who has kept one of ours goes on writing to the host's."""
        while self.switches:
            name, switch = self.switches.pop()
            if getattr(sys, name) is switch:
                setattr(sys, name, switch.host)
            switch.clients = None

    def start(self):
        self.kernel.start()
        self.io_loop = self.kernel.io_loop

    def stop(self):
        self.stopped = True
        self.log.removeFilter(self.foreign_messages)
        kernel = self.kernel
        if kernel is not None:
            for task in kernel.awaited, kernel.dispatching:
                if task is not None:
                    task.cancel()
            end_shell(kernel.shell)
            kernel.shell_stream.close()
            cleaner = getattr(kernel, "_clean_thread_parent_frames", None)
            if cleaner in gc.callbacks:
                gc.callbacks.remove(cleaner)
        self.send_what_waits()
        self.end_tasks_of(self.control_thread, self.control_thread)
        self.end_tasks_of(self.iopub_thread, getattr(self.iopub_thread, "thread", None))
        if self.context is not None:
            self.close()
        if self.heartbeat is not None:
            self.heartbeat.join()
        self.cleanup_connection_file()
        for function in self.close, self.cleanup_connection_file, getattr(self.iopub_thread, "stop", None):
            atexit.unregister(function)
        self.surroundings.restore()
        for part in kernel and kernel.shell, kernel, self:
            if part:
                type(part).clear_instance()

    def end_tasks_of(self, owner, thread):
        """Else they would be destroyed with the thread's loop, while they wait for requests."""
        if thread is None or not thread.is_alive():
            return
        ending = asyncio.run_coroutine_threadsafe(cancel_others(), owner.io_loop.asyncio_loop)
        concurrent.futures.wait([ending], timeout=1)

    def send_what_waits(self):
        """Its last words must have left before the thread that sends them ends."""
        if self.iopub_thread is None or not self.iopub_thread.thread.is_alive():
            return
        for _, switch in self.switches:
            switch.clients.flush()
        sent = threading.Event()
        self.iopub_thread.schedule(sent.set)
        sent.wait(1)


async def cancel_others():
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)


def end_shell(shell):
    # atexit_operations() would empty the namespace, which outlives the kernel.
    atexit.unregister(shell.atexit_operations)
    history = shell.history_manager
    if history.enabled:
        history.end_session()
        thread = getattr(history, "save_thread", None)
        if thread is not None:
            thread.stop()
            atexit.unregister(thread.stop)


class Surroundings:
    """What IPython changes in passing, to put it back."""

    def __init__(self, namespaces):
        self._namespaces = namespaces
        self._before = [dict(namespace) for namespace in namespaces]
        self._after = namespaces

    def changed(self):
        """Everything is in place now; what is changed later is somebody else's."""
        self._after = [dict(namespace) for namespace in self._namespaces]

    def restore(self):
        for namespace, before, after in zip(self._namespaces, self._before, self._after):
            for name in list(set(before) | set(after)):
                old, ours = before.get(name, self), after.get(name, self)
                if old is ours or namespace.get(name, self) is not ours:
                    continue
                if old is self:
                    del namespace[name]
                else:
                    namespace[name] = old


def launch(loop, connection_file, user_ns, capture, transport):
    """Makes the app and starts it; whatever goes wrong, nothing of it stays."""
    if user_ns is None:
        module = sys.modules["__main__"]
        user_ns = module.__dict__
    else:
        module = Namespace()
        module.__dict__ = user_ns
    surroundings = Surroundings([os.environ, builtins.__dict__, sys.__dict__, user_ns])
    user_ns.setdefault("__name__", "__console__")
    known = sys.modules.get(module.__name__)
    # The package is only shown: what is in it stands above this module.
    for name, value in ("qi", sys.modules["qi"]), ("host", host), ("asyncio", asyncio):
        user_ns.setdefault(name, value)
    options = {"connection_file": os.path.abspath(connection_file)} if connection_file else {}
    try:
        if InteractiveShell.initialized():
            raise MultipleInstanceError("there is an InteractiveShell")
        app = App.instance(loop=loop, capture=capture, over=transport, user_ns=user_ns, log_level=logging.ERROR, **options)
    except MultipleInstanceError as error:
        surroundings.restore()
        raise RuntimeError(f"IPython is in use in this process, so no kernel can start: {error}") from error
    app.user_module, app.surroundings = module, surroundings
    try:
        app.initialize([])
        app.start()
    except BaseException as error:
        app.stop()
        if isinstance(error, SystemExit):  # what ipykernel makes of a bad configuration
            raise RuntimeError("the kernel does not start; see its messages") from error
        raise
    finally:
        if known is None:
            sys.modules.pop(module.__name__, None)  # as a module, the namespace stays unknown
    surroundings.changed()
    return app
