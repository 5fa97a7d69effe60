/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From Python to Qt: lists, sets, maps, pairs and JSON, of Qt's own types and of any that its type system can
 * fill. They may nest, and Python's own limit bounds the depth.
 */
#include "qt/containers.h"

#include "qt/buffer.h"
#include "qt/conversions.h"
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qjsonvalue.h>
#include <QtCore/qstringlist.h>

namespace qi
{

using PairView = QtMetaTypePrivate::QPairVariantInterfaceImpl;

namespace
{

template <typename T> T &at(void *data)
{
    return *static_cast<T *>(data);
}

bool is_list(PyObject *object)
{
    return PyList_Check(object) || PyTuple_Check(object);
}

/* Calls `add` for each item of a list, tuple or set, which may change meanwhile. */
template <typename Add> bool each_item(PyObject *object, Add add)
{
    qi::Recursion level(" while converting an object for Qt");

    if (!level)
        return false;
    if (!is_list(object) && !PyAnySet_Check(object))
        return expected("list", object);
    Ref items(PySequence_Tuple(object));
    if (!items)
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items.get()); i++) {
        if (!add(PyTuple_GET_ITEM(items.get(), i)))
            return false;
    }
    return true;
}

template <typename Add> bool each_entry(PyObject *object, Add add)
{
    qi::Recursion level(" while converting an object for Qt");

    if (!level)
        return false;
    if (!PyDict_Check(object))
        return expected("dict", object);
    Ref items(PyDict_Items(object));
    if (!items)
        return false;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items.get()); i++) {
        PyObject *entry = PyList_GET_ITEM(items.get(), i);
        if (!add(PyTuple_GET_ITEM(entry, 0), PyTuple_GET_ITEM(entry, 1)))
            return false;
    }
    return true;
}

bool put_text_list(PyObject *object, void *data)
{
    QStringList &list = at<QStringList>(data);
    return each_item(object, [&](PyObject *item) {
        list.append(QString());
        return text_from_python(item, &list.last());
    });
}

bool put_bytes_list(PyObject *object, void *data)
{
    QByteArrayList &list = at<QByteArrayList>(data);
    return each_item(object, [&](PyObject *item) {
        list.append(QByteArray());
        return bytes_from_python(item, &list.last());
    });
}

bool put_list(PyObject *object, void *data)
{
    QVariantList &list = at<QVariantList>(data);
    return each_item(object, [&](PyObject *item) {
        QVariant value;
        if (!from_python(item, &value))
            return false;
        list.append(value);
        return true;
    });
}

template <typename Map> bool put_map(PyObject *object, void *data)
{
    Map &map = at<Map>(data);
    return each_entry(object, [&](PyObject *key, PyObject *item) {
        QString name;
        QVariant value;
        if (!text_from_python(key, &name) || !from_python(item, &value))
            return false;
        map.insert(name, value);
        return true;
    });
}

/* Any other list, set or map that Qt's type system can fill. */
bool put_sequence(PyObject *object, QVariant *out)
{
    SequenceView list = out->view<SequenceView>();
    const QMetaSequence container = list.metaContainer();
    const QMetaType type = container.valueMetaType();
    return each_item(object, [&](PyObject *item) {
        QVariant value;
        if (!from_python(item, type, &value))
            return false;
        container.addValue(list.mutableIterable(),
                           type.id() == QMetaType::QVariant ? &value : value.constData());
        return true;
    });
}

bool put_association(PyObject *object, QVariant *out)
{
    AssociationView map = out->view<AssociationView>();
    const QMetaAssociation types = map.metaContainer();
    return each_entry(object, [&](PyObject *key, PyObject *item) {
        QVariant name, value;
        if (!from_python(key, types.keyMetaType(), &name) ||
            !from_python(item, types.mappedMetaType(), &value))
            return false;
        map.setValue(name, value);
        return true;
    });
}

bool put_json(PyObject *object, QMetaType type, void *data)
{
    QVariant value;

    if (type.id() == QMetaType::QJsonObject && !PyDict_Check(object))
        return expected("dict", object);
    if (type.id() == QMetaType::QJsonArray && !is_list(object))
        return expected("list", object);
    if (!from_python(object, &value))
        return false;
    const QJsonValue json = QJsonValue::fromVariant(value);
    switch (type.id()) {
    case QMetaType::QJsonObject:
        at<QJsonObject>(data) = json.toObject();
        break;
    case QMetaType::QJsonArray:
        at<QJsonArray>(data) = json.toArray();
        break;
    case QMetaType::QJsonDocument:
        at<QJsonDocument>(data) = QJsonDocument::fromVariant(value);
        break;
    default:
        at<QJsonValue>(data) = object == Py_None ? QJsonValue() : json;
        break;
    }
    return true;
}

/* -- pairs ------------------------------------------------------------------------------------------ */

/* Whatever the copy throws: there is something at the place that its owner destroys. */
void assign(QMetaType type, void *place, const QVariant &value)
{
    type.destruct(place);
    try {
        type.construct(place, type.id() == QMetaType::QVariant ? &value : value.constData());
    } catch (...) {
        type.construct(place);
        throw;
    }
}

/* Qt reads pairs of whatever types but does not write them. They are two members in their order. */
bool put_pair(PyObject *object, QVariant *out)
{
    const PairView view = out->value<PairView>();
    const QMetaType first = view._metaType_first, second = view._metaType_second;
    const qsizetype align = second.alignOf();
    const qsizetype offset = (first.sizeOf() + align - 1) / align * align;

    if (!is_list(object) || PySequence_Fast_GET_SIZE(object) != 2 ||
        offset + second.sizeOf() > out->metaType().sizeOf()) {
        PyErr_Format(PyExc_TypeError, "a tuple of 2 expected for %s, got %R", out->typeName(),
                     object);
        return false;
    }
    Ref one(PySequence_GetItem(object, 0)), two(one ? PySequence_GetItem(object, 1) : nullptr);
    QVariant first_value, second_value;
    if (!two || !from_python(one.get(), first, &first_value) ||
        !from_python(two.get(), second, &second_value))
        return false;
    char *data = static_cast<char *>(out->data());
    assign(first, data, first_value);
    assign(second, data + offset, second_value);
    return true;
}

bool is_map(QMetaType type)
{
    return QMetaType::canView(type, QMetaType::fromType<AssociationView>());
}

bool is_sequence(QMetaType type)
{
    return QMetaType::canView(type, QMetaType::fromType<SequenceView>());
}

} // namespace

bool is_pair(QMetaType type)
{
    return QMetaType::canConvert(type, QMetaType::fromType<PairView>());
}

bool is_set(QMetaType type)
{
    const QByteArray name = type.name();
    return name.startsWith("QSet<") || name.startsWith("std::set<") ||
           name.startsWith("std::unordered_set<");
}

bool builtin_container_from_python(PyObject *object, QMetaType type, void *data, bool *known)
{
    switch (type.id()) {
    case QMetaType::QStringList:
        return put_text_list(object, data);
    case QMetaType::QByteArrayList:
        return put_bytes_list(object, data);
    case QMetaType::QVariantList:
        return put_list(object, data);
    case QMetaType::QVariantMap:
        return put_map<QVariantMap>(object, data);
    case QMetaType::QVariantHash:
        return put_map<QVariantHash>(object, data);
    case QMetaType::QJsonValue:
    case QMetaType::QJsonObject:
    case QMetaType::QJsonArray:
    case QMetaType::QJsonDocument:
        return put_json(object, type, data);
    default:
        *known = false;
        return false;
    }
}

bool container_from_python(PyObject *object, QMetaType type, QVariant *out, bool *fits)
{
    const bool list = is_list(object);

    *fits = true;
    if (list && is_pair(type))
        return put_pair(object, out);
    if (PyDict_Check(object) && is_map(type))
        return put_association(object, out);
    if ((list || PyAnySet_Check(object)) && !is_map(type) && is_sequence(type))
        return put_sequence(object, out);
    *fits = false;
    return false;
}

const char *container_kind(QMetaType type)
{
    return is_pair(type)       ? "a tuple of 2"
           : is_map(type)      ? "dict"
           : is_set(type)      ? "set"
           : is_sequence(type) ? "list"
                               : nullptr;
}

} // namespace qi
