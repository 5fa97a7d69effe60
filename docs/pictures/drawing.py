# SPDX-License-Identifier: BSD-3-Clause
"""The one language of the pictures: text, boxes, arrows, pills and badges, as SVG in light and dark.

A drawing knows where everything lies, so it finds by itself what a reader would stumble over: text that leaves its
box, text over text, an arrow through either. What is wrong with it is in `problems()`.
"""

import html
import itertools
from typing import NamedTuple

WIDTH = 760  # of a page's column, so that a picture is read as large as it was drawn
MARGIN = 20
ROUND = 6
HEAD = 7  # the length of an arrow's head

# kind -> (fill, stroke, ink) on a light page, and on a dark one
COLOURS = {
    "plain": (("#f5f7fa", "#c3ccd8", "#1b2430"), ("#1e242d", "#434e5d", "#e6eaf0")),
    "python": (("#eaf1fc", "#6f9bdb", "#24579f"), ("#16243a", "#4b78b8", "#9cc2f5")),
    "qt": (("#e8f6ee", "#4fae79", "#1a6e3f"), ("#142a20", "#3a8f62", "#7ed7a5")),
    "qi": (("#fdeeea", "#e0806c", "#b2341b"), ("#351e19", "#b4553f", "#f7a48f")),
}
PAGE = ("#ffffff", "#dde3ea"), ("#14181f", "#2c3440")
DIM = "#566273", "#9ba7b7"
LINE = "#6b7889", "#8693a5"

# Of DejaVu Sans, the widest of the fonts that systems have for their own: what fits with it fits with all.
_EM = {
    27: "'", 28: "ijl", 29: "IJ", 32: " ,.·’", 34: "/:;\\|", 35: "f", 36: "-", 39: "()[]t", 40: "!", 41: "r", 46: '"',
    50: "*_`–", 52: "sz“”", 53: "?", 55: "c", 56: "L", 58: "Fk", 59: "vxy", 60: "P", 61: "TYao", 62: "e",
    63: "ESbdghnpqu", 64: "$0123456789{}µ", 66: "K", 68: "AV", 69: "BRXZ", 70: "C", 73: "U", 75: "HN", 77: "DG", 78: "&",
    79: "OQ", 82: "w", 84: "#+<=>^~→↑↓←×≥", 86: "M", 95: "%", 97: "m¼½", 99: "W", 100: "@…",
}
_WIDTHS = {character: width / 100 for width, characters in _EM.items() for character in characters}
_MONO, _BOLD = 0.603, 1.15


class Style(NamedTuple):
    size: float
    bold: bool = False
    mono: bool = False
    leading: float = 17


STYLES = {
    "head": Style(14, bold=True, leading=19),
    "strong": Style(12.5, bold=True),
    "body": Style(12.5),
    "small": Style(11.5, leading=15),
    "name": Style(13, bold=True, mono=True),
    "file": Style(11, mono=True, leading=15),
    "note": Style(11, mono=True, leading=15),
}


def width_of(words, style):
    style = STYLES[style]
    if style.mono:
        return len(words) * _MONO * style.size
    return sum(_WIDTHS[character] for character in words) * style.size * (_BOLD if style.bold else 1)


def wrapped(words, style, width):
    """The lines of a paragraph, none wider than that if its words are not."""
    lines = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, style) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other, slack=0.5):
        return (self.left + slack < other.right and other.left + slack < self.right
                and self.top + slack < other.bottom and other.top + slack < self.bottom)

    def holds(self, other):
        return (self.left <= other.left and other.right <= self.right
                and self.top <= other.top and other.bottom <= self.bottom)


class Box(Area):
    """A place that arrows begin and end at: at(side, share) is a point of its edge."""

    def at(self, side, share=0.5):
        across = self.left + share * (self.right - self.left)
        down = self.top + share * (self.bottom - self.top)
        return {"left": (self.left, down), "right": (self.right, down),
                "top": (across, self.top), "bottom": (across, self.bottom)}[side]

    def level(self, side, y):
        """The point of its left or right edge at that height."""
        return getattr(self, side), y


def number(value):
    return f"{round(value, 1):g}"


class Drawing:
    """A picture of the column's width. `title` and `description` are for those who hear it read."""

    def __init__(self, title, description):
        self.title, self.description = title, description
        self.files = []  # that it names
        self._parts = []
        self._texts, self._solid, self._segments, self._wrong = [], [], [], []

    # -- text --

    def text(self, x, y, words, style="body", anchor="start", ink="ink"):
        """One line, whose base is at y. Returns its Area."""
        size = STYLES[style].size
        width = width_of(words, style)
        left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
        area = Area(left, y - 0.8 * size, left + width, y + 0.22 * size)
        place = "" if anchor == "start" else f" text-anchor='{anchor}'"
        self._parts.append(f"<text class='{style} {ink}' x='{number(x)}' y='{number(y)}'{place}>"
                           f"{_escaped(words)}</text>")
        self._texts.append((area, words))
        if style == "file":
            self.files += words.split()
        return area

    def upright(self, x, y, words, style="note", ink="dim"):
        """One line that runs upwards from y, in the middle of x."""
        size = STYLES[style].size
        self._parts.append(f"<text class='{style} {ink}' transform='translate({number(x + 0.33 * size)} {number(y)}) "
                           f"rotate(-90)'>{_escaped(words)}</text>")
        self._texts.append((Area(x - size / 2, y - width_of(words, style), x + size / 2, y), words))

    def paragraphs(self, x, y, width, parts):
        """Pairs (style, words), or (style, words, ink), one below the other from y on; a "gap" has no words. Returns where they end."""
        for style, words, *ink in parts:
            if style == "gap":
                y += 4
                continue
            for line in wrapped(words, style, width):
                leading = STYLES[style].leading
                area = self.text(x, y + 0.76 * leading, line, style, ink=ink[0] if ink else _ink_of(style))
                if area.right > x + width + 0.5:
                    self._wrong.append(f"{line!r} is wider than its place")
                y += leading
        return y

    # -- boxes --

    def box(self, x, y, width, parts=(), kind="plain", height=0, pad=10):
        """A box as high as its text, or higher. Returns it."""
        at = len(self._parts)
        end = self.paragraphs(x + pad, y + pad - 2, width - 2 * pad, parts) + pad - 2 if parts else y
        box = Box(x, y, x + width, max(end, y + height))
        if height and end > y + height:
            self._wrong.append(f"the text that begins with {parts[0][1]!r} is higher than its box")
        self._parts.insert(at, f"<rect class='box {kind}' x='{number(x)}' y='{number(y)}' width='{number(width)}' "
                               f"height='{number(box.bottom - y)}' rx='{ROUND}'/>")
        self._solid.append(box)
        return box

    def frame(self, box):
        """Around other boxes, and under them."""
        self._parts.insert(0, f"<rect class='line dashed faint' x='{number(box.left)}' y='{number(box.top)}' "
                              f"width='{number(box.right - box.left)}' height='{number(box.bottom - box.top)}' rx='{ROUND}'/>")

    def pill(self, x, y, words, kind="plain", style="small", dashed=False):
        """A word in a frame of its own, whose middle is at the height y. Returns its Box."""
        size = STYLES[style].size
        width = width_of(words, style) + 14
        box = Box(x, y - size / 2 - 3, x + width, y + size / 2 + 3)
        self.bar(x + width / 2, box.top, box.bottom, width, f"box {kind}{' dashed' if dashed else ''}", size / 2 + 3)
        self.text(x + width / 2, y + 0.35 * size, words, style, "middle", f"{kind}-ink")
        return box

    def badge(self, x, y, words, kind="qi"):
        """A number in a disc."""
        self._parts.append(f"<circle class='badge {kind}' cx='{number(x)}' cy='{number(y)}' r='9'/>")
        self.text(x, y + 4, words, "small", "middle", f"{kind}-ink")

    def bar(self, x, top, bottom, width, classes, radius=0):
        """An upright bar, around x."""
        self.shape(f"<rect class='{classes}' x='{number(x - width / 2)}' y='{number(top)}' width='{number(width)}' "
                   f"height='{number(bottom - top)}' rx='{number(radius)}'/>")

    def shape(self, markup):
        """Whatever else; it is not looked at."""
        self._parts.append(markup)

    # -- lines --

    def line(self, points, dashed=False, faint=False):
        self._note(points)
        words = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        look = "line" + " dashed" * dashed + " faint" * faint
        self._parts.append(f"<polyline class='{look}' points='{words}'/>")

    def arrow(self, points, kind="line", dashed=False):
        """Along the points, each right or left, above or below the one before; corners are rounded."""
        self._note(points)
        (x, y), before = points[-1], points[-2]
        ahead = (x > before[0]) - (x < before[0]), (y > before[1]) - (y < before[1])
        base = x - HEAD * ahead[0], y - HEAD * ahead[1]
        own = "" if kind == "line" else f" {kind}-line"
        self._parts.append(f"<path class='line{own}{' dashed' if dashed else ''}' d='{_rounded([*points[:-1], base])}'/>")
        sides = [(base[0] - side * ahead[1] * 0.55 * HEAD, base[1] + side * ahead[0] * 0.55 * HEAD) for side in (1, -1)]
        words = " ".join(f"{number(a)},{number(b)}" for a, b in [(x, y), *sides])
        self._parts.append(f"<polygon class='{'tip' if kind == 'line' else kind + '-edge'}' points='{words}'/>")

    def _note(self, points):
        for one, other in itertools.pairwise(points):
            if one[0] != other[0] and one[1] != other[1]:
                self._wrong.append(f"the line from {one} to {other} is not straight")
            self._segments.append(Area(*map(min, zip(one, other)), *map(max, zip(one, other))))

    # -- the whole --

    def problems(self):
        """What a reader would stumble over."""
        found = list(self._wrong)
        page = Area(MARGIN / 2, MARGIN / 2, WIDTH - MARGIN / 2, self.height - MARGIN / 2)
        for area, words in self._texts:
            if not page.holds(area):
                found.append(f"{words!r} leaves the picture")
        for (one, words), (other, others) in itertools.combinations(self._texts, 2):
            if one.meets(other):
                found.append(f"{words!r} and {others!r} lie over each other")
        for one, other in itertools.combinations(self._solid, 2):
            if one.meets(other):
                found.append(f"two boxes lie over each other, at {one[:2]} and {other[:2]}")
        for segment in map(_thick, self._segments):
            found += [f"a line goes through {words!r}" for area, words in self._texts if segment.meets(area, 0)]
            found += [f"a line goes through the box at {box[:2]}" for box in self._solid if segment.meets(box, 1.5)]
        for (area, words), box in itertools.product(self._texts, self._solid):
            if area.meets(box) and not box.holds(area):
                found.append(f"{words!r} crosses the edge of a box")
        return found

    def svg(self):
        size = f"viewBox='0 0 {WIDTH} {number(self.height)}' width='{WIDTH}' height='{number(self.height)}'"
        return (f"<svg xmlns='http://www.w3.org/2000/svg' {size} role='img' aria-labelledby='title description'>\n"
                f"<title id='title'>{_escaped(self.title)}</title>\n"
                f"<desc id='description'>{_escaped(self.description)}</desc>\n"
                f"<style>\n{_style()}</style>\n"
                f"<rect class='sheet' x='0.5' y='0.5' width='{WIDTH - 1}' height='{number(self.height - 1)}' rx='8'/>\n"
                + "\n".join(self._parts) + "\n</svg>\n")

    height = 0  # set when all is drawn


def _escaped(words):
    return html.escape(words, quote=False)


def _ink_of(style):
    return {"small": "dim", "file": "dim"}.get(style, "ink")


def _thick(segment):
    """A line, with what it is wide."""
    return Area(segment.left - 1, segment.top - 1, segment.right + 1, segment.bottom + 1)


def _rounded(points):
    """A path's data, with an arc at each corner."""
    words = [f"M{_pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:]):
        near, far = (_towards(corner, other, min(ROUND, _distance(corner, other) / 2)) for other in (before, after))
        words.append(f"L{_pair(near)}Q{_pair(corner)} {_pair(far)}")
    return "".join([*words, f"L{_pair(points[-1])}"])


def _pair(point):
    return f"{number(point[0])} {number(point[1])}"


def _distance(one, other):
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(point, other, length):
    whole = _distance(point, other) or 1
    return tuple(a + (b - a) * length / whole for a, b in zip(point, other))


def _style():
    rules = []
    for name, style in STYLES.items():
        family = "ui-monospace,monospace" if style.mono else "system-ui,sans-serif"
        rules.append(f".{name}{{font:{'600 ' if style.bold else ''}{style.size:g}px {family}}}\n")
    rules += [".line{fill:none;stroke-width:1.4}.line.faint{stroke-width:1;opacity:.55}\n",
              ".box.dashed{stroke-dasharray:4 3}.line.dashed{stroke-dasharray:5 4}\n"]
    return "".join(rules) + _colours(0) + "@media (prefers-color-scheme:dark){\n" + _colours(1) + "}\n"


def _colours(dark):
    fill, edge = PAGE[dark]
    rules = [f".sheet{{fill:{fill};stroke:{edge}}}.ink{{fill:{COLOURS['plain'][dark][2]}}}.dim{{fill:{DIM[dark]}}}",
             f".line{{stroke:{LINE[dark]}}}.tip{{fill:{LINE[dark]}}}"]
    for kind, colours in COLOURS.items():
        inside, edge, ink = colours[dark]
        rules.append(f".{kind}{{fill:{inside};stroke:{edge}}}.{kind}-ink{{fill:{ink}}}"
                     f".{kind}-edge{{fill:{edge}}}.{kind}-line{{stroke:{edge}}}")
    return "\n".join(rules) + "\n"
