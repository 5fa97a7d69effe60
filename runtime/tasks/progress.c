/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi.progress(): from a coroutine, or a thread that it uses, to the callback of the task's host.
 *
 * Whose progress it is, the context knows: a task that the host launches with a callback runs in a context of
 * its own, in which a variable holds the qip_progress, and the tasks and threads that it starts inherit that.
 * Where there is none, nothing happens.
 *
 * The callback is called in the GUI thread, and not more often than people can see: the first report at
 * once, of those that come too soon the latest when its time has come, and the last one at the end of the
 * task at the latest. A report overwrites one that still waits.
 */
#include "tasks/progress.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/coarse_clock.h"
#include "python/asyncio.h"
#include "python/compat.h"
#include "python/interp.h"
#include "qt/bridge.h"
#include "python/gate.h"
#include "tasks/setup.h"
#include "python/module.h"
#include "python/gil.h"

static PyObject *progress_variable; /* a ContextVar: whom qi.progress() tells */

enum { INTERVAL_NS = 40 * 1000000 };

typedef struct report {
    int64_t value, maximum;
    char *text; /* NULL: none */
} report;

struct qip_progress {
    atomic_int references; /* the task's, and one of each capsule and job */
    pthread_mutex_t lock;
    qip_progress_tell_fn tell; /* NULL: the task has ended. Below: under the lock */
    void *owner;
    report latest;
    report shown;     /* what was reported last, also once it was told; for whoever asks */
    bool is_shown;    /* there was a report */
    bool waits;       /* `latest` was not told yet */
    bool is_arranged; /* a job or timer will tell it */
    bool is_telling;  /* the callback runs */
    int64_t told_at;
    PyObject *timer; /* GUI thread, GIL */
};

static const char capsule_name[] = "qi.progress";

static int64_t now(void)
{
    return (int64_t)qip_clock_ns();
}

/* -- life ------------------------------------------------------------------------------------------ */

qip_progress *qip_progress_new(qip_progress_tell_fn tell, void *owner)
{
    qip_progress *progress = calloc(1, sizeof *progress);

    if (!progress)
        return NULL;
    atomic_init(&progress->references, 1);
    pthread_mutex_init(&progress->lock, NULL);
    progress->tell = tell;
    progress->owner = owner;
    progress->told_at = now() - INTERVAL_NS;
    return progress;
}

static qip_progress *keep(qip_progress *progress)
{
    atomic_fetch_add(&progress->references, 1);
    return progress;
}

static void let_go(qip_progress *progress)
{
    if (atomic_fetch_sub(&progress->references, 1) != 1)
        return;
    free(progress->latest.text);
    free(progress->shown.text);
    pthread_mutex_destroy(&progress->lock);
    free(progress);
}

static void capsule_freed(PyObject *capsule)
{
    let_go(PyCapsule_GetPointer(capsule, capsule_name));
}

static PyObject *new_capsule(qip_progress *progress)
{
    PyObject *capsule = PyCapsule_New(keep(progress), capsule_name, capsule_freed);

    if (!capsule)
        let_go(progress);
    return capsule;
}

static void fall_silent(qip_progress *progress)
{
    pthread_mutex_lock(&progress->lock);
    progress->tell = NULL;
    progress->waits = false;
    pthread_mutex_unlock(&progress->lock);
}

void qip_progress_drop(qip_progress *progress)
{
    if (!progress)
        return;
    fall_silent(progress);
    let_go(progress);
}

/* -- telling: GUI thread -------------------------------------------------------------------------------- */

/* Takes the latest report, if it may be told now; `at_last`: even inside of the callback. */
static qip_progress_tell_fn take(qip_progress *progress, report *taken, bool at_last)
{
    qip_progress_tell_fn tell = NULL;

    pthread_mutex_lock(&progress->lock);
    if (progress->waits && (at_last || !progress->is_telling)) {
        tell = progress->tell;
        *taken = progress->latest;
        progress->latest.text = NULL;
        progress->waits = false;
        progress->is_telling = true;
    }
    pthread_mutex_unlock(&progress->lock);
    return tell;
}

static void arrange(qip_progress *progress);

/* Beware: calls the host, which may end the task. The caller holds a reference. GIL: does not matter. */
static void tell_latest(qip_progress *progress, bool at_last)
{
    report told;
    qip_progress_tell_fn tell = take(progress, &told, at_last);

    if (!tell)
        return;
    const qi_task_progress step = {sizeof step, told.value, told.maximum, told.text ? told.text : ""};
    PyThreadState *thread = qip_gil_drop();
    tell(progress->owner, &step);
    qip_gil_take(thread);
    free(told.text);
    pthread_mutex_lock(&progress->lock);
    progress->is_telling = false;
    progress->told_at = now();
    bool again = progress->waits && !progress->is_arranged;
    progress->is_arranged |= again;
    pthread_mutex_unlock(&progress->lock);
    if (again)
        arrange(progress); /* it was reported meanwhile */
}

static int64_t time_to_wait(qip_progress *progress)
{
    pthread_mutex_lock(&progress->lock);
    int64_t wait = progress->told_at + INTERVAL_NS - now();
    pthread_mutex_unlock(&progress->lock);
    return wait > 0 ? wait : 0;
}

static void time_has_come(qip_progress *progress)
{
    pthread_mutex_lock(&progress->lock);
    progress->is_arranged = false;
    pthread_mutex_unlock(&progress->lock);
    tell_latest(progress, false);
}

static PyObject *timer_fired(PyObject *capsule, PyObject *Py_UNUSED(ignored))
{
    qip_progress *progress = keep(PyCapsule_GetPointer(capsule, capsule_name));

    Py_CLEAR(progress->timer);
    time_has_come(progress);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyzer does not follow the count of references. */
    let_go(progress);
    Py_RETURN_NONE;
}

static PyMethodDef timer_method = {"tell_progress", timer_fired, METH_NOARGS, NULL};

/* Takes the timer, and cancels the one before. */
static void put_timer(qip_progress *progress, PyObject *timer)
{
    PyObject *before = progress->timer;

    progress->timer = timer;
    if (before)
        qip_asyncio_cancel_timer(before);
}

static bool is_silent(qip_progress *progress)
{
    pthread_mutex_lock(&progress->lock);
    const bool silent = !progress->tell;
    pthread_mutex_unlock(&progress->lock);
    return silent;
}

/* GIL: held. Where the loop has been closed, the end of the task tells it. Beware: call_later() may run code of others, in
 * which the task ends. */
static void arm_timer(qip_progress *progress, int64_t wait)
{
    qi_runtime *runtime = qip_runtime_current();
    PyObject *capsule = runtime && runtime->loop ? new_capsule(progress) : NULL;
    PyObject *callback = capsule ? PyCFunction_New(&timer_method, capsule) : NULL;
    PyObject *timer = callback ? PyObject_CallMethod(runtime->loop, "call_later", "dO",
                                                     (double)wait / 1e9, callback)
                               : NULL;

    PyErr_Clear();
    if (timer && is_silent(progress))
        qip_asyncio_cancel_timer(timer);
    else if (timer)
        put_timer(progress, timer);
    Py_XDECREF(callback);
    Py_XDECREF(capsule);
}

/* In the GUI thread's event loop, on behalf of another thread. */
static void post_arrived(void *data)
{
    qip_progress *progress = data;
    int64_t wait = time_to_wait(progress);

    if (wait == 0) {
        time_has_come(progress);
    } else if (qip_interp_alive()) {
        qip_gil gil = qip_gil_enter();
        arm_timer(progress, wait);
        qip_gil_leave(gil);
    }
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyzer does not follow the count of references. */
    let_go(progress);
}

static void post_dropped(void *data)
{
    let_go(data);
}

/* Has the latest report told in due time. GIL: held in the GUI thread. */
static void arrange(qip_progress *progress)
{
    if (qip_runtime_on_gui_thread() && qip_interp_alive() && PyGILState_Check())
        arm_timer(progress, time_to_wait(progress));
    else if (qip_qt_post_owned(post_arrived, post_dropped, keep(progress)) != QI_OK)
        let_go(progress);
}

void qip_progress_finish(qip_progress *progress)
{
    PyObject *raised = qip_take_exception();

    keep(progress);
    /* NOLINTBEGIN(clang-analyzer-unix.Malloc): the analyzer does not follow the count of references. */
    tell_latest(progress, true);
    fall_silent(progress);
    /* At last: the host, who has just been told, may have brought about another. */
    put_timer(progress, NULL);
    let_go(progress);
    /* NOLINTEND(clang-analyzer-unix.Malloc) */
    qip_give_exception(raised);
}

/* -- reporting: any thread, GIL held ---------------------------------------------------------------------- */

/* Under the lock. Without memory it is shown without its text. */
static void show(qip_progress *progress, const report *given)
{
    free(progress->shown.text);
    progress->shown = *given;
    progress->shown.text = given->text ? strdup(given->text) : NULL;
    progress->is_shown = true;
}

/* Takes the text. */
static void put(qip_progress *progress, report *given)
{
    bool here = qip_runtime_on_gui_thread(), now_due = false, must_arrange = false;
    char *old = given->text;

    pthread_mutex_lock(&progress->lock);
    if (progress->tell) {
        old = progress->latest.text;
        progress->latest = *given;
        show(progress, given);
        progress->waits = true;
        now_due = here && !progress->is_telling && now() - progress->told_at >= INTERVAL_NS;
        must_arrange = !now_due && !progress->is_arranged && !progress->is_telling;
        progress->is_arranged |= must_arrange;
    }
    pthread_mutex_unlock(&progress->lock);
    free(old);
    if (now_due)
        tell_latest(progress, false);
    else if (must_arrange)
        arrange(progress);
}

enum { FINE_STEPS = 1000 }; /* of a progress whose numbers are no whole ones */

/* A number of Python's, as a bar takes it: what is below 0 is 0. */
typedef struct amount {
    int64_t whole;
    double exact;
    bool is_whole;
} amount;

static int read_whole(PyObject *object, amount *out)
{
    int overflow = 0;
    PyObject *number = PyNumber_Index(object);
    long long value = number ? PyLong_AsLongLongAndOverflow(number, &overflow) : -1;

    Py_XDECREF(number);
    if (value == -1 && !overflow && PyErr_Occurred())
        return -1;
    out->whole = overflow > 0 ? INT64_MAX : overflow < 0 || value < 0 ? 0 : value;
    out->exact = (double)out->whole;
    out->is_whole = true;
    return 0;
}

/* int, float, Fraction, Decimal, numpy's; nobody's number is 0. 0, or -1 with an exception set. */
static int read_amount(PyObject *object, const char *what, amount *out)
{
    static const double most = 9007199254740992.0; /* 2**53: from there on a double counts no steps */

    if (PyIndex_Check(object))
        return read_whole(object, out);
    double value = PyFloat_AsDouble(object);
    if (value == -1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "progress(): %s is a number, and not of type %s", what,
                         Py_TYPE(object)->tp_name);
        return -1;
    }
    out->exact = value >= most ? most : value > 0 ? value : 0; /* a NaN is not above 0 */
    out->whole = (int64_t)out->exact;
    out->is_whole = (double)out->whole == out->exact;
    return 0;
}

/* Never beyond the maximum. Where there are parts of steps, of so many fine ones. */
static void set_amounts(report *out, const amount *value, const amount *maximum)
{
    bool clamped = maximum->exact > 0 && value->exact > maximum->exact;

    if (maximum->exact > 0 && !(value->is_whole && maximum->is_whole)) {
        out->maximum = FINE_STEPS;
        out->value = clamped ? FINE_STEPS
                             : (int64_t)(value->exact / maximum->exact * FINE_STEPS + 0.5);
        return;
    }
    out->maximum = maximum->whole;
    out->value = clamped || (maximum->whole > 0 && value->whole > maximum->whole) ? maximum->whole
                                                                                  : value->whole;
}

static int64_t steps_above(long long value, long long minimum)
{
    int64_t steps;

    if (value <= minimum)
        return 0;
    return __builtin_sub_overflow(value, minimum, &steps) ? INT64_MAX : steps;
}

/* What a qi.Progress tells, as (value, minimum, maximum, text): that of another's work, passed on. */
static int read_progress(PyObject *tuple, PyObject **text, report *out)
{
    long long value, minimum, maximum;

    if (!PyArg_ParseTuple(tuple, "LLLU:progress", &value, &minimum, &maximum, text))
        return -1;
    out->value = steps_above(value, minimum);
    out->maximum = steps_above(maximum, minimum);
    if (out->maximum > 0 && out->value > out->maximum)
        out->value = out->maximum;
    return 0;
}

static int read_arguments(PyObject *args, PyObject *keywords, PyObject **text, report *out)
{
    static char *names[] = {"value", "maximum", "text", NULL};
    PyObject *value, *maximum = NULL;
    amount done, all = {.is_whole = true};

    *text = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OU:progress", names, &value, &maximum, text))
        return -1;
    if (PyTuple_Check(value) && !maximum && !*text)
        return read_progress(value, text, out);
    if (read_amount(value, "value", &done) < 0 ||
        (maximum && maximum != Py_None && read_amount(maximum, "maximum", &all) < 0))
        return -1;
    set_amounts(out, &done, &all);
    return 0;
}

/* Where it was no text of Unicode's, the escapes say so. */
static char *copy_text(PyObject *text)
{
    PyObject *bytes = text ? PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace") : NULL;
    char *copy = bytes ? strdup(PyBytes_AS_STRING(bytes)) : NULL;

    Py_XDECREF(bytes);
    PyErr_Clear();
    return copy;
}

static PyObject *progress_function(PyObject *Py_UNUSED(module), PyObject *args, PyObject *keywords)
{
    report given = {0};
    PyObject *text, *capsule;

    if (read_arguments(args, keywords, &text, &given) < 0 ||
        PyContextVar_Get(progress_variable, NULL, &capsule) < 0)
        return NULL;
    /* Whoever goes through a Context finds the variable, and may set it to anything. */
    if (capsule && PyCapsule_IsValid(capsule, capsule_name)) {
        given.text = copy_text(text);
        put(PyCapsule_GetPointer(capsule, capsule_name), &given);
    }
    Py_XDECREF(capsule);
    Py_RETURN_NONE;
}

int qip_progress_read(qip_progress *progress, qi_value *out)
{
    *out = qi_none();
    if (!progress)
        return QI_OK;
    pthread_mutex_lock(&progress->lock);
    const report *shown = &progress->shown;
    const qi_entry entries[] = {
        {qi_text("value"), qi_int(shown->value)},
        {qi_text("maximum"), qi_int(shown->maximum)},
        {qi_text("text"), qi_text(shown->text ? shown->text : "")},
    };
    const qi_value map = qi_map(entries, sizeof entries / sizeof *entries);
    int status = progress->is_shown ? qi_value_copy(out, &map) : QI_OK;
    pthread_mutex_unlock(&progress->lock);
    return status;
}

/* -- whose progress it is ------------------------------------------------------------------------------- */

PyObject *qip_progress_enter(qip_progress *progress)
{
    PyObject *context = PyContext_CopyCurrent(), *token = NULL;
    PyObject *capsule = context ? new_capsule(progress) : NULL;

    if (capsule && PyContext_Enter(context) == 0) {
        token = PyContextVar_Set(progress_variable, capsule);
        if (!token) {
            PyObject *raised = qip_take_exception();
            PyContext_Exit(context);
            qip_give_exception(raised);
        }
    }
    Py_XDECREF(capsule);
    if (!token)
        Py_CLEAR(context);
    Py_XDECREF(token);
    return context;
}

void qip_progress_leave(PyObject *context)
{
    PyObject *raised = qip_take_exception();

    if (PyContext_Exit(context) < 0)
        PyErr_WriteUnraisable(context);
    Py_DECREF(context);
    qip_give_exception(raised);
}

#define KEYWORDS ((PyCFunction)(void (*)(void))progress_function)

static PyMethodDef functions[] = {
    {"progress", KEYWORDS, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR(
         "progress($module, /, value, maximum=0, text='')\n--\n\n"
         "Tells the application how far the task has come that it launched.\n\n"
         "`value` of `maximum` steps are done; a `maximum` of 0 or None says that nobody knows how "
         "many "
         "there\n"
         "are. Any numbers will do: less than nothing is 0, more than the maximum is the maximum, "
         "and of numbers with a\n"
         "fraction the application hears in thousandths. `text` says what is being done. A "
         "`qi.Progress`, as a HostFuture has it, may stand\n"
         "alone in place of the three. Works in the coroutine that the application launched, in\n"
         "tasks and asyncio.to_thread() functions that it starts, and does nothing elsewhere. It "
         "may\n"
         "be called often: the application is told at most 25 times a second, and of the last one\n"
         "always. Raises TypeError for what is no number.")},
    {NULL, NULL, 0, NULL},
};

int qip_progress_setup(PyObject *module)
{
    qip_module_keep(progress_variable);
    progress_variable = PyContextVar_New("qi.progress", NULL);
    if (!progress_variable)
        return -1;
    return PyModule_AddFunctions(module, functions);
}
