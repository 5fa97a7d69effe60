/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the headers of this API read out of the maps in which the library describes tasks and plugins. A key that a library of
 * another version does not have reads as nothing. What stands here is compiled with every file, so there is little of it.
 */
#ifndef QI_FIELDS_HPP
#define QI_FIELDS_HPP

#include <cstddef>

#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qvariant.h>

#include <qi/qt.hpp>
#include <qi/value.h>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

inline QString text_of(const qi_value &value)
{
    return value.kind == QI_KIND_TEXT
               ? QString::fromUtf8(value.as.text.data, qsizetype(value.as.text.size))
               : QString();
}

inline qi_value field_of(const qi_value &map, const char *key)
{
    const qi_value *found = qi_value_get(&map, key);
    return found ? *found : qi_none();
}

inline QString text_of(const qi_value &map, const char *key)
{
    return text_of(field_of(map, key));
}

inline bool is_set(const qi_value &map, const char *key)
{
    const qi_value field = field_of(map, key);
    return field.kind == QI_KIND_BOOL && field.as.boolean;
}

inline qint64 number_of(const qi_value &map, const char *key)
{
    const qi_value field = field_of(map, key);
    return field.kind == QI_KIND_INT ? field.as.integer : 0;
}

/* -1 where there is none, which the library tells so of what is not known. */
inline double fraction_of(const qi_value &map, const char *key)
{
    const qi_value field = field_of(map, key);
    return field.kind == QI_KIND_REAL ? field.as.real : -1;
}

inline QStringList texts_of(const qi_value &map, const char *key)
{
    const qi_value list = field_of(map, key);
    QStringList texts;
    for (std::size_t i = 0; const qi_value *item = qi_value_at(&list, i); i++)
        texts.append(text_of(*item));
    return texts;
}

template <typename T> QList<T> items_of(const qi_value &list, T (*make)(const qi_value &item))
{
    QList<T> made;
    for (std::size_t i = 0; const qi_value *item = qi_value_at(&list, i); i++)
        made.append(make(*item));
    return made;
}

/* Of an owning list, which is cleared. */
template <typename T> QList<T> take_items(qi_value &list, T (*make)(const qi_value &item))
{
    QList<T> made = items_of(list, make);
    qi_value_clear(&list);
    return made;
}

inline QVariant variant_of(const qi_value &map, const char *key)
{
    const qi_value field = field_of(map, key);
    QVariant variant;
    if (field.kind != QI_KIND_NONE)
        qi_value_to_variant(&field, &variant);
    return variant;
}

} // namespace detail

QI_ABI_END
} // namespace qi

#endif /* QI_FIELDS_HPP */
