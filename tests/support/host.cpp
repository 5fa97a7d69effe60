/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/support/host.h"

#include <cstdlib>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include "tests/support/catch.h"

#ifndef QI_TESTS
#error "the folder of the tests is not defined"
#endif

namespace tests
{

static int argument_count = 1;
static char program_name[] = "test-host";
static char *arguments[] = {program_name, nullptr};

Host::Host(const std::function<void(qi_config &)> &configure)
    : application(argument_count, arguments)
{
    static const char *const paths[] = {QI_TESTS "/plugins"};
    qi_config config;

    qi_config_init(&config);
    config.module_paths = paths;
    config.module_path_count = 1;
    config.error = on_error;
    config.error_user = this;
    config.log = on_log;
    config.log_user = this;
    if (configure)
        configure(config);
    const char *torture = std::getenv("QI_TESTS_TORTURE"); /* set by tests/torture/all.py */
    if (torture)
        config.use_environment = true; /* for PYTHONMALLOC */
    int status = qi_runtime_init(&config, &runtime);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    if (torture)
        exec((std::string("import sys; sys.path.append('") + torture +
              "'); import torture; torture.begin(); sys.path.pop()")
                 .c_str());
}

Host::~Host()
{
    if (qi_runtime_state(runtime) != QI_RUNTIME_STATE_CLOSED)
        CHECK(qi_runtime_shutdown(runtime, 0) == QI_OK);
    for (const Report &report : reports)
        FAIL_CHECK("unexpected report: " << report.message << "\n" << report.traceback);
}

void Host::until(const std::function<bool()> &condition)
{
    QDeadlineTimer guard(20000);
    /* Wakes the event loop, should nothing else happen, so that the guard is looked at. */
    QTimer alarm;
    alarm.start(100);

    while (!condition()) {
        if (guard.hasExpired())
            FAIL("waited in vain");
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
}

void Host::settle()
{
    for (int turn = 0; turn < 10; turn++)
        QCoreApplication::processEvents();
}

void Host::exec(const char *source)
{
    int status = qi_exec(runtime, source, nullptr);

    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
}

std::string Host::eval(const char *expression)
{
    std::string source = std::string("repr((") + expression + "))";
    qi_value value = qi_none();
    int status = qi_eval(runtime, source.c_str(), &value);

    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    std::string text(value.as.text.data, value.as.text.size);
    qi_value_clear(&value);
    return text;
}

std::vector<Report> Host::take_reports()
{
    std::vector<Report> taken;

    taken.swap(reports);
    return taken;
}

int Host::shutdown()
{
    return qi_runtime_shutdown(runtime, 0);
}

static std::string text_of(const char *text)
{
    return text ? text : "";
}

void Host::on_error(const qi_error *error, const qi_origin *origin, void *user)
{
    static const qi_origin nothing = {};
    const qi_origin *from = origin ? origin : &nothing;

    static_cast<Host *>(user)->reports.push_back(
        {error->status, text_of(error->message), text_of(error->python_type),
         text_of(error->traceback), text_of(from->task), text_of(from->signal),
         text_of(from->target), text_of(from->plugin)});
}

void Host::on_log(const qi_log_record *record, void *user)
{
    static_cast<Host *>(user)->log.push_back(record->text);
}

std::string describe(const qi_value &value)
{
    std::string text(qi_value_describe(&value, nullptr, 0), '\0');

    qi_value_describe(&value, text.data(), text.size() + 1);
    return text;
}

std::string take(qi_value &value)
{
    std::string text = describe(value);

    qi_value_clear(&value);
    return text;
}

} // namespace tests
