# SPDX-License-Identifier: BSD-3-Clause
import asyncio

import qi
from qi import host

samples = []
complete = asyncio.Event()


async def record(channel, value):  # takes two of the signal's three arguments
    await asyncio.sleep(0)
    samples.append((channel, value))
    if len(samples) == 3:
        complete.set()


async def watch():
    sensor = host.sensor
    await complete.wait()
    # Awaiting a signal: the call that brings it about comes after the wait has begun.
    asyncio.get_running_loop().call_soon(sensor.calibrate, 0.25)
    (offset,) = await qi.asyncsignal(sensor.calibrated)
    values = ", ".join(str(value) for _, value in samples)
    sensor.summary = f"{samples[0][0]} {values}; offset {offset}"


@qi.asyncslot
async def on_calibrated(offset):
    """Connected from Python: `host.sensor.calibrated.connect(on_calibrated)`."""
    print(offset)
