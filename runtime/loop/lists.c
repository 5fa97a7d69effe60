/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * _ready and _scheduled as real lists, for as long as somebody else's _run_once() runs the loop.
 *
 * nest_asyncio and others put an iteration of their own in the place of ours, on a loop or on its class, and that goes
 * through a deque and a heap as asyncio's classes have them. So what waits then moves out of the ring and the timers
 * into such lists, all who schedule fill them, and the core's turns call that _run_once(). When it is taken back
 * and nothing of it is on the stack, everything moves back.
 */
#include "loop/loop_p.h"
#include "loop/setup.h"

#include <math.h>

/* -- what is in them ----------------------------------------------------------------------------------- */

static size_t length_of(PyObject *list)
{
    PyObject *raised = qip_take_exception();
    Py_ssize_t length = PyObject_Size(list);

    if (length < 0)
        PyErr_WriteUnraisable(list);
    qip_give_exception(raised);
    return length < 0 ? 0 : (size_t)length;
}

size_t qip_ready_count(const qip_loop *loop)
{
    return loop->lists.used ? length_of(loop->lists.ready) : loop->ready.count;
}

size_t qip_scheduled_count(const qip_loop *loop)
{
    return loop->lists.used ? length_of(loop->lists.scheduled) : loop->timers.count;
}

static bool is_our_timer(PyObject *handle)
{
    return (PyObject *)Py_TYPE(handle) == qip_loop_refs.timer_handle_type;
}

/* When a handle is due, whoever has made it. -1 with an exception. */
static double deadline_of(PyObject *handle)
{
    if (is_our_timer(handle))
        return ((qip_timer_handle *)handle)->when;
    PyObject *when = PyObject_GetAttrString(handle, "_when");
    double seconds = when ? PyFloat_AsDouble(when) : -1;
    Py_XDECREF(when);
    return seconds;
}

double qip_first_deadline(const qip_loop *loop)
{
    if (!loop->lists.used)
        return loop->timers.count ? qip_timers_deadline(&loop->timers) : INFINITY;
    if (!PyList_GET_SIZE(loop->lists.scheduled))
        return INFINITY;
    PyObject *raised = qip_take_exception();
    PyObject *first = Py_NewRef(PyList_GET_ITEM(loop->lists.scheduled, 0));
    double when = deadline_of(first);
    if (when == -1 && PyErr_Occurred()) {
        PyErr_WriteUnraisable(first);
        when = INFINITY;
    }
    Py_DECREF(first);
    qip_give_exception(raised);
    return when;
}

int qip_lists_push(qip_loop *loop, PyObject *handle)
{
    qip_handle_track(handle); /* the collector looks at it through the list alone */
    PyObject *list = Py_NewRef(loop->lists.ready);
    PyObject *result = PyObject_CallMethod(list, "append", "O", handle);
    Py_DECREF(list);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

int qip_lists_schedule(qip_loop *loop, qip_timer_handle *timer)
{
    qip_handle_track((PyObject *)timer);
    PyObject *result = PyObject_CallFunctionObjArgs(qip_loop_refs.heappush, loop->lists.scheduled,
                                                    timer, NULL);
    timer->listed = result != NULL;
    Py_XDECREF(result);
    return result ? 0 : -1;
}

int qip_lists_shift(qip_loop *loop, double seconds)
{
    PyObject *scheduled = loop->lists.scheduled;

    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(scheduled); i++) {
        PyObject *handle = Py_NewRef(PyList_GET_ITEM(scheduled, i));
        double when = deadline_of(handle) + seconds;
        PyObject *number = PyErr_Occurred() ? NULL : PyFloat_FromDouble(when);
        int result = number ? PyObject_SetAttrString(handle, "_when", number) : -1;
        Py_XDECREF(number);
        Py_DECREF(handle);
        if (result < 0)
            return -1;
    }
    return 0;
}

void qip_lists_drop(qip_loop *loop)
{
    PyObject *raised = qip_take_exception();
    PyObject *lists[] = {loop->lists.ready, loop->lists.scheduled};

    for (int i = 0; i < 2; i++) {
        PyObject *result = lists[i] ? PyObject_CallMethod(lists[i], "clear", NULL) : NULL;
        if (lists[i] && !result)
            PyErr_WriteUnraisable(lists[i]);
        Py_XDECREF(result);
    }
    qip_give_exception(raised);
}

int qip_lists_traverse(qip_loop *loop, visitproc visit, void *arg)
{
    Py_VISIT(loop->lists.ready);
    Py_VISIT(loop->lists.scheduled);
    Py_VISIT(loop->lists.distrusted);
    return 0;
}

void qip_lists_clear(qip_loop *loop)
{
    loop->lists.used = false;
    Py_CLEAR(loop->lists.ready);
    Py_CLEAR(loop->lists.scheduled);
    Py_CLEAR(loop->lists.distrusted);
}

/* -- moving over, and back -------------------------------------------------------------------------------- */

static int make_lists(qip_lists *lists)
{
    if (!lists->ready)
        lists->ready = PyObject_CallNoArgs(qip_loop_refs.deque_type);
    if (!lists->scheduled)
        lists->scheduled = PyList_New(0);
    return lists->ready && lists->scheduled ? 0 : -1;
}

/* In their order, which makes a heap. */
static int move_timers_over(qip_loop *loop)
{
    const size_t count = loop->timers.count;
    PyObject *places = PyList_New((Py_ssize_t)count);

    for (size_t i = 0; places && i < count; i++)
        PyList_SET_ITEM(places, (Py_ssize_t)i, Py_NewRef(Py_None));
    int result = places ? PyList_SetSlice(loop->lists.scheduled, 0, PY_SSIZE_T_MAX, places) : -1;
    Py_XDECREF(places);
    for (size_t i = 0; result == 0 && i < count; i++) { /* nothing here can fail */
        qip_timer_handle *timer = qip_timer_handle_of(qip_timers_first(&loop->timers));
        qip_timers_remove(&loop->timers, &timer->timer);
        timer->listed = true;
        qip_handle_track((PyObject *)timer);
        PyList_SetItem(loop->lists.scheduled, (Py_ssize_t)i, (PyObject *)timer);
    }
    return result;
}

static int move_ready_over(qip_loop *loop)
{
    while (loop->ready.count) {
        if (qip_lists_push(loop, qip_ring_at(&loop->ready, 0)) < 0)
            return -1;
        Py_DECREF((PyObject *)qip_ring_pop(&loop->ready));
    }
    return 0;
}

static int move_over(qip_loop *loop)
{
    if (make_lists(&loop->lists) < 0 || move_timers_over(loop) < 0)
        return -1;
    loop->lists.used = true;
    loop->counters.callbacks -= loop->todo;
    loop->todo = 0; /* of a batch of ours nothing is left */
    return move_ready_over(loop);
}

static int move_ready_back(qip_loop *loop)
{
    while (length_of(loop->lists.ready)) {
        PyObject *handle = PyObject_CallMethod(loop->lists.ready, "popleft", NULL);
        if (!handle)
            return -1;
        if (!qip_ring_push(&loop->ready, handle)) {
            Py_DECREF(handle);
            PyErr_NoMemory();
            return -1;
        }
    }
    return 0;
}

/* One of somebody else's making is called through one of ours. */
static int reschedule(qip_loop *loop, PyObject *handle)
{
    PyObject *run = PyObject_GetAttrString(handle, "_run");
    double when = run ? deadline_of(handle) : -1;
    PyObject *ours = run && !PyErr_Occurred()
                         ? PyObject_CallMethod((PyObject *)loop, "call_at", "dO", when, run)
                         : NULL;

    Py_XDECREF(ours);
    Py_XDECREF(run);
    return ours ? 0 : -1;
}

static int move_timer_back(qip_loop *loop, PyObject *handle)
{
    if (!is_our_timer(handle))
        return reschedule(loop, handle);
    qip_timer_handle *timer = (qip_timer_handle *)handle;
    timer->listed = false;
    if (timer->handle.cancelled || timer->timer.place)
        return 0;
    if (!qip_timers_add(&loop->timers, &timer->timer, timer->when)) {
        PyErr_NoMemory();
        return -1;
    }
    Py_INCREF(handle); /* the heap's */
    return 0;
}

static int move_back(qip_loop *loop)
{
    if (move_ready_back(loop) < 0 || PyList_Sort(loop->lists.scheduled) < 0)
        return -1;
    PyObject *timers = PyList_GetSlice(loop->lists.scheduled, 0, PY_SSIZE_T_MAX);
    if (!timers || PyList_SetSlice(loop->lists.scheduled, 0, PY_SSIZE_T_MAX, NULL) < 0) {
        Py_XDECREF(timers);
        return -1;
    }
    loop->lists.used = false;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(timers); i++) {
        if (move_timer_back(loop, PyList_GET_ITEM(timers, i)) < 0)
            PyErr_WriteUnraisable(PyList_GET_ITEM(timers, i));
    }
    Py_DECREF(timers);
    return 0;
}

/* -- whose iteration ----------------------------------------------------------------------------------------- */

/* The present one has raised before. */
static bool is_distrusted(qip_loop *loop)
{
    if (!loop->lists.distrusted)
        return false;
    PyObject *present = PyObject_GetAttrString((PyObject *)loop, "_run_once");
    int same = present ? PyObject_RichCompareBool(present, loop->lists.distrusted, Py_EQ) : 0;
    PyErr_Clear();
    Py_XDECREF(present);
    return same > 0;
}

void qip_lists_distrust(qip_loop *loop)
{
    PyObject *raised = qip_take_exception();

    Py_XSETREF(loop->lists.distrusted, PyObject_GetAttrString((PyObject *)loop, "_run_once"));
    PyErr_Clear();
    qip_give_exception(raised);
}

bool qip_lists_settle(qip_loop *loop)
{
    const bool wanted = loop->lists.given ||
                        (qip_loop_overrides(loop) & QIP_OVERRIDES_RUN_ONCE && !is_distrusted(loop));
    const bool on_stack = loop->lists.depth || loop->waits || qip_level(loop);
    int result = 0;

    if (wanted == loop->lists.used || (on_stack && !wanted))
        return loop->lists.used;
    result = wanted ? move_over(loop) : move_back(loop);
    if (result < 0)
        PyErr_WriteUnraisable((PyObject *)loop);
    return loop->lists.used;
}

/*
 * BaseEventLoop.__init__() brings empty ones of the plain kinds, and asyncio's iteration now and then a new list, all of
 * which say nothing. A deque of a kind of somebody's own shall be filled.
 */
int qip_lists_assign(qip_loop *loop, PyObject *value, bool ready)
{
    const bool plain = Py_IS_TYPE(value,
                                  ready ? (PyTypeObject *)qip_loop_refs.deque_type : &PyList_Type);

    if (!ready && !PyList_Check(value)) {
        PyErr_Format(PyExc_TypeError, "_scheduled is a list, as heapq wants it, not %R", value);
        return -1;
    }
    if (ready)
        loop->lists.given = !plain;
    if (loop->lists.used || !plain)
        Py_XSETREF(*(ready ? &loop->lists.ready : &loop->lists.scheduled), Py_NewRef(value));
    return 0;
}

PyObject *qip_lists_run_once(qip_loop *loop)
{
    if (is_distrusted(loop))
        return qip_lists_run_stock(loop);
    return PyObject_CallMethod((PyObject *)loop, "_run_once", NULL);
}

PyObject *qip_lists_run_stock(qip_loop *loop)
{
    return PyObject_CallMethod(qip_loop_refs.base_loop, "_run_once", "O", loop);
}

int qip_lists_setup(PyObject *Py_UNUSED(module))
{
    PyObject *collections = PyImport_ImportModule("collections");
    PyObject *heapq = collections ? PyImport_ImportModule("heapq") : NULL;
    PyObject *base_events = heapq ? PyImport_ImportModule("asyncio.base_events") : NULL;

    if (base_events) {
        qip_loop_refs.deque_type = PyObject_GetAttrString(collections, "deque");
        qip_loop_refs.heappush = PyObject_GetAttrString(heapq, "heappush");
        qip_loop_refs.base_loop = PyObject_GetAttrString(base_events, "BaseEventLoop");
    }
    if (qip_loop_refs.base_loop)
        qip_loop_refs.stock_run_once = PyObject_GetAttrString(qip_loop_refs.base_loop, "_run_once");
    Py_XDECREF(base_events);
    Py_XDECREF(heapq);
    Py_XDECREF(collections);
    return qip_loop_refs.deque_type && qip_loop_refs.heappush && qip_loop_refs.stock_run_once ? 0
                                                                                              : -1;
}
