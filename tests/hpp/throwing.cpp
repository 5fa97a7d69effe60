/* SPDX-License-Identifier: BSD-3-Clause */
// What functions of the application throw: one rule, whenever they are called.
#include <stdexcept>

#include <QtCore/qthread.h>

#include "tests/support/modern.h"

using tests::Modern;

using namespace std::chrono_literals;

namespace
{

/* Waits for the one report that is due, and checks what it says. */
void check_told(Modern &host, const std::string &what, const std::string &target)
{
    std::vector<tests::Report> reports;
    host.until([&] {
        for (const tests::Report &report : host.take_reports())
            reports.push_back(report);
        return !reports.empty();
    });
    host.settle();
    REQUIRE(reports.size() == 1);
    CHECK(host.take_reports().empty());
    CHECK(reports[0].status == QI_ERR_STATE);
    CHECK(reports[0].message.find(what) == 0);
    CHECK(reports[0].message.find("out of ink") != std::string::npos);
    CHECK(reports[0].target == target);
    CHECK(reports[0].task == "press");
    CHECK(host.eval("1 + 1") == "2");
}

qi::TaskOptions named()
{
    qi::TaskOptions options;
    options.name = QStringLiteral("press");
    return options;
}

[[noreturn]] void fail()
{
    throw std::runtime_error("out of ink");
}

} // namespace

TEST_CASE("what then() calls may throw while the task was pending")
{
    Modern host;
    QObject context;
    int called = 0;
    const auto task = host.python.run<int>(named(), "launches:returns_later", 1);

    task.then(&context, [](qi::Result<int>) { fail(); });
    task.then(&context, [&](qi::Result<int>) { called++; });
    check_told(host, "then()", "launches:returns_later");
    host.until([&] { return called == 1; }); // the others are called all the same
}

TEST_CASE("what then() calls may throw when the task has ended before")
{
    Modern host;
    QObject context;
    const auto task = host.python.run<int>(named(), "launches:returns", 1);

    REQUIRE(task.state() == qi::TaskState::Done);
    task.then(&context, [](qi::Result<int>) { fail(); });
    check_told(host, "then()", "launches:returns");
}

TEST_CASE("what then() calls may throw in another thread")
{
    Modern host;
    QThread thread;
    auto *context = new QObject;
    context->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, context, &QObject::deleteLater);
    thread.start();

    SECTION("of a task that ended before")
    {
        host.python.run<int>(named(), "launches:returns", 1).then(context, [](qi::Result<int>) {
            fail();
        });
        check_told(host, "then()", "launches:returns");
    }
    SECTION("of a task that was pending")
    {
        host.python.run<int>(named(), "launches:returns_later", 1).then(context, [](qi::Result<int>) {
            fail();
        });
        check_told(host, "then()", "launches:returns_later");
    }
    SECTION("of a launch that failed")
    {
        host.python.run<int>(named(), "launches:nowhere").then(context, [](qi::Result<int>) {
            fail();
        });
        check_told(host, "then()", "launches:nowhere");
    }
    thread.quit();
    thread.wait();
}

TEST_CASE("what gets the progress may throw")
{
    Modern host;
    QObject context;
    host.exec("import qi\nasync def goes_on():\n    qi.progress(1, 2)\n");
    qi::TaskOptions options = named();

    SECTION("as an option")
    {
        options.progress = [](const qi::Progress &) { fail(); };
        const qi::Task<> task = host.python.run(options, "__main__:goes_on");
        check_told(host, "onProgress()", "__main__:goes_on");
    }
    SECTION("afterwards")
    {
        const qi::Task<> task = host.python.run(options, "__main__:goes_on");
        host.ended(task);
        task.onProgress(&context, [](const qi::Progress &) { fail(); });
        check_told(host, "onProgress()", "__main__:goes_on");
    }
}

TEST_CASE("what is no exception of the standard's is reported, too")
{
    Modern host;
    QObject context;

    host.python.run(named(), "launches:returns").then(&context, [](qi::Result<void>) { throw 7; });
    host.until([] { return true; });
    host.settle();
    const auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].message.find("no std::exception") != std::string::npos);
}

TEST_CASE("callbacks of the configuration may throw")
{
    int argc = 1;
    char name[] = "host", *argv[] = {name, nullptr};
    const QCoreApplication application(argc, argv);
    QStringList told;
    bool closed = false;
    {
        qi::Runtime python = qi::Runtime::start(
                                 qi::Config()
                                     .onOutput([](const QString &) { fail(); })
                                     .onErrorOutput([](const QString &) { fail(); })
                                     .onLog([](qi::LogLevel, const QString &, const QString &) {
                                         fail();
                                     })
                                     .onShutdown([&](const qi::ShutdownReport &) {
                                         closed = true;
                                         fail();
                                     })
                                     .onError([&](const qi::Error &error, const qi::Origin &) {
                                         told << error.message;
                                         fail();
                                     }))
                                 .expect("Python");
        for (const char *source : {"print('line')", "import sys; print('line', file=sys.stderr)",
                                   "import logging; logging.getLogger('x').warning('line')"}) {
            told.clear();
            CHECK(python.exec(QString::fromLatin1(source)));
            CHECK(!told.isEmpty());
            CHECK(told.value(0).contains(QLatin1String("out of ink")));
        }
        CHECK(*python.eval<int>(QStringLiteral("1 + 1")) == 2);
    }
    CHECK(closed);
}
