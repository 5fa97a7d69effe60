// SPDX-License-Identifier: BSD-3-Clause
#include "to_script.h"

#include <QtCore/quuid.h>

#include "engine.h"
#include "python_function.h"
#include "python_side.h"
#include "script_function.h"

#include <qi/qi.hpp>

namespace qi
{

namespace
{

QString text_of(const qi_value &value)
{
    return QString::fromUtf8(value.as.text.data, qsizetype(value.as.text.size));
}

/* The name under which JavaScript has a key of a dict. */
QString key_of(const qi_value &key)
{
    if (key.kind == QI_KIND_TEXT)
        return text_of(key);
    qi_value text = qi_none();
    if (qi_value_text(&key, &text) != QI_OK)
        return detail::describe(key);
    const QString name = text_of(text);
    qi_value_clear(&text);
    return name;
}

Result<QJSValue> make_array(QJSEngine &engine, const qi_value *items, std::size_t count)
{
    QJSValue array = engine.newArray(uint(count));
    for (std::size_t i = 0; i < count; i++) {
        const Result<QJSValue> item = to_script(engine, items[i]);
        if (!item)
            return item.error();
        array.setProperty(quint32(i), *item);
    }
    return array;
}

Result<QJSValue> make_object(QJSEngine &engine, const qi_entry *entries, std::size_t count)
{
    QJSValue object = engine.newObject();
    for (std::size_t i = 0; i < count; i++) {
        const Result<QJSValue> value = to_script(engine, entries[i].value);
        if (!value)
            return value.error();
        object.setProperty(key_of(entries[i].key), *value);
    }
    return object;
}

/* Whoever owned it goes on to: without a word the engine's collector would take an object that has no parent. */
QJSValue make_qobject(QJSEngine &engine, QObject *object)
{
    if (!object)
        return QJSValue(QJSValue::NullValue);
    if (QJSEngine::objectOwnership(object) == QJSEngine::CppOwnership)
        QJSEngine::setObjectOwnership(object, QJSEngine::CppOwnership);
    return engine.newQObject(object);
}

/* An error whose `name` is that of the exception, as those of JavaScript's own classes have theirs. */
const char name_error[] = R"(function (message, name, type, traceback, status) {
    const error = new Error(message);
    const set = (key, value) => Object.defineProperty(error, key, {value: value, configurable: true, writable: true});
    set('name', name);
    set('type', type);
    set('traceback', traceback);
    set('status', status);
    return error;
})";

QJSValue make_error(QJSEngine &engine, const QString &name, const Error &error)
{
    return helper(engine, "error", name_error)
        .call({error.message, name, error.type, error.traceback,
               QString::fromLatin1(qi_status_name(error.status))});
}

QJSValue construct(QJSEngine &engine, const char *type, const QJSValueList &arguments)
{
    return engine.globalObject().property(QLatin1String(type)).callAsConstructor(arguments);
}

Result<QJSValue> make_python(QJSEngine &engine, const qi_value &value, const QVariant &held)
{
    const Result<Value> object = Value::copyOf(value);
    if (!object)
        return object.error();
    const Result<Value> kind = ask_python("_kind", {held});
    if (!kind)
        return kind.error();
    const QString is = kind->to<QString>().value_or(QString());
    if (is == QLatin1String("callable") || is == QLatin1String("async"))
        return function_to_script(engine, *object, is == QLatin1String("async"));
    if (is == QLatin1String("function")) {
        const auto function = object->attribute<ScriptFunction>("_function");
        return function ? Result<QJSValue>(function->function()) : function.error();
    }
    if (is == QLatin1String("set")) {
        const Result<Value> items = object->items();
        return items ? to_script(engine, items->get()) : items.error();
    }
    if (is == QLatin1String("int")) { /* of more than 64 bits */
        const auto number = object->callMethod<double>("__float__");
        return number ? Result<QJSValue>(QJSValue(*number)) : number.error();
    }
    if (is == QLatin1String("error")) {
        const Result<Value> told = ask_python("_told", {held});
        if (!told)
            return told.error();
        const QString type = told->item<QString>(0).value_or(QString());
        return make_error(
            engine, type,
            {QI_ERR_PYTHON, told->item<QString>(1).value_or(QString()), type, QString()});
    }
    if (is == QLatin1String("pattern")) {
        const Result<Value> parts = ask_python("_expression", {held});
        return parts ? Result<QJSValue>(
                           construct(engine, "RegExp",
                                     {QJSValue(parts->item<QString>(0).value_or(QString())),
                                      QJSValue(parts->item<QString>(1).value_or(QString()))}))
                     : parts.error();
    }
    return engine.toScriptValue(held);
}

/* What Qt has a type for. */
Result<QJSValue> make_held(QJSEngine &engine, const qi_value &value)
{
    const Result<QVariant> held = variant_of(value);
    if (!held)
        return held.error();
    if (held->metaType() == QMetaType::fromType<QJSValue>())
        return held->value<QJSValue>();
    switch (held->typeId()) {
    case QMetaType::QVariantMap: /* subclasses of dict, list and tuple */
    case QMetaType::QVariantList: {
        Storage storage;
        const qi_value plain = storage.variant(*held);
        return storage.error() ? Result<QJSValue>(*storage.error()) : to_script(engine, plain);
    }
    case QMetaType::QUuid:
        return QJSValue(held->toUuid().toString(QUuid::WithoutBraces));
    default:
        break;
    }
    return held->typeId() >= QMetaType::User ? make_python(engine, value, *held)
                                             : Result<QJSValue>(engine.toScriptValue(*held));
}

} // namespace

Result<QJSValue> to_script(QJSEngine &engine, const qi_value &value)
{
    switch (value.kind) {
    case QI_KIND_NONE:
        return QJSValue(QJSValue::NullValue);
    case QI_KIND_BOOL:
        return QJSValue(value.as.boolean);
    case QI_KIND_INT:
        return QJSValue(double(value.as.integer));
    case QI_KIND_UINT:
        return QJSValue(double(value.as.natural));
    case QI_KIND_REAL:
        return QJSValue(value.as.real);
    case QI_KIND_TEXT:
        return QJSValue(text_of(value));
    case QI_KIND_BYTES:
        return engine.toScriptValue(QByteArray(value.as.text.data, qsizetype(value.as.text.size)));
    case QI_KIND_LIST:
    case QI_KIND_TUPLE:
        return make_array(engine, value.as.list.items, value.as.list.count);
    case QI_KIND_MAP:
        return make_object(engine, value.as.map.entries, value.as.map.count);
    case QI_KIND_OBJECT:
        return make_qobject(engine, qi_value_object(&value));
    default:
        return make_held(engine, value);
    }
}

Result<QJSValue> to_script(QJSEngine &engine, const QVariant &value)
{
    if (value.metaType() == QMetaType::fromType<QJSValue>())
        return value.value<QJSValue>();
    Storage storage;
    const qi_value written = storage.variant(value);
    if (storage.error())
        return *storage.error();
    return to_script(engine, written);
}

QJSValue error_to_script(QJSEngine &engine, const Error &error)
{
    if (error.type.isEmpty())
        return make_error(engine, QStringLiteral("PythonError"), error);
    Error told = error; /* whose name JavaScript writes before the message by itself */
    const QString name = error.type + QStringLiteral(": ");
    if (told.message.startsWith(name))
        told.message.remove(0, name.size());
    return make_error(engine, error.type, told);
}

} // namespace qi
