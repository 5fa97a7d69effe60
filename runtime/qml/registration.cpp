// SPDX-License-Identifier: BSD-3-Clause
/* Conversions that libqi asks for when a value of JavaScript comes to the border, and the module Qi. */
#include <qi/qml.hpp>

#include <utility>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qthread.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqml.h>

#include <qi/convert.hpp>

#include "engine.h"
#include "entries.h"
#include "from_script.h"
#include "python.h"
#include "python_slot.h"
#include "python_task.h"
#include "script_function.h"
#include "to_script.h"

namespace qi
{

namespace
{

/* Why a value of JavaScript cannot be touched here; empty: it can. */
QString out_of_place()
{
    const QCoreApplication *application = QCoreApplication::instance();
    return application && application->thread() == QThread::currentThread()
               ? QString()
               : QStringLiteral("values of JavaScript belong to the GUI thread");
}

int fail(const QString &why)
{
    return qi_fail(QI_ERR_RANGE, why.toUtf8().constData());
}

int give(Result<QVariant> made, QVariant *out)
{
    if (!made)
        return fail(made.error().message);
    *out = std::move(*made);
    return QI_OK;
}

int script_to_python(const void *value, QVariant *out, void *)
{
    const QString why = out_of_place();
    return why.isEmpty() ? give(from_script(*static_cast<const QJSValue *>(value)), out) : fail(why);
}

int script_from_python(const QVariant *given, QVariant *out, void *)
{
    const QString why = out_of_place();
    if (!why.isEmpty())
        return fail(why);
    if (!last_engine())
        return fail(QStringLiteral("no engine of QML has imported Qi, whose value it could be"));
    const Result<QJSValue> made = to_script(*last_engine(), *given);
    if (!made)
        return fail(made.error().message);
    *out = QVariant::fromValue(*made);
    return QI_OK;
}

int pattern_to_python(const void *value, QVariant *out, void *)
{
    const QString why = out_of_place();
    return why.isEmpty()
               ? give(pattern_from_qt(*static_cast<const QRegularExpression *>(value)), out)
               : fail(why);
}

void convert(QMetaType type, qi_convert_to_fn to, qi_convert_from_fn from)
{
    qi_converter converter;
    qi_converter_init(&converter);
    converter.type = type.id();
    converter.to = to;
    converter.from = from;
    if (qi_converter_register(&converter) != QI_OK)
        qWarning("qi: %s", qi_last_error()->message);
}

QObject *make_python(QQmlEngine *, QJSEngine *engine)
{
    note_engine(engine);
    return new Python;
}

void register_module()
{
    qmlRegisterSingletonType<Python>("Qi", 1, 0, "Python", make_python);
    qmlRegisterUncreatableType<PythonTask>("Qi", 1, 0, "PythonTask",
                                           QStringLiteral("Python.run() makes them"));
    qmlRegisterType<PythonSlot>("Qi", 1, 0, "PythonSlot");
}

} // namespace

} // namespace qi

using namespace qi;

void qi::registerQml()
{
    static bool registered;
    if (std::exchange(registered, true))
        return;
    qRegisterMetaType<ScriptFunction>();
    qRegisterMetaType<Entries<QVariant, QVariant>>();
    convert(QMetaType::fromType<QJSValue>(), script_to_python, script_from_python);
    convert(QMetaType::fromType<QRegularExpression>(), pattern_to_python, nullptr);
    register_module();
}
