# SPDX-License-Identifier: BSD-3-Clause
"""An emission's way: from `emit` in C++ to a coroutine's first step, and what comes after it.

The bars are the stack, as it stands while time goes down: a bar is wide where its lane's own code runs, and thin where
that waits for what it has called.
"""

import itertools
from typing import NamedTuple

import sources
from drawing import MARGIN, STYLES, WIDTH, Drawing, width_of, wrapped

LANES = ["Qt", "qt/", "signals/", "loop/", "Python"]
KINDS = {"Qt": "qt", "qt/": "qi", "signals/": "qi", "loop/": "qi", "Python": "python"}
GIL = MARGIN + 20
FIRST, PITCH = 90, 58
WIDE, THIN = 22, 6
TEXT = 368
SPACE = 13  # between two steps


class Step(NamedTuple):
    """`stack` are the lanes that are on it, the last one running."""

    stack: list
    heading: str
    sentence: str = ""  # POLICIES: what each of them does
    files: str = ""
    gil: bool = True

    @property
    def lane(self):
        return self.stack[-1]


POLICIES = {
    "concurrent": "launches another task",
    "drop": "ignores this emission",
    "queue": "lets it wait for its turn",
    "restart": "cancels that task, then launches",
    "latest": "lets the latest one wait",
}

AT_ONCE = [
    Step(LANES[:1], "The application emits a signal",
         "Qt calls the relay as any slot. What another thread emits comes to the GUI thread as an event.",
         gil=False),
    Step(LANES[:2], "The relay takes the GIL",
         "Each connection has one.", "qt/relay.cpp"),
    Step(LANES[:2], "It makes Python's objects of the arguments",
         "by converters that were chosen when it was connected, of as many as the slot takes.", "qt/to_python.cpp"),
    Step(LANES[:3], "The slot looks at the arguments",
         "Too few are an error. What lives no longer than the emission is copied.", "signals/slot.c"),
    Step(LANES[:3], "The overlap policy decides", "POLICIES", "signals/overlap.c"),
    Step(LANES[:3], "The function is called: that makes a coroutine",
         "in the Context of the plugin that it belongs to. Nothing of its body has run.",
         "signals/slot.c python/scope.c"),
    Step(LANES[:4], "A task is made, which begins at once",
         "A task whose step is on the stack is left meanwhile; an exception that is handled below is hidden.",
         "loop/eager.c"),
    Step(LANES, "The first step runs", "to the first await that has to wait, or to the end."),
    Step(LANES[:4], "What was left is entered again",
         "Its bracket closes.", "loop/eager.c loop/bracket.c"),
    Step(LANES[:3], "Has the task ended?",
         "Yes: an error is reported, and nothing is kept. No: a pending keeps task and slot.",
         "signals/slot.c loop/pending.c"),
    Step(LANES[:2], "The relay gives the GIL back",
         "It reports what the function itself has raised.", "qt/relay.cpp"),
    Step(LANES[:1], "emit returns", "when it has called all slots of the signal.", gil=False),
]

LATER = [
    Step(LANES[:2], "Its wait is over: Qt calls for a turn", "", "qt/qt_host.cpp", gil=False),
    Step(["Qt", "qt/", "loop/"], "The task's next step is a callback", "", "loop/turn.c"),
    Step(["Qt", "qt/", "loop/", "Python"], "The coroutine goes on", "to its next await; and so on, to its end."),
    Step(["Qt", "qt/", "loop/", "signals/"], "The pending, its done callback, settles it",
         "An error is reported; what waits by the policy has its turn.",
         "loop/pending.c signals/slot.c signals/overlap.c"),
]


def policies():
    """What each does while an earlier task of the slot runs, as (name, what)."""
    names = sources.names_of_enum("include/qi/connection.h", "QI_OVERLAP_")
    if set(names) != set(POLICIES):
        raise LookupError(f"the picture of an emission tells of {sorted(POLICIES)}, qi/connection.h of {sorted(names)}")
    return [(name, POLICIES[name]) for name in names]


def draw():
    drawing = Drawing("One emission's way from the signal to the first step", _described())
    top = MARGIN + 14
    for lane in LANES:
        drawing.text(_middle(lane), top, lane, "note" if "/" in lane else "strong", "middle", f"{KINDS[lane]}-ink")
    drawing.text(GIL, top, "GIL", "strong", "middle", "dim")
    drawing.text(TEXT, top, "before emit returns", "head")
    end = _part(drawing, AT_ONCE, top + 18, 1) + 8
    drawing.line([(MARGIN, end), (WIDTH - MARGIN, end)], dashed=True, faint=True)
    drawing.text(TEXT, end + 27, "later, if the task has not ended", "head")
    drawing.height = _part(drawing, LATER, end + 45, 1 + len(AT_ONCE)) + MARGIN - 4
    return drawing


def _described():
    sentences = ["The lanes are Qt, libqi's layers qt, signals and loop, and Python. The GIL is held from step 2 to 11."]
    for index, step in enumerate(AT_ONCE + LATER, 1):
        words = "; ".join(map(" ".join, policies())) if step.sentence == "POLICIES" else step.sentence
        sentences.append(f"{index}. {step.lane}: {step.heading}. {words}".strip())
    return " ".join(sentences)


def _middle(lane):
    return FIRST + PITCH * LANES.index(lane)


def _part(drawing, steps, y, first):
    """Some steps, one below the other. Returns where they end."""
    edges = [y]
    for step in steps:
        edges.append(_say(drawing, step, edges[-1] + 3) + SPACE)
    spans = list(zip(steps, edges, edges[1:]))
    for lane in LANES:
        _bar(drawing, lane, spans)
    held = [span for span in spans if span[0].gil]
    drawing.bar(GIL, held[0][1], held[-1][2], 8, "python", 4)
    for (before, _, edge), (after, *_) in itertools.pairwise(spans):
        if before.lane != after.lane:
            _step_over(drawing, before, after, edge)
    for index, (step, edge, _) in enumerate(spans, first):
        drawing.badge(_middle(step.lane), edge + 12, str(index), KINDS[step.lane])
        drawing.line([(_middle(step.lane) + WIDE / 2 + 4, edge + 12), (TEXT - 8, edge + 12)], faint=True)
    return edges[-1]


# -- words ------------------------------------------------------------------------------------------------


def _say(drawing, step, y):
    """A step's text. Returns where it ends."""
    width = WIDTH - MARGIN - TEXT
    last, last_style, end = step.heading, "strong", drawing.paragraphs(TEXT, y, width, [("strong", step.heading)])
    if step.sentence == "POLICIES":
        last, last_style, end = _list(drawing, end, width), "small", end + 15 * (1 + len(POLICIES))
    elif step.sentence:
        last, last_style = wrapped(step.sentence, "small", width)[-1], "small"
        end = drawing.paragraphs(TEXT, end, width, [("small", step.sentence)])
    if not step.files:
        return end
    if width_of(last, last_style) + 14 + width_of(step.files, "file") > width:
        end += STYLES["file"].leading
    drawing.text(WIDTH - MARGIN, end - 3.5, step.files, "file", "end", "dim")
    return end


def _list(drawing, y, width):
    """The policies. Returns the last line."""
    drawing.paragraphs(TEXT, y, width, [("small", "While an earlier task of the slot runs,")])
    for index, (name, what) in enumerate(policies(), 1):
        drawing.text(TEXT, y + 11.4 + 15 * index, name, "note", ink="qi-ink")
        drawing.text(TEXT + 84, y + 11.4 + 15 * index, what, "small", ink="dim")
    return "concurrent   " + what


# -- the stack --------------------------------------------------------------------------------------------


def _bar(drawing, lane, spans):
    """A lane's bar: one piece for as long as it runs, or waits."""
    for width, run in itertools.groupby(spans, lambda span: _width(lane, span[0])):
        (_, begin, end), *more = run
        if width:
            drawing.bar(_middle(lane), begin, more[-1][2] if more else end, width, KINDS[lane], 2)


def _width(lane, step):
    """How wide a lane's bar is in a step: it runs, waits, or is not there."""
    return WIDE if step.lane == lane else THIN if lane in step.stack else 0


def _step_over(drawing, before, after, y):
    """A call, or, dashed, a return; or both, where whoever has called the one calls the other."""
    if after.stack == before.stack[: len(after.stack)]:
        _arrow(drawing, before.lane, after.lane, y, dashed=True)
        return
    if after.stack[-2] != before.lane:
        _arrow(drawing, before.lane, after.stack[-2], y, WIDE, THIN, dashed=True)
        _arrow(drawing, after.stack[-2], after.lane, y, THIN)
    else:
        _arrow(drawing, before.lane, after.lane, y)


def _arrow(drawing, one, other, y, width=WIDE, others=WIDE, dashed=False):
    """From the edge of one bar to that of another, which are so wide."""
    ahead = 1 if LANES.index(other) > LANES.index(one) else -1
    drawing.arrow([(_middle(one) + ahead * width / 2, y), (_middle(other) - ahead * others / 2, y)], dashed=dashed)
