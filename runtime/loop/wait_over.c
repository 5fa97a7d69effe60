/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a wait of wait.c is over: at the first turn that comes to its event loop, or when the host has handled anything in
 * it. Asked by the turns and by the host, who know nothing else of waits.
 */
#include "loop/loop_p.h"

int qip_wait_level(const qip_loop *loop)
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
    /* Told already, and not back: something in its event loop handles events itself, and waits for a turn. */
    if (!is_innermost(loop, level) || loop->wait_over)
        return false;
    end_wait(loop);
    return true;
}

/* Whoever asked us to hold still is not on the stack any more if the wait's own event loop runs. */
void qip_wait_resume(qip_loop *loop)
{
    if (!loop->paused)
        return;
    loop->paused = false;
    loop->host->vtable->pause(loop->host, false);
    loop->host->vtable->wake(loop->host);
}

unsigned qip_wait_take_news(qip_loop *loop)
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
    if (!loop->host || !is_innermost(loop, qip_wait_level(loop)))
        return;
    if (loop->wait_over) {
        /* Told already: events that a slot handles by itself have taken the word. So neither they nor the wait's own
         * event loop block, and both come to their poll, which they would not if they were told again. */
        if (blocks)
            loop->host->vtable->wake(loop->host);
        return;
    }
    qip_wait_resume(loop);
    if (!blocks)
        return;
    const unsigned news = qip_wait_take_news(loop);
    if (loop->wait_blocked || (news && !(news & QIP_HOST_CANNOT_TELL)))
        end_wait(loop);
    loop->wait_blocked = true;
}
