/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wrappers of PyQt6 and PySide6, which the application may use beside us. Either binding tells the address of
 * what it has wrapped, and its classes are named as Qt's are, so nothing of them is compiled in: a QObject is
 * used at its address, a value is copied from there by the type of its class's name. So here is what QObject an
 * object of Python stands for, whoever made it.
 */
#include "qt/foreign.h"

#include <cstring>

#include <QtCore/qobject.h>

#include "qt/check_qt.h"
#include "qt/bridge.h"
#include "qt/cache.h"
#include "qt/conversions.h"
#include "qt/object.h"
#include "qt/opaque.h"
#include "qt/proxies.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

struct Binding {
    const char *core;    /* the module by which it is known to be loaded */
    const char *prefix;  /* what the modules of its classes begin with */
    const char *library; /* who knows addresses */
    const char *unwrap;
    const char *valid; /* to be asked first: unwrapping what was destroyed crashes; NULL: it raises */
};

const Binding bindings[] = {
    {"PyQt6.QtCore", "PyQt6.", "PyQt6.sip", "unwrapinstance", nullptr},
    {"PySide6.QtCore", "PySide6.", "shiboken6", "getCppPointer", "isValid"},
    /* These only to be refused by their names. */
    {"PyQt5.QtCore", "PyQt5.", "PyQt5.sip", "unwrapinstance", nullptr},
    {"PySide2.QtCore", "PySide2.", "shiboken2", "getCppPointer", "isValid"},
};

Ref loaded_module(const char *name)
{
    Ref text(PyUnicode_FromString(name));
    return Ref(text ? PyImport_GetModule(text.get()) : nullptr);
}

bool is_valid(const Binding &binding, PyObject *object)
{
    PyObject *function = binding.valid ? cached_attribute(binding.library, binding.valid) : nullptr;
    Ref answer(function ? PyObject_CallOneArg(function, object) : nullptr);
    return !binding.valid || (answer && PyObject_IsTrue(answer.get()) == 1);
}

/* Where the wrapped thing lies. NULL with ReferenceError: it was destroyed. */
void *address_in(const Binding &binding, PyObject *object)
{
    PyObject *function = is_valid(binding, object)
                             ? cached_attribute(binding.library, binding.unwrap)
                             : nullptr;
    Ref address(function ? PyObject_CallOneArg(function, object) : nullptr);

    if (address && PyTuple_Check(address.get()) && PyTuple_GET_SIZE(address.get()) > 0)
        address = Ref::borrow(PyTuple_GET_ITEM(address.get(), 0));
    void *pointer = address ? PyLong_AsVoidPtr(address.get()) : nullptr;
    if (!pointer) {
        PyErr_Clear();
        /* Not its repr(), which PySide6 would refuse. */
        PyErr_Format(PyExc_ReferenceError, "the object of this %s was destroyed",
                     Py_TYPE(object)->tp_name);
    }
    return pointer;
}

/* Whether a class is what it says: the name of a binding's class says what lies in its objects' memory. */
bool is_at(const char *module, const char *name, PyObject *one)
{
    const Ref home = loaded_module(module);
    const Ref found(home ? PyObject_GetAttrString(home.get(), name) : nullptr);

    PyErr_Clear();
    return found.get() == one;
}

/* The nearest class of a binding's own that an object is of, as "QColor"; empty: none. */
QByteArray class_of(const Binding &binding, PyObject *object)
{
    PyObject *classes = Py_TYPE(object)->tp_mro;

    for (Py_ssize_t i = 0; classes && i < PyTuple_GET_SIZE(classes); i++) {
        PyObject *one = PyTuple_GET_ITEM(classes, i);
        Ref module(PyObject_GetAttrString(one, "__module__"));
        Ref name(module ? PyObject_GetAttrString(one, "__name__") : nullptr);
        const char *place = name && PyUnicode_Check(module.get()) ? PyUnicode_AsUTF8(module.get())
                                                                  : nullptr;
        const char *text = place ? PyUnicode_AsUTF8(name.get()) : nullptr;
        if (text && strncmp(place, binding.prefix, strlen(binding.prefix)) == 0 &&
            strcmp(place + strlen(binding.prefix), "sip") != 0 && is_at(place, text, one))
            return text;
    }
    PyErr_Clear();
    return QByteArray();
}

bool is_plain(PyObject *object)
{
    return object == Py_None || PyLong_Check(object) || PyFloat_Check(object) ||
           PyUnicode_Check(object) || PyBytes_Check(object) || PyList_Check(object) ||
           PyTuple_Check(object) || PyDict_Check(object) || qip_qt_is_proxy(object) ||
           opaque_value(object);
}

int copy_value(const Binding &binding, PyObject *module, PyObject *object, QMetaType type,
               QVariant *out)
{
    if (qip_copies_check(module) < 0)
        return -1;
    const void *address = address_in(binding, object);
    if (!address)
        return -1;
    *out = QVariant(type, address);
    return 1;
}

/* `wanted` may be invalid: whatever it is. */
int find_value(PyObject *object, QMetaType wanted, QVariant *out)
{
    if (is_plain(object))
        return 0;
    for (const Binding &binding : bindings) {
        const Ref module = loaded_module(binding.core);
        const QByteArray name = module ? class_of(binding, object) : QByteArray();
        const QMetaType type = name.isEmpty() ? QMetaType() : QMetaType::fromName(name);
        if (!type.isValid() || (type.flags() & QMetaType::IsPointer))
            continue;
        return !wanted.isValid() || type == wanted
                   ? copy_value(binding, module.get(), object, type, out)
                   : 0;
    }
    PyErr_Clear();
    return 0;
}

} // namespace

QObject *foreign_object(PyObject *object)
{
    for (const Binding &binding : bindings) {
        const Ref module = loaded_module(binding.core);
        PyObject *type = module ? cached_attribute(binding.core, "QObject") : nullptr;
        if (!type || PyObject_IsInstance(object, type) != 1) {
            PyErr_Clear();
            continue;
        }
        if (qip_copies_check(module.get()) < 0)
            return nullptr;
        return static_cast<QObject *>(address_in(binding, object));
    }
    expected("a QObject", object);
    return nullptr;
}

int foreign_value(PyObject *object, QMetaType type, QVariant *out)
{
    return find_value(object, type, out);
}

int foreign_value(PyObject *object, QVariant *out)
{
    return find_value(object, QMetaType(), out);
}

} // namespace qi

using namespace qi;

qi_object *qip_qt_unwrap(PyObject *proxy)
try {
    if (!qip_qt_is_proxy(proxy))
        return foreign_object(proxy);
    QObject *object = qip_proxy_port.object(proxy);
    if (!object)
        PyErr_Format(PyExc_ReferenceError, "the object of %R was destroyed", proxy);
    return object;
} catch (...) {
    return qi::raise_thrown<qi_object *>();
}

int qip_qt_is_connected(PyObject *connection)
try {
    for (const Binding &binding : bindings) {
        const Ref module = loaded_module(binding.core);
        PyObject *outer = module ? cached_attribute(binding.core, "QMetaObject") : nullptr;
        const Ref type(outer ? PyObject_GetAttrString(outer, "Connection") : nullptr);
        PyErr_Clear();
        if (!is_of(connection, type.get()))
            continue;
        if (qip_copies_check(module.get()) < 0)
            return -1;
        const void *address = address_in(binding, connection);
        return address ? bool(*static_cast<const QMetaObject::Connection *>(address)) : -1;
    }
    expected("a QMetaObject.Connection", connection);
    return -1;
} catch (...) {
    return qi::raise_thrown(-1);
}

PyObject *qip_qt_value_of_foreign(PyObject *object)
try {
    QVariant value;
    const int found = foreign_value(object, &value);

    return found > 0 ? to_python(value) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_value_address(PyObject *variant)
try {
    const QVariant *value = opaque_value(variant);

    if (!value)
        return PyErr_Format(PyExc_TypeError, "a qi.Variant expected, got %s",
                            Py_TYPE(variant)->tp_name);
    return PyLong_FromVoidPtr(const_cast<void *>(value->constData()));
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_class_names(qi_object *object)
try {
    Ref names(PyList_New(0));

    for (const QMetaObject *one = object->metaObject(); names && one; one = one->superClass()) {
        Ref name(PyUnicode_FromString(one->className()));
        if (!name || PyList_Append(names.get(), name.get()) < 0)
            return nullptr;
    }
    return names.release();
} catch (...) {
    return qi::raise_thrown();
}
