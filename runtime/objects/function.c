/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.HostFunction`: a function of the host's, as Python calls it. Here the arguments find their parameters
 * and become values; callee.c has the rest of the call, and pyshim/qi/_expose.py reads the signature.
 */
#include "objects/function.h"

#include <structmember.h>

#include "python/border.h"
#include "objects/callee.h"
#include "python/compat.h"
#include "python/convert.h"
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
    PyObject *name; /* "desk.price" */
    PyObject *doc;  /* NULL: none */
    PyObject *signature;
    PyObject *names;          /* of the parameters, a tuple */
    PyObject *defaults;       /* a tuple as long; of those that have none, anything */
    PyObject *required;       /* bytes: whether each has none */
    PyObject *kinds;          /* bytes: what each takes: see convert() */
    PyObject *optional;       /* bytes: whether each takes None */
    Py_ssize_t first_keyword; /* how many cannot be given by name, */
    Py_ssize_t positional;    /* and how many can be given by place */
    int takes_more;           /* "*args" */
    qip_callee *callee;       /* NULL: retired */
    qip_owner *owner;
    void *owner_guard;
    const char *why; /* it was retired */
    bool on_pool;
} function;

static function *as_function(PyObject *object)
{
    return (function *)object;
}

static Py_ssize_t parameter_count(const function *self)
{
    return PyTuple_GET_SIZE(self->names);
}

static PyObject *parameter_name(const function *self, Py_ssize_t index)
{
    return PyTuple_GET_ITEM(self->names, index);
}

/* -- from arguments to parameters ------------------------------------------------------------------------ */

/* What was given for each parameter, borrowed, and behind those what "*args" takes. */
typedef struct given {
    PyObject **items;
    Py_ssize_t count;
    PyObject *few[8];
} given;

static int refuse_count(const function *self, Py_ssize_t count)
{
    PyErr_Format(PyExc_TypeError, "%U() takes %zd positional argument%s but %zd %s given",
                 self->name, self->positional, self->positional == 1 ? "" : "s", count,
                 count == 1 ? "was" : "were");
    return -1;
}

static int refuse_keyword(const function *self, PyObject *keyword)
{
    PyObject *module = PyImport_ImportModule("qi._expose");
    PyObject *hint = module ? PyObject_CallMethod(module, "hint", "OO", keyword, self->names) : NULL;

    if (hint)
        PyErr_Format(PyExc_TypeError, "%U() got an unexpected keyword argument %R%S", self->name,
                     keyword, hint);
    Py_XDECREF(hint);
    Py_XDECREF(module);
    return -1;
}

static int place_keyword(const function *self, given *given, PyObject *keyword, PyObject *value)
{
    for (Py_ssize_t i = self->first_keyword; i < parameter_count(self); i++) {
        int same = PyObject_RichCompareBool(parameter_name(self, i), keyword, Py_EQ);
        if (same < 0)
            return -1;
        if (!same)
            continue;
        if (given->items[i]) {
            PyErr_Format(PyExc_TypeError, "%U() got multiple values for argument %R", self->name,
                         keyword);
            return -1;
        }
        given->items[i] = value;
        return 0;
    }
    return refuse_keyword(self, keyword);
}

static int fill_in_defaults(const function *self, given *given)
{
    const char *required = PyBytes_AS_STRING(self->required);

    for (Py_ssize_t i = 0; i < parameter_count(self); i++) {
        if (given->items[i])
            continue;
        if (required[i]) {
            PyErr_Format(PyExc_TypeError, "%U() is missing the argument %R", self->name,
                         parameter_name(self, i));
            return -1;
        }
        given->items[i] = PyTuple_GET_ITEM(self->defaults, i);
    }
    return 0;
}

static int bind(const function *self, PyObject *const *arguments, Py_ssize_t count,
                PyObject *keywords, given *given)
{
    Py_ssize_t by_place = count < self->positional ? count : self->positional;

    for (Py_ssize_t i = 0; i < by_place; i++)
        given->items[i] = arguments[i];
    if (count > by_place && !self->takes_more)
        return refuse_count(self, count);
    for (Py_ssize_t i = by_place; i < count; i++)
        given->items[parameter_count(self) + i - by_place] = arguments[i];
    for (Py_ssize_t i = 0; keywords && i < PyTuple_GET_SIZE(keywords); i++) {
        if (place_keyword(self, given, PyTuple_GET_ITEM(keywords, i), arguments[count + i]) < 0)
            return -1;
    }
    return fill_in_defaults(self, given);
}

/* -- from objects to values ------------------------------------------------------------------------------ */

static PyObject *to_float(PyObject *object)
{
    const PyNumberMethods *number = Py_TYPE(object)->tp_as_number;

    return number && (number->nb_float || number->nb_index) ? PyNumber_Float(object) : NULL;
}

/* The object that a parameter of a kind takes for this one; NULL: it takes none, or an exception is set. */
static PyObject *coerce(PyObject *object, char kind)
{
    switch (kind) {
    case 'b':
        return PyBool_Check(object) ? Py_NewRef(object) : NULL;
    case 'i':
        return PyIndex_Check(object) ? PyNumber_Index(object) : NULL;
    case 'f':
        return to_float(object);
    case 's':
        return PyUnicode_Check(object) ? Py_NewRef(object) : NULL;
    case 'y':
        return PyObject_CheckBuffer(object) ? PyBytes_FromObject(object) : NULL;
    case 'l':
        return PyList_Check(object) || PyTuple_Check(object) ? PySequence_List(object) : NULL;
    case 'd':
        return PyDict_CheckExact(object) ? Py_NewRef(object)
               : PyDict_Check(object)    ? PyDict_Copy(object)
                                         : NULL;
    default:
        return Py_NewRef(object);
    }
}

static const char *kind_name(char kind)
{
    static const char kinds[] = "bifsyld";
    static const char *const names[] = {"bool", "int", "float", "str", "bytes", "list", "dict"};
    const char *place = strchr(kinds, kind);

    return place && kind ? names[place - kinds] : "object";
}

static void name_argument(const function *self, Py_ssize_t index)
{
    PyObject *raised = qip_take_exception(), *type = (PyObject *)Py_TYPE(raised);
    bool known = index < parameter_count(self);

    if (type != PyExc_TypeError && type != PyExc_ValueError && type != PyExc_OverflowError) {
        qip_give_exception(raised);
        return;
    }
    if (known)
        PyErr_Format(type, "%U(), argument %R: %S", self->name, parameter_name(self, index), raised);
    else
        PyErr_Format(type, "%U(), argument %zd: %S", self->name, index + 1, raised);
    Py_DECREF(raised);
}

static int convert(const function *self, Py_ssize_t index, PyObject *object, qi_value *out)
{
    bool known = index < parameter_count(self);
    char kind = known ? PyBytes_AS_STRING(self->kinds)[index] : 'a';
    bool optional = known && PyBytes_AS_STRING(self->optional)[index];

    if (optional && object == Py_None)
        return 0;
    PyObject *coerced = coerce(object, kind);
    if (!coerced && !PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "%s expected, got %s", kind_name(kind),
                     Py_TYPE(object)->tp_name);
    int result = coerced ? qip_value_from_python(coerced, out) : -1;
    Py_XDECREF(coerced);
    if (result < 0)
        name_argument(self, index);
    return result;
}

/* -- the call -------------------------------------------------------------------------------------------- */

static PyObject *raise_retired(const function *self)
{
    return PyErr_Format(PyExc_ReferenceError, "qi.host.%U() %s", self->name, self->why);
}

/* False with ReferenceError. Its owner may have died without our having been told yet. */
static bool check_alive(const function *self)
{
    if (self->callee && (!self->owner || qip_owner_is_alive(self->owner)))
        return true;
    raise_retired(self);
    return false;
}

/* Conversions run code of Python's, so what was there before may be gone after them. */
static PyObject *call_with(function *self, const given *given)
{
    qip_call *call = qip_call_new(self->callee, (size_t)given->count);

    if (!call)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < given->count; i++) {
        if (convert(self, i, given->items[i], &qip_call_arguments(call)[i]) < 0) {
            qip_call_drop(call);
            return NULL;
        }
    }
    qi_object *owner = self->owner ? qip_qt_guard_object(self->owner_guard) : NULL;
    if (!check_alive(self) || (self->owner && !owner)) {
        qip_call_drop(call);
        return PyErr_Occurred() ? NULL : raise_retired(self);
    }
    return self->on_pool ? qip_call_perform_on_pool(call) : qip_call_perform(call, owner);
}

static PyObject *function_call(PyObject *object, PyObject *const *arguments, size_t flagged,
                               PyObject *keywords)
{
    function *self = as_function(object);
    Py_ssize_t count = PyVectorcall_NARGS(flagged);
    Py_ssize_t more = self->takes_more && count > self->positional ? count - self->positional : 0;
    given given = {.count = parameter_count(self) + more, .few = {NULL}};
    PyObject *result = NULL;

    if (!check_alive(self))
        return NULL;
    given.items = given.count <= 8 ? given.few
                                   : PyMem_Calloc((size_t)given.count, sizeof(PyObject *));
    if (!given.items)
        return PyErr_NoMemory();
    Py_INCREF(object); /* it may be taken away meanwhile */
    if (bind(self, arguments, count, keywords, &given) == 0)
        result = call_with(self, &given);
    Py_DECREF(object);
    if (given.items != given.few)
        PyMem_Free(given.items);
    return result;
}

/* -- making and retiring ----------------------------------------------------------------------------------- */

/* Has the text read in Python, which knows its own grammar best. 0, or -1 with an exception. */
static int read_signature(function *self, const char *text)
{
    PyObject *module = PyImport_ImportModule("qi._expose");
    PyObject *read = module ? PyObject_CallMethod(module, "read", "s", text ? text : "(*args)")
                            : NULL;
    int done = -1;

    if (read && PyArg_ParseTuple(read, "OO!O!SSSnnp", &self->signature, &PyTuple_Type, &self->names,
                                 &PyTuple_Type, &self->defaults, &self->required, &self->kinds,
                                 &self->optional, &self->first_keyword, &self->positional,
                                 &self->takes_more))
        done = 0;
    if (done == 0) {
        Py_INCREF(self->signature);
        Py_INCREF(self->names);
        Py_INCREF(self->defaults);
        Py_INCREF(self->required);
        Py_INCREF(self->kinds);
        Py_INCREF(self->optional);
    } else {
        self->signature = self->names = self->defaults = NULL;
        self->required = self->kinds = self->optional = NULL;
    }
    Py_XDECREF(read);
    Py_XDECREF(module);
    return done;
}

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
    self->on_pool = spec->flags & QI_EXPOSE_POOL;
    self->name = PyUnicode_FromString(name);
    if (self->name && spec->doc)
        self->doc = PyUnicode_FromString(spec->doc);
    bool ok = self->name && (self->doc || !spec->doc) &&
              read_signature(self, spec->signature) == 0 && watch_owner(self, spec->owner) == 0;
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
    Py_XDECREF(self->name);
    Py_XDECREF(self->doc);
    Py_XDECREF(self->signature);
    Py_XDECREF(self->names);
    Py_XDECREF(self->defaults);
    Py_XDECREF(self->required);
    Py_XDECREF(self->kinds);
    Py_XDECREF(self->optional);
    type->tp_free(object);
    Py_DECREF(type);
}

/* -- the type ---------------------------------------------------------------------------------------------- */

static PyObject *function_repr(PyObject *object)
{
    function *self = as_function(object);

    if (!self->callee)
        return PyUnicode_FromFormat("<qi.HostFunction %U, which %s>", self->name, self->why);
    return PyUnicode_FromFormat("<qi.HostFunction %U%S>", self->name, self->signature);
}

/* The last part of the name. */
static PyObject *function_name(PyObject *object, void *Py_UNUSED(closure))
{
    PyObject *name = as_function(object)->name;
    Py_ssize_t size = PyUnicode_GET_LENGTH(name), dot = PyUnicode_FindChar(name, '.', 0, size, -1);

    return PyUnicode_Substring(name, dot + 1, size);
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
    {"__qualname__", T_OBJECT_EX, offsetof(function, name), READONLY, NULL},
    {"__signature__", T_OBJECT_EX, offsetof(function, signature), READONLY, NULL},
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(function, vectorcall), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(function, weak_references), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef function_getset[] = {
    {"__name__", function_name, NULL, NULL, NULL},
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
