/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Object`: a QObject of the host, seen from Python.
 *
 * A proxy is weak: it holds a guard, and asks it at every use. Once the QObject is gone, every use but
 * repr(), comparison and `alive` raises ReferenceError. As long as a proxy is referenced, its QObject has
 * no other, so that `is` and dictionaries work; nothing is stored in a proxy that would be lost with it.
 *
 * A name is looked for in this order: what the QObject's class has (its properties, signals, slots and
 * invokables, enumerations), the few methods below, and the dynamic properties. The host's names win, so
 * that no method of ours hides one of theirs; names with two underscores are always Python's own.
 *
 * The proxy of a model is of a type of its own, which derives from this one: model.c. So is that of a
 * QFutureWatcher (watcher.c), and that of an object of a class that is awaited (awaitable.c).
 *
 * GIL: held; released in qt/object.cpp wherever code of the host runs.
 */
#include "objects/proxy_p.h"

#include <structmember.h>

#include "python/compat.h"
#include "python/docs.h"
#include "objects/setup.h"
#include "python/module.h"

static qip_proxy *as_proxy(PyObject *object)
{
    return (qip_proxy *)object;
}

static void proxy_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    qip_proxy *proxy = as_proxy(self);

    PyObject_GC_UnTrack(self);
    qip_qt_forget(proxy->address, self);
    if (proxy->weak_references)
        PyObject_ClearWeakRefs(self);
    qip_qt_guard_free(proxy->guard);
    type->tp_free(self);
    Py_DECREF(type);
}

static int proxy_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static PyObject *proxy_repr(PyObject *self)
{
    qip_proxy *proxy = as_proxy(self);
    qi_object *object = qip_proxy_object(self);

    if (!object)
        return PyUnicode_FromFormat("<qi.Object %s, destroyed, at %p>", proxy->class_name,
                                    (void *)proxy->address);
    PyObject *name = qip_qt_name_now(object);
    PyObject *text = name && PyUnicode_GET_LENGTH(name)
                         ? PyUnicode_FromFormat("<qi.Object %s %R at %p>",
                                                qip_qt_class_name(object), name, (void *)object)
                     : PyErr_Occurred()
                         ? NULL
                         : PyUnicode_FromFormat("<qi.Object %s at %p>", qip_qt_class_name(object),
                                                (void *)object);
    Py_XDECREF(name);
    return text;
}

/* -- attributes -------------------------------------------------------------------------------------- */

static bool is_pythons(PyObject *name)
{
    return PyUnicode_GET_LENGTH(name) > 1 && PyUnicode_READ_CHAR(name, 0) == '_' &&
           PyUnicode_READ_CHAR(name, 1) == '_';
}

static PyObject *own_attribute(PyObject *self, PyObject *name)
{
    PyObject *found = PyObject_GenericGetAttr(self, name);

    if (found || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return found;
    PyErr_Clear();
    qi_object *object = qip_proxy_live(as_proxy(self));
    if (!object)
        return NULL;
    found = qip_qt_dynamic_read(object, name);
    if (found || PyErr_Occurred())
        return found;
    /* Reading has let others run, who may have destroyed it. */
    object = qip_proxy_live(as_proxy(self));
    return object ? qip_qt_raise_no_member(object, name) : NULL;
}

static PyObject *proxy_getattro(PyObject *self, PyObject *name)
{
    int index;

    if (is_pythons(name) || PyUnicode_CompareWithASCIIString(name, "alive") == 0)
        return PyObject_GenericGetAttr(self, name);
    qi_object *object = qip_proxy_live(as_proxy(self));
    if (!object)
        return NULL;
    switch (qip_qt_member(object, name, &index)) {
    case QIP_QT_PROPERTY:
        return qip_qt_property_read(object, index);
    case QIP_QT_SIGNAL:
        return qip_signal_new(as_proxy(self), name, index);
    case QIP_QT_METHOD:
        return qip_method_new(as_proxy(self), name);
    case QIP_QT_ENUM:
        return qip_qt_enum(object, index);
    case QIP_QT_FAILED:
        return NULL;
    case QIP_QT_NOTHING:
        break;
    }
    return own_attribute(self, name);
}

static int refuse_assignment(qi_object *object, PyObject *name, qip_qt_kind kind)
{
    if (kind == QIP_QT_NOTHING) {
        qip_qt_raise_no_member(object, name);
        PyObject *raised = qip_take_exception();
        PyErr_Format(PyExc_AttributeError, "%S; setProperty(%R, value) makes a dynamic property",
                     raised, name);
        Py_XDECREF(raised);
        return -1;
    }
    PyErr_Format(PyExc_AttributeError, "%s.%U is a %s and cannot be assigned",
                 qip_qt_class_name(object), name,
                 kind == QIP_QT_SIGNAL   ? "signal"
                 : kind == QIP_QT_METHOD ? "method"
                                         : "class");
    return -1;
}

static int proxy_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    qi_object *object = qip_proxy_live(as_proxy(self));
    int index;

    if (!object)
        return -1;
    qip_qt_kind kind = qip_qt_member(object, name, &index);
    if (kind == QIP_QT_PROPERTY)
        return qip_qt_property_write(object, index, value);
    int dynamic = kind == QIP_QT_NOTHING ? qip_qt_dynamic_has(object, name) : 0;
    if (dynamic < 0 || kind == QIP_QT_FAILED)
        return -1;
    object = qip_proxy_live(as_proxy(self)); /* it may have ended where it was asked for its names */
    if (!object)
        return -1;
    return dynamic ? qip_qt_dynamic_write(object, name, value)
                   : refuse_assignment(object, name, kind);
}

static PyObject *proxy_dir(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *names = PyObject_Dir((PyObject *)Py_TYPE(self));
    qi_object *object = qip_proxy_object(self);

    if (!names || !object)
        return names;
    PyObject *members = qip_qt_member_names(object);
    PyObject *all = members ? PySequence_InPlaceConcat(names, members) : NULL;
    Py_XDECREF(members);
    Py_DECREF(names);
    return all;
}

/* -- methods ----------------------------------------------------------------------------------------- */

static PyObject *proxy_parent(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi_object *object = qip_proxy_live(as_proxy(self));
    return object ? qip_qt_parent(object) : NULL;
}

static PyObject *proxy_children(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi_object *object = qip_proxy_live(as_proxy(self));
    return object ? qip_qt_children(object) : NULL;
}

typedef PyObject *(*search_fn)(qi_object *, PyObject *, PyObject *, bool);

static PyObject *search(PyObject *self, PyObject *args, PyObject *kwargs, const char *format,
                        search_fn function)
{
    static char *keywords[] = {"name", "class_name", "recursive", NULL};
    PyObject *name = NULL, *class_name = NULL;
    int recursive = 1;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, keywords, &name, &class_name, &recursive))
        return NULL;
    qi_object *object = qip_proxy_live(as_proxy(self));
    return object ? function(object, name, class_name, recursive) : NULL;
}

static PyObject *proxy_find_child(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return search(self, args, kwargs, "|O$Op:findChild", qip_qt_find_child);
}

static PyObject *proxy_find_children(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return search(self, args, kwargs, "|O$Op:findChildren", qip_qt_find_children);
}

static PyObject *proxy_inherits(PyObject *self, PyObject *class_name)
{
    qi_object *object = qip_proxy_live(as_proxy(self));
    const char *text = object ? PyUnicode_AsUTF8(class_name) : NULL;
    return text ? PyBool_FromLong(qip_qt_inherits(object, text)) : NULL;
}

static PyObject *proxy_property(PyObject *self, PyObject *name)
{
    qi_object *object = qip_proxy_live(as_proxy(self));
    int index;

    if (!object)
        return NULL;
    if (!PyUnicode_Check(name))
        return PyErr_Format(PyExc_TypeError, "the name of a property is a str, not %s",
                            Py_TYPE(name)->tp_name);
    const qip_qt_kind kind = qip_qt_member(object, name, &index);
    if (kind == QIP_QT_PROPERTY)
        return qip_qt_property_read(object, index);
    PyObject *value = kind == QIP_QT_FAILED ? NULL : qip_qt_dynamic_read(object, name);
    if (!value && !PyErr_Occurred())
        value = Py_NewRef(Py_None);
    return value;
}

static PyObject *proxy_set_property(PyObject *self, PyObject *args)
{
    PyObject *name, *value;
    int index;

    if (!PyArg_ParseTuple(args, "UO:setProperty", &name, &value))
        return NULL;
    qi_object *object = qip_proxy_live(as_proxy(self));
    if (!object)
        return NULL;
    const qip_qt_kind kind = qip_qt_member(object, name, &index);
    if (kind == QIP_QT_FAILED)
        return NULL;
    int result = kind == QIP_QT_PROPERTY ? qip_qt_property_write(object, index, value)
                                         : qip_qt_dynamic_write(object, name, value);
    if (result < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *proxy_dynamic_names(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi_object *object = qip_proxy_live(as_proxy(self));
    return object ? qip_qt_dynamic_names(object) : NULL;
}

static PyObject *proxy_class_name(PyObject *self, void *Py_UNUSED(closure))
{
    qi_object *object = qip_proxy_live(as_proxy(self));
    return object ? PyUnicode_FromString(qip_qt_class_name(object)) : NULL;
}

static PyObject *proxy_alive(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(qip_proxy_object(self) != NULL);
}

/* -- for other bindings ------------------------------------------------------------------------------ */

/* The proxy of what a wrapper of PyQt6 or PySide6 wraps, or Python's own for a value. */
static PyObject *wrap_foreign(PyObject *Py_UNUSED(module), PyObject *wrapper)
{
    PyObject *value = qip_qt_value_of_foreign(wrapper);

    if (value || PyErr_Occurred())
        return value;
    qi_object *object = qip_qt_unwrap(wrapper);
    return object ? qip_qt_wrap(object) : NULL;
}

static PyObject *value_address(PyObject *Py_UNUSED(module), PyObject *variant)
{
    return qip_qt_value_address(variant);
}

static PyObject *class_names(PyObject *Py_UNUSED(module), PyObject *proxy)
{
    qi_object *object = qip_qt_unwrap(proxy);
    return object ? qip_qt_class_names(object) : NULL;
}

/* member_kind(proxy, name): "property", "signal", "method", "enum" or None, without calling the object. */
static PyObject *member_kind(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    static const char *const kinds[] = {
        [QIP_QT_PROPERTY] = "property", [QIP_QT_SIGNAL] = "signal", [QIP_QT_METHOD] = "method", [QIP_QT_ENUM] = "enum"};
    PyObject *proxy, *name;
    int index;

    if (!PyArg_ParseTuple(arguments, "O!U:_member_kind", qip_proxies.object, &proxy, &name))
        return NULL;
    qi_object *object = qip_proxy_object(proxy);
    const qip_qt_kind kind = object ? qip_qt_member(object, name, &index) : QIP_QT_NOTHING;
    if (kind == QIP_QT_FAILED)
        return NULL;
    if (kind == QIP_QT_NOTHING)
        Py_RETURN_NONE;
    return PyUnicode_FromString(kinds[kind]);
}

/* The C++ address of a live object. */
static PyObject *address_of(PyObject *Py_UNUSED(module), PyObject *proxy)
{
    qi_object *object = qip_qt_unwrap(proxy);
    return object ? PyLong_FromVoidPtr(object) : NULL;
}

static PyMethodDef functions[] = {
    {"_wrap", wrap_foreign, METH_O, NULL},
    {"_address", address_of, METH_O, NULL},
    {"_value_address", value_address, METH_O, NULL},
    {"_class_names", class_names, METH_O, NULL},
    {"_member_kind", member_kind, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

PyObject *qip_proxy_doc(PyObject *self)
{
    qi_object *object = qip_proxy_object(self);
    return object ? qip_qt_help(object) : NULL;
}

/* -- the type ---------------------------------------------------------------------------------------- */

static PyMethodDef proxy_methods[] = {
    {"parent", proxy_parent, METH_NOARGS,
     "parent($self, /)\n--\n\nThe object that owns this one, or None."},
    {"children", proxy_children, METH_NOARGS,
     "children($self, /)\n--\n\nThe objects that this one owns."},
    {"findChild", (PyCFunction)(void (*)(void))proxy_find_child, METH_VARARGS | METH_KEYWORDS,
     "findChild($self, /, name=None, *, class_name=None, recursive=True)\n--\n\n"
     "The first child with this objectName, whose class is or inherits class_name; or None."},
    {"findChildren", (PyCFunction)(void (*)(void))proxy_find_children, METH_VARARGS | METH_KEYWORDS,
     "findChildren($self, /, name=None, *, class_name=None, recursive=True)\n--\n\n"
     "All children with this objectName, whose class is or inherits class_name."},
    {"inherits", proxy_inherits,
     METH_O, "inherits($self, class_name, /)\n--\n\nTells whether the object's class is or inherits that class."},
    {"property", proxy_property,
     METH_O, "property($self, name, /)\n--\n\nThe value of a property, dynamic ones included; None if it has none."},
    {"setProperty", proxy_set_property,
     METH_VARARGS, "setProperty($self, name, value, /)\n--\n\nSets a property; makes a dynamic one where there is none."},
    {"dynamicPropertyNames", proxy_dynamic_names,
     METH_NOARGS, "dynamicPropertyNames($self, /)\n--\n\nThe names of the properties that setProperty() has made."},
    {"__dir__", proxy_dir, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef proxy_members[] = {
    {"class_name", proxy_class_name, NULL, "the name of the object's class", NULL},
    {"alive", proxy_alive, NULL, "whether the object still exists", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef proxy_offsets[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(qip_proxy, weak_references), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot proxy_slots[] = {
    {Py_tp_doc,
     "A QObject of the host. Its properties, signals, slots, invokable methods and\n"
     "enumerations are attributes. Once it was destroyed, every use raises ReferenceError."},
    {Py_tp_dealloc, proxy_dealloc},
    {Py_tp_traverse, proxy_traverse},
    {Py_tp_repr, proxy_repr},
    {Py_tp_getattro, proxy_getattro},
    {Py_tp_setattro, proxy_setattro},
    {Py_tp_methods, proxy_methods},
    {Py_tp_getset, proxy_members},
    {Py_tp_members, proxy_offsets},
    {0, NULL},
};

static PyType_Spec proxy_spec = {
    .name = "_qi.Object",
    .basicsize = sizeof(qip_proxy),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = proxy_slots,
};

int qip_proxy_setup(PyObject *module)
{
    qip_module_keep(qip_proxies);
    qip_proxies.object = PyType_FromModuleAndSpec(module, &proxy_spec, NULL);
    if (!qip_proxies.object || qip_docs_set(qip_proxies.object, qip_proxy_doc) < 0 ||
        PyModule_AddType(module, (PyTypeObject *)qip_proxies.object) < 0)
        return -1;
    return PyModule_AddFunctions(module, functions);
}
