/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * __doc__ that differs from object to object, without the class losing its own: a descriptor in place of the
 * text that stands in the type's dict. A property would not do, for which the class's __doc__ would be the
 * property itself.
 */
#include "python/docs.h"

typedef struct doc {
    PyObject_HEAD
    PyObject *of_type;
    qip_doc_fn make;
} doc;

static PyObject *doc_get(PyObject *self, PyObject *object, PyObject *type)
{
    doc *own = (doc *)self;
    (void)type;

    if (object && object != Py_None) {
        PyObject *text = own->make(object);
        if (text || PyErr_Occurred())
            return text;
    }
    return Py_NewRef(own->of_type);
}

static void doc_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    Py_XDECREF(((doc *)self)->of_type);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot doc_slots[] = {
    {Py_tp_descr_get, doc_get},
    {Py_tp_dealloc, doc_dealloc},
    {0, NULL},
};

static PyType_Spec doc_spec = {
    .name = "_qi.Doc",
    .basicsize = sizeof(doc),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = doc_slots,
};

int qip_docs_set(PyObject *type, qip_doc_fn make)
{
    PyObject *doc_type = PyType_FromSpec(&doc_spec),
             *text = PyObject_GetAttrString(type, "__doc__");
    PyTypeObject *made = (PyTypeObject *)doc_type;
    doc *self = doc_type && text ? (doc *)made->tp_alloc(made, 0) : NULL;
    int result = -1;

    if (self) {
        self->of_type = Py_NewRef(text);
        self->make = make;
        /* The type is immutable for Python code; nobody has seen it yet. */
        result = PyDict_SetItemString(((PyTypeObject *)type)->tp_dict, "__doc__", (PyObject *)self);
        PyType_Modified((PyTypeObject *)type);
    }
    Py_XDECREF((PyObject *)self);
    Py_XDECREF(text);
    Py_XDECREF(doc_type);
    return result;
}
