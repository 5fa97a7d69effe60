# SPDX-License-Identifier: BSD-3-Clause
"""The plugin of quick: measures, slowly, and keeps what it has measured."""

import asyncio
import math

import qi

points = qi.ListModel(roles={"name": str, "height": float})
kept = []


def surveyed():
    """The model that the window shows."""
    return points


async def measure(count):
    """Measure so many points; the window shows the progress, and may cancel."""
    points.clear()
    for number in range(1, count + 1):
        await asyncio.sleep(0.04)
        if number == 13:
            raise ValueError("the 13th point was stolen")
        points.append({"name": f"P{number}", "height": 100 + 40 * math.sin(number / 2)})
        qi.progress(number, count, f"point {number} of {count}")
    return len(points)


async def keep():
    """Keep the time at which somebody asked for it; a second click while this goes on is dropped."""
    await asyncio.sleep(0.5)
    kept.append(asyncio.get_running_loop().time())


def mean():
    """The mean height; plain functions answer at once."""
    return sum(point["height"] for point in points) / len(points)
