# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for a QFuture of the application: what `await` and `async for` do with a `_qi.HostFuture`."""

import asyncio


async def wait(future):
    """Waits for the end and returns the result; a cancellation of the waiting task cancels the future."""
    if not future.done():
        waiting = asyncio.get_running_loop().create_future()

        def wake():
            if not waiting.done():
                waiting.set_result(None)

        await _watch(future, wake, waiting)
    return future.result()


async def _watch(future, wake, waiting):
    watcher = future.watcher
    connections = [watcher.finished.connect(wake), watcher.canceled.connect(wake)]
    try:
        # It tells of its end through events, so what ends after this question wakes us.
        if not future.done():
            await waiting
    except asyncio.CancelledError:
        future.cancel()
        raise
    finally:
        for connection in connections:
            connection.disconnect()


async def stream(future):
    """Yields the results as they come, and raises at the end what the future has failed with."""
    news = asyncio.Event()
    watcher = future.watcher
    signals = (watcher.resultsReadyAt, watcher.finished, watcher.canceled)
    connections = [signal.connect(lambda: news.set()) for signal in signals]
    try:
        index = 0
        while True:
            done = future.done()  # before the results are counted, so that none is missed
            while index < future.result_count():
                yield future.result_at(index)
                index += 1
            if done:
                break
            if not future.done() and index >= future.result_count():
                await news.wait()
            news.clear()
    except asyncio.CancelledError:
        future.cancel()
        raise
    finally:
        for connection in connections:
            connection.disconnect()
    if error := future.exception():  # raises CancelledError where it was cancelled
        raise error
