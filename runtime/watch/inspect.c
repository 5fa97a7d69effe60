/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What tasks are doing, for those who ask: the C functions, and what the package cannot see by itself.
 *
 * The work is done in pyshim/qi/_watch/inspection.py, in the thread that asks. Here is what it needs of the
 * structures behind tasks: the pending that follows each task which libqi has launched, and the slots whose
 * call is on a stack. Neither is kept for this purpose.
 */
#include <Python.h>

#include <qi/monitor.h>

#include "python/border.h"
#include "core/coarse_clock.h"
#include "python/compat.h"
#include "python/convert.h"
#include "python/call.h"
#include "python/gate.h"
#include "loop/pending.h"
#include "signals/slot.h"
#include "tasks/tasks.h"
#include "core/status.h"
#include "python/visit.h"
#include "watch/setup.h"

static const char own_module[] = "qi._watch.inspection";

/* -- for the package ----------------------------------------------------------------------------------- */

/* When counting of ticks was compared with the clock first: the longer ago, the better. */
static uint64_t first_ticks, first_ns;

static double seconds_since(uint64_t ticks)
{
    const uint64_t now_ticks = qip_ticks(), now_ns = qip_clock_ns();

    if (now_ticks <= first_ticks || now_ticks <= ticks)
        return 0;
    return (double)(now_ticks - ticks) * (double)(now_ns - first_ns) /
           (double)(now_ticks - first_ticks) / 1e9;
}

static PyObject *text_or_none(const char *text)
{
    if (!text)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

static PyObject *pending_info(PyObject *module, PyObject *object)
{
    const qip_pending *pending = (const qip_pending *)object;

    (void)module;
    if (!qip_pending_check(object) || !pending->task)
        Py_RETURN_NONE;
    /* Beware: telling the target may run code, in which the task ends. */
    qip_slot *slot = (qip_slot *)Py_XNewRef(qip_slot_of_pending(pending));
    PyObject *signal = pending->signal ? pending->signal : slot ? slot->signal : NULL;
    signal = Py_NewRef(signal ? signal : Py_None);
    PyObject *target = slot ? Py_XNewRef(qip_slot_target(slot))
                            : text_or_none(qip_task_of_pending(pending));
    PyObject *info = target
                         ? Py_BuildValue("(OOd)", signal, target, seconds_since(pending->since_ticks))
                         : NULL;
    Py_XDECREF(target);
    Py_DECREF(signal);
    Py_XDECREF((PyObject *)slot);
    return info;
}

/* The innermost launch of the slots in a list of objects, of those that the running code has made: they stand
 * on the stack, which grows downwards. */
static qip_slot *innermost_launch(PyObject *objects)
{
    const void *floor = qip_pulse_now.floor;
    qip_slot *found = NULL;

    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(objects); i++) {
        PyObject *object = PyList_GET_ITEM(objects, i);
        if (!qip_slot_check(object))
            continue;
        qip_slot *slot = (qip_slot *)object;
        if (slot->launching && (const void *)slot->launching < floor &&
            (!found || slot->launching < found->launching))
            found = slot;
    }
    return found;
}

static PyObject *launching(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyObject *objects = qip_call_python("gc", "get_objects", "()"), *result = NULL;
    qip_slot *slot = objects && PyList_Check(objects) ? innermost_launch(objects) : NULL;

    (void)module;
    if (slot) {
        /* The launch is another thread's, which goes on where telling the target gives the GIL away. */
        PyObject *signal = slot->launching->signal ? slot->launching->signal : slot->signal;
        signal = Py_NewRef(signal ? signal : Py_None);
        PyObject *target = qip_slot_target(slot);
        result = target ? PyTuple_Pack(2, signal, target) : NULL;
        Py_DECREF(signal);
    } else if (objects) {
        result = PyTuple_Pack(2, Py_None, Py_None);
    }
    Py_XDECREF(objects);
    return result;
}

static PyObject *watched_loop(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyObject *loop = qip_pulse_loop();

    (void)module;
    return Py_NewRef(loop ? loop : Py_None);
}

int qip_inspect_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_pending_info", pending_info, METH_O,
         "_pending_info(callback)\n--\n\n"
         "(signal, target, age) of the task that this done-callback of libqi's follows; None of "
         "any other."},
        {"_launching", launching,
         METH_NOARGS, "_launching()\n--\n\n(signal, target) of the slot whose call is the innermost on a stack."},
        {"_watched_loop", watched_loop, METH_NOARGS,
         "_watched_loop()\n--\n\nThe loop of the thread that is, or can be, watched; or None."},
        {NULL, NULL, 0, NULL},
    };

    first_ticks = qip_ticks();
    first_ns = qip_clock_ns();
    return PyModule_AddFunctions(module, methods);
}

/* -- for C ----------------------------------------------------------------------------------------------- */

int qi_tasks_list(qi_runtime *runtime, qi_value *out)
{
    int status = qip_runtime_check(runtime);

    if (status < 0)
        return status;
    if (!out)
        return qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; there is nowhere to put the list");
    qip_visit visit;
    if (!qip_python_try_enter(&visit))
        return qip_fail_ended();
    PyObject *loop = Py_XNewRef(runtime->loop); /* which the GUI thread may close meanwhile */
    PyObject *list = loop ? qip_call_python(own_module, "tasks", "(O)", loop) : PyList_New(0);
    qi_value value;
    if (!list || qip_value_from_python(list, &value) < 0)
        status = qip_fail_python("listing the tasks");
    else
        *out = value;
    Py_XDECREF(list);
    Py_XDECREF(loop);
    qip_python_leave(visit);
    return status;
}

int qi_tasks_trace(qi_runtime *runtime, bool on)
{
    int status = qip_runtime_check_gui(runtime);

    if (status < 0)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *result = qip_call_python(own_module, "trace", "(OO)", runtime->loop,
                                       on ? Py_True : Py_False);
    if (!result)
        status = qip_fail_python("tracing tasks");
    Py_XDECREF(result);
    qip_python_leave(visit);
    return status;
}

static int cancel_here(qi_runtime *runtime, int64_t id)
{
    PyObject *found = qip_call_python(own_module, "cancel", "(OL)", runtime->loop, (long long)id);
    int status = QI_OK;

    if (!found)
        status = qip_fail_python("cancelling a task");
    else if (found != Py_True)
        status = qip_fail(QI_ERR_NOT_FOUND,
                          "there is no task with the id %lld (any more); qi_tasks_list() "
                          "tells those that there are",
                          (long long)id);
    Py_XDECREF(found);
    return status;
}

/* asyncio's own way from thread to thread. */
static int cancel_there(qi_runtime *runtime, int64_t id)
{
    PyObject *loop = Py_NewRef(runtime->loop); /* which the GUI thread may close meanwhile */
    PyObject *result = qip_call_python(own_module, "cancel_soon", "(OL)", loop, (long long)id);

    Py_XDECREF(result);
    Py_DECREF(loop);
    return result ? QI_OK : qip_fail_python("cancelling a task");
}

int qi_tasks_cancel(qi_runtime *runtime, int64_t id)
{
    int status = qip_runtime_check(runtime);

    if (status < 0)
        return status;
    qip_visit visit;
    if (!qip_python_try_enter(&visit))
        return qip_fail_ended();
    if (!runtime->loop)
        status = qip_fail(QI_ERR_NOT_RUNNING, "the runtime has no loop any more");
    else
        status = qip_runtime_on_gui_thread() ? cancel_here(runtime, id) : cancel_there(runtime, id);
    qip_python_leave(visit);
    return status;
}
