# SPDX-License-Identifier: BSD-3-Clause
"""qi.debug: lets a debugger attach to the running application.

    where = qi.debug.listen()
    print(where)                    # tells the command that connects

That is Python's own pdb, over a socket that only this user and root can open. VS Code and others speak to debugpy instead,
which must be asked for by its name, since **it asks nobody who they are**:

    qi.debug.listen(5678, backend="debugpy")

While it listens, every user of the machine who can connect to that port can run code in this process, as this user.

While code stands at a breakpoint, the thread that runs it is held, in the GUI thread so the window, too: it
is painted again when the code goes on. Other threads run, and the watchdog is quiet meanwhile. While
nobody has attached, nothing is held, nor slowed down.
"""

import asyncio
import atexit
import contextlib
import logging
import os
import secrets
import shlex
import sys
from typing import NamedTuple

import _qi

from ._python import private
from ._python.ends import at_stop

__all__ = ["Listening", "is_attached", "listen", "stop", "wait_for_client"]


class Listening(NamedTuple):
    """Where a debugger can attach."""

    backend: str
    """"debugpy" or "pdb"."""

    host: str
    """The address; "" for a socket in the file system."""

    port: int
    """The port; 0 for a socket in the file system."""

    path: str
    """The path of the socket in the file system, or ""."""

    def __str__(self):
        if self.backend == "debugpy":
            return f"debugpy listens at {self.host}:{self.port}; attach to it from the editor"
        program = shlex.quote(sys.executable or "python3")
        return f"pdb listens at {self.path}; connect with: {program} -I -c {CLIENT!r} {shlex.quote(self.path)}"


#: A terminal for the other end of pdb's socket, so that no further program is needed. What is read there may be anybody's
#: text, so nothing in it steers the terminal. It is run with -I: in /tmp, a module `socket` may be anybody's.
CLIENT = (
    "import socket,sys,threading as t;s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1]);"
    "f=s.makefile(errors='replace');"
    "t.Thread(target=lambda:[s.sendall(l.encode()) for l in sys.stdin],daemon=True).start();"
    "[print(c if c.isprintable() or c in '\\n\\t' else '?',end='',flush=True) for c in iter(lambda:f.read(1),'')]"
)

_listening = None  # a Listening, while there is one
_backend = None  # what has it: a module's worth of functions


def listen(port=0, *, host="127.0.0.1", wait=False, backend=None):
    """Lets a debugger attach to this process, and returns at once where: a Listening.

    backend: "pdb", which is also what None means, or "debugpy". Beware: whoever can connect to the port of
    debugpy can run code in this process, which all users of the machine can; pdb's socket is this user's. port:
    of debugpy; 0: any that is free. host: the address that debugpy listens at; leave it as it is, or the network
    can, too. wait: launches a task that holds back nothing but tells in the log when somebody has attached; to
    wait in a coroutine, await wait_for_client().

    It launches no second copy of the application: debugpy's helper is run by sys.executable, which is an
    interpreter. Called again, it returns where it listens already; debugpy cannot be told to end.

    Raises ImportError if the backend is not installed, ValueError for a port without debugpy, RuntimeError if it
    is called where no loop runs or while another backend listens, OSError if the port is taken, PermissionError
    if no folder is there whose sockets other users cannot replace.
    """
    global _listening, _backend
    chosen = "pdb" if backend is None else backend
    if chosen not in _backends:
        raise ValueError(f"backend is 'debugpy' or 'pdb', not {backend!r}")
    if port and chosen != "debugpy":
        raise ValueError(
            f"the port {port} is for debugpy, which anybody on this machine can connect to; if that may be, ask for it "
            "with backend='debugpy', else leave the port out")
    if _listening is not None:
        if backend not in (None, _listening.backend):
            raise RuntimeError(f"{_listening.backend} listens already, so {backend} cannot")
        return _listening
    wanted = _backends[chosen]()
    _listening = wanted.listen(host, port)
    _backend = wanted
    if wait:
        asyncio.get_running_loop().create_task(_tell(), name="qi debugger")
    return _listening


def listen_for_host(backend, port):
    """qi_debugger_listen()"""
    found = listen(port, backend=backend)
    return {**found._asdict(), "text": str(found)}


async def _tell():
    logging.getLogger("qi.debug").warning("%s", _listening)
    await wait_for_client()
    logging.getLogger("qi.debug").warning("a debugger has attached")


def is_attached():
    """Whether a debugger has attached."""
    return _backend is not None and _backend.is_attached()


async def wait_for_client():
    """Waits until a debugger has attached; the application goes on meanwhile. RuntimeError before listen()."""
    if _backend is None:
        raise RuntimeError("nothing listens for a debugger; call qi.debug.listen() first")
    await _backend.wait()


def stop():
    """Ends pdb's socket, and its session. Does nothing for debugpy, which cannot be ended."""
    global _listening, _backend
    if _backend is not None and _backend.stop():
        _listening = _backend = None


def stop_for_host():
    """qi_debugger_stop(): whether nothing listens any more."""
    stop()
    return _backend is None


class _hold:
    """The watchdog takes what a debugger holds for no stall."""

    depth = 0

    def __enter__(self):
        _hold.depth += 1
        _qi._watchdog_hold(True)

    def __exit__(self, *exc_info):
        _hold.depth -= 1
        if not _hold.depth:
            _qi._watchdog_hold(False)


# -- debugpy --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _environment_of_a_helper():
    """What debugpy starts takes no more of the environment than this interpreter has: in a host that is isolated the
    variables of Python are the user's, and may lead into the current folder."""
    before = {name: text for name, text in os.environ.items() if name.startswith("PYTHON")}
    if sys.flags.isolated:
        for name in before:
            del os.environ[name]
    if sys.flags.no_user_site:
        os.environ["PYTHONNOUSERSITE"] = "1"
    try:
        yield
    finally:
        os.environ.pop("PYTHONNOUSERSITE", None)
        os.environ.update(before)


class _Debugpy:
    def listen(self, host, port):
        if not (sys.executable and os.access(sys.executable, os.X_OK)):
            raise RuntimeError(
                f"debugpy needs an interpreter for its helper, but sys.executable is {sys.executable!r}; set "
                "`executable` in the application's configuration")
        os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # warns of modules that are frozen, as ours are not
        import debugpy

        self._debugpy = debugpy
        debugpy.configure(python=sys.executable, subProcess=False)
        try:
            with _environment_of_a_helper():
                found_host, found_port = debugpy.listen((host, port))
        except RuntimeError as error:
            if "in use" in str(error):
                raise OSError(f"debugpy cannot listen at {host}:{port}: {error}") from error
            raise
        self._follow()
        logging.getLogger("qi.debug").warning(
            "debugpy listens at %s:%d and asks nobody who they are: whoever can connect can run code in this process",
            found_host, found_port)
        return Listening("debugpy", found_host, found_port, "")

    def _follow(self):
        """Tells the watchdog where code stands at a breakpoint."""
        import pydevd

        debugger = pydevd.get_global_debugger()
        stand = debugger.do_wait_suspend

        def do_wait_suspend(*args, **kwargs):
            with _hold():
                return stand(*args, **kwargs)

        debugger.do_wait_suspend = do_wait_suspend

    def is_attached(self):
        return self._debugpy.is_client_connected()

    async def wait(self):
        await asyncio.to_thread(self._debugpy.wait_for_client)

    def stop(self):
        return False


# -- pdb over a socket ----------------------------------------------------------------------------------


class _Pdb:
    """A socket in a folder that only this user can enter; one client at a time."""

    def listen(self, host, port):
        import socket

        loop = asyncio.get_running_loop()
        self._loop = loop
        self._attached = asyncio.Event()
        self._client = self._session = None
        self._folder = private.make_folder("qi-debug-")
        self._path = os.path.join(self._folder, secrets.token_hex(8))
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.bind(self._path)
        except OSError:  # a path that is too long for a socket
            self._socket.close()
            os.rmdir(self._folder)
            raise
        os.chmod(self._path, 0o600)
        self._socket.listen(1)
        self._socket.setblocking(False)
        self._hook = sys.breakpointhook
        loop.add_reader(self._socket, self._accept)
        at_end = at_stop.append if _qi.embedded else atexit.register
        at_end(stop)  # the socket's folder goes with the runtime
        return Listening("pdb", "", 0, self._path)

    def _accept(self):
        try:
            client, _ = self._socket.accept()
        except OSError:
            return
        if not private.is_peer(client):  # where folders do not keep others out, as on a disk that knows no owners
            client.close()
            return
        if self._client is not None:
            client.sendall(b"a debugger has attached already\n")
            client.close()
            return
        client.setblocking(True)
        self._client = client
        sys.breakpointhook = self._break
        self._attached.set()
        self._loop.call_soon(self._begin)

    def _begin(self):
        """The first prompt: breakpoints are set here, and `continue` lets the application go on."""
        if self._client is not None:
            self._session = _make_session(self._client, self._detached)
            self._session.begin()

    def _break(self, *args, **kwargs):
        """breakpoint()"""
        if self._session is not None:
            self._session.stand_at(sys._getframe(1))

    def _detached(self):
        client, self._client, self._session = self._client, None, None
        self._attached.clear()
        if sys.breakpointhook == self._break:
            sys.breakpointhook = self._hook
        if client is not None:
            client.close()

    def is_attached(self):
        return self._client is not None

    async def wait(self):
        await self._attached.wait()

    def stop(self):
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
        self._socket.close()
        if self._session is not None:
            self._session.give_up()
        elif self._client is not None:
            self._detached()
        os.unlink(self._path)
        os.rmdir(self._folder)
        return True


def _make_session(client, detached):
    import pdb

    class Session(pdb.Pdb):
        """pdb that talks to a client. When that hangs up, the application goes on."""

        def __init__(self):
            self.file = client.makefile("rw", encoding="utf-8", errors="replace")
            super().__init__(stdin=self.file, stdout=self.file, nosigint=True, readrc=False)
            self.use_rawinput = False
            self.prompt = "(qi) "

        def begin(self):
            self.message("attached; set breakpoints (b FILE:LINE), then c to let the application go on")
            self.stand_at(sys._getframe())

        def stand_at(self, frame):
            self.set_trace(frame)

        def interaction(self, *args, **kwargs):
            with _hold():
                try:
                    super().interaction(*args, **kwargs)
                except (OSError, ValueError):
                    self.give_up()

        def message(self, text):
            try:
                super().message(text)
            except (OSError, ValueError):
                self.give_up()

        def do_EOF(self, arg):
            self.give_up()
            return 1

        def do_quit(self, arg):
            """q(uit): detaches; the application goes on."""
            return self.do_EOF(arg)

        do_q = do_exit = do_quit

        def give_up(self):
            self.clear_all_breaks()
            self.set_continue()
            sys.settrace(None)
            detached()

    return Session()


_backends = {"debugpy": _Debugpy, "pdb": _Pdb}
