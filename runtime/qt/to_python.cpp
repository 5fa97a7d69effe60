/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From Qt to Python. A function for each type, and one table that says which; the relay asks the table
 * when it connects, and at each emission only calls the function.
 */
#include "qt/to_python.h"

#include <QtCore/qdatetime.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qjsonvalue.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include "qt/bridge.h"
#include "qt/buffer.h"
#include "qt/containers.h"
#include "qt/conversions.h"
#include "qt/host_converters.h"
#include "qt/datetime.h"
#include "qt/enums.h"
#include "qt/future.h"
#include "qt/model.h"
#include "qt/opaque.h"
#include "qt/shapes.h"
#include "qt/work.h"

namespace qi
{

namespace
{

template <typename T> const T &as(const void *data)
{
    return *static_cast<const T *>(data);
}

PyObject *make_none(const ToPython &, const void *)
{
    return Py_NewRef(Py_None);
}

PyObject *make_bool(const ToPython &, const void *data)
{
    return PyBool_FromLong(as<bool>(data));
}

template <typename T> PyObject *make_signed(const ToPython &, const void *data)
{
    return PyLong_FromLongLong(as<T>(data));
}

template <typename T> PyObject *make_unsigned(const ToPython &, const void *data)
{
    return PyLong_FromUnsignedLongLong(as<T>(data));
}

template <typename T> PyObject *make_float(const ToPython &, const void *data)
{
    return PyFloat_FromDouble(double(as<T>(data)));
}

template <typename T> PyObject *make_character(const ToPython &, const void *data)
{
    return PyUnicode_FromOrdinal(int(as<T>(data)));
}

PyObject *make_qchar(const ToPython &, const void *data)
{
    return PyUnicode_FromOrdinal(as<QChar>(data).unicode());
}

PyObject *make_text(const ToPython &, const void *data)
{
    return to_python(as<QString>(data));
}

PyObject *make_bytes(const ToPython &, const void *data)
{
    return to_python(as<QByteArray>(data));
}

PyObject *make_url(const ToPython &, const void *data)
{
    return url_to_python(as<QUrl>(data));
}

PyObject *make_uuid(const ToPython &, const void *data)
{
    return uuid_to_python(as<QUuid>(data));
}

PyObject *make_date(const ToPython &, const void *data)
{
    return date_to_python(as<QDate>(data));
}

PyObject *make_time(const ToPython &, const void *data)
{
    return time_to_python(as<QTime>(data));
}

PyObject *make_datetime(const ToPython &, const void *data)
{
    return datetime_to_python(as<QDateTime>(data));
}

PyObject *make_index(const ToPython &, const void *data)
{
    return index_to_python(as<QModelIndex>(data));
}

PyObject *make_persistent_index(const ToPython &, const void *data)
{
    return index_to_python(as<QPersistentModelIndex>(data));
}

template <typename Shape> PyObject *make_shape(const ToPython &, const void *data)
{
    return shape_to_python(as<Shape>(data));
}

PyObject *make_variant(const ToPython &, const void *data)
{
    return to_python(as<QVariant>(data));
}

PyObject *make_object(const ToPython &, const void *data)
{
    return qip_qt_wrap(as<QObject *>(data));
}

PyObject *make_tracked_object(const ToPython &how, const void *data)
{
    return qip_qt_wrap(QVariant(how.type(), data).value<QObject *>());
}

PyObject *make_opaque(const ToPython &how, const void *data)
{
    PyObject *held = held_python(how.type(), data);

    if (!held)
        held = outcome_to_python(how.type(), data);
    /* The host may have registered it since. */
    if (!held && !PyErr_Occurred() && has_converters.load(std::memory_order_relaxed))
        held = convert_to_python(how.type(), data);
    return held || PyErr_Occurred() ? held : opaque_new(QVariant(how.type(), data));
}

PyObject *make_converted(const ToPython &how, const void *data)
{
    PyObject *made = convert_to_python(how.type(), data);
    return made || PyErr_Occurred() ? made : opaque_new(QVariant(how.type(), data));
}

PyObject *make_buffer(const ToPython &, const void *data)
{
    return buffer_new(as<Buffer>(data));
}

PyObject *make_future(const ToPython &how, const void *data)
{
    return future_new(QVariant(how.type(), data));
}

PyObject *make_enum(const ToPython &how, const void *data)
{
    const bool is_unsigned = how.is_flags() ||
                             (how.type().flags() & QMetaType::IsUnsignedEnumeration);
    qlonglong value = 0;

    switch (how.type().sizeOf()) {
    case 1:
        value = is_unsigned ? qlonglong(as<quint8>(data)) : as<qint8>(data);
        break;
    case 2:
        value = is_unsigned ? qlonglong(as<quint16>(data)) : as<qint16>(data);
        break;
    case 8:
        value = as<qint64>(data);
        break;
    default:
        value = is_unsigned ? qlonglong(as<quint32>(data)) : as<qint32>(data);
        break;
    }
    return enum_member(how.enumeration(), value);
}

/* -- containers: each may nest, and Python's own limit bounds the depth ------------------------------- */

template <typename List> PyObject *make_list_of(const List &items)
{
    qi::Recursion level(" while converting a value of Qt");
    Ref list(level ? PyList_New(items.size()) : nullptr);
    Py_ssize_t index = 0;

    for (auto item = items.begin(); list && item != items.end(); ++item) {
        PyObject *object = to_python(*item);
        if (!object)
            return nullptr;
        PyList_SET_ITEM(list.get(), index++, object);
    }
    return list.release();
}

template <typename List> PyObject *make_list(const ToPython &, const void *data)
{
    return make_list_of(as<List>(data));
}

template <typename Map> PyObject *make_dict_of(const Map &map)
{
    qi::Recursion level(" while converting a value of Qt");
    Ref dict(level ? PyDict_New() : nullptr);

    for (auto entry = map.begin(); dict && entry != map.end(); ++entry) {
        Ref key(to_python(entry.key()));
        Ref value(key ? to_python(QVariant(entry.value())) : nullptr);
        if (!value || PyDict_SetItem(dict.get(), key.get(), value.get()) < 0)
            return nullptr;
    }
    return dict.release();
}

template <typename Map> PyObject *make_dict(const ToPython &, const void *data)
{
    return make_dict_of(as<Map>(data));
}

using PairView = QtMetaTypePrivate::QPairVariantInterfaceImpl;

bool has_items(const SequenceView &view)
{
    return view.metaContainer().valueMetaType().isValid();
}

bool has_items(const AssociationView &view)
{
    return view.metaContainer().keyMetaType().isValid();
}

bool has_items(const PairView &view)
{
    return view._metaType_first.isValid();
}

/*
 * A view of a value, which the value has to outlive. A type may have a converter instead, as QJSValue, and that may fail for
 * this very value, or give a view of nothing: what comes then must not be walked over.
 */
template <typename View> bool look_at(const QVariant &value, View *view)
{
    const QMetaType to = QMetaType::fromType<View>();

    if (QMetaType::canView(value.metaType(), to))
        *view = value.value<View>();
    else if (!QMetaType::convert(value.metaType(), value.constData(), to, view))
        return false;
    return has_items(*view);
}

/* What is no container after all. Of an empty map it cannot be told whether it is what the value is: QJSValue makes one of a
 * function, too. */
PyObject *make_uncontained(const ToPython &how, const void *data)
{
    QVariantMap map;

    if (QMetaType::hasRegisteredConverterFunction(how.type(), QMetaType::fromType<QVariantMap>()) &&
        QMetaType::convert(how.type(), data, QMetaType::fromType<QVariantMap>(), &map) &&
        !map.isEmpty())
        return make_dict_of(map);
    return make_opaque(how, data);
}

PyObject *make_sequence(const ToPython &how, const void *data)
{
    const QVariant variant(how.type(), data);
    SequenceView view;

    return look_at(variant, &view) ? make_list_of(view) : make_uncontained(how, data);
}

PyObject *make_set(const ToPython &how, const void *data)
{
    Ref items(make_sequence(how, data));
    if (items && !PyList_Check(items.get()))
        return items.release();
    PyObject *set = items ? PySet_New(items.get()) : nullptr;

    /* Items that Python cannot hash stay in a list. */
    if (set || !items || !PyErr_ExceptionMatches(PyExc_TypeError))
        return set;
    PyErr_Clear();
    return items.release();
}

PyObject *make_pair(const ToPython &how, const void *data)
{
    const QVariant variant(how.type(), data);
    PairView view;
    if (!look_at(variant, &view))
        return make_opaque(how, data);
    QVariant first(view._metaType_first), second(view._metaType_second);

    view.first(first.data());
    view.second(second.data());
    Ref one(to_python(first)), two(one ? to_python(second) : nullptr);
    return two ? PyTuple_Pack(2, one.get(), two.get()) : nullptr;
}

PyObject *make_association(const ToPython &how, const void *data)
{
    const QVariant variant(how.type(), data);
    AssociationView view;

    return look_at(variant, &view) ? make_dict_of(view) : make_uncontained(how, data);
}

PyObject *make_json_value(const ToPython &, const void *data)
{
    return to_python(as<QJsonValue>(data).toVariant());
}

PyObject *make_json_object(const ToPython &, const void *data)
{
    return to_python(QVariant(as<QJsonObject>(data).toVariantMap()));
}

PyObject *make_json_array(const ToPython &, const void *data)
{
    return make_list_of(as<QJsonArray>(data).toVariantList());
}

PyObject *make_json_document(const ToPython &, const void *data)
{
    return to_python(as<QJsonDocument>(data).toVariant());
}

/* -- the table ------------------------------------------------------------------------------------ */

ToPython::Make for_builtin(int id)
{
    switch (id) {
    case QMetaType::Void:
    case QMetaType::Nullptr:
        return make_none;
    case QMetaType::Bool:
        return make_bool;
    case QMetaType::Char:
        return make_signed<char>;
    case QMetaType::SChar:
        return make_signed<signed char>;
    case QMetaType::UChar:
        return make_unsigned<uchar>;
    case QMetaType::Short:
        return make_signed<short>;
    case QMetaType::UShort:
        return make_unsigned<ushort>;
    case QMetaType::Int:
        return make_signed<int>;
    case QMetaType::UInt:
        return make_unsigned<uint>;
    case QMetaType::Long:
        return make_signed<long>;
    case QMetaType::ULong:
        return make_unsigned<ulong>;
    case QMetaType::LongLong:
        return make_signed<qlonglong>;
    case QMetaType::ULongLong:
        return make_unsigned<qulonglong>;
    case QMetaType::Float:
        return make_float<float>;
    case QMetaType::Double:
        return make_float<double>;
    case QMetaType::QChar:
        return make_qchar;
    case QMetaType::Char16:
        return make_character<char16_t>;
    case QMetaType::Char32:
        return make_character<char32_t>;
    case QMetaType::QString:
        return make_text;
    case QMetaType::QByteArray:
        return make_bytes;
    case QMetaType::QStringList:
        return make_list<QStringList>;
    case QMetaType::QByteArrayList:
        return make_list<QByteArrayList>;
    case QMetaType::QVariantList:
        return make_list<QVariantList>;
    case QMetaType::QVariantMap:
        return make_dict<QVariantMap>;
    case QMetaType::QVariantHash:
        return make_dict<QVariantHash>;
    case QMetaType::QDate:
        return make_date;
    case QMetaType::QTime:
        return make_time;
    case QMetaType::QDateTime:
        return make_datetime;
    case QMetaType::QUrl:
        return make_url;
    case QMetaType::QUuid:
        return make_uuid;
    case QMetaType::QPoint:
        return make_shape<QPoint>;
    case QMetaType::QPointF:
        return make_shape<QPointF>;
    case QMetaType::QSize:
        return make_shape<QSize>;
    case QMetaType::QSizeF:
        return make_shape<QSizeF>;
    case QMetaType::QRect:
        return make_shape<QRect>;
    case QMetaType::QRectF:
        return make_shape<QRectF>;
    case QMetaType::QModelIndex:
        return make_index;
    case QMetaType::QPersistentModelIndex:
        return make_persistent_index;
    case QMetaType::QVariant:
        return make_variant;
    case QMetaType::QObjectStar:
        return make_object;
    case QMetaType::QJsonValue:
        return make_json_value;
    case QMetaType::QJsonObject:
        return make_json_object;
    case QMetaType::QJsonArray:
        return make_json_array;
    case QMetaType::QJsonDocument:
        return make_json_document;
    default:
        return nullptr;
    }
}

ToPython::Make for_other(QMetaType type)
{
    const QMetaType::TypeFlags flags = type.flags();

    if (type == QMetaType::fromType<Buffer>())
        return make_buffer;
    if (is_converted(type))
        return make_converted;
    if (flags & QMetaType::PointerToQObject)
        return make_object;
    if (flags & QMetaType::IsEnumeration)
        return make_enum;
    if (flags & (QMetaType::TrackingPointerToQObject | QMetaType::SharedPointerToQObject |
                 QMetaType::WeakPointerToQObject))
        return make_tracked_object;
    if (is_future(type))
        return make_future;
    if (is_pair(type))
        return make_pair;
    if (QMetaType::canConvert(type, QMetaType::fromType<AssociationView>()))
        return make_association;
    if (is_set(type) && QMetaType::canConvert(type, QMetaType::fromType<SequenceView>()))
        return make_set;
    if (QMetaType::canConvert(type, QMetaType::fromType<SequenceView>()))
        return make_sequence;
    return make_opaque;
}

} // namespace

ToPython::ToPython(QMetaType type, const QMetaEnum &enumeration) : m_type(type)
{
    const QMetaEnum known = enumeration.isValid() ? enumeration : enum_of(type);

    if (known.isValid()) {
        m_enumeration = enum_class(known);
        m_flags = known.isFlag();
        if (m_enumeration) {
            m_make = is_converted(type) ? make_converted : make_enum;
            return;
        }
    }
    m_make = for_builtin(type.id());
    if (!m_make)
        m_make = for_other(type);
}

bool has_builtin_conversion(QMetaType type)
{
    return for_builtin(type.id()) || type == QMetaType::fromType<Buffer>();
}

PyObject *variant_to_python(const QVariant &value)
{
    const QMetaType type = value.metaType();
    return type.isValid() ? ToPython(type)(value.constData()) : Py_NewRef(Py_None);
}

} // namespace qi
