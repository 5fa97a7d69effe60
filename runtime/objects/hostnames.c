/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi.host: names for QObjects. The table is a dict in the module's state that holds each object's guard in
 * a capsule; the Python module qi.host asks for it through the functions below.
 */
#include "objects/hostnames.h"

#include "objects/proxy_p.h"
#include "core/status.h"
#include "objects/setup.h"
#include "python/module.h"

static PyObject *host_names; /* dict of names to capsules that hold guards */

static const char capsule_name[] = "qi.host";

static void free_guard(PyObject *capsule)
{
    qip_qt_guard_free(PyCapsule_GetPointer(capsule, capsule_name));
}

static int take_out(PyObject *names, const char *name)
{
    if (PyDict_DelItemString(names, name) == 0)
        return QI_OK;
    PyErr_Clear();
    return qip_fail(QI_ERR_NOT_FOUND, "qi.host has no object named \"%s\"", name);
}

int qip_host_set(const char *name, qi_object *object)
{
    PyObject *names = host_names;

    if (!object)
        return take_out(names, name);
    void *guard = qip_qt_guard_new(object);
    PyObject *capsule = guard ? PyCapsule_New(guard, capsule_name, free_guard) : NULL;
    if (!capsule)
        qip_qt_guard_free(guard);
    int result = capsule ? PyDict_SetItemString(names, name, capsule) : -1;
    Py_XDECREF(capsule);
    if (result == 0)
        return QI_OK;
    PyErr_Clear();
    return qip_fail(QI_ERR_MEMORY, "there is no memory for a name in qi.host");
}

bool qip_host_has(const char *name)
{
    PyObject *capsule = PyDict_GetItemString(host_names, name);

    return capsule && qip_qt_guard_object(PyCapsule_GetPointer(capsule, capsule_name));
}

void qip_host_clear(void)
{
    if (host_names)
        PyDict_Clear(host_names);
}

/* KeyError: no such name. ReferenceError: its object was destroyed. */
static qi_object *object_of(PyObject *name)
{
    PyObject *capsule = PyDict_GetItemWithError(host_names, name);

    if (!capsule) {
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_KeyError, name);
        return NULL;
    }
    qi_object *object = qip_qt_guard_object(PyCapsule_GetPointer(capsule, capsule_name));
    if (!object)
        PyErr_Format(PyExc_ReferenceError, "the object qi.host.%S was destroyed", name);
    return object;
}

static PyObject *host_get(PyObject *Py_UNUSED(module), PyObject *name)
{
    qi_object *object = object_of(name);
    return object ? qip_qt_wrap(object) : NULL;
}

/* What the classes of the object are, and those that can be reached from it. */
static PyObject *classes(PyObject *Py_UNUSED(module), PyObject *name)
{
    qi_object *object = object_of(name);
    return object ? qip_qt_class_table(object) : NULL;
}

static PyObject *all_names(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyDict_Keys(host_names);
}

static PyMethodDef functions[] = {
    {"_host_get", host_get, METH_O, NULL},
    {"_host_classes", classes, METH_O, NULL},
    {"_host_names", all_names, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int qip_hostnames_setup(PyObject *module)
{
    qip_module_keep(host_names);
    host_names = PyDict_New();
    if (!host_names)
        return -1;
    return PyModule_AddFunctions(module, functions);
}
