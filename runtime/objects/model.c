/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Model`: the proxy of a QAbstractItemModel, which besides is the sequence of its rows. What a row is,
 * pyshim/qi/_objects/models.py says; here are the type and the functions that it asks, and qt/model.cpp asks Qt.
 *
 * GIL: held.
 */
#include "python/docs.h"
#include "objects/proxy_p.h"
#include "objects/setup.h"

/* -- for _objects/models.py -------------------------------------------------------------------------- */

/* The model of a proxy, or NULL with an exception. */
static qi_object *model_of(PyObject *proxy)
{
    if (PyObject_TypeCheck(proxy, (PyTypeObject *)qip_proxies.model))
        return qip_proxy_live((qip_proxy *)proxy);
    PyErr_Format(PyExc_TypeError, "a model expected, got %R", proxy);
    return NULL;
}

static PyObject *model_size(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *proxy, *parent;

    if (!PyArg_ParseTuple(args, "OO:_model_size", &proxy, &parent))
        return NULL;
    qi_object *model = model_of(proxy);
    return model ? qip_qt_model_size(model, parent) : NULL;
}

static PyObject *model_index(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *proxy, *parent;
    int row, column;

    if (!PyArg_ParseTuple(args, "OiiO:_model_index", &proxy, &row, &column, &parent))
        return NULL;
    qi_object *model = model_of(proxy);
    return model ? qip_qt_model_index(model, row, column, parent) : NULL;
}

static PyObject *model_fetch(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *proxy, *parent;

    if (!PyArg_ParseTuple(args, "OO:_model_fetch", &proxy, &parent))
        return NULL;
    qi_object *model = model_of(proxy);
    return model ? qip_qt_model_fetch(model, parent) : NULL;
}

static PyObject *model_roles(PyObject *Py_UNUSED(module), PyObject *proxy)
{
    qi_object *model = model_of(proxy);
    return model ? qip_qt_model_roles(model) : NULL;
}

static PyObject *model_headers(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *proxy, *parent;

    if (!PyArg_ParseTuple(args, "OO:_model_headers", &proxy, &parent))
        return NULL;
    qi_object *model = model_of(proxy);
    return model ? qip_qt_model_headers(model, parent) : NULL;
}

static PyMethodDef functions[] = {
    {"_model_size", model_size, METH_VARARGS, NULL},
    {"_model_index", model_index, METH_VARARGS, NULL},
    {"_model_fetch", model_fetch, METH_VARARGS, NULL},
    {"_model_roles", model_roles, METH_O, NULL},
    {"_model_headers", model_headers, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* -- the type ---------------------------------------------------------------------------------------- */

/* What `function` of _objects/models.py answers for the proxy, and one argument more if that is not NULL. */
static PyObject *ask(const char *function, PyObject *self, PyObject *argument)
{
    PyObject *module = PyImport_ImportModule("qi._objects.models");
    PyObject *callable = module ? PyObject_GetAttrString(module, function) : NULL;
    PyObject *result = callable ? PyObject_CallFunctionObjArgs(callable, self, argument, NULL) : NULL;

    Py_XDECREF(callable);
    Py_XDECREF(module);
    return result;
}

static Py_ssize_t model_length(PyObject *self)
{
    PyObject *length = ask("length", self, NULL);
    Py_ssize_t count = length ? PyLong_AsSsize_t(length) : -1;

    Py_XDECREF(length);
    return count;
}

static PyObject *model_subscript(PyObject *self, PyObject *key)
{
    return ask("item", self, key);
}

static PyObject *model_iterate(PyObject *self)
{
    return ask("iterate", self, NULL);
}

/* An object is there, whether or not it has rows. */
static int model_bool(PyObject *Py_UNUSED(self))
{
    return 1;
}

static PyObject *model_rows(PyObject *self, PyObject *args)
{
    PyObject *parent = Py_None;

    if (!PyArg_ParseTuple(args, "|O:rows", &parent))
        return NULL;
    return ask("Rows", self, parent);
}

static PyObject *model_columns(PyObject *self, void *Py_UNUSED(closure))
{
    return model_of(self) ? qip_qt_model_headers(model_of(self), Py_None) : NULL;
}

static PyObject *model_role_names(PyObject *self, void *Py_UNUSED(closure))
{
    return model_roles(NULL, self);
}

static PyMethodDef model_methods[] = {
    {"rows", model_rows, METH_VARARGS,
     "rows($self, parent=None, /)\n--\n\nThe rows below a row of a tree, or those at the top."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef model_members[] = {
    {"columns", model_columns, NULL, "the headers of the columns", NULL},
    {"roles", model_role_names, NULL, "the names of the roles, and their numbers", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot model_slots[] = {
    {Py_tp_doc,
     "A QAbstractItemModel of the host: an Object that is also the sequence of its rows.\n"
     "`model[0]` is a Row, a mapping by role names or column headers; `model[0, 1]` what a\n"
     "cell shows. Iterating fetches what the model has not loaded yet."},
    {Py_mp_length, model_length},
    {Py_mp_subscript, model_subscript},
    {Py_tp_iter, model_iterate},
    {Py_nb_bool, model_bool},
    {Py_tp_methods, model_methods},
    {Py_tp_getset, model_members},
    {0, NULL},
};

static PyType_Spec model_spec = {
    .name = "_qi.Model",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = model_slots,
};

int qip_model_setup(PyObject *module)
{
    qip_proxies.model = PyType_FromModuleAndSpec(module, &model_spec, qip_proxies.object);
    if (!qip_proxies.model || qip_docs_set(qip_proxies.model, qip_proxy_doc) < 0 ||
        PyModule_AddFunctions(module, functions) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)qip_proxies.model);
}
