# SPDX-License-Identifier: BSD-3-Clause
# An object that lives in a QThread: docs/guide/recipes.md
import qi
from qi import host


async def mean(count):
    total = 0.0
    async with qi.asyncsignalstream(host.meter.measured) as values:  # listens before anything can be told
        for _ in range(count):
            host.meter.begin()  # runs in the thread of the object
            (value,) = await anext(values)  # emitted there, and taken here, on the GUI thread
            total += value
    return total / count
