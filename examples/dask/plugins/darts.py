# SPDX-License-Identifier: BSD-3-Clause
"""The work: what the workers call. They import this module, too, so it knows neither qi nor Qt."""

import random

DARTS = 100_000


def throw(seed):
    """Throws DARTS darts at a square; returns how many hit the circle in it."""
    dice = random.Random(seed)
    return sum(dice.random() ** 2 + dice.random() ** 2 <= 1 for _ in range(DARTS))
