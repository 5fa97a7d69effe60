# SPDX-License-Identifier: BSD-3-Clause
# Work for all processors: docs/guide/recipes.md. The children import this module, so it imports neither qi nor Qt.
import asyncio
import concurrent.futures
import multiprocessing


def smallest_factor(number):
    return next((each for each in range(2, int(number**0.5) + 1) if number % each == 0), number)


async def smallest_factors(numbers):
    loop = asyncio.get_running_loop()
    pool = concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))
    try:
        return await asyncio.gather(*(loop.run_in_executor(pool, smallest_factor, each) for each in numbers))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # waiting would hold the window
