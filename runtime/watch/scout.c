/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scout: the watchdog's second thread, which may wait for the GIL. It looks whether frames of Python stand
 * above the event loop's, and what they are, while the watchdog waits for it only as long as it gets on.
 *
 * The two talk under `lock`, which nobody holds while code of others runs, or with the GIL wanted.
 */
#include "watch/scout.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/plain.h"
#include "loop/loop_p.h"
#include "python/call.h"
#include "python/compat.h"
#include "python/gil.h"

enum { PATIENCE_MS = 500 }; /* for the GIL, which Python gives up after 5 ms */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news; /* for both; waits by the monotonic clock */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_condition(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&news, &attributes);
    pthread_condattr_destroy(&attributes);
}

void qip_stall_texts_free(qip_stall_texts *texts)
{
    free(texts->stack);
    free(texts->task);
    free(texts->plugin);
    free(texts->signal);
    free(texts->target);
    memset(texts, 0, sizeof *texts);
}

/* -- what it sees ------------------------------------------------------------------------------ */

static char *copy_text(PyObject *object, bool one_line)
{
    PyObject *bytes = object && PyUnicode_Check(object)
                          ? PyUnicode_AsEncodedString(object, "utf-8", "backslashreplace")
                          : NULL;
    char *copy = bytes ? qip_plain_copy(PyBytes_AS_STRING(bytes), one_line) : NULL;

    PyErr_Clear();
    Py_XDECREF(bytes);
    return copy;
}

static void describe(qip_stall_texts *found)
{
    PyThreadState *thread = qip_pulse_thread();
    PyObject *loop = qip_pulse_loop(), *context = thread->context, *base = qip_pulse_now.base;
    PyObject *answer = qip_call_python("qi._watch.stalls", "describe", "(kOOO)", qip_pulse_ident(),
                                       loop ? loop : Py_None, context ? context : Py_None,
                                       base ? base : Py_None);

    if (answer && PyTuple_Check(answer) && PyTuple_GET_SIZE(answer) == 5) {
        found->stack = copy_text(PyTuple_GET_ITEM(answer, 0), false);
        found->task = copy_text(PyTuple_GET_ITEM(answer, 1), true);
        found->plugin = copy_text(PyTuple_GET_ITEM(answer, 2), true);
        found->signal = copy_text(PyTuple_GET_ITEM(answer, 3), true);
        found->target = copy_text(PyTuple_GET_ITEM(answer, 4), true);
    }
    PyErr_Clear();
    Py_XDECREF(answer);
}

/*
 * Where the event loop last came round below this very frame, and has not said that it was left, the frame may
 * have gone on: then it is at another instruction than when the loop was seen to wait in it.
 */
static bool has_moved(const PyThreadState *thread, const void *top)
{
    static const void *seen;
    static int seen_at;
    PyFrameObject *frame = PyThreadState_GetFrame((PyThreadState *)thread);
    int at = frame ? PyFrame_GetLasti(frame) : 0;
    bool moved = top == seen && at != seen_at;

    Py_XDECREF(frame);
    if (!moved) {
        seen = top;
        seen_at = at;
    }
    return moved;
}

/* Python holds the thread: it has said so, or there are frames that the event loop does not know. */
static bool holds_python(void)
{
    const PyThreadState *thread = qip_pulse_thread();
    const uint64_t word = qip_pulse_load();

    if (!thread)
        return false;
    if ((word & QIP_PULSE_PYTHON) && !(word & QIP_PULSE_OUT))
        return true;
    const void *top = qip_top_frame(thread);
    if (top != __atomic_load_n(&qip_pulse_now.below, __ATOMIC_RELAXED))
        return top != NULL;
    return top && has_moved(thread, top);
}

/* Whether Python holds the thread. */
static bool look(qip_scout *scout, qip_errand what, uint64_t period, qip_stall_texts *found)
{
    bool in_python = false;
    qip_gil gil;

    if (!qip_gil_try_enter(&gil))
        return false;
    pthread_mutex_lock(&lock);
    scout->has_gil = true;
    pthread_cond_broadcast(&news);
    pthread_mutex_unlock(&lock);
    if (!atomic_load(&scout->ends) && qip_pulse_period(qip_pulse_load()) == period) {
        in_python = holds_python();
        if (in_python && what == QIP_ERRAND_DESCRIBE)
            describe(found);
    }
    qip_gil_leave(gil);
    return in_python;
}

static void go_and_see(qip_scout *scout, qip_errand what, uint64_t period)
{
    qip_stall_texts found = {0};
    const bool in_python = look(scout, what, period, &found);

    pthread_mutex_lock(&lock);
    qip_stall_texts_free(&scout->found);
    scout->found = found;
    scout->in_python = in_python;
    scout->answered = true;
    scout->wanted = QIP_ERRAND_NONE;
    pthread_cond_broadcast(&news);
    pthread_mutex_unlock(&lock);
}

/* -- its thread ------------------------------------------------------------------------------ */

static void *scout_thread(void *data)
{
    qip_scout *scout = data;

    pthread_mutex_lock(&lock);
    while (!atomic_load(&scout->ends)) {
        if (scout->wanted == QIP_ERRAND_NONE) {
            pthread_cond_wait(&news, &lock);
            continue;
        }
        qip_errand what = scout->wanted;
        uint64_t period = scout->period;
        pthread_mutex_unlock(&lock);
        go_and_see(scout, what, period);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* -- for the watchdog ------------------------------------------------------------------------------ */

bool qip_scout_send(qip_scout *scout, qip_errand what, uint64_t period)
{
    struct timespec end;
    int late = 0;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += PATIENCE_MS * 1000000L;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    if (scout->wanted == QIP_ERRAND_NONE) {
        scout->wanted = what;
        scout->period = period;
        scout->has_gil = scout->answered = scout->in_python = false;
        pthread_cond_broadcast(&news);
    }
    while (!scout->answered && !atomic_load(&scout->ends) && (scout->has_gil || !late))
        late = scout->has_gil ? pthread_cond_wait(&news, &lock)
                              : pthread_cond_timedwait(&news, &lock, &end);
    bool answered = scout->answered && scout->period == period;
    pthread_mutex_unlock(&lock);
    return answered;
}

bool qip_scout_saw_python(qip_scout *scout)
{
    pthread_mutex_lock(&lock);
    bool in_python = scout->in_python;
    pthread_mutex_unlock(&lock);
    return in_python;
}

bool qip_scout_take(qip_scout *scout, qip_stall_texts *texts)
{
    pthread_mutex_lock(&lock);
    bool in_python = scout->in_python;
    *texts = scout->found;
    memset(&scout->found, 0, sizeof scout->found);
    pthread_mutex_unlock(&lock);
    return in_python;
}

int qip_scout_start(qip_scout *scout)
{
    pthread_once(&once, make_condition);
    return pthread_create(&scout->thread, NULL, scout_thread, scout);
}

void qip_scout_dismiss(qip_scout *scout)
{
    pthread_mutex_lock(&lock);
    atomic_store(&scout->ends, true);
    pthread_cond_broadcast(&news);
    pthread_mutex_unlock(&lock);
}

void qip_scout_join(qip_scout *scout)
{
    pthread_join(scout->thread, NULL);
    qip_stall_texts_free(&scout->found);
}
