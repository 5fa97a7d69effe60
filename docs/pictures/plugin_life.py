# SPDX-License-Identifier: BSD-3-Clause
"""A plugin's life: its states as qi/plugin.h has them, what leads from one to another, and what its end undoes."""

import sources
from drawing import MARGIN, STYLES, WIDTH, Box, Drawing

OFF = MARGIN, 158  # where a column begins, and its width
LOADING = 284, 280
ON = 598, WIDTH - MARGIN - 598
PAD = 10
WAY = 24  # beside the boxes in LOADING, for what is started again

STATES = {
    "unknown": ("plain", "no such plugin"),
    "discovered": ("plain", "never enabled"),
    "blocked": ("qi", "none of it has run"),
    "disabled": ("plain", "off"),
    "failed": ("qi", "its code is at fault"),
    "active": ("qt", "on"),
    "loading": ("plain", "on its way on, or off"),
}

CHECKS = [
    ("its manifest", "plugin/discovery.py"),
    ("who could change it", "plugin/trust.py"),
    ("what it depends on", "plugin/dependencies.py"),
    ("the user's consent", "plugin/trust.py"),
]
CODE = [
    ("its modules are loaded", "plugin/modules.py"),
    ("activate() ends in time", "plugin/lifecycle.py"),
]
UNDONE = [
    ("deactivate()", "plugin/lifecycle.py"),
    ("what ctx made, last first", ""),
    ("connections, timers", "plugin/leftovers.py"),
    ("tasks: it waits for them", ""),
    ("its modules", "plugin/modules.py"),
    ("threads, for a second", "plugin/leftovers.py"),
    ("a report of what is left", ""),
]
ENDS = [
    ("disabled", "disable(), or the end of the application", ""),
    ("failed", "too many errors, or too much memory", "plugin/containment.py"),
    ("loading", "reload(), changed files", "plugin/watchfiles.py"),
    ("unknown", "its folder is gone", ""),
]


def draw():
    names = sources.names_of_enum("include/qi/plugin.h", "QI_PLUGIN_STATE_")
    if set(names) != set(STATES):
        raise LookupError(f"the picture of a plugin's life has the states {sorted(STATES)}, qi/plugin.h {sorted(names)}")
    drawing = Drawing("A plugin's life", _described())
    checks, code, ending = _loading(drawing)
    _off(drawing, checks, ending)
    _on(drawing, code, ending)
    drawing.height = ending.bottom + PAD + MARGIN
    return drawing


def _described():
    return (
        "A plugin is unknown until its folder is found. Then it is discovered; disabled, if the user has disabled it before; "
        "or blocked, if its manifest is wrong. enable() makes it loading, from each state in which it is off. First it is "
        f"checked, before any of its code runs: {_list(CHECKS)}. If a check or the user says no it is blocked. Then "
        f"{_list(CODE)}, and it is active; where that fails it is ended, and failed. An active plugin is ended, and is "
        f"loading meanwhile, by {'; '.join(f'{what}, and then is {state}' for state, what, _ in ENDS)}. Its end undoes, "
        f"in this order: {_list(UNDONE)}.")


def _list(rows):
    return ", ".join(what for what, _ in rows)


def _state(drawing, x, y, width, name):
    kind, words = STATES[name]
    return drawing.box(x, y, width, [("name", name, f"{kind}-ink"), ("small", words)], kind)


def _rows(drawing, x, y, width, heading, rows, kind, numbered=False):
    """A box with a heading and lines, each with the file where it is done."""
    leading = STYLES["file"].leading + 2
    box = drawing.box(x, y, width, kind=kind, height=2 * PAD + 12 + leading * len(rows))
    drawing.text(x + PAD, y + PAD + 9, heading, "strong", ink=f"{kind}-ink")
    for index, (what, file) in enumerate(rows, 1):
        base = y + PAD + 11 + leading * index
        drawing.text(x + PAD, base, f"{index}  {what}" if numbered else what, "small", ink="dim")
        if file:
            drawing.text(x + width - PAD, base, file.removeprefix("plugin/"), "note", "end", "dim")
            drawing.files.append(file)
    return box


# -- the columns ------------------------------------------------------------------------------------------


def _loading(drawing):
    """The middle: on its way on, and off."""
    x, width = LOADING
    inner, inside = x + WAY, width - WAY - PAD
    drawing.text(inner, MARGIN + 24, "loading", "name")
    drawing.text(x + width - PAD, MARGIN + 24, STATES["loading"][1], "small", "end", "dim")
    checks = _rows(drawing, inner, MARGIN + 38, inside, "Checks, before its code runs", CHECKS, "plain")
    code = _rows(drawing, inner, checks.bottom + 24, inside, "Start", CODE, "python")
    ending = _rows(drawing, inner, code.bottom + 78, inside, "End", UNDONE, "qi", numbered=True)
    drawing.frame(Box(x, MARGIN, x + width, ending.bottom + PAD))
    drawing.arrow([checks.at("bottom"), code.at("top")])
    drawing.arrow([code.at("bottom"), ending.at("top")])
    _lines(drawing, code.at("bottom")[0] + 9, code.bottom + 32, "it fails, or takes", "too long")
    way = x + WAY / 2
    drawing.arrow([ending.level("left", ending.top + 18), (way, ending.top + 18), (way, checks.bottom - 14),
                   checks.level("left", checks.bottom - 14)])
    _lines(drawing, way + 9, code.bottom + 32, "it starts", "again")
    return checks, code, ending


def _off(drawing, checks, ending):
    """The left: the states in which it is off, in one frame."""
    x, width = OFF
    inner, inside = x + PAD, width - 2 * PAD
    unknown = _state(drawing, inner, MARGIN, inside, "unknown")
    group = Box(x, unknown.bottom + 50, x + width, ending.bottom + PAD)
    drawing.frame(group)
    drawing.text(inner, group.top + 21, "off", "head")
    discovered = _state(drawing, inner, group.top + 34, inside, "discovered")
    blocked = _state(drawing, inner, discovered.bottom + 14, inside, "blocked")
    failed = _state(drawing, inner, ending.bottom - 47, inside, "failed")
    disabled = _state(drawing, inner, failed.top - 61, inside, "disabled")

    found, gone = unknown.at("bottom", 0.12)[0], unknown.at("bottom", 0.88)[0]
    drawing.arrow([(found, unknown.bottom), (found, group.top)])
    drawing.arrow([(gone, group.top), (gone, unknown.bottom)])
    drawing.text(found + 8, unknown.bottom + 22, "found", "small", ink="dim")
    drawing.text(found + 8, unknown.bottom + 36, "discovery.py", "note", ink="dim")
    drawing.files.append("plugin/discovery.py")
    _lines(drawing, gone + 8, unknown.bottom + 22, "its folder", "is gone")
    _between(drawing, group, checks, ending, blocked, disabled, failed)


def _between(drawing, group, checks, ending, blocked, disabled, failed):
    """The ways from off to loading, and back."""
    label = group.right + 8
    start, entry, bend = group.top + 16, checks.top + 18, LOADING[0] - 36
    drawing.arrow([group.level("right", start), (bend, start), (bend, entry), checks.level("left", entry)])
    _lines(drawing, label, start + 17, "enable(),", "and each", "start of the", "application")
    leave, bend, level = checks.top + 52, LOADING[0] - 14, blocked.at("right")[1]
    drawing.arrow([checks.level("left", leave), (bend, leave), (bend, level), blocked.level("right", level)])
    _lines(drawing, label, level + 17, "a check, or the", "user, says no")
    for box, *words in [(disabled, "disable(), or", "the end"), (failed, "it failed, or", "costs too much")]:
        level = box.at("right")[1]
        drawing.arrow([ending.level("left", level), box.level("right", level)])
        _lines(drawing, label, level + 17, *words)


def _on(drawing, code, ending):
    """The right: on, and what ends it."""
    x, width = ON
    drawing.paragraphs(x, MARGIN + 10, width, [
        ("small", "enable(), disable() and reload() are what the user wants, through the application:"), ("file", "qi/plugin.h"),
        ("small", "The other files are in"), ("note", "pyshim/qi/plugin/", "dim")])
    active = _state(drawing, x, code.top - 12, width, "active")
    level = code.top + 18
    drawing.arrow([code.level("right", level), active.level("left", level)])
    parts = [("strong", "What ends it")]
    for state, what, file in ENDS:
        parts += [("gap", ""), ("note", f"→ {state}", f"{STATES[state][0]}-ink"), ("small", what)]
        parts += [("note", file.removeprefix("plugin/"), "dim")] if file else []
        drawing.files += [file] if file else []
    top = active.bottom + 22
    why = drawing.box(x, top, width, parts, height=ending.bottom + PAD - top)
    drawing.arrow([active.at("bottom"), why.at("top")])
    level = ending.at("right")[1]
    drawing.arrow([why.level("left", level), ending.level("right", level)])


def _lines(drawing, x, y, *lines):
    for index, line in enumerate(lines):
        drawing.text(x, y + 14 * index, line, "small", ink="dim")
