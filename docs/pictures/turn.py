# SPDX-License-Identifier: BSD-3-Clause
"""One turn of the loop: who asks for it, what it does, how it ends, and how turns nest.

Its numbers are those of "One turn of the loop" in docs/design.md.
"""

import sources
from drawing import MARGIN, WIDTH, Drawing

SIDE = 184  # how wide the columns beside the turn are
LEFT, RIGHT = MARGIN, WIDTH - MARGIN - SIDE
MIDDLE, BREADTH = 256, 256
TOP = MARGIN + 28


def known_numbers():
    """What the picture says in figures."""
    turn, loop = "runtime/loop/turn.c", "runtime/loop/loop.c"
    return {
        "rarely": f"{sources.constant(turn, 'SELF_PIPE_INTERVAL_NS') // 1_000_000} ms",
        "slice": f"{sources.constant(loop, 'DEFAULT_SLICE_US') // 1000} ms",
        "nested": sources.constant(loop, "DEFAULT_NESTED_LIMIT"),
    }


def draw():
    known = known_numbers()
    drawing = Drawing("One turn of the loop", DESCRIPTION.format(**known))
    drawing.text(LEFT, MARGIN + 14, "Qt calls the loop", "head")
    drawing.text(MIDDLE, MARGIN + 14, "a turn of the loop", "head")
    begin, poll, timers, call, again, end = _turn(drawing, known)
    _asking(drawing, begin, again)
    _round_again(drawing, poll, call)
    _nothing(drawing, timers)
    nested = _nested(drawing, call, known)
    drawing.height = max(end.bottom, nested.bottom) + MARGIN
    return drawing


def _turn(drawing, known):
    """The middle column."""
    begin = drawing.box(MIDDLE, TOP, BREADTH, [
        ("strong", "1  Begin", "qi-ink"),
        ("small", "It takes the GIL, leaves the task whose step is below, and hides the exception that is handled "
                  f"there. It may last a slice of {known['slice']}: less while windows are busy, more while Qt is idle."),
        ("file", "loop/turn.c core/pace.h")], "qi")
    poll = drawing.box(MIDDLE, begin.bottom + 26, BREADTH, [
        ("strong", "2  Poll"),
        ("small", "in each iteration, as asyncio does; if only the loop has a descriptor, when that is why it came, "
                  f"or the last poll is older than {known['rarely']}"),
        ("file", "loop/fdwatch.c core/poller_epoll.c")])
    timers = drawing.box(MIDDLE, poll.bottom + 20, BREADTH, [
        ("strong", "3  Timers that are due"), ("small", "become ready. All that is ready now is the batch."),
        ("file", "core/timers.h core/ring.h")])
    call = drawing.box(MIDDLE, timers.bottom + 26, BREADTH, [
        ("strong", "4  Call the next of the batch", "python-ink"),
        ("small", "in a bracket, in its Context. Then see whether the time is up; a counter of the processor's tells "
                  "when the clock is worth a look."),
        ("file", "loop/handle.c loop/bracket.c"), ("file", "core/coarse_clock.h")], "python")
    again = drawing.box(MIDDLE, call.bottom + 40, BREADTH, [
        ("strong", "6  Ask the host for another turn"), ("file", "loop/wake.c")])
    end = drawing.box(MIDDLE, again.bottom + 20, BREADTH, [
        ("strong", "8  End", "qi-ink"),
        ("small", "It undoes 1. After stop(), at which it looks when a batch is through, the loop stops."),
        ("file", "loop/turn.c")], "qi")
    for one, other in [(begin, poll), (poll, timers), (timers, call), (call, again), (again, end)]:
        drawing.arrow([one.at("bottom"), other.at("top")])
    drawing.text(MIDDLE + BREADTH / 2 + 10, call.bottom + 19, "the time is up, in the", "small", ink="dim")
    drawing.text(MIDDLE + BREADTH / 2 + 10, call.bottom + 33, "middle of a batch, too", "small", ink="dim")
    return begin, poll, timers, call, again, end


def _asking(drawing, begin, again):
    """The left column: the two ways to a turn, and how the last one leads to the next."""
    descriptor = drawing.box(LEFT, TOP, SIDE, [
        ("strong", "Its descriptor is ready", "qt-ink"),
        ("small", "It is an epoll instance: sockets, a timerfd for the next timer, an eventfd for other threads."),
        ("file", "core/poller_epoll.c")], "qt")
    event = drawing.box(LEFT, descriptor.bottom + 22, SIDE, [
        ("strong", "It has posted an event", "qt-ink"),
        ("small", "Something else is ready. It posts one, until that comes."),
        ("file", "qt/qt_host.cpp")], "qt")
    gutter = (LEFT + SIDE + MIDDLE) / 2
    drawing.arrow([descriptor.level("right", TOP + 24), begin.level("left", TOP + 24)])
    low = begin.bottom - 24
    drawing.arrow([event.level("right", event.top + 20), (gutter, event.top + 20), (gutter, low), begin.level("left", low)])
    x = LEFT + SIDE / 2
    middle = again.at("left")[1]
    drawing.arrow([again.at("left"), (x, middle), (x, event.bottom)])
    drawing.text(x, middle + 20, "as call_soon() from", "small", "middle", ink="dim")
    drawing.text(x, middle + 34, "Qt code does", "small", "middle", ink="dim")


def _round_again(drawing, poll, call):
    """5: to the next callback, or the next batch."""
    x = MIDDLE - 22
    low, entry = call.bottom - 22, call.top + 20
    drawing.arrow([call.level("left", low), (x, low), (x, poll.at("left")[1]), poll.at("left")])
    drawing.arrow([(x, entry), call.level("left", entry)])
    for y, words in [(poll.bottom + 52, "5  the batch"), (poll.bottom + 66, "is through"),
                     (entry + 18, "more of it,"), (entry + 32, "time is left")]:
        drawing.text(x - 8, y, words, "small", "end", "dim")


def _nothing(drawing, timers):
    """7, to the right: the loop has nothing to do."""
    box = drawing.box(RIGHT, TOP, SIDE, [
        ("strong", "7  Nothing is ready,"),
        ("small", "it sets the timerfd to the next timer, if that is earlier "
                  "than what it is set to, and ends as in 8."),
        ("small", "Idle means idle: nothing wakes up by itself.", "ink"),
        ("file", "loop/wake.c")])
    x = box.at("bottom")[0]
    drawing.arrow([timers.at("right"), (x, timers.at("right")[1]), (x, box.bottom)])


def _nested(drawing, call, known):
    """To the right: what happens when a callback runs an event loop."""
    drawing.text(RIGHT, call.top - 14, "nested turns", "head")
    start = drawing.box(RIGHT, call.top, SIDE, [
        ("strong", "It runs an event loop", "qt-ink"), ("small", "QDialog::exec(), processEvents()")], "qt")
    drawing.arrow([call.level("right", start.at("left")[1]), start.at("left")])
    check = drawing.box(RIGHT, start.bottom + 18, SIDE, [
        ("strong", "Before it polls or waits"),
        ("small", "the dispatcher says so; if work is left, the loop asks for a turn."),
        ("file", "qt/qt_host.cpp loop/wake.c")])
    turn = drawing.box(RIGHT, check.bottom + 18, SIDE, [
        ("strong", "A nested turn: from 1,", "qi-ink"),
        ("small", "with the same queue, batch and timers. The outer one finds less to do."),
        ("small", "What waits: a callback whose Context is entered below, a descriptor whose callback is."),
        ("small", f"At most {known['nested']} are nested.")], "qi")
    drawing.arrow([start.at("bottom"), check.at("top")])
    drawing.arrow([check.at("bottom"), turn.at("top")])
    return turn


DESCRIPTION = (
    "Qt calls a turn because the loop's descriptor, an epoll instance, is readable, or because the loop has posted an event. "
    "1. The turn takes the GIL, leaves the task whose step is below and hides the exception that is handled there. It may "
    "last a slice of {slice}, less while windows are busy and more while Qt is idle. 2. It polls in each iteration, or if "
    "only the loop has a descriptor, when that is why it came or the last poll is older than {rarely}. 3. Timers that are due "
    "become ready, and what is ready now is the batch. 4. It calls the next of the batch and sees whether its time is up. "
    "5. While it is not, it goes on with the batch, or to 2 when that is through. 6. When the time is up it asks the host for "
    "another turn, by a posted event. 7. When nothing is ready, it sets the timerfd to the next "
    "timer. 8. It undoes 1, and after stop() the loop stops. A callback may run an event loop of Qt's. Before that polls or "
    "waits, the dispatcher says so, and if work is left the loop asks for a turn, which is then nested: it goes on with the "
    "same queue, batch and timers. At most {nested} are nested."
)
