# SPDX-License-Identifier: BSD-3-Clause
"""What is told of many figures."""

import statistics


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def summary(figures, count):
    ordered = sorted(figures)
    middle = statistics.median(ordered)
    quarter = len(ordered) // 4
    spread = (ordered[-1 - quarter] - ordered[quarter]) / middle if middle else 0.0
    return {"best": ordered[0], "median": middle, "spread": spread, "rounds": len(ordered), "count": count}
