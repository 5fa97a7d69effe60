/* SPDX-License-Identifier: BSD-3-Clause */
// qi::Monitor, interrupts, output and audit of a runtime, the debugger and the doctor.
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qfile.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qsemaphore.h>

#include "tests/support/emitter.h"
#include "tests/support/modern.h"

using std::chrono::milliseconds;
using tests::value_of;

namespace
{

const QString spins = QStringLiteral("while True: pass");

} // namespace

TEST_CASE("the watchdog tells of a stall, and interrupts it where the answer says so")
{
    tests::Modern host;
    std::mutex mutex;
    QList<qi::Stall> stalls;
    qi::WatchdogOptions options;
    options.limit = milliseconds(100);
    options.stalled = [&](const qi::Stall &stall) {
        const std::lock_guard<std::mutex> lock(mutex);
        stalls << stall;
        return qi::StallAnswer::Interrupt;
    };
    REQUIRE(host.python.monitor().startWatchdog(options));
    CHECK(host.python.exec(spins, QStringLiteral("endless.py")).error().type ==
          QLatin1String("qi.Interrupted"));
    REQUIRE(host.python.monitor().stopWatchdog());
    REQUIRE_FALSE(stalls.isEmpty());
    CHECK(stalls[0].duration >= milliseconds(100));
    CHECK(stalls[0].reports == 0);
    CHECK_FALSE(stalls[0].over);
    CHECK(stalls[0].stack.contains(QLatin1String("endless.py")));
}

TEST_CASE("slow steps are told, and options that are wrong change nothing")
{
    tests::Modern host;
    QList<qi::SlowStep> steps;
    auto alive = std::make_shared<int>(0);
    qi::WatchdogOptions options;
    options.slowStep = milliseconds(10);
    options.slow = [&, alive](const qi::SlowStep &step) { steps << step; };
    REQUIRE(host.python.monitor().startWatchdog(options));
    options.limit = milliseconds(1);
    CHECK(host.python.monitor().startWatchdog(options).status() == QI_ERR_RANGE);
    options = {};
    host.exec("import asyncio, time\n"
              "async def slow(): await asyncio.sleep(0); time.sleep(0.05)\n");
    host.ended(host.python.run("__main__:slow"));
    host.until([&] { return !steps.isEmpty(); });
    CHECK(steps[0].duration >= milliseconds(10));
    CHECK(steps[0].coroutine.endsWith(QLatin1String("slow")));
    CHECK(alive.use_count() > 1);
    REQUIRE(host.python.monitor().stopWatchdog());
    host.until([&] { return alive.use_count() == 1; });
}

#ifndef __SANITIZE_THREAD__ /* which holds signals back from code that calls nothing of the C library */
TEST_CASE("another thread interrupts what holds the GUI thread")
{
    tests::Modern host;
    CHECK(host.python.interrupt().status() == QI_ERR_STATE);
    std::atomic<bool> ended{false};
    std::thread worker([&] {
        while (!ended) {
            if (host.python.interrupt(QStringLiteral("no more")).status() != QI_OK)
                continue;
            /* A second one would hit whoever reports the first, unless that came too early. */
            for (int i = 0; i < 100 && !ended; i++)
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    });
    const qi::Error error = host.python.exec(spins).error();
    ended = true;
    worker.join();
    CHECK(error.type == QLatin1String("qi.Interrupted"));
    CHECK(error.message.contains(QLatin1String("no more")));
}
#endif

TEST_CASE("tasks are listed with what they wait for, and cancelled by their number")
{
    tests::Modern host;
    const qi::Monitor monitor = host.python.monitor();
    REQUIRE(monitor.traceTasks());
    host.exec("import asyncio\n"
              "async def inner(): await asyncio.Event().wait()\n"
              "async def outer(): await asyncio.create_task(inner(), name='child')\n");
    qi::TaskOptions options;
    options.name = QStringLiteral("parent");
    const qi::Task<> task = host.python.run(options, "__main__:outer");
    host.settle();
    const QList<qi::TaskInfo> tasks = value_of(monitor.tasks());
    REQUIRE(tasks.size() == 2);
    const qi::TaskInfo &parent = tasks[tasks[0].name == QLatin1String("parent") ? 0 : 1],
                       &child = tasks[tasks[0].name == QLatin1String("parent") ? 1 : 0];
    CHECK(parent.id == task.id());
    CHECK(parent.state == QLatin1String("waiting"));
    CHECK(parent.target == QLatin1String("__main__:outer"));
    CHECK(parent.parent == 0);
    CHECK(parent.ageKnown);
    CHECK(parent.age >= milliseconds(0));
    CHECK_FALSE(parent.current);
    CHECK_FALSE(parent.waitingFor.isEmpty());
    REQUIRE_FALSE(parent.stack.isEmpty());
    CHECK(parent.stack[0].function == QLatin1String("outer"));
    CHECK(parent.stack[0].line == 3);
    CHECK(child.name == QLatin1String("child"));
    CHECK(child.parent == parent.id);
    CHECK(child.coroutine == QLatin1String("__main__:inner"));

    const qi::LoopCounters counters = value_of(monitor.counters());
    CHECK(counters.tasks == 2);
    CHECK(counters.turns > 0);
    CHECK(counters.callbacks > 0);
    CHECK(counters.busy > std::chrono::nanoseconds(0));

    CHECK(monitor.cancel(child.id));
    host.ended(task);
    CHECK(task.result().error().isCancelled());
    CHECK(monitor.cancel(child.id).status() == QI_ERR_NOT_FOUND);
    REQUIRE(monitor.traceTasks(false));
}

TEST_CASE("output is heard with its stream until the listener goes")
{
    tests::Modern host;
    QList<qi::OutputLine> lines;
    auto alive = std::make_shared<int>(0);
    {
        const qi::Listener listener = host.python
                                          .listenToOutput([&, alive](const qi::OutputLine &line) {
                                              lines << line;
                                          })
                                          .expect("a listener");
        CHECK(listener);
        CHECK(alive.use_count() == 2);
        host.exec("import sys; print('one'); print('two', file=sys.stderr)");
        host.exec("import logging; logging.getLogger('x').warning('three')");
    }
    CHECK(alive.use_count() == 1);
    host.exec("print('four')");
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].text == QLatin1String("one"));
    CHECK(lines[0].stream == qi::OutputStream::Stdout);
    CHECK(lines[1].stream == qi::OutputStream::Stderr);
    CHECK(lines[2].stream == qi::OutputStream::Log);
    CHECK(lines[2].text.contains(QLatin1String("three")));
    CHECK(lines[0].plugin.isEmpty());

    CHECK(host.python.listenToOutput({}).status() == QI_ERR_ARGUMENT);
    CHECK(qi::Listener().release());
    qi::Listener moved = host.python
                             .listenToOutput(
                                 [&, alive](const qi::OutputLine &line) { lines << line; })
                             .expect("a listener");
    moved.detach();
    CHECK_FALSE(moved);
    host.exec("print('five')");
    CHECK(lines.size() == 4);
    host.shutdown();
    CHECK(alive.use_count() == 1);
}

TEST_CASE("events are heard by their name, with their arguments as types")
{
    tests::Modern host;
    QStringList texts, all;
    auto alive = std::make_shared<int>(0);
    qi::Listener named = host.python
                             .listenToEvents(
                                 QStringLiteral("document.loaded"),
                                 [&, alive](const qi::Event &event) {
                                     texts << event.argument<QString>(0).value_or(QString());
                                     CHECK(event.count() == 1);
                                     CHECK(value_of(event.named<int>("size")) == 4711);
                                     CHECK(value_of(event.named<std::optional<int>>("none")) ==
                                           std::nullopt);
                                     CHECK(value_of(event.argument<std::optional<int>>(1)) ==
                                           std::nullopt);
                                     CHECK(event.argument<int>(0).status() == QI_ERR_TYPE);
                                     CHECK(event.plugin().isEmpty());
                                 })
                             .expect("a listener");
    const qi::Listener any = host.python
                                 .listenToEvents(
                                     QString(), [&](const qi::Event &event) { all << event.name(); })
                                 .expect("a listener");
    host.exec("import qi; qi.host.emit('document.loaded', 'letter.odt', size=4711)");
    CHECK(texts == QStringList{QStringLiteral("letter.odt")});
    CHECK(named.release());
    CHECK(alive.use_count() == 1);
    host.exec("qi.host.emit('document.loaded'); qi.host.emit('other')");
    CHECK(texts.size() == 1);
    CHECK(all == QStringList{QStringLiteral("document.loaded"), QStringLiteral("document.loaded"),
                             QStringLiteral("other")});
    CHECK(host.python.listenToEvents(QStringLiteral("x"), {}).status() == QI_ERR_ARGUMENT);
    CHECK(host.python.listenToEvents(QString(QChar(u'\0')), [](const qi::Event &) {}).status() ==
          QI_ERR_ARGUMENT);
}

TEST_CASE("connections are listed with what they launch")
{
    tests::Modern host;
    tests::Emitter emitter, owner;
    host.exec("import asyncio\n"
              "async def work(*args): await asyncio.Event().wait()\n");
    qi::ConnectOptions options;
    options.owner = &owner;
    options.overlap = qi::Overlap::Queue;
    qi::Connection connection = host.python
                                    .connect(&emitter, &tests::Emitter::numbered, "__main__:work",
                                             options)
                                    .expect("a connection");
    Q_EMIT emitter.numbered(1);
    Q_EMIT emitter.numbered(2);
    const QList<qi::ConnectionInfo> all = value_of(host.python.monitor().connections());
    REQUIRE(all.size() == 1);
    CHECK(all[0].id == connection.id());
    CHECK(all[0].id != 0);
    CHECK(all[0].signal == QLatin1String("tests::Emitter::numbered(int)"));
    CHECK(all[0].target == QLatin1String("__main__:work"));
    CHECK(all[0].sender == &emitter);
    CHECK(all[0].owner == &owner);
    CHECK(all[0].language == QLatin1String("c"));
    CHECK(all[0].emissions == 2);
    CHECK(all[0].launched == 1);
    CHECK(all[0].running == 1);
    CHECK(all[0].waiting == 1);
    CHECK(connection.disconnect());
    CHECK(value_of(host.python.monitor().connections()).isEmpty());
    CHECK(qi::Connection().id() == 0);
}

TEST_CASE("the audit answers whether code may go on, and is taken away by an empty function")
{
    tests::Modern host;
    QStringList seen;
    auto alive = std::make_shared<int>(0);
    REQUIRE(host.python.setAudit([&, alive](const qi::AuditEvent &event) {
        if (event.name.startsWith(QLatin1String("test.")))
            seen << event.name + event.arguments + event.plugin;
        return event.name != QLatin1String("test.no");
    }));
    host.exec("import sys; sys.audit('test.yes', 1)");
    CHECK(host.python.exec(QStringLiteral("sys.audit('test.no')")).error().type ==
          QLatin1String("PermissionError"));
    REQUIRE(host.python.setAudit(nullptr));
    host.exec("sys.audit('test.no')");
    CHECK(seen == QStringList{QStringLiteral("test.yes(1,)"), QStringLiteral("test.no()")});
    host.shutdown();
    CHECK(alive.use_count() == 1);
    CHECK(host.python.setAudit([](const qi::AuditEvent &) { return true; }).status() < 0);
}

TEST_CASE("an audit that throws has said no, and is reported")
{
    tests::Modern host;
    REQUIRE(host.python.setAudit([](const qi::AuditEvent &event) -> bool {
        if (event.name == QLatin1String("test.any"))
            throw std::runtime_error("upside down");
        return true;
    }));
    CHECK(host.python.exec(QStringLiteral("import sys; sys.audit('test.any')")).error().type ==
          QLatin1String("PermissionError"));
    REQUIRE(host.python.setAudit({}));
    const auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].message.find("upside down") != std::string::npos);
}

TEST_CASE("a debugger is told where to attach")
{
    tests::Modern host;
    const qi::DebuggerAddress address = value_of(host.python.debugger().listen());
    CHECK(address.backend == QLatin1String("pdb"));
    CHECK(QFile::exists(address.path));
    CHECK(address.text.contains(address.path));
    CHECK_FALSE(host.python.debugger().isAttached());
    CHECK(host.python.debugger().stop());
    CHECK_FALSE(QFile::exists(address.path));
    CHECK(host.python.debugger().stop());
    CHECK(host.python.debugger().listen(QStringLiteral("gdb")).status() == QI_ERR_PYTHON);
    CHECK_FALSE(qi::Runtime().debugger().isAttached());
}

TEST_CASE("the doctor looks at what a runtime shall be started with, where none runs")
{
    const qi::Diagnosis well = value_of(qi::Doctor().examine());
    CHECK_FALSE(well.checks.isEmpty());
    CHECK_FALSE(well.text.isEmpty());
    const QJsonObject json = QJsonDocument::fromJson(well.json.toUtf8()).object();
    CHECK(json[QStringLiteral("ok")].toBool() == well.ok);
    CHECK(json[QStringLiteral("checks")].toArray().size() == well.checks.size());

    const qi::Diagnosis ill = value_of(
        qi::Doctor()
            .config(qi::Config().modulePaths({QStringLiteral("/nowhere/at/all")}))
            .pluginFolders({QStringLiteral("/no/plugins")})
            .examine());
    CHECK(ill.text.contains(QLatin1String("/nowhere/at/all")));
    CHECK(ill.text.contains(QLatin1String("/no/plugins")));
    const QString cut = QString(QChar(u'\0'));
    CHECK(qi::Doctor().pluginFolders({cut}).examine().status() == QI_ERR_ARGUMENT);
    CHECK(qi::Doctor().config(qi::Config().home(cut)).examine().status() == QI_ERR_ARGUMENT);
}
