# SPDX-License-Identifier: BSD-3-Clause
"""modal(): functions that run a Qt event loop of their own, awaited as if they were coroutines."""

import asyncio
import contextvars
import functools
import inspect

import _qi

from .loop import QiLoopMode

__all__ = ("modal",)


# What runs an event loop of its own until it is told to return; other methods may belong to any object.
_EXEC = ("exec", "exec_")

# How that is told, by what the object has: dialogs, then menus and other widgets, then QEventLoop.
_ENDINGS = ("reject", "close", "quit")


class _Call:
    """A function that is called outside of asyncio's callbacks, its outcome, and what it has opened."""

    def __init__(self, loop, function, args, kwargs):
        self.outcome = loop.create_future()
        self._loop = loop
        self._function = function
        self._arguments = args, kwargs
        self._returned = None  # a future, once it was called
        self._before = self._opened = None  # windows, as _modal_window() has them

    def run(self):
        """Calls the function, unless its awaiter has gone meanwhile."""
        if self.outcome.done():
            return
        self._returned = self._loop.create_future()
        self._before = _qi._modal_window()
        looks = [self._loop.call_soon(self._look), self._loop.call_later(0.1, self._look)]
        try:
            self._deliver()
        finally:
            for look in looks:
                look.cancel()
            self._opened = self._before = None
            if not self._returned.done():
                self._returned.set_result(None)

    def _deliver(self):
        args, kwargs = self._arguments
        try:
            result = self._function(*args, **kwargs)
        except StopIteration as exc:
            # A future refuses this one, since it would end the awaiting generator.
            error = RuntimeError(f"{self._function!r} raised StopIteration")
            error.__cause__ = exc
        except BaseException as exc:
            error = exc
        else:
            if not self.outcome.done():
                self.outcome.set_result(result)
            return
        if not self.outcome.done():
            self.outcome.set_exception(error)
        else:
            self._loop.call_exception_handler({
                "message": f"{self._function!r} raised an exception, but the task that called it by modal() was cancelled",
                "exception": error,
            })

    def _look(self):
        """In the event loop that it runs: what it has opened is what is in front."""
        if self._opened is None:
            found = _qi._modal_window()
            self._opened = None if found is self._before else found

    async def end(self):
        """Has it return, and waits for that; where nothing is found that could be closed, it goes on by itself."""
        if self._returned is None or self._returned.done() or not self._close():
            return
        if self._loop.get_mode() is not QiLoopMode.NATIVE:  # else Qt's event loops wait for us
            await self._returned

    def _close(self):
        opened = _executed_by(self._function) or self._opened
        for name in _ENDINGS:
            ending = getattr(opened, name, None)
            if callable(ending):
                break
        else:
            return False
        try:
            ending()
            self._hide(opened)
        except ReferenceError:  # the application has destroyed it
            pass
        return True

    @staticmethod
    def _hide(window):
        """One that does not want to be closed: it may ask something, and nobody is going to answer."""
        visible = getattr(window, "isVisible", None) or getattr(window, "visible", False)
        hide = getattr(window, "hide", None)
        if hide and (visible() if callable(visible) else visible):
            hide()


def _executed_by(function):
    """The object whose exec() is called, or None."""
    while isinstance(function, functools.partial):
        function = function.func
    receiver = getattr(function, "__self__", None)
    if getattr(function, "__name__", None) not in _EXEC or inspect.isclass(receiver) or inspect.ismodule(receiver):
        return None
    return receiver


def modal(fn):
    """Returns a coroutine function that calls a regular function outside of asyncio's callbacks.

    When the coroutine is awaited, `fn` is called with its arguments right after the caller has been
    suspended, in the same thread.  It may execute a Qt event loop, as `QDialog.exec()` does: asyncio
    goes on in that, whatever the loop's `nested` setting says.  What `fn` returns or raises is what the
    coroutine returns or raises.

    If the awaiting task is cancelled, or runs into a timeout, `fn` is not called, or what it has opened is closed: a
    dialog is rejected, a menu closed, a QEventLoop whose exec() was given quits, and so does what is opened by static
    functions such as QFileDialog.getOpenFileName().  The coroutine ends when `fn` has returned, and the result is
    dropped.  A function that waits in any other way is left alone, and the coroutine ends at once.

        answer = await qi.modal(QMessageBox.question)(window, "Quit", "Really?")

    Raises TypeError for what is no regular function; the coroutine raises RuntimeError if no event loop of
    qi is running.
    """
    if not callable(fn):
        raise TypeError(f"modal() wants a callable, not {fn!r}")
    if inspect.iscoroutinefunction(fn):
        raise TypeError(f"modal() wants a regular function, but {fn!r} is a coroutine function; await it as it is")

    @functools.wraps(fn)
    async def modal_fn(*args, **kwargs):
        loop = asyncio.get_running_loop()
        if not isinstance(loop, _qi.Loop):
            raise RuntimeError(
                f"modal() needs an event loop of qi, but {type(loop).__qualname__} is running"
            )
        call = _Call(loop, fn, args, kwargs)
        loop.exec_modal(functools.partial(contextvars.copy_context().run, call.run))
        try:
            return await call.outcome
        except asyncio.CancelledError:
            await call.end()
            raise

    return modal_fn
