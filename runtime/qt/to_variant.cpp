/* SPDX-License-Identifier: BSD-3-Clause */
/* From Python to Qt where no type is asked for: the best one for an object that goes into a QVariant. */
#include "qt/to_variant.h"

#include <limits>

#include <QtCore/quuid.h>

#include "qt/bridge.h"
#include "qt/buffer.h"
#include "qt/cache.h"
#include "qt/datetime.h"
#include "qt/foreign.h"
#include "qt/future.h"
#include "qt/opaque.h"
#include "qt/shapes.h"
#include "qt/to_qt.h"

namespace qi
{

namespace
{

bool guess_integer(PyObject *object, QVariant *out)
{
    int overflow;
    const qlonglong value = PyLong_AsLongLongAndOverflow(object, &overflow);

    if (overflow > 0) {
        const qulonglong large = PyLong_AsUnsignedLongLong(object);
        if (!PyErr_Occurred()) {
            *out = QVariant::fromValue(large);
            return true;
        }
        PyErr_Clear();
    }
    if (overflow)
        *out = hold_python(object);
    else if (value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max())
        *out = QVariant::fromValue(int(value));
    else
        *out = QVariant::fromValue(value);
    return true;
}

template <typename T> bool guess_as(PyObject *object, QVariant *out)
{
    return value_from_python(object, QMetaType::fromType<T>(), out);
}

bool is_instance_of(PyObject *object, const char *module, const char *name)
{
    Ref wanted(PyUnicode_FromString(module));
    Ref imported(wanted ? PyImport_GetModule(wanted.get()) : nullptr);
    PyObject *type = imported ? cached_attribute(module, name) : nullptr;

    if (!type)
        PyErr_Clear();
    return type && reinterpret_cast<PyObject *>(Py_TYPE(object)) == type;
}

bool guess_tuple(PyObject *object, QVariant *out)
{
    if (!PyTuple_CheckExact(object)) {
        if (is_instance_of(object, "qi._objects.types", "Point"))
            return guess_as<QPoint>(object, out);
        if (is_instance_of(object, "qi._objects.types", "PointF"))
            return guess_as<QPointF>(object, out);
        if (is_instance_of(object, "qi._objects.types", "Size"))
            return guess_as<QSize>(object, out);
        if (is_instance_of(object, "qi._objects.types", "SizeF"))
            return guess_as<QSizeF>(object, out);
        if (is_instance_of(object, "qi._objects.types", "Rect"))
            return guess_as<QRect>(object, out);
        if (is_instance_of(object, "qi._objects.types", "RectF"))
            return guess_as<QRectF>(object, out);
    }
    return guess_as<QVariantList>(object, out);
}

bool has_text_keys(PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;

    while (PyDict_Next(dict, &position, &key, &value)) {
        if (!PyUnicode_Check(key))
            return false;
    }
    return true;
}

bool guess_rare(PyObject *object, QVariant *out)
{
    if (is_datetime(object))
        return guess_as<QDateTime>(object, out);
    if (is_date(object))
        return guess_as<QDate>(object, out);
    if (is_time(object))
        return guess_as<QTime>(object, out);
    if (is_instance_of(object, "uuid", "UUID"))
        return guess_as<QUuid>(object, out);
    const int foreign = foreign_value(object, out);
    if (!foreign)
        *out = hold_python(object);
    return foreign >= 0;
}

} // namespace

bool variant_from_python(PyObject *object, QVariant *out)
{
    if (object == Py_None) {
        *out = QVariant();
        return true;
    }
    if (PyBool_Check(object)) {
        *out = QVariant(object == Py_True);
        return true;
    }
    if (PyLong_Check(object))
        return guess_integer(object, out);
    if (PyFloat_Check(object))
        return guess_as<double>(object, out);
    if (PyUnicode_Check(object))
        return guess_as<QString>(object, out);
    if (PyBytes_Check(object) || PyByteArray_Check(object))
        return guess_as<QByteArray>(object, out);
    if (PyList_Check(object))
        return guess_as<QVariantList>(object, out);
    if (PyTuple_Check(object))
        return guess_tuple(object, out);
    if (PyDict_Check(object) && has_text_keys(object))
        return guess_as<QVariantMap>(object, out);
    const QVariant *own = opaque_value(object);
    if (!own)
        own = future_value(object);
    if (!own)
        own = buffer_source(object);
    if (own) {
        *out = *own;
        return true;
    }
    if (qip_qt_is_proxy(object))
        return guess_as<QObject *>(object, out);
    return guess_rare(object, out);
}

} // namespace qi
