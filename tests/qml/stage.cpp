// SPDX-License-Identifier: BSD-3-Clause
#include "tests/qml/stage.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qtimer.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlcontext.h>
#include <QtQml/qqmlexpression.h>

namespace tests
{

static int argument_count = 1;
static char program_name[] = "test-stage";
static char *arguments[] = {program_name, nullptr};

static std::string text_of(const char *text)
{
    return text ? text : "";
}

Stage::Stage() : m_application(argument_count, arguments)
{
    static const char *const paths[] = {QI_TESTS "/plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = paths;
    config.module_path_count = 1;
    config.error = on_error;
    config.error_user = this;
    qi_runtime *runtime = nullptr;
    const int status = qi_runtime_init(&config, &runtime);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    python = qi::Runtime(runtime);
    qi::registerQml();
    exec("import asyncio, datetime, gc, re, sys, threading, qi, qi.qml");
    engine = std::make_unique<QQmlApplicationEngine>();
    engine->setOutputWarningsToStandardError(false);
    QObject::connect(engine.get(), &QQmlEngine::warnings, [this](const QList<QQmlError> &warnings) {
        for (const QQmlError &warning : warnings)
            m_warnings.append(warning.toString());
    });
}

Stage::~Stage()
{
    drop_engine();
    CHECK(qi_runtime_shutdown(python.handle(), 0) == QI_OK);
    for (const Report &report : m_reports)
        FAIL_CHECK("unexpected report: " << report.message << "\n" << report.traceback);
    for (const QString &warning : m_warnings)
        FAIL_CHECK("unexpected warning: " << warning.toStdString());
}

QObject *Stage::load(const QString &source, const QString &name)
{
    QQmlComponent component(engine.get());
    component.setData(source.toUtf8(), QUrl(QStringLiteral("file:///quick/") + name));
    root = component.create();
    INFO(component.errorString().toStdString());
    REQUIRE(root);
    m_roots.emplace_back(root);
    return root;
}

std::string Stage::js(const QString &expression)
{
    QQmlExpression asked(QQmlEngine::contextForObject(root), root,
                         QStringLiteral("JSON.stringify(%1)").arg(expression));
    const QVariant answer = asked.evaluate();
    return asked.hasError() ? asked.error().toString().toStdString()
                            : answer.toString().toStdString();
}

void Stage::run(const QString &statements)
{
    QQmlExpression asked(QQmlEngine::contextForObject(root), root, statements);
    asked.evaluate();
    if (asked.hasError())
        FAIL_CHECK(asked.error().toString().toStdString());
}

void Stage::exec(const std::string &source)
{
    const int status = qi_exec(python.handle(), source.c_str(), nullptr);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
}

std::string Stage::eval(const std::string &expression)
{
    const qi::Result<QString> text = python.eval<QString>(
        QString::fromStdString("repr((" + expression + "))"));
    return text ? text->toStdString() : text.error().message.toStdString();
}

std::string Stage::raises(const std::string &source)
{
    if (qi_exec(python.handle(), source.c_str(), nullptr) == QI_OK)
        return std::string();
    std::string traceback = text_of(qi_last_error()->traceback);
    while (!traceback.empty() && traceback.back() == '\n')
        traceback.pop_back();
    return traceback.substr(traceback.rfind('\n') + 1);
}

void Stage::until(const std::function<bool()> &condition)
{
    QDeadlineTimer guard(20000);
    QTimer alarm; // wakes the event loop, so that the guard is looked at
    alarm.start(100);
    while (!condition()) {
        if (guard.hasExpired())
            FAIL("waited in vain");
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
}

void Stage::settle()
{
    for (int turn = 0; turn < 10; turn++) {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QCoreApplication::processEvents();
    }
}

std::vector<Report> Stage::take_reports()
{
    return std::exchange(m_reports, {});
}

QStringList Stage::take_warnings()
{
    return std::exchange(m_warnings, {});
}

void Stage::drop_engine()
{
    m_roots.clear();
    root = nullptr;
    engine.reset();
}

void Stage::on_error(const qi_error *error, const qi_origin *origin, void *user)
{
    static_cast<Stage *>(user)->m_reports.push_back(
        {error->status, text_of(error->message), text_of(error->python_type),
         text_of(error->traceback), text_of(origin ? origin->task : nullptr),
         text_of(origin ? origin->signal : nullptr), text_of(origin ? origin->target : nullptr),
         text_of(origin ? origin->plugin : nullptr)});
}

} // namespace tests
