/* SPDX-License-Identifier: BSD-3-Clause */
/* The forwards of rooms.h. */
#include "rooms.h"

#include "compat.h"
#include "copies.h"
#include "link.h"
#include "runtime_p.h"
#include "state.h"
#include "status.h"

int qi_room_fail(int status, const char *message)
{
    return qi__fail(status, "%s", message);
}

PyObject *qi_room_exception_take(void)
{
    return qi__take_exception();
}

void qi_room_exception_give(PyObject *exception)
{
    qi__give_exception(exception);
}

void qi_room_report(const char *signal, PyObject *callable)
{
    PyObject *exception = qi__take_exception();
    PyObject *target = callable ? qi__link_target(callable) : NULL;

    if (!target)
        PyErr_Clear();
    qi_origin origin = {.signal = signal, .target = target ? PyUnicode_AsUTF8(target) : NULL};
    PyErr_Clear();
    if (exception)
        qi__report_exception(exception, &origin);
    Py_XDECREF(target);
    Py_XDECREF(exception);
}

PyObject *qi_room_cache(void)
{
    qi__state *state = qi__state_get();

    if (!state || !state->qt_cache) {
        PyErr_SetString(PyExc_RuntimeError, "the module _qi is not loaded");
        return NULL;
    }
    return state->qt_cache;
}

PyTypeObject *qi_room_object_type(void)
{
    qi__state *state = qi__state_get();
    return state ? (PyTypeObject *)state->object_type : NULL;
}

PyTypeObject *qi_room_variant_type(void)
{
    qi__state *state = qi__state_get();
    return state ? (PyTypeObject *)state->variant_type : NULL;
}

PyTypeObject *qi_room_gadget_type(void)
{
    qi__state *state = qi__state_get();
    return state ? (PyTypeObject *)state->gadget_type : NULL;
}

PyTypeObject *qi_room_model_type(void)
{
    qi__state *state = qi__state_get();
    return state ? (PyTypeObject *)state->model_type : NULL;
}

PyTypeObject *qi_room_index_type(void)
{
    qi__state *state = qi__state_get();
    return state ? (PyTypeObject *)state->index_type : NULL;
}

PyTypeObject *qi_room_future_type(void)
{
    qi__state *state = qi__state_get();
    return state ? (PyTypeObject *)state->host_future_type : NULL;
}

PyObject *qi_room_weak_get(PyObject *weak)
{
    return qi__weakref_get(weak);
}

int qi_room_check_qt(PyObject *module)
{
    return qi__copies_check(module);
}
