/* SPDX-License-Identifier: BSD-3-Clause */
// qi_asyncslot_connect(): which signal, which arguments, in which thread, how often.
#include <memory>
#include <thread>

#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/host.h"

using tests::Emitter;
using tests::Host;

namespace
{

qi_connection *connect(Host &host, QObject *sender, const char *signal, const char *target,
                       const qi_connection_options *options = nullptr)
{
    qi_connection *connection = nullptr;
    int status = qi_asyncslot_connect(host.runtime, sender, signal, target, options, &connection);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    REQUIRE(qi_connection_is_connected(connection));
    return connection;
}

std::string calls(Host &host)
{
    return host.eval("__import__('launches').calls");
}

} // namespace

TEST_CASE("first step runs inside the emission")
{
    Host host;
    Emitter emitter;
    qi_connection_release(connect(host, &emitter, "paired", "launches:record"));

    Q_EMIT emitter.paired(3, QStringLiteral("three"));
    CHECK(calls(host) == "[(3, 'three')]");
}

TEST_CASE("target may take fewer arguments than the signal has") // T22
{
    Host host;
    Emitter emitter;
    qi_connection_release(connect(host, &emitter, "flagged", "launches:raises"));
    qi_connection_release(connect(host, &emitter, "paired", "launches:waits"));

    Q_EMIT emitter.paired(4, QStringLiteral("four"));
    CHECK(calls(host) == "[4]");
    Q_EMIT emitter.flagged(true);
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].message.find("True") != std::string::npos);
}

TEST_CASE("target that wants more than the signal has is refused by name") // T22
{
    Host host;
    Emitter emitter;
    qi_connection *connection = nullptr;

    CHECK(qi_asyncslot_connect(host.runtime, &emitter, "numbered", "launches:two", nullptr,
                               &connection) == QI_ERR_TYPE);
    CHECK(connection == nullptr);
    std::string message = qi_last_error()->message;
    CHECK(message.find("launches:two") != std::string::npos);
    CHECK(message.find("numbered(int)") != std::string::npos);
    CHECK(qi_asyncslot_connect(host.runtime, &emitter, "numbered", "launches:keyword_only", nullptr,
                               nullptr) == QI_ERR_TYPE);
    qi_connection_release(connect(host, &emitter, "numbered", "launches:one_of_two"));
    Q_EMIT emitter.numbered(1);
    CHECK(calls(host) == "[(1, None)]");
}

TEST_CASE("arguments stay valid after the emission") // T23
{
    Host host;
    Emitter emitter;
    qi_connection_release(connect(host, &emitter, "overloaded(QString)", "launches:waits"));
    {
        QString text = QStringLiteral("passed by reference");
        Q_EMIT emitter.overloaded(text);
        text.fill(QLatin1Char('x'));
    }
    host.exec("import launches; launches.open_gate()");
    host.settle();
    CHECK(calls(host) == "['passed by reference']");
}

TEST_CASE("duplicate connections each launch, and each ends by its own handle") // T27
{
    Host host;
    Emitter emitter;
    qi_connection *first = connect(host, &emitter, "numbered", "launches:record");
    qi_connection *second = connect(host, &emitter, "numbered", "launches:record");
    qi_connection *other = connect(host, &emitter, "plain", "launches:record");

    Q_EMIT emitter.numbered(1);
    CHECK(calls(host) == "[(1,), (1,)]");
    CHECK(qi_connection_disconnect(first) == QI_OK);
    CHECK_FALSE(qi_connection_is_connected(first));
    Q_EMIT emitter.numbered(2);
    Q_EMIT emitter.plain();
    CHECK(calls(host) == "[(1,), (1,), (2,), ()]");
    CHECK(qi_connection_disconnect(second) == QI_OK);
    CHECK(qi_connection_disconnect(other) == QI_OK);
    Q_EMIT emitter.numbered(3);
    Q_EMIT emitter.plain();
    CHECK(calls(host) == "[(1,), (1,), (2,), ()]");
}

TEST_CASE("released handle leaves the connection alone")
{
    Host host;
    Emitter emitter;
    qi_connection *connection = connect(host, &emitter, "plain", "launches:record");

    qi_connection_release(connection);
    CHECK_FALSE(qi_connection_is_connected(connection));
    Q_EMIT emitter.plain();
    CHECK(calls(host) == "[()]");
}

TEST_CASE("single shot disconnects at the first emission")
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.flags = QI_CONNECTION_FLAG_SINGLE_SHOT;
    qi_connection *connection = connect(host, &emitter, "numbered", "launches:waits", &options);

    Q_EMIT emitter.numbered(1);
    Q_EMIT emitter.numbered(2);
    CHECK(calls(host) == "[1]");
    CHECK_FALSE(qi_connection_is_connected(connection));
    host.exec("import launches; launches.open_gate()");
    host.settle();
    CHECK(host.eval("launches.cancelled") == "[]");
    qi_connection_release(connection);
}

TEST_CASE("queued delivery comes after the emission")
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.delivery = QI_DELIVERY_QUEUED;
    qi_connection_release(connect(host, &emitter, "numbered", "launches:record", &options));

    Q_EMIT emitter.numbered(1);
    CHECK(calls(host) == "[]");
    host.settle();
    CHECK(calls(host) == "[(1,)]");
}

TEST_CASE("emission in another thread launches in the GUI thread") // T25
{
    Host host;
    Emitter emitter;
    qi_connection_release(connect(host, &emitter, "plain", "launches:thread_is_main"));

    std::thread([&] { Q_EMIT emitter.plain(); }).join();
    CHECK(host.eval("__import__('launches').threads") == "[]");
    host.settle();
    CHECK(host.eval("__import__('launches').threads") == "[True]");
}

TEST_CASE("sender that lives in another thread") // T25
{
    Host host;
    QThread thread;
    auto *emitter = new Emitter;
    emitter->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, emitter, &QObject::deleteLater);
    thread.start();
    qi_connection *connection = connect(host, emitter, "numbered", "launches:record");

    QTimer::singleShot(0, emitter, [emitter] {
        for (int i = 0; i < 3; i++)
            Q_EMIT emitter->numbered(i);
    });
    host.until([&] { return calls(host) == "[(0,), (1,), (2,)]"; });
    thread.quit();
    thread.wait();
    host.until([&] { return !qi_connection_is_connected(connection); });
    qi_connection_release(connection);
}

TEST_CASE("plain function is called where that is allowed")
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);

    CHECK(qi_asyncslot_connect(host.runtime, &emitter, "numbered", "launches:plain", &options,
                               nullptr) == QI_ERR_NOT_COROUTINE);
    options.flags = QI_CONNECTION_FLAG_ALLOW_PLAIN;
    qi_connection_release(connect(host, &emitter, "numbered", "launches:plain", &options));
    Q_EMIT emitter.numbered(1);
    CHECK(calls(host) == "[(1,)]");

    qi_connection_release(connect(host, &emitter, "plain", "launches:plain_raises", &options));
    Q_EMIT emitter.plain();
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type == "KeyError");
    CHECK(reports[0].signal.find("plain()") != std::string::npos);
}

TEST_CASE("exception of a launched task is reported once, with its origin") // T26
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.task_name = "clicked";
    qi_connection_release(connect(host, &emitter, "plain", "launches:raises", &options));
    qi_connection_release(connect(host, &emitter, "plain", "launches:raises_later", &options));
    qi_connection_release(connect(host, &emitter, "plain", "launches:cancels_itself", &options));

    Q_EMIT emitter.plain();
    host.settle();
    host.exec("import gc; gc.collect()");
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 2);
    for (const tests::Report &report : reports) {
        CHECK(report.status == QI_ERR_PYTHON);
        CHECK(report.type == "ValueError");
        CHECK(report.task == "clicked");
        CHECK(report.signal == "tests::Emitter::plain()");
        CHECK(report.target.find("launches:raises") == 0);
        CHECK(report.traceback.find("launches.py") != std::string::npos);
    }
    CHECK(reports[0].message.find("at once") != std::string::npos);
    CHECK(reports[1].message.find("later") != std::string::npos);
}

TEST_CASE("callable handle is a target too")
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);

    REQUIRE(qi_callable_resolve(host.runtime, "launches:record", &options.callable) == QI_OK);
    qi_connection_release(connect(host, &emitter, "plain", nullptr, &options));
    qi_callable_release(options.callable);
    Q_EMIT emitter.plain();
    CHECK(calls(host) == "[()]");
}

TEST_CASE("keyword arguments are given to every call, beside those of the signal")
{
    Host host;
    Emitter emitter;
    QObject object;
    host.exec("import qi\n"
              "calls = []\n"
              "async def slot(*args, **named): calls.append((args, named))\n"
              "async def needs(number, *, factor): calls.append(number * factor)\n"
              "async def first(number, text='none'): calls.append((number, text))");
    char key[] = "factor";
    qi_value item = qi_int(3);
    qi_entry entries[] = {{qi_text(key), item}, {qi_text("list"), qi_list(&item, 1)}};
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.kwargs = entries;
    options.kwarg_count = 2;
    qi_connection *connection = connect(host, &emitter, "numbered", "__main__:slot", &options);
    options.kwarg_count = 1;
    qi_connection_release(connect(host, &emitter, "numbered", "__main__:needs", &options));
    key[0] = '?'; /* they were copied */
    item = qi_none();
    Q_EMIT emitter.numbered(7);
    Q_EMIT emitter.numbered(8);
    CHECK(host.eval("calls") ==
          "[((7,), {'factor': 3, 'list': [3]}), 21, ((8,), {'factor': 3, 'list': [3]}), 24]");
    REQUIRE(qi_connection_disconnect(connection) == QI_OK);

    /* What is given by name takes its place among those of the signal. */
    entries[0] = {qi_text("text"), qi_text("named")};
    host.exec("calls.clear()");
    qi_connection_release(connect(host, &emitter, "paired", "__main__:first", &options));
    Q_EMIT emitter.paired(1, QStringLiteral("emitted"));
    CHECK(host.eval("calls") == "[(1, 'named')]");
}

TEST_CASE("keyword arguments that the target does not take are refused at the connection")
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);
    qi_entry entries[] = {{qi_text("wrong"), qi_int(1)}, {qi_text("wrong"), qi_int(2)}};
    const auto refused = [&](const char *target) {
        return qi_asyncslot_connect(host.runtime, &emitter, "numbered", target, &options, nullptr);
    };

    options.kwargs = entries;
    options.kwarg_count = 1;
    CHECK(refused("launches:one_of_two") == QI_ERR_TYPE);
    const std::string message = qi_last_error()->message;
    CHECK(message.find("launches:one_of_two") != std::string::npos);
    CHECK(message.find("'wrong'") != std::string::npos);
    options.kwarg_count = 2;
    CHECK(refused("launches:one_of_two") == QI_ERR_ARGUMENT);
    options.kwarg_count = 1;
    entries[0].key = qi_int(1);
    CHECK(refused("launches:one_of_two") == QI_ERR_TYPE);
    entries[0] = {qi_text("b"), qi_text("\xff")};
    CHECK(refused("launches:one_of_two") == QI_ERR_ENCODING);
    options.kwargs = nullptr;
    CHECK(refused("launches:one_of_two") == QI_ERR_ARGUMENT);
    Q_EMIT emitter.numbered(1);
    CHECK(calls(host) == "[]");
}

TEST_CASE("keyword arguments stay with a call that waits its turn, and those of an object that "
          "dies raise")
{
    Host host;
    Emitter emitter;
    auto object = std::make_unique<QObject>();
    host.exec("import asyncio, qi\n"
              "calls, gates = [], []\n"
              "async def slot(number, *, of):\n"
              "    gate = asyncio.get_running_loop().create_future()\n"
              "    gates.append(gate)\n"
              "    await gate\n"
              "    calls.append((number, of.alive))");
    const qi_entry entry = {qi_text("of"), qi_qobject(object.get())};
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.overlap = QI_OVERLAP_QUEUE;
    options.kwargs = &entry;
    options.kwarg_count = 1;
    qi_connection_release(connect(host, &emitter, "numbered", "__main__:slot", &options));
    Q_EMIT emitter.numbered(1);
    Q_EMIT emitter.numbered(2);
    host.exec("gates.pop().set_result(None)");
    host.until([&] { return host.eval("len(calls), len(gates)") == "(1, 1)"; });
    object.reset();
    host.exec("gates.pop().set_result(None)");
    host.until([&] { return host.eval("len(calls)") == "2"; });
    CHECK(host.eval("calls") == "[(1, True), (2, False)]");
}
