/* SPDX-License-Identifier: BSD-3-Clause */
// qi::Runtime: its life, its configuration and callbacks, and the calls that are not tasks.
#include <optional>
#include <thread>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtCore/qtimer.h>

#include "tests/support/modern.h"
#include "tests/support/thing.h"

using qi::Config;
using qi::Runtime;
using tests::value_of;

namespace
{

/* An application without a runtime. */
struct Bare {
    int argc = 1;
    char name[5] = "test";
    char *argv[2] = {name, nullptr};
    QCoreApplication application{argc, argv};

    void until(const std::function<bool()> &condition)
    {
        QTimer alarm;
        alarm.start(50);
        while (!condition())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
};

} // namespace

TEST_CASE("runtime ends with its owner, and its callbacks after it")
{
    Bare bare;
    auto alive = std::make_shared<int>(0);
    QStringList lines, errors;
    qi::ShutdownReport report;
    int shutdowns = 0;
    {
        Runtime python = Runtime::start(
                             Config()
                                 .modulePaths({QStringLiteral(QI_TEST_PLUGINS)})
                                 .onOutput([&, alive](const QString &line) { lines << line; })
                                 .onErrorOutput([&](const QString &line) { errors << line; })
                                 .onShutdown([&](const qi::ShutdownReport &told) {
                                     shutdowns++;
                                     report = told;
                                 }))
                             .expect("Python");
        CHECK(python);
        CHECK(python.isRunning());
        CHECK(Runtime::current().handle() == python.handle());
        CHECK(python.exec(
            QStringLiteral("import sys; print('h\u00e9'); print('oh', file=sys.stderr)")));
        python.launch("launches:waits");
        CHECK(alive.use_count() == 2);
    }
    CHECK(alive.use_count() == 1);
    CHECK(lines == QStringList{QStringLiteral("h\u00e9")});
    CHECK(errors == QStringList{QStringLiteral("oh")});
    CHECK(shutdowns == 1);
    CHECK(report.clean);
    CHECK(report.tasksCancelled == 1);
    CHECK(Runtime::current().handle() == nullptr);
}

TEST_CASE("runtime is started again, and moved")
{
    Bare bare;
    for (int i = 0; i < 2; i++) {
        Runtime python = Runtime::start().expect("Python");
        CHECK(Runtime::start().status() == QI_ERR_STATE);
        Runtime moved = std::move(python);
        CHECK(moved.isRunning());
        CHECK_FALSE(python); // NOLINT(bugprone-use-after-move)
        python = std::move(moved);
        CHECK(python.isRunning());
        CHECK(value_of(python.eval<int>(QStringLiteral("1 + 1"))) == 2);
    }
}

TEST_CASE("runtime that is moved to itself goes on")
{
    Bare bare;
    Runtime python = Runtime::start().expect("Python");
    Runtime &same = python;
    python = std::move(same);
    CHECK(python.isRunning());
}

TEST_CASE("runtime may be destroyed in its own callbacks")
{
    Bare bare;
    const std::string by = GENERATE("shutdown", "error", "log", "output", "error output");
    static std::optional<Runtime> python;
    static std::weak_ptr<int> held; /* by the function that runs */
    static int calls, ended_too_soon;
    calls = ended_too_soon = 0;
    auto kept = std::make_shared<int>(7);
    held = kept;
    auto end = [kept = std::move(kept)](const auto &...) {
        python.reset();
        calls++;
        ended_too_soon += held.expired();
    };
    Config config;
    if (by == "shutdown")
        config.onShutdown(std::move(end));
    else if (by == "error")
        config.onError(std::move(end));
    else if (by == "log")
        config.onLog(std::move(end));
    else if (by == "output")
        config.onOutput(std::move(end));
    else
        config.onErrorOutput(std::move(end));
    python.emplace(Runtime::start(std::exchange(config, Config())).expect("Python"));
    if (by == "shutdown")
        CHECK(python->shutdown());
    else if (by == "output")
        CHECK(python->exec(QStringLiteral("print(1)")));
    else if (by == "error output")
        CHECK(python->exec(QStringLiteral("import sys; print(1, file=sys.stderr)")));
    else
        python->launch("no_such_module:function");
    CHECK(calls > 0);
    CHECK(ended_too_soon == 0);
    CHECK(held.expired() == (by != "shutdown")); /* in that the runtime is not CLOSED yet */
    CHECK(Runtime::current().handle() == nullptr);
}

TEST_CASE("runtime that was given up goes on")
{
    Bare bare;
    qi_runtime *handle = nullptr;
    {
        Runtime python = Runtime::start().expect("Python");
        handle = python.release();
    }
    CHECK(qi_runtime_state(handle) == QI_RUNTIME_STATE_RUNNING);
    Runtime borrowed(handle);
    CHECK(borrowed.shutdown());
    CHECK_FALSE(borrowed.isRunning());
    CHECK(borrowed.exec(QStringLiteral("1")).status() == QI_ERR_NOT_RUNNING);
    CHECK(Runtime().exec(QStringLiteral("1")).status() == QI_ERR_HANDLE);
    CHECK(Runtime().run<int>("a:b").result().status() == QI_ERR_HANDLE);
    CHECK(qi::run<int>("a:b").result().status() == QI_ERR_HANDLE);
}

TEST_CASE("shutdown that a coroutine asks for comes after the owner's end")
{
    Bare bare;
    int told = 0;
    {
        Runtime python = Runtime::start(Config()
                                            .modulePaths({QStringLiteral(QI_TEST_PLUGINS)})
                                            .onShutdown([&](const qi::ShutdownReport &) { told++; }))
                             .expect("Python");
        static Runtime *ending;
        ending = &python;
        void (*slot)() = [] { Runtime ends(std::move(*ending)); };
        python.launch("launches:calls_host", reinterpret_cast<qintptr>(slot));
        CHECK(told == 0);
    }
    bare.until([&] { return told == 1; });
    CHECK(Runtime::current().handle() == nullptr);
}

TEST_CASE("configuration that is wrong says so")
{
    Bare bare;
    const QString nowhere = QStringLiteral("/nowhere/venv");

    const qi::Error error = Runtime::start(Config().venv(nowhere)).error();
    CHECK(error.status == QI_ERR_INTERPRETER);
    CHECK(error.message.contains(nowhere));
    CHECK(Runtime::start(Config().slice(std::chrono::seconds(2))).status() == QI_ERR_ARGUMENT);
    Runtime python = Runtime::start(Config()
                                        .argv({QStringLiteral("host"), QStringLiteral("--x")})
                                        .programName(QStringLiteral("host"))
                                        .debug()
                                        .nested(qi::Nested::Hold)
                                        .nestedLimit(3)
                                        .slice(std::chrono::milliseconds(1))
                                        .grace(std::chrono::seconds(1))
                                        .cancelTime(std::chrono::seconds(1))
                                        .executorTime(std::chrono::seconds(1))
                                        .keepOnQuit())
                         .expect("Python");
    CHECK(value_of(python.eval<QStringList>(QStringLiteral("__import__('sys').argv"))) ==
          QStringList{QStringLiteral("host"), QStringLiteral("--x")});
    CHECK(value_of(
        python.eval<bool>(QStringLiteral("__import__('asyncio').get_running_loop().get_debug()"))));
    CHECK(python.setSlice(std::chrono::milliseconds(3)));
    CHECK(value_of(python.slice()) == std::chrono::milliseconds(3));
    CHECK(python.setDebug(true));
    CHECK(value_of(python.isDebug()));
    CHECK(python.setDebug(false));
    CHECK_FALSE(value_of(python.isDebug()));
    CHECK(python.setSlice(std::chrono::hours(3)).status() == QI_ERR_RANGE);
}

TEST_CASE("no application, no runtime")
{
    CHECK(Runtime::start().status() == QI_ERR_NO_APPLICATION);
}

TEST_CASE("errors that nobody awaits and the log come as Qt's texts")
{
    Bare bare;
    QList<qi::Error> errors;
    QList<qi::Origin> origins;
    QStringList log;
    Runtime python = Runtime::start(Config()
                                        .modulePaths({QStringLiteral(QI_TEST_PLUGINS)})
                                        .onError([&](const qi::Error &error, const qi::Origin &origin) {
                                            errors << error;
                                            origins << origin;
                                        })
                                        .onLog([&](qi::LogLevel level, const QString &source,
                                                   const QString &text) {
                                            if (level == qi::LogLevel::Warning)
                                                log << source + QLatin1Char(':') + text;
                                        }))
                         .expect("Python");
    QTimer timer;

    python.connect(&timer, &QTimer::timeout, "launches:raises", {}).expect("the timer");
    timer.start(0);
    bare.until([&] { return !errors.isEmpty(); });
    timer.stop();
    CHECK(errors[0].type == QLatin1String("ValueError"));
    CHECK(origins[0].signal.contains(QLatin1String("QTimer::timeout")));
    CHECK(origins[0].target == QLatin1String("launches:raises"));
    python.exec(QStringLiteral("import logging; logging.getLogger('shop').warning('low')"))
        .expect("the log");
    CHECK(log == QStringList{QStringLiteral("shop:low")});
}

TEST_CASE("source, files, expressions and objects")
{
    tests::Modern host;
    tests::Thing thing;
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("script.py"));
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write("answer = 42\n");
    file.close();

    CHECK(host.python.execFile(path));
    CHECK(value_of(host.python.eval<int>(QStringLiteral("answer"))) == 42);
    CHECK(host.python.execFile(QStringLiteral("/nowhere.py")).status() == QI_ERR_NOT_FOUND);
    CHECK(host.python.eval<int>(QStringLiteral("1/0")).error().type ==
          QLatin1String("ZeroDivisionError"));
    CHECK(host.python.eval<int>(QStringLiteral("'x'")).status() == QI_ERR_TYPE);
    CHECK(host.python.eval<void>(QStringLiteral("'x'")));
    CHECK(host.python.exec(QStringLiteral("1 +"), QStringLiteral("mine.py"))
              .error()
              .traceback.contains(QLatin1String("mine.py")));
    CHECK(host.python.registerObject(QStringLiteral("thing"), &thing));
    CHECK(value_of(host.python.eval<int>(QStringLiteral("__import__('qi').host.thing.fixed"))) == 42);
    CHECK(host.python.unregisterObject(QStringLiteral("thing")));
    CHECK(host.python.unregisterObject(QStringLiteral("thing")).status() == QI_ERR_NOT_FOUND);
    CHECK(host.python.registerObject(QStringLiteral("not a name"), &thing).status() ==
          QI_ERR_ARGUMENT);
}

TEST_CASE("stubs tell editors of what was registered")
{
    tests::Modern host;
    tests::Thing thing;
    QTemporaryDir folder;
    REQUIRE(host.python.registerObject(QStringLiteral("thing"), &thing));
    REQUIRE(host.python.writeStubs(folder.path()));
    CHECK(QFile::exists(folder.filePath(QStringLiteral("qi"))));
    CHECK(host.python.writeStubs(QString()).status() == QI_ERR_ARGUMENT);
    CHECK(host.python.writeStubs(QString(QChar(u'\0'))).status() == QI_ERR_ARGUMENT);
}

TEST_CASE("errors are reported by the host, too")
{
    tests::Modern host;
    qi_error error;
    qi_error_init(&error);
    error.status = QI_ERR_STATE;
    error.message = "no paper";
    qi_origin origin;
    qi_origin_init(&origin);
    origin.target = "printer:print";
    int status = QI_OK;

    CHECK(qi_error_report(&error, &origin) == QI_OK);
    CHECK(qi_error_report(&error, nullptr) == QI_OK);
    CHECK(qi_error_report(nullptr, nullptr) == QI_ERR_ARGUMENT);
    for (int no_error : {QI_OK + 0, 1}) {
        qi_error success = error;
        success.status = no_error;
        CHECK(qi_error_report(&success, nullptr) == QI_ERR_ARGUMENT);
        CHECK(qi_last_error()->status == QI_ERR_ARGUMENT);
    }
    std::thread([&] { status = qi_error_report(&error, nullptr); }).join();
    CHECK(status == QI_ERR_WRONG_THREAD);
    const auto reports = host.take_reports();
    REQUIRE(reports.size() == 2);
    CHECK(reports[0].message == "no paper");
    CHECK(reports[0].target == "printer:print");
}
