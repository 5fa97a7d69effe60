# SPDX-License-Identifier: BSD-3-Clause
"""modal(): functions that run a Qt event loop of their own, awaited as if they were coroutines."""

import asyncio
import contextvars
import functools
import inspect

import _qi

__all__ = ("modal",)


def _deliver(future, function, args, kwargs):
    """Calls the function and makes its outcome the future's, unless its awaiter has gone meanwhile."""
    if future.done():
        return
    try:
        result = function(*args, **kwargs)
    except StopIteration as exc:
        # A future refuses this one, since it would end the awaiting generator.
        error = RuntimeError(f"{function!r} raised StopIteration")
        error.__cause__ = exc
    except BaseException as exc:
        error = exc
    else:
        if not future.done():
            future.set_result(result)
        return
    if not future.done():
        future.set_exception(error)


def modal(fn):
    """Returns a coroutine function that calls a regular function outside of asyncio's callbacks.

    When the coroutine is awaited, `fn` is called with its arguments right after the caller has been
    suspended, in the same thread.  It may execute a Qt event loop, as `QDialog.exec()` does: asyncio
    goes on in that, whatever the loop's `nested` setting says.  What `fn` returns or raises is what the
    coroutine returns or raises.  If the awaiting task is cancelled, `fn` is not called, or its result is
    dropped.

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
        future = loop.create_future()
        context = contextvars.copy_context()
        loop.exec_modal(
            functools.partial(context.run, _deliver, future, fn, args, kwargs)
        )
        return await future

    return modal_fn
