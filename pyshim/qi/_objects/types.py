# SPDX-License-Identifier: BSD-3-Clause
"""Python's counterparts of Qt's points, sizes and rectangles, for which any tuple of as many numbers does as well."""

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


class Progress(NamedTuple):
    """How far a QFuture of the application has come."""

    value: int
    minimum: int
    maximum: int
    text: str


for _type in (Point, PointF, Size, SizeF, Rect, RectF, Progress):
    _type.__module__ = "qi"  # where everybody gets them from, and where pickle looks for them
del _type
