/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Awaitable` and `_qi.AwaitableModel`: the proxies of objects whose class is registered to be awaited, and of models
 * of such a class; they do nothing more than others but that. What waits is pyshim/qi/_signals/awaitables.py, and what it
 * asks is here, too: `_qi.Awaiting`, one object, and what was registered for it when somebody began to await it.
 *
 * GIL: held.
 */
#include "core/status.h"
#include "objects/proxy_p.h"
#include "objects/setup.h"
#include "python/docs.h"
#include "python/module.h"
#include "qt/awaitables.h"

typedef struct awaiting {
    PyObject_HEAD
    qip_proxy *proxy;
    qip_qt_awaitable *awaitable;
} awaiting;

static PyObject *awaiting_type;

static awaiting *as_awaiting(PyObject *object)
{
    return (awaiting *)object;
}

/* The live object, or NULL with ReferenceError set. */
static qi_object *awaited(PyObject *self)
{
    return qip_proxy_live(as_awaiting(self)->proxy);
}

/* -- for _signals/awaitables.py ----------------------------------------------------------------------- */

static void awaiting_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    if (as_awaiting(self)->awaitable)
        qip_qt_awaitable_drop(as_awaiting(self)->awaitable);
    Py_XDECREF(as_awaiting(self)->proxy);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *new_awaiting(qip_proxy *proxy, qi_object *object)
{
    PyTypeObject *type = (PyTypeObject *)awaiting_type;
    qip_qt_awaitable *awaitable = qip_qt_awaitable_of(object);

    if (!awaitable) {
        if (!PyErr_Occurred())
            PyErr_Format(
                PyExc_TypeError,
                "%s cannot be awaited any more: the application has unregistered the class",
                qip_qt_class_name(object));
        return NULL;
    }
    awaiting *made = (awaiting *)type->tp_alloc(type, 0);
    if (!made) {
        qip_qt_awaitable_drop(awaitable);
        return NULL;
    }
    made->proxy = (qip_proxy *)Py_NewRef((PyObject *)proxy);
    made->awaitable = awaitable;
    return (PyObject *)made;
}

/* A signal as it was registered, by name or by name with types. New reference. */
static PyObject *signal_of(qip_proxy *proxy, qi_object *object, const char *name)
{
    int index;

    if (qip_qt_find_signal(object, name, &index) != QI_OK)
        return PyErr_Format(PyExc_TypeError, "%s cannot be awaited: %s", qip_qt_class_name(object),
                            qi_last_error()->message);
    const char *types = strchr(name, '(');
    PyObject *text = PyUnicode_FromStringAndSize(name,
                                                 types ? types - name : (Py_ssize_t)strlen(name));
    PyObject *signal = text ? qip_signal_new(proxy, text, index) : NULL;
    Py_XDECREF(text);
    return signal;
}

static PyObject *awaiting_signals(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const qip_qt_awaitable *awaitable = as_awaiting(self)->awaitable;
    const size_t count = qip_qt_awaitable_signal_count(awaitable);
    PyObject *list = PyList_New(0);

    for (size_t i = 0; list && i < count; i++) {
        qi_object *object = awaited(self);
        PyObject *signal = object ? signal_of(as_awaiting(self)->proxy, object,
                                              qip_qt_awaitable_signal_name(awaitable, i))
                                  : NULL;
        if (!signal || PyList_Append(list, signal) < 0)
            Py_CLEAR(list);
        Py_XDECREF(signal);
    }
    return list;
}

static PyObject *awaiting_look(PyObject *self, PyObject *args)
{
    PyObject *arguments = NULL;
    int emitted = -1;

    if (!PyArg_ParseTuple(args, "|iO!:look", &emitted, &PyTuple_Type, &arguments))
        return NULL;
    qi_object *object = awaited(self);
    return object ? qip_qt_awaitable_look(as_awaiting(self)->awaitable, object, emitted, arguments)
                  : NULL;
}

static PyObject *awaiting_cancel(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi_object *object = qip_proxy_object((PyObject *)as_awaiting(self)->proxy);

    if (object && qip_qt_awaitable_cancel(as_awaiting(self)->awaitable, object) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *awaiting_is_here(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi_object *object = awaited(self);
    return object ? PyBool_FromLong(qip_qt_lives_here(object)) : NULL;
}

static PyObject *awaiting_class_name(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(as_awaiting(self)->proxy->class_name);
}

static PyMethodDef awaiting_methods[] = {
    {"signals", awaiting_signals, METH_NOARGS, NULL},
    {"look", awaiting_look, METH_VARARGS, NULL},
    {"cancel", awaiting_cancel, METH_NOARGS, NULL},
    {"is_here", awaiting_is_here, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef awaiting_members[] = {
    {"class_name", awaiting_class_name, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot awaiting_slots[] = {
    {Py_tp_dealloc, awaiting_dealloc},
    {Py_tp_methods, awaiting_methods},
    {Py_tp_getset, awaiting_members},
    {0, NULL},
};

static PyType_Spec awaiting_spec = {
    .name = "_qi.Awaiting",
    .basicsize = sizeof(awaiting),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = awaiting_slots,
};

/* -- the proxies -------------------------------------------------------------------------------------- */

static PyObject *awaitable_await(PyObject *self)
{
    qi_object *object = qip_proxy_live((qip_proxy *)self);
    PyObject *one = object ? new_awaiting((qip_proxy *)self, object) : NULL;
    PyObject *module = one ? PyImport_ImportModule("qi._signals.awaitables") : NULL;
    PyObject *coroutine = module ? PyObject_CallMethod(module, "wait", "O", one) : NULL;
    PyObject *iterator = coroutine ? PyObject_CallMethod(coroutine, "__await__", NULL) : NULL;

    Py_XDECREF(coroutine);
    Py_XDECREF(module);
    Py_XDECREF(one);
    return iterator;
}

static PyType_Slot awaitable_slots[] = {
    {Py_tp_doc, "An Object that can be awaited for what it comes to. A task that is cancelled "
                "while it awaits one\n"
                "asks it to end, where its class can be asked that."},
    {Py_am_await, awaitable_await},
    {0, NULL},
};

static PyType_Spec awaitable_spec = {
    .name = "_qi.Awaitable",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = awaitable_slots,
};

static PyType_Spec model_spec = {
    .name = "_qi.AwaitableModel",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = awaitable_slots,
};

static PyObject *add_proxy(PyObject *module, PyType_Spec *spec, PyObject *base)
{
    PyObject *type = PyType_FromModuleAndSpec(module, spec, base);

    if (type && qip_docs_set(type, qip_proxy_doc) == 0 &&
        PyModule_AddType(module, (PyTypeObject *)type) == 0)
        return type;
    Py_XDECREF(type);
    return NULL;
}

int qip_awaitable_setup(PyObject *module)
{
    qip_module_keep(awaiting_type);
    awaiting_type = PyType_FromModuleAndSpec(module, &awaiting_spec, NULL);
    if (!awaiting_type)
        return -1;
    qip_proxies.awaitable = add_proxy(module, &awaitable_spec, qip_proxies.object);
    if (!qip_proxies.awaitable)
        return -1;
    qip_proxies.awaitable_model = add_proxy(module, &model_spec, qip_proxies.model);
    return qip_proxies.awaitable_model ? 0 : -1;
}
