/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From Python to Qt: a value of exactly the type that is asked for, or an exception that says what was
 * expected. Which type an object should have where none is asked for, to_variant.cpp says.
 */
#include "qt/to_qt.h"

#include <cstring>

#include "qt/bridge.h"
#include "qt/buffer.h"
#include "qt/callback.h"
#include "qt/containers.h"
#include "qt/conversions.h"
#include "qt/host_converters.h"
#include "qt/datetime.h"
#include "qt/enums.h"
#include "qt/foreign.h"
#include "qt/future.h"
#include "qt/model.h"
#include "qt/numbers.h"
#include "qt/opaque.h"
#include "qt/properties.h"
#include "qt/shapes.h"

namespace qi
{

namespace
{

template <typename T> T &at(void *data)
{
    return *static_cast<T *>(data);
}

bool put_object(PyObject *object, QMetaType type, void *data)
{
    if (object == Py_None) {
        at<QObject *>(data) = nullptr;
        return true;
    }
    QObject *pointer = qip_qt_unwrap(object);
    if (!pointer)
        return false;
    const QMetaObject *wanted = type.metaObject();
    if (wanted && !pointer->metaObject()->inherits(wanted)) {
        PyErr_Format(PyExc_TypeError, "%s expected, got a %s", wanted->className(),
                     pointer->metaObject()->className());
        return false;
    }
    at<QObject *>(data) = pointer;
    return true;
}

bool put_persistent_index(PyObject *object, void *data)
{
    QModelIndex index;

    if (!index_from_python(object, &index))
        return false;
    at<QPersistentModelIndex>(data) = index;
    return true;
}

/* Through a conversion that Qt or the host has registered: QColor from "red", QKeySequence from text. */
bool put_converted(PyObject *object, QMetaType type, QVariant *out)
{
    QVariant value;

    if (const QVariant *own = opaque_value(object))
        value = *own;
    else if (!from_python(object, &value))
        return false;
    if (value.metaType() == type || (value.isValid() && value.convert(type))) {
        *out = value;
        return true;
    }
    if (const char *kind = container_kind(type)) {
        PyErr_Format(PyExc_TypeError, "%s expected for %s, got %s", kind, type.name(),
                     Py_TYPE(object)->tp_name);
        return false;
    }
    if (PyCallable_Check(object) && strncmp(type.name(), "std::function<", 14) == 0) {
        PyErr_Format(
            PyExc_TypeError,
            "no conversion to %s is known; call qi::registerCallback<%s() of <qi/qt.hpp> in "
            "the application",
            type.name(), type.name() + 14);
        return false;
    }
    return expected(type.name(), object);
}

bool put_builtin(PyObject *object, QMetaType type, void *data, bool *known)
{
    switch (type.id()) {
    case QMetaType::Bool:
        return bool_from_python(object, static_cast<bool *>(data));
    case QMetaType::Char:
        return put_integer<char>(object, type, data);
    case QMetaType::SChar:
        return put_integer<signed char>(object, type, data);
    case QMetaType::UChar:
        return put_integer<uchar>(object, type, data);
    case QMetaType::Short:
        return put_integer<short>(object, type, data);
    case QMetaType::UShort:
        return put_integer<ushort>(object, type, data);
    case QMetaType::Int:
        return put_integer<int>(object, type, data);
    case QMetaType::UInt:
        return put_integer<uint>(object, type, data);
    case QMetaType::Long:
        return put_integer<long>(object, type, data);
    case QMetaType::ULong:
        return put_integer<ulong>(object, type, data);
    case QMetaType::LongLong:
        return put_integer<qlonglong>(object, type, data);
    case QMetaType::ULongLong:
        return put_integer<qulonglong>(object, type, data);
    case QMetaType::Float:
        return float_from_python(object, type, static_cast<float *>(data));
    case QMetaType::Double:
        return double_from_python(object, static_cast<double *>(data));
    case QMetaType::QChar:
    case QMetaType::Char16:
    case QMetaType::Char32:
        return character_from_python(object, type, data);
    case QMetaType::QString:
        return text_from_python(object, static_cast<QString *>(data));
    case QMetaType::QByteArray:
        return bytes_from_python(object, static_cast<QByteArray *>(data));
    case QMetaType::QDate:
        return date_from_python(object, static_cast<QDate *>(data));
    case QMetaType::QTime:
        return time_from_python(object, static_cast<QTime *>(data));
    case QMetaType::QDateTime:
        return datetime_from_python(object, static_cast<QDateTime *>(data));
    case QMetaType::QUrl:
        return url_from_python(object, static_cast<QUrl *>(data));
    case QMetaType::QUuid:
        return uuid_from_python(object, static_cast<QUuid *>(data));
    case QMetaType::QPoint:
        return shape_from_python(object, static_cast<QPoint *>(data));
    case QMetaType::QPointF:
        return shape_from_python(object, static_cast<QPointF *>(data));
    case QMetaType::QSize:
        return shape_from_python(object, static_cast<QSize *>(data));
    case QMetaType::QSizeF:
        return shape_from_python(object, static_cast<QSizeF *>(data));
    case QMetaType::QRect:
        return shape_from_python(object, static_cast<QRect *>(data));
    case QMetaType::QRectF:
        return shape_from_python(object, static_cast<QRectF *>(data));
    case QMetaType::QModelIndex:
        return index_from_python(object, static_cast<QModelIndex *>(data));
    case QMetaType::QPersistentModelIndex:
        return put_persistent_index(object, data);
    case QMetaType::Nullptr:
        return object == Py_None || expected("None", object);
    default:
        return builtin_container_from_python(object, type, data, known);
    }
}

bool put_other(PyObject *object, QMetaType type, QVariant *out)
{
    const QVariant *own = opaque_value(object);

    if (!own)
        own = future_value(object);
    if (!own)
        own = buffer_source(object);
    if (own && own->metaType() == type) {
        *out = *own;
        return true;
    }
    if (type == QMetaType::fromType<Buffer>())
        return buffer_from_python(object, static_cast<Buffer *>(out->data()));
    if (const int converted = convert_from_python(object, type, out))
        return converted > 0;
    if (type.flags() & QMetaType::PointerToQObject)
        return put_object(object, type, out->data());
    if (type.flags() & QMetaType::IsEnumeration)
        return enum_from_python(object, type, enum_of(type), out->data());
    if (is_callback(type))
        return callback_from_python(object, out);
    bool fits = false;
    const bool done = container_from_python(object, type, out, &fits);
    if (fits)
        return done;
    if (PyDict_Check(object) && is_gadget(type))
        return gadget_from_dict(object, out);
    return put_converted(object, type, out);
}

} // namespace

bool value_from_python(PyObject *object, QMetaType type, QVariant *out)
{
    bool known = true;

    if (type.id() == QMetaType::QVariant) {
        /* QVariant(type) would be a variant in a variant; what is asked for is the variant itself. */
        return from_python(object, out);
    }
    const int foreign = foreign_value(object, type, out);
    if (foreign)
        return foreign > 0;
    *out = QVariant(type);
    const bool done = put_builtin(object, type, out->data(), &known);
    return known ? done : put_other(object, type, out);
}

} // namespace qi
