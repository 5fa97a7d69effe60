// SPDX-License-Identifier: BSD-3-Clause
#include "from_script.h"

#include <cmath>

#include <QtCore/qdatetime.h>
#include <QtCore/qregularexpression.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalueiterator.h>

#include "engine.h"
#include "entries.h"
#include "python_function.h"
#include "python_side.h"
#include "script_function.h"

namespace qi
{

namespace
{

using Dict = Entries<QVariant, QVariant>;

constexpr int deepest = 200; /* as that of qi_value is */

/* Says what sort of object it is, and takes it apart as that. */
const char take_apart[] = R"(function (value) {
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    switch (kind) {
    case 'Map':
        return ['dict', Array.from(value.keys()), Array.from(value.values())];
    case 'Set':
        return ['set', Array.from(value)];
    case 'Number': case 'String': case 'Boolean':
        return ['plain', value.valueOf()];
    case 'Object': case 'Arguments':
        if (value instanceof Promise)
            return ['opaque'];
        const keys = Object.keys(value);
        return ['dict', keys, keys.map(key => value[key])];
    }
    if (ArrayBuffer.isView(value))
        return ['bytes', value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength)];
    return ['opaque'];
})";

Error refuse(const QString &why)
{
    return Error::make(QI_ERR_RANGE, why);
}

QVariant number_of(double number)
{
    constexpr double safe = 9007199254740992.0;
    const bool whole = std::isfinite(number) && std::trunc(number) == number &&
                       std::fabs(number) <= safe && !(number == 0 && std::signbit(number));
    return whole ? QVariant(qlonglong(number)) : QVariant(number);
}

/* JavaScript's time zone is always that of the system. */
QVariant moment_of(const QDateTime &moment)
{
    return moment.timeSpec() == Qt::LocalTime && moment.isValid()
               ? moment.toOffsetFromUtc(moment.offsetFromUtc())
               : moment;
}

QString flags_of(const QRegularExpression &pattern)
{
    QString flags;
    const QRegularExpression::PatternOptions options = pattern.patternOptions();
    if (options & QRegularExpression::CaseInsensitiveOption)
        flags += QLatin1Char('i');
    if (options & QRegularExpression::MultilineOption)
        flags += QLatin1Char('m');
    return flags;
}

/* Walks through a value, and knows what it is inside of. */
class Walk
{
  public:
    Result<QVariant> value(const QJSValue &value)
    {
        if (value.isUndefined() || value.isNull())
            return QVariant();
        if (value.isBool())
            return QVariant(value.toBool());
        if (value.isNumber())
            return number_of(value.toNumber());
        if (value.isString())
            return QVariant(value.toString());
        if (value.isCallable())
            return function_from_script(value);
        if (value.isError())
            return call_python("JSError", error_parts(value));
        if (value.isRegExp())
            return pattern_from_script(value.property(QStringLiteral("source")).toString(),
                                       value.property(QStringLiteral("flags")).toString());
        if (!value.isObject()) /* a Symbol */
            return QVariant::fromValue(value);
        const QVariant held = value.toVariant(QJSValue::RetainJSObjects);
        if (held.metaType() != QMetaType::fromType<QJSValue>())
            return held.typeId() == QMetaType::QDateTime ? moment_of(held.toDateTime()) : held;
        return inside(value);
    }

    Result<QVariantList> items(const QJSValue &array)
    {
        QVariantList list;
        const quint32 count = array.property(QStringLiteral("length")).toUInt();
        for (quint32 i = 0; i < count; i++) {
            const Result<QVariant> item = value(array.property(i));
            if (!item)
                return item.error();
            list.append(*item);
        }
        return list;
    }

  private:
    /* What may hold others. */
    Result<QVariant> inside(const QJSValue &object)
    {
        for (const QJSValue &outer : m_outer) {
            if (outer.strictlyEquals(object))
                return refuse(QStringLiteral(
                    "a value of JavaScript refers to itself, which no value of Python's "
                    "made of it could"));
        }
        if (m_outer.size() >= deepest)
            return refuse(
                QStringLiteral("a value of JavaScript is nested deeper than %1").arg(deepest));
        m_outer.append(object);
        Result<QVariant> made = object.isArray() ? list(object) : taken_apart(object);
        m_outer.removeLast();
        return made;
    }

    Result<QVariant> list(const QJSValue &array)
    {
        Result<QVariantList> made = items(array);
        if (!made)
            return made.error();
        return QVariant(*made);
    }

    Result<QVariant> taken_apart(const QJSValue &object)
    {
        QJSValue take = helper(object, "take", take_apart);
        if (!take.isCallable())
            return bare(object);
        const QJSValue parts = take.call({object});
        if (!parts.isArray())
            return refuse(
                QStringLiteral("a value of JavaScript cannot be read: %1").arg(parts.toString()));
        const QString kind = parts.property(0).toString();
        if (kind == QLatin1String("dict"))
            return dict(parts.property(1), parts.property(2));
        if (kind == QLatin1String("set")) {
            const Result<QVariant> made = list(parts.property(1));
            return made ? call_python("_set", {*made}) : made;
        }
        if (kind == QLatin1String("opaque"))
            return QVariant::fromValue(object);
        return value(parts.property(1));
    }

    /* An object that inherits nothing, as Object.create(null) makes them. */
    Result<QVariant> bare(const QJSValue &object)
    {
        Dict made;
        for (QJSValueIterator property(object); property.next();) {
            const Result<QVariant> held = value(property.value());
            if (!held)
                return held.error();
            made.add(property.name(), *held);
        }
        return QVariant::fromValue(made);
    }

    Result<QVariant> dict(const QJSValue &keys, const QJSValue &values)
    {
        const Result<QVariantList> names = items(keys);
        if (!names)
            return names.error();
        const Result<QVariantList> held = items(values);
        if (!held)
            return held.error();
        Dict made;
        for (qsizetype i = 0; i < names->size(); i++)
            made.add((*names)[i], held->value(i));
        return QVariant::fromValue(made);
    }

    QList<QJSValue> m_outer;
};

} // namespace

Result<QVariant> from_script(const QJSValue &value)
{
    return Walk().value(value);
}

Result<QVariantList> arguments_from_script(const QJSValue &array)
{
    if (array.isUndefined() || array.isNull())
        return QVariantList();
    if (!array.isArray())
        return Error::make(QI_ERR_TYPE, QStringLiteral("the arguments are an array: [1, \"two\"]"));
    const Result<QVariant> made = from_script(array);
    if (!made)
        return made.error();
    return made->toList();
}

Result<QVariantMap> named_from_script(const QJSValue &object)
{
    QVariantMap named;
    if (object.isUndefined() || object.isNull())
        return named;
    const Result<QVariant> made = from_script(object);
    if (!made)
        return made.error();
    if (made->metaType() != QMetaType::fromType<Dict>())
        return Error::make(QI_ERR_TYPE,
                           QStringLiteral("arguments by name are an object: {side: \"buy\"}"));
    for (const auto &[name, value] : made->value<Dict>())
        named.insert(name.toString(), value);
    return named;
}

Result<QVariant> pattern_from_script(const QString &source, const QString &flags)
{
    return call_python("_pattern", {source, flags});
}

Result<QVariant> pattern_from_qt(const QRegularExpression &pattern)
{
    return pattern_from_script(pattern.pattern(), flags_of(pattern));
}

} // namespace qi
