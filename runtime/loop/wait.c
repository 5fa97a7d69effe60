/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting in the middle of a callback, or of a run_forever() that is not ours: what select() does for code that runs
 * iterations itself, as the run_until_complete() of nest_asyncio does. Where there is a host, its event loop is
 * executed meanwhile, so the window lives; the first turn that comes to it ends the wait, and the waiting
 * code runs what is ready. Event loops that somebody executes inside it are nested ones like any.
 */
#include "loop/loop_p.h"

#include "python/visit.h"

#include <math.h>

static int level_of(const qip_loop *loop)
{
    int (*level)(qip_host *) = loop->host->vtable->level;

    return level ? level(loop->host) : -1;
}

static bool is_innermost(const qip_loop *loop, int level)
{
    return loop->waits && loop->turns == loop->wait_turns && (level < 0 || level == loop->wait_level);
}

static void end_wait(qip_loop *loop)
{
    loop->wait_over = true;
    loop->host->vtable->quit(loop->host);
}

bool qip_wait_ends(qip_loop *loop, int level)
{
    if (!is_innermost(loop, level))
        return false;
    end_wait(loop);
    return true;
}

/* Whoever asked us to hold still is not on the stack any more if the wait's own event loop runs. */
static void resume(qip_loop *loop)
{
    if (!loop->paused)
        return;
    loop->paused = false;
    loop->host->vtable->pause(loop->host, false);
    loop->host->vtable->wake(loop->host);
}

static unsigned take_news(qip_loop *loop)
{
    const unsigned news = loop->host->vtable->news(loop->host);

    loop->missed_news |= news & ~(unsigned)QIP_HOST_CANNOT_TELL;
    return news;
}

/*
 * What the host has handled may be what the callback waits for, though nothing tells asyncio: the result of a future
 * that nobody else awaits, or a variable. So it looks again.
 */
void qip_wait_check(qip_loop *loop, bool blocks)
{
    if (!loop->host || !is_innermost(loop, level_of(loop)))
        return;
    resume(loop);
    if (!blocks)
        return;
    const unsigned news = take_news(loop);
    if (loop->wait_blocked || (news && !(news & QIP_HOST_CANNOT_TELL)))
        end_wait(loop);
    loop->wait_blocked = true;
}

static int wait_alone(qip_loop *loop, double seconds)
{
    const bool block = seconds > 0 && !qip_loop_has_work(loop);

    if (block)
        qip_loop_arm_in(loop, seconds);
    return qip_fd_poll(loop, block);
}

static void exec_host(qip_loop *loop)
{
    qip_host *host = loop->host;

    Py_BEGIN_ALLOW_THREADS(void)
    host->vtable->exec(host);
    Py_END_ALLOW_THREADS
    qip_python_resumed();
}

/* 0, or -1 with an exception. */
static int wait_in_host(qip_loop *loop, double seconds)
{
    const int outer_level = loop->wait_level, outer_turns = loop->wait_turns;
    const bool outer_blocked = loop->wait_blocked;

    resume(loop);
    (void)take_news(loop);
    if (qip_loop_has_work(loop) || seconds <= 0)
        loop->host->vtable->wake(loop->host); /* a cycle of it, and no more */
    else
        qip_loop_arm_in(loop, seconds);
    loop->waits++;
    loop->wait_level = level_of(loop) + 1;
    loop->wait_turns = loop->turns;
    loop->wait_over = loop->wait_blocked = false;
    exec_host(loop);
    const bool over = loop->wait_over;
    loop->waits--;
    loop->wait_level = outer_level;
    loop->wait_turns = outer_turns;
    loop->wait_blocked = outer_blocked;
    loop->wait_over = loop->waits > 0;
    if (loop->wait_over) /* who waits below looks whether something has come about for him */
        loop->host->vtable->quit(loop->host);
    loop->host_had_ns = qip_clock_ns();
    if (PyErr_CheckSignals() < 0)
        return -1;
    if (!over) {
        PyErr_SetString(PyExc_RuntimeError, "Qt's event loop ended while asyncio waited in it");
        return -1;
    }
    return loop->poller ? qip_fd_poll(loop, false) : 0;
}

static int borrow_host(qip_loop *loop)
{
    if (qip_loop_attach_host(loop) < 0)
        return -1;
    loop->host_borrowed = true;
    loop->host_had_ns = qip_clock_ns();
    return 0;
}

int qip_loop_wait(qip_loop *loop, double seconds)
{
    if (loop->mode == QIP_MODE_NATIVE || loop->foreign_selector)
        return wait_alone(loop, seconds);
    if (!loop->host && borrow_host(loop) < 0)
        return -1;
    if (qip_fd_poll(loop, false) < 0)
        return -1;
    const bool is_hosts_turn = qip_clock_ns() - loop->host_had_ns >= loop->pace.slice_ns;
    if (!is_hosts_turn && (seconds <= 0 || qip_loop_has_work(loop) || loop->stopping))
        return 0;
    return wait_in_host(loop, seconds);
}
