/* SPDX-License-Identifier: BSD-3-Clause */
/* `_qi.Courier`: what qt/courier.cpp does, for Python. It belongs to the thread that makes it. GIL: held. */
#include <Python.h>

#include "qt/bridge.h"
#include "qt/setup.h"

typedef struct qip_courier {
    PyObject_HEAD
    qip_qt_courier *courier;
} qip_courier;

static PyObject *courier_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {NULL};

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":Courier", names))
        return NULL;
    qip_courier *self = (qip_courier *)type->tp_alloc(type, 0);
    if (self && !(self->courier = qip_qt_courier_new()))
        Py_CLEAR(self);
    return (PyObject *)self;
}

static void courier_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    if (((qip_courier *)self)->courier)
        qip_qt_courier_free(((qip_courier *)self)->courier);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *courier_send(PyObject *self, PyObject *args)
{
    if (PyTuple_GET_SIZE(args) == 0 || !PyCallable_Check(PyTuple_GET_ITEM(args, 0)))
        return PyErr_Format(PyExc_TypeError, "send() needs a callable and its arguments");
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (!rest)
        return NULL;
    int result = qip_qt_courier_send(((qip_courier *)self)->courier, PyTuple_GET_ITEM(args, 0), rest);
    Py_DECREF(rest);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef courier_methods[] = {
    {"send", courier_send, METH_VARARGS,
     "send(callable, *args)\n--\n\n"
     "Has callable(*args) called by the event loop of the courier's thread. Thread: any."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot courier_slots[] = {
    {Py_tp_doc, "Carries calls into the thread in which it was made."},
    {Py_tp_new, courier_new},
    {Py_tp_dealloc, courier_dealloc},
    {Py_tp_methods, courier_methods},
    {0, NULL},
};

static PyType_Spec courier_spec = {
    .name = "_qi.Courier",
    .basicsize = sizeof(qip_courier),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = courier_slots,
};

int qip_courier_setup(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &courier_spec, NULL);
    int status = type ? PyModule_AddType(module, (PyTypeObject *)type) : -1;

    Py_XDECREF(type);
    return status;
}
