/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.HostFunction`: a function of the host's, as Python calls it, until it is taken away. parameters.c has what
 * it takes, and callee.c the rest of the call.
 */
#include "objects/function.h"

#include <structmember.h>

#include "python/border.h"
#include "objects/callee.h"
#include "python/compat.h"
#include "objects/parameters.h"
#include "python/docs.h"
#include "qt/owner.h"
#include "qt/bridge.h"
#include "objects/setup.h"
#include "python/module.h"

static PyObject *host_function_type; /* _qi.HostFunction */

typedef struct function {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *weak_references;
    qip_parameters takes;
    PyObject *doc;      /* NULL: none */
    qip_callee *callee; /* NULL: retired */
    qip_owner *owner;
    void *owner_guard;
    const char *why; /* it was retired */
    bool on_pool;
    bool is_later;
} function;

static function *as_function(PyObject *object)
{
    return (function *)object;
}

/* -- the call -------------------------------------------------------------------------------------------- */

static PyObject *raise_retired(const function *self)
{
    return PyErr_Format(PyExc_ReferenceError, "qi.host.%U() %s", self->takes.name, self->why);
}

/* False with ReferenceError. Its owner may have died without our having been told yet. */
static bool check_alive(const function *self)
{
    if (self->callee && (!self->owner || qip_owner_is_alive(self->owner)))
        return true;
    raise_retired(self);
    return false;
}

/* Conversions run code of Python's, as names that compare may, so what was there before may be gone after them. */
static PyObject *call_with(function *self, const qip_given *given)
{
    qip_call *call = check_alive(self) ? qip_call_new(self->callee, (size_t)given->count) : NULL;

    if (!call)
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    qi_value *values = qip_call_arguments(call);
    for (Py_ssize_t i = 0; i < given->count; i++) {
        if (qip_parameters_convert(&self->takes, i, given->items[i], &values[i]) < 0) {
            qip_call_drop(call);
            return NULL;
        }
    }
    qi_object *owner = self->owner ? qip_qt_guard_object(self->owner_guard) : NULL;
    if (!check_alive(self) || (self->owner && !owner)) {
        qip_call_drop(call);
        return PyErr_Occurred() ? NULL : raise_retired(self);
    }
    if (self->is_later)
        return qip_call_begin_later(call, owner);
    return self->on_pool ? qip_call_perform_on_pool(call) : qip_call_perform(call, owner);
}

static PyObject *function_call(PyObject *object, PyObject *const *arguments, size_t flagged,
                               PyObject *keywords)
{
    function *self = as_function(object);
    const qip_parameters *takes = &self->takes;
    Py_ssize_t count = PyVectorcall_NARGS(flagged);
    Py_ssize_t more = takes->takes_more && count > takes->positional ? count - takes->positional : 0;
    qip_given given = {.count = qip_parameters_count(takes) + more, .few = {NULL}};
    PyObject *result = NULL;

    if (!check_alive(self))
        return NULL;
    given.items = given.count <= 8 ? given.few
                                   : PyMem_Calloc((size_t)given.count, sizeof(PyObject *));
    if (!given.items)
        return PyErr_NoMemory();
    Py_INCREF(object); /* it may be taken away meanwhile */
    if (qip_parameters_bind(takes, arguments, count, keywords, &given) == 0)
        result = call_with(self, &given);
    Py_DECREF(object);
    if (given.items != given.few)
        PyMem_Free(given.items);
    return result;
}

/* -- making and retiring ----------------------------------------------------------------------------------- */

static const char owner_is_gone[] = "was the function of an object that was destroyed";

static void owner_gone(void *data)
{
    PyObject *self = Py_NewRef((PyObject *)data);

    qip_function_retire(self, owner_is_gone);
    Py_DECREF(self);
}

static int watch_owner(function *self, qi_object *owner)
{
    if (!owner)
        return 0;
    self->owner_guard = qip_qt_guard_new(owner);
    self->owner = self->owner_guard ? qip_owner_watch(owner, owner_gone, self) : NULL;
    if (self->owner)
        return 0;
    PyErr_NoMemory();
    return -1;
}

PyObject *qip_function_new(const char *name, const qi_function *spec)
{
    PyTypeObject *type = (PyTypeObject *)host_function_type;
    function *self = (function *)type->tp_alloc(type, 0);

    if (!self)
        return NULL;
    self->vectorcall = function_call;
    self->why = owner_is_gone;
    self->on_pool = spec->flags & QI_FUNCTION_FLAG_POOL;
    self->is_later = spec->call_later != NULL;
    self->takes.name = PyUnicode_FromString(name);
    if (self->takes.name && spec->doc)
        self->doc = PyUnicode_FromString(spec->doc);
    bool ok = self->takes.name && (self->doc || !spec->doc) &&
              qip_parameters_read(&self->takes, spec->signature) == 0 &&
              watch_owner(self, spec->owner) == 0;
    if (ok && !(self->callee = qip_callee_new(spec))) {
        PyErr_NoMemory();
        ok = false;
    }
    if (!ok)
        Py_CLEAR(self);
    return (PyObject *)self;
}

void qip_function_retire(PyObject *object, const char *why)
{
    function *self = as_function(object);
    qip_callee *callee = self->callee;
    qip_owner *owner = self->owner;

    if (!callee)
        return;
    self->callee = NULL;
    self->owner = NULL;
    self->why = why;
    qip_owner_release(owner);
    qip_callee_retire(callee);
}

void qip_function_disown(PyObject *object)
{
    qip_callee_disown(as_function(object)->callee);
}

static void function_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    function *self = as_function(object);

    if (self->weak_references)
        PyObject_ClearWeakRefs(object);
    qip_owner_release(self->owner);
    qip_qt_guard_free(self->owner_guard);
    if (self->callee)
        qip_callee_retire(self->callee);
    qip_parameters_clear(&self->takes);
    Py_XDECREF(self->doc);
    type->tp_free(object);
    Py_DECREF(type);
}

/* -- the type ---------------------------------------------------------------------------------------------- */

static PyObject *function_repr(PyObject *object)
{
    function *self = as_function(object);

    if (!self->callee)
        return PyUnicode_FromFormat("<qi.HostFunction %U, which %s>", self->takes.name, self->why);
    return PyUnicode_FromFormat("<qi.HostFunction %U%S>", self->takes.name, self->takes.signature);
}

/* The last part of the name. */
static PyObject *function_name(PyObject *object, void *Py_UNUSED(closure))
{
    PyObject *name = as_function(object)->takes.name;
    Py_ssize_t size = PyUnicode_GET_LENGTH(name), dot = PyUnicode_FindChar(name, '.', 0, size, -1);

    return PyUnicode_Substring(name, dot + 1, size);
}

/* Whether a call returns a HostFuture, whatever the signature says of its result. */
static PyObject *function_is_awaited(PyObject *object, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(as_function(object)->on_pool || as_function(object)->is_later);
}

static PyObject *function_doc(PyObject *object)
{
    return Py_XNewRef(as_function(object)->doc);
}

/* Functions are no methods; that there is such a slot makes help() and inspect take it for a function. */
static PyObject *function_get(PyObject *self, PyObject *Py_UNUSED(object), PyObject *Py_UNUSED(type))
{
    return Py_NewRef(self);
}

static PyMemberDef function_members[] = {
    {"__qualname__", T_OBJECT_EX, offsetof(function, takes.name), READONLY, NULL},
    {"__signature__", T_OBJECT_EX, offsetof(function, takes.signature), READONLY, NULL},
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(function, vectorcall), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(function, weak_references), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef function_getset[] = {
    {"__name__", function_name, NULL, NULL, NULL},
    {"_is_awaited", function_is_awaited, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot function_slots[] = {
    {Py_tp_doc, "A function of the application, as qi.host.<name> gives it. It runs in the GUI "
                "thread, or, if the\n"
                "application says so, in a thread of its own, and then the call returns a "
                "HostFuture to await.\n"
                "ReferenceError says that the application has taken it away."},
    {Py_tp_dealloc, function_dealloc},
    {Py_tp_repr, function_repr},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_descr_get, function_get},
    {Py_tp_members, function_members},
    {Py_tp_getset, function_getset},
    {0, NULL},
};

static PyType_Spec function_spec = {
    .name = "_qi.HostFunction",
    .basicsize = sizeof(function),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = function_slots,
};

int qip_function_setup(PyObject *module)
{
    qip_module_keep(host_function_type);
    host_function_type = PyType_FromModuleAndSpec(module, &function_spec, NULL);
    if (!host_function_type || qip_docs_set(host_function_type, function_doc) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)host_function_type);
}
