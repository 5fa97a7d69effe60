# SPDX-License-Identifier: BSD-3-Clause
"""Moves the application's dial: try `await sweep.to(70)` in its console."""

import asyncio

from qi import host


async def to(value, *, seconds=0.5):
    """Turns the dial to a value, a step at a time."""
    step = 1 if value > host.dial.value else -1
    pause = seconds / max(1, abs(value - host.dial.value))
    while host.dial.value != value:
        host.dial.value += step
        await asyncio.sleep(pause)
    return host.dial.value
