/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What attributes of a proxy answer: `_qi.Signal`, a signal of one object, and `_qi.Method`, the slots and
 * invokables that it has under one name. Both are made anew at each access and hold the proxy, hence keep
 * no QObject alive. What connections do is in link.c.
 */
#include "objects/proxy_p.h"

#include <structmember.h>

#include "python/docs.h"
#include "core/status.h"
#include "objects/setup.h"
#include "python/module.h"

qip_bound_types qip_bound;
qip_connect_functions qip_connect_port;

/* -- signals ----------------------------------------------------------------------------------------- */

static qip_signal *as_signal(PyObject *object)
{
    return (qip_signal *)object;
}

PyObject *qip_signal_new(qip_proxy *proxy, PyObject *name, int index)
{
    PyTypeObject *type = (PyTypeObject *)qip_bound.signal;
    qip_signal *signal = (qip_signal *)type->tp_alloc(type, 0);

    if (signal) {
        signal->proxy = (qip_proxy *)Py_NewRef((PyObject *)proxy);
        signal->name = Py_NewRef(name);
        signal->index = index;
    }
    return (PyObject *)signal;
}

static int signal_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(as_signal(self)->proxy);
    return 0;
}

static int signal_clear(PyObject *self)
{
    Py_CLEAR(as_signal(self)->proxy);
    Py_CLEAR(as_signal(self)->name);
    return 0;
}

static void signal_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    if (as_signal(self)->weak_references)
        PyObject_ClearWeakRefs(self);
    (void)signal_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *signal_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<qi.Signal %U of %R>", as_signal(self)->name,
                                as_signal(self)->proxy);
}

static PyObject *signal_compare(PyObject *left, PyObject *right, int operation)
{
    if (Py_TYPE(left) != Py_TYPE(right) || (operation != Py_EQ && operation != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    qip_signal *a = as_signal(left), *b = as_signal(right);
    int same = a->proxy == b->proxy && a->index == b->index
                   ? PyObject_RichCompareBool(a->name, b->name, Py_EQ)
                   : 0;
    return same < 0 ? NULL : PyBool_FromLong(same == (operation == Py_EQ));
}

static Py_hash_t signal_hash(PyObject *self)
{
    Py_hash_t name = PyObject_Hash(as_signal(self)->name);
    Py_hash_t hash = name ^ (Py_hash_t)((uintptr_t)as_signal(self)->proxy >> 4);
    return hash == -1 ? -2 : hash;
}

static PyObject *signal_connect(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"", "type", NULL};
    PyObject *callable, *type = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:connect", keywords, &callable, &type))
        return NULL;
    return qip_connect_port.connect(as_signal(self), callable, type);
}

static PyObject *signal_disconnect(PyObject *self, PyObject *args)
{
    PyObject *callable = NULL;

    if (!PyArg_UnpackTuple(args, "disconnect", 0, 1, &callable))
        return NULL;
    Py_ssize_t count = qip_connect_port.disconnect(as_signal(self), callable);
    if (count < 0)
        return NULL;
    if (callable && !count)
        return PyErr_Format(PyExc_TypeError, "%R is not connected to %R", callable, self);
    Py_RETURN_NONE;
}

static PyObject *signal_emit(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    qip_signal *signal = as_signal(self);
    qi_object *object = qip_proxy_live(signal->proxy);
    return object ? qip_qt_emit(object, signal->name, signal->index, arguments, count) : NULL;
}

/* signal["int"], signal["int, QString"] or signal["int", "QString"]: one of the overloads. */
static PyObject *signal_subscript(PyObject *self, PyObject *key)
{
    qip_signal *signal = as_signal(self);
    qi_object *object = qip_proxy_live(signal->proxy);
    PyObject *types = NULL, *signature = NULL, *chosen = NULL;
    int index;

    if (!object)
        return NULL;
    if (PyTuple_Check(key)) {
        PyObject *comma = PyUnicode_FromString(",");
        types = comma ? PyUnicode_Join(comma, key) : NULL;
        Py_XDECREF(comma);
    } else if (PyUnicode_Check(key)) {
        types = Py_NewRef(key);
    } else {
        PyErr_SetString(PyExc_TypeError, "overloads are chosen by C++ types: signal[\"int\"]");
    }
    if (types)
        signature = PyUnicode_FromFormat("%U(%U)", signal->name, types);
    const char *text = signature ? PyUnicode_AsUTF8(signature) : NULL;
    if (text) {
        if (qip_qt_find_signal(object, text, &index) == QI_OK)
            chosen = qip_signal_new(signal->proxy, signal->name, index);
        else
            PyErr_SetString(PyExc_KeyError, qi_last_error()->message);
    }
    Py_XDECREF(types);
    Py_XDECREF(signature);
    return chosen;
}

static PyObject *signal_await(PyObject *self)
{
    PyObject *module = PyImport_ImportModule("qi._signals.signals");
    PyObject *coroutine = module ? PyObject_CallMethod(module, "asyncsignal", "O", self) : NULL;
    PyObject *iterator = coroutine ? PyObject_CallMethod(coroutine, "__await__", NULL) : NULL;

    Py_XDECREF(module);
    Py_XDECREF(coroutine);
    return iterator;
}

static PyObject *signal_doc(PyObject *self)
{
    qi_object *object = qip_qt_guard_object(as_signal(self)->proxy->guard);
    return object ? qip_qt_member_help(object, as_signal(self)->name) : NULL;
}

static PyMethodDef signal_methods[] = {
    {"connect", (PyCFunction)(void (*)(void))signal_connect, METH_VARARGS | METH_KEYWORDS,
     "connect(callable, /, type=ConnectionType.Auto)\n--\n\n"
     "Calls the callable in each emission, with as many arguments as it takes. Returns a "
     "Connection.\n"
     "`type` is a qi.ConnectionType, or PyQt6's or PySide6's Qt.ConnectionType.\n"
     "A bound method is held weakly: the connection ends with its object."},
    {"disconnect", signal_disconnect, METH_VARARGS,
     "disconnect($self, callable_or_connection=None, /)\n--\n\n"
     "Ends the connections with a callable, one connection, or all that Python has made."},
    {"emit", (PyCFunction)(void (*)(void))signal_emit, METH_FASTCALL,
     "emit($self, /, *args)\n--\n\nEmits it."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef signal_members[] = {
    {"name", T_OBJECT_EX, offsetof(qip_signal, name), READONLY, "the signal's name"},
    {"sender", T_OBJECT_EX, offsetof(qip_signal, proxy), READONLY, "the object that emits it"},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(qip_signal, weak_references), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot signal_slots[] = {
    {Py_tp_doc,
     "A signal of one object. Await it to wait for the next emission: the result is the\n"
     "tuple of its arguments."},
    {Py_tp_dealloc, signal_dealloc},
    {Py_tp_traverse, signal_traverse},
    {Py_tp_clear, signal_clear},
    {Py_tp_repr, signal_repr},
    {Py_tp_richcompare, signal_compare},
    {Py_tp_hash, signal_hash},
    {Py_mp_subscript, signal_subscript},
    {Py_am_await, signal_await},
    {Py_tp_methods, signal_methods},
    {Py_tp_members, signal_members},
    {0, NULL},
};

static PyType_Spec signal_spec = {
    .name = "_qi.Signal",
    .basicsize = sizeof(qip_signal),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = signal_slots,
};

/* -- methods ----------------------------------------------------------------------------------------- */

static qip_method *as_method(PyObject *object)
{
    return (qip_method *)object;
}

static PyObject *method_call(PyObject *self, PyObject *const *arguments, size_t flagged,
                             PyObject *names)
{
    qip_method *method = as_method(self);
    qi_object *object = qip_proxy_live(method->proxy);

    if (!object)
        return NULL;
    if (names && PyTuple_GET_SIZE(names))
        return PyErr_Format(PyExc_TypeError, "%s.%U() takes no keyword arguments",
                            qip_qt_class_name(object), method->name);
    return qip_qt_call(object, method->name, arguments, PyVectorcall_NARGS(flagged));
}

PyObject *qip_method_new(qip_proxy *proxy, PyObject *name)
{
    PyTypeObject *type = (PyTypeObject *)qip_bound.method;
    qip_method *method = (qip_method *)type->tp_alloc(type, 0);

    if (method) {
        method->vectorcall = method_call;
        method->proxy = (qip_proxy *)Py_NewRef((PyObject *)proxy);
        method->name = Py_NewRef(name);
    }
    return (PyObject *)method;
}

static int method_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(as_method(self)->proxy);
    return 0;
}

static int method_clear(PyObject *self)
{
    Py_CLEAR(as_method(self)->proxy);
    Py_CLEAR(as_method(self)->name);
    return 0;
}

static void method_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    (void)method_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *method_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<qi.Method %U of %R>", as_method(self)->name,
                                as_method(self)->proxy);
}

static PyObject *method_compare(PyObject *left, PyObject *right, int operation)
{
    if (Py_TYPE(left) != Py_TYPE(right) || (operation != Py_EQ && operation != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    int same = as_method(left)->proxy == as_method(right)->proxy
                   ? PyObject_RichCompareBool(as_method(left)->name, as_method(right)->name, Py_EQ)
                   : 0;
    return same < 0 ? NULL : PyBool_FromLong(same == (operation == Py_EQ));
}

static Py_hash_t method_hash(PyObject *self)
{
    Py_hash_t name = PyObject_Hash(as_method(self)->name);
    Py_hash_t hash = name ^ (Py_hash_t)((uintptr_t)as_method(self)->proxy >> 4);
    return hash == -1 ? -2 : hash;
}

static PyObject *method_signatures(PyObject *self, void *Py_UNUSED(closure))
{
    qi_object *object = qip_qt_guard_object(as_method(self)->proxy->guard);
    return object ? qip_qt_signatures(object, as_method(self)->name) : Py_NewRef(Py_None);
}

static PyObject *method_doc(PyObject *self)
{
    qi_object *object = qip_qt_guard_object(as_method(self)->proxy->guard);
    return object ? qip_qt_member_help(object, as_method(self)->name) : NULL;
}

/* AttributeError, as inspect.signature() wants it, where there is none. */
static PyObject *method_signature(PyObject *self, void *Py_UNUSED(closure))
{
    qi_object *object = qip_qt_guard_object(as_method(self)->proxy->guard);
    PyObject *forms = object ? qip_qt_member_forms(object, as_method(self)->name) : PyList_New(0);
    PyObject *module = forms ? PyImport_ImportModule("qi._objects.describe") : NULL;
    PyObject *made = module ? PyObject_CallMethod(module, "signature", "(O)", forms) : NULL;

    Py_XDECREF(module);
    Py_XDECREF(forms);
    return made;
}

static PyMemberDef method_members[] = {
    {"__name__", T_OBJECT_EX, offsetof(qip_method, name), READONLY, NULL},
    {"__self__", T_OBJECT_EX, offsetof(qip_method, proxy), READONLY, NULL},
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(qip_method, vectorcall), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef method_getset[] = {
    {"signatures", method_signatures, NULL, "its C++ signatures, one a line", NULL},
    {"__signature__", method_signature, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot method_slots[] = {
    {Py_tp_doc,
     "The slots and invokable methods that an object has under one name. The overload that\n"
     "fits the arguments best is called, in the thread of the object."},
    {Py_tp_dealloc, method_dealloc},
    {Py_tp_traverse, method_traverse},
    {Py_tp_clear, method_clear},
    {Py_tp_repr, method_repr},
    {Py_tp_richcompare, method_compare},
    {Py_tp_hash, method_hash},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_members, method_members},
    {Py_tp_getset, method_getset},
    {0, NULL},
};

static PyType_Spec method_spec = {
    .name = "_qi.Method",
    .basicsize = sizeof(qip_method),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
             Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = method_slots,
};

int qip_bound_setup(PyObject *module)
{
    qip_module_keep(qip_bound);
    qip_bound.signal = PyType_FromModuleAndSpec(module, &signal_spec, NULL);
    qip_bound.method = PyType_FromModuleAndSpec(module, &method_spec, NULL);
    if (!qip_bound.signal || !qip_bound.method)
        return -1;
    if (qip_docs_set(qip_bound.signal, signal_doc) < 0 ||
        qip_docs_set(qip_bound.method, method_doc) < 0)
        return -1;
    if (PyModule_AddType(module, (PyTypeObject *)qip_bound.signal) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)qip_bound.method);
}
