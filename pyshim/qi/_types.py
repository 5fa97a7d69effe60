# SPDX-License-Identifier: BSD-3-Clause
"""Python's counterparts of Qt's points, sizes and rectangles. Any tuple of as many numbers does as well."""

from typing import NamedTuple


class Point(NamedTuple):
    x: int
    y: int


class PointF(NamedTuple):
    x: float
    y: float


class Size(NamedTuple):
    width: int
    height: int


class SizeF(NamedTuple):
    width: float
    height: float


class Rect(NamedTuple):
    x: int
    y: int
    width: int
    height: int


class RectF(NamedTuple):
    x: float
    y: float
    width: float
    height: float


for _type in (Point, PointF, Size, SizeF, Rect, RectF):
    _type.__module__ = "qi"  # where everybody gets them from, and where pickle looks for them
del _type
