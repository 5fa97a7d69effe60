# SPDX-License-Identifier: BSD-3-Clause
"""Plots as SVG, of nothing but text: figures beside libqi's, and how cost grows with number."""

import html
import math

COLOURS = {
    "libqi": "#d4452a",
    "owner": "#e8998a",
    "asyncio": "#4c78a8",
    "uvloop": "#2a9d5c",
    "qtinter": "#8a5fbf",
    "qasync": "#b8860b",
    "QtAsyncio": "#64748b",
    "floor": "#0f172a",
}
INK, FAINT = "#334155", "#d5dbe5"
FONT = "font-family='system-ui, DejaVu Sans, sans-serif'"


def colour(name):
    return COLOURS.get(name, INK)


class Drawing:
    def __init__(self, width, height):
        self.size = width, height
        self.parts = []

    def text(self, x, y, words, size=12, anchor="start", fill=INK, weight="normal"):
        self.parts.append(f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' text-anchor='{anchor}' "
                          f"fill='{fill}' font-weight='{weight}'>{html.escape(words)}</text>")

    def line(self, points, stroke, width=1.0):
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f"<polyline points='{places}' fill='none' stroke='{stroke}' "
                          f"stroke-width='{width}'/>")

    def dot(self, x, y, fill, title, radius=4):
        self.parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius}' fill='{fill}'>"
                          f"<title>{html.escape(title)}</title></circle>")

    def legend(self, x, y, names):
        for name in names:
            self.dot(x, y - 4, colour(name), name)
            self.text(x + 9, y, name)
            x += 26 + 7 * len(name)

    def svg(self):
        width, height = self.size
        return (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' "
                f"height='{height}' {FONT}>\n<rect width='100%' height='100%' fill='#fff'/>\n"
                + "\n".join(self.parts) + "\n</svg>\n")


class LogScale:
    """Numbers from low to high on pixels from start to end."""

    def __init__(self, low, high, start, end):
        self.low, self.high = math.log10(low), math.log10(max(high, low * 1.01))
        self.start, self.end = start, end

    def __call__(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def decades(self):
        return [10.0 ** power for power in range(math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9) + 1)]


def power_text(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


# -- beside libqi -------------------------------------------------------------------------------------------


def relative(result):
    """name -> how many times libqi's best figure it has."""
    own = result["contestants"].get("libqi", {}).get("best")
    if not own:
        return {}
    return {name: contestant["best"] / own for name, contestant in result["contestants"].items()
            if name in COLOURS and contestant.get("best")}


def beside(results, title):
    """A row for each result, a dot for each contestant: to the right of libqi's line is slower."""
    rows = [(result["name"], values) for result in results if len(values := relative(result)) > 1]
    if not rows:
        return None
    row_height, left, right, top = 19, 370, 30, 74
    width, height = 900, top + row_height * len(rows) + 20
    drawing = Drawing(width, height)
    everything = [value for _, values in rows for value in values.values()]
    scale = LogScale(min(0.5, min(everything) / 1.1), max(2, max(everything) * 1.1), left, width - right)

    drawing.text(12, 24, title, 15, weight="bold")
    drawing.text(width - right, 46, "more than libqi →", 11, "end")
    names = [name for name in COLOURS if any(name in values for _, values in rows)]
    drawing.legend(12, 46, names)
    marks = {*scale.decades(), 1.0, 2.0, 5.0, 0.5, 20.0, 50.0}
    for mark in sorted(mark for mark in marks if scale.low <= math.log10(mark) <= scale.high):
        x = scale(mark)
        drawing.line([(x, top - 6), (x, height - 16)], colour("libqi") if mark == 1 else FAINT,
                     1.5 if mark == 1 else 1)
        drawing.text(x, top - 10, f"{mark:g} ×", 10, "middle")
    for index, (name, values) in enumerate(rows):
        y = top + row_height * index + 10
        drawing.text(left - 12, y + 4, name, 11, "end")
        # libqi comes last and so lies on top.
        for contestant in sorted(values, key=lambda name: (name == "libqi", name)):
            drawing.dot(scale(values[contestant]), y, colour(contestant),
                        f"{contestant}: {values[contestant]:.2f} × libqi")
    return drawing.svg()


# -- by number ----------------------------------------------------------------------------------------------


def panel(drawing, box, name, curves):
    """One set of axes, with a line for each contestant."""
    left, top, right, bottom = box
    points = [point for curve in curves for point in curve["points"] if point["cost"]]
    drawing.text(left - 45, top - 10, f"{name}, {curves[0]['unit']}", 11.5, weight="bold")
    if not points:
        return
    costs = [point["cost"] for point in points]
    # Ten times at least, or noise would look like growth.
    low = 10 ** math.floor(math.log10(min(costs)))
    high = max(low * 10, 10 ** math.ceil(math.log10(max(costs))))
    across = LogScale(10, 50_000, left, right)
    up = LogScale(low, high, bottom, top)
    for mark in across.decades():
        drawing.line([(across(mark), top), (across(mark), bottom)], FAINT)
        drawing.text(across(mark), bottom + 14, power_text(mark), 10, "middle")
    for mark in up.decades():
        drawing.line([(left, up(mark)), (right, up(mark))], FAINT)
        drawing.text(left - 6, up(mark) + 4, power_text(mark), 10, "end")
    for curve in sorted(curves, key=lambda curve: curve["contestant"] == "libqi"):
        places = [(across(point["number"]), up(point["cost"])) for point in curve["points"] if point["cost"]]
        drawing.line(places, colour(curve["contestant"]), 2)
        for (x, y), point in zip(places, (point for point in curve["points"] if point["cost"])):
            drawing.dot(x, y, colour(curve["contestant"]),
                        f"{curve['contestant']}, {point['number']:,}: {point['cost']:.3g} {curve['unit']}", 3)


def by_number(curves, title):
    """A panel for each kind of curve, both axes logarithmic."""
    kinds = {}
    for curve in curves:
        kinds.setdefault(curve["name"], []).append(curve)
    if not kinds:
        return None
    across, panel_width, panel_height, top = 2, 450, 230, 70
    rows = -(-len(kinds) // across)
    drawing = Drawing(panel_width * across, top + panel_height * rows)
    drawing.text(12, 24, title, 15, weight="bold")
    names = {curve["contestant"] for curve in curves}
    drawing.legend(12, 46, [name for name in COLOURS if name in names])
    for index, (name, group) in enumerate(kinds.items()):
        x, y = panel_width * (index % across), top + panel_height * (index // across)
        panel(drawing, (x + 60, y + 20, x + panel_width - 20, y + panel_height - 40), name, group)
    return drawing.svg()
