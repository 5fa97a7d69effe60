/* SPDX-License-Identifier: BSD-3-Clause */
#include "values.h"

namespace qi::values
{

qi_value Made::make(const QVariant &variant)
{
    switch (variant.typeId()) {
    case QMetaType::UnknownType:
    case QMetaType::Nullptr:
        return qi_none();
    case QMetaType::Bool:
        return qi_bool(variant.toBool());
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
        return qi_int(variant.toLongLong());
    case QMetaType::ULongLong:
        return qi_uint(variant.toULongLong());
    case QMetaType::Float:
    case QMetaType::Double:
        return qi_real(variant.toDouble());
    case QMetaType::QStringList:
    case QMetaType::QVariantList: {
        std::vector<qi_value> &list = m_lists.emplace_back();
        for (const QVariant &item : variant.toList())
            list.push_back(make(item));
        return qi_list(list.data(), list.size());
    }
    case QMetaType::QVariantMap: {
        std::vector<qi_entry> &map = m_maps.emplace_back();
        const QVariantMap entries = variant.toMap();
        for (auto entry = entries.begin(); entry != entries.end(); ++entry)
            map.push_back({make(entry.key()), make(entry.value())});
        return qi_map(map.data(), map.size());
    }
    default: {
        const QByteArray &utf8 = m_texts.emplace_back(variant.toString().toUtf8());
        return qi_text_n(utf8.constData(), size_t(utf8.size()));
    }
    }
}

QString text(const qi_value &value)
{
    if (value.kind == QI_KIND_TEXT)
        return QString::fromUtf8(value.as.text.data, qsizetype(value.as.text.size));
    if (value.kind == QI_KIND_NONE)
        return {};
    QByteArray repr(qsizetype(qi_value_describe(&value, nullptr, 0)), '\0');
    qi_value_describe(&value, repr.data(), size_t(repr.size()) + 1);
    return QString::fromUtf8(repr);
}

static QVariant list_of(const qi_value &value)
{
    QVariantList list;

    for (const qi_value &item : items(value))
        list.append(variant(item));
    return list;
}

static QVariant map_of(const qi_value &value)
{
    QVariantMap map;

    for (size_t i = 0; i < value.as.map.count; i++)
        map.insert(text(value.as.map.entries[i].key), variant(value.as.map.entries[i].value));
    return map;
}

QVariant variant(const qi_value &value)
{
    switch (value.kind) {
    case QI_KIND_NONE:
        return {};
    case QI_KIND_BOOL:
        return value.as.boolean;
    case QI_KIND_INT:
        return qlonglong(value.as.integer);
    case QI_KIND_UINT:
        return qulonglong(value.as.natural);
    case QI_KIND_REAL:
        return value.as.real;
    case QI_KIND_LIST:
    case QI_KIND_TUPLE:
        return list_of(value);
    case QI_KIND_MAP:
        return map_of(value);
    default:
        return text(value);
    }
}

QString text(const qi_value &map, const char *key)
{
    const qi_value *value = qi_value_get(&map, key);

    return value ? text(*value) : QString();
}

QStringList texts(const qi_value &map, const char *key)
{
    QStringList list;

    for (const qi_value &item : items(map, key))
        list.append(text(item));
    return list;
}

bool flag(const qi_value &map, const char *key)
{
    const qi_value *value = qi_value_get(&map, key);

    return value && value->kind == QI_KIND_BOOL && value->as.boolean;
}

qint64 integer(const qi_value &map, const char *key, qint64 otherwise)
{
    const qi_value *value = qi_value_get(&map, key);

    return value && value->kind == QI_KIND_INT ? value->as.integer : otherwise;
}

double real(const qi_value &map, const char *key, double otherwise)
{
    const qi_value *value = qi_value_get(&map, key);

    if (value && value->kind == QI_KIND_INT)
        return double(value->as.integer);
    return value && value->kind == QI_KIND_REAL ? value->as.real : otherwise;
}

QVariant variant(const qi_value &map, const char *key)
{
    const qi_value *value = qi_value_get(&map, key);

    return value ? variant(*value) : QVariant();
}

Items items(const qi_value &value)
{
    if (value.kind != QI_KIND_LIST && value.kind != QI_KIND_TUPLE)
        return {};
    return {value.as.list.items, value.as.list.count};
}

Items items(const qi_value &map, const char *key)
{
    const qi_value *value = qi_value_get(&map, key);

    return value ? items(*value) : Items();
}

} // namespace qi::values
