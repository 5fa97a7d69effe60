# SPDX-License-Identifier: BSD-3-Clause
"""A Jupyter kernel inside the running application.

    import qi.jupyter
    kernel = qi.jupyter.start()
    print(kernel.connection_file)       # jupyter console --existing <that>

Cells run on the GUI thread, in the loop that runs there: they see the live objects, may use `await` at
their top level, and the application goes on meanwhile. Needs ipykernel 6.
"""

import asyncio

__all__ = ("RunningKernel", "start")

_running = None


class RunningKernel:
    """What start() returns: the kernel, until `stop()`. As a context manager it stops at the end."""

    def __init__(self, app):
        self._app = app
        self._connection_file = app.abs_connection_file

    @property
    def connection_file(self):
        """The path of the file by which clients find the kernel; it goes with the kernel."""
        return self._connection_file

    @property
    def user_ns(self):
        """The namespace in which cells run; None once the kernel has stopped."""
        return self._app.kernel.shell.user_ns if self._app else None

    @property
    def is_running(self):
        return self._app is not None

    def interrupt(self):
        """Interrupts the cell that runs, as a client's interrupt does; any thread may call it."""
        app = self._app
        if app is not None:
            app.kernel.interrupt()

    def stop(self):
        """Ends the kernel, but not the application, and puts back what it had changed in the process.

        A cell that still runs is cancelled; one that calls this has its reply first. Calling it again does nothing. Thread: that of start().
        """
        global _running
        app = self._app
        if app is None:
            return
        if app.kernel.is_in_request() and not app.ending:
            app.ending = True  # as soon as the cell that asks for it has ended
            return
        self._app = None
        if _running is self:
            _running = None
        app.stop()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def __repr__(self):
        state = "running" if self._app else "stopped"
        return f"<{type(self).__qualname__} {state} connection_file={self._connection_file!r}>"


def start(*, connection_file=None, user_ns=None, capture="cells", transport="ipc"):
    """Starts a Jupyter kernel in the loop that runs in this thread, and returns a RunningKernel.

    connection_file: where to write how clients connect, with the key by which they prove who they are; by default a
    file of Jupyter's runtime folder, whose name is enough for `jupyter console --existing NAME`. It must not be
    there yet, nor in a folder that other users may write to: one who had prepared it would have the key.
    user_ns: the dict in which cells run; by default that of the module `__main__`. The names `qi`, `host`
    (the application's objects) and `asyncio` are added where it lacks them.
    capture: "cells" sends clients what cells print, and what tasks print that cells have started; everything
    else goes where it went before. "all" sends them a copy of that, too.
    transport: "ipc" is sockets in a folder that only this user enters. "tcp" is ports at 127.0.0.1, for clients that
    know nothing else, on machines where you are alone. Beware: without the key nobody runs a cell there either, but
    every user of the machine can listen to what cells hold, print and result in, stand between a client and the kernel, and
    keep the application busy with messages, which it reads to see that they are not signed.

    A client's interrupt raises KeyboardInterrupt in a cell, or cancels it where it awaits; a client's
    shutdown stops the kernel and leaves the application alone. No signal handler is touched. It ends with
    the loop at the latest.

    Raises ImportError where ipykernel 6 is missing; FileExistsError if the connection file is there already, and
    PermissionError if others could replace it; RuntimeError if no loop of qi runs in this thread, a kernel runs
    already, or IPython is in use otherwise.
    """
    global _running
    from ._loop.loop import QiBaseEventLoop
    from ._python.ends import at_end

    loop = asyncio._get_running_loop()
    if not isinstance(loop, QiBaseEventLoop):
        running = "none" if loop is None else type(loop).__qualname__
        raise RuntimeError(f"qi.jupyter.start() needs a running event loop of qi, but {running} runs in this thread")
    if capture not in ("cells", "all"):
        raise ValueError(f"capture is 'cells' or 'all', not {capture!r}")
    if transport not in ("ipc", "tcp"):
        raise ValueError(f"transport is 'ipc' or 'tcp', not {transport!r}")
    if not isinstance(user_ns, (dict, type(None))):
        raise TypeError(f"user_ns must be a dict, not {user_ns!r}")
    if _running is not None:
        raise RuntimeError(f"a kernel runs already: {_running!r}; stop() it first")
    try:
        import ipykernel

        if ipykernel.version_info[0] > 6:  # which hands requests from thread to thread
            raise ImportError(
                f"qi.jupyter.start() knows ipykernel 6, but {ipykernel.__version__} is installed: install 'ipykernel<7'",
                name="ipykernel",
            )
        from ._console.jupyter import launch
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "qi":
            raise
        raise ImportError(
            f"qi.jupyter.start() needs ipykernel, but there is no module {error.name!r}: install Debian's "
            "python3-ipykernel, or ipykernel with pip",
            name=error.name,
        ) from error
    app = launch(loop, connection_file, user_ns, capture, transport)
    kernel = _running = RunningKernel(app)
    app.ended = kernel.stop
    at_end.append(kernel.stop)  # where it ends before its first request
    return kernel
