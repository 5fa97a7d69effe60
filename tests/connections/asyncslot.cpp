/* SPDX-License-Identifier: BSD-3-Clause */
// qi.asyncslot() in plugins, connected to signals of the host's objects.
#include <algorithm>
#include <thread>

#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/host.h"

using tests::Emitter;
using tests::Host;

namespace
{

/* A host whose emitter the plugin knows as `emitter`. */
struct Desk : Host {
    Desk()
    {
        REQUIRE(qi_object_register(runtime, "emitter", &emitter) == QI_OK);
        exec("import asyncio, gc, launches, qi\n"
             "emitter = qi.host.emitter\n"
             "calls = launches.calls");
    }

    Emitter emitter;
};

} // namespace

TEST_CASE("first step runs inside the emission, with as many arguments as fit") // T22
{
    Desk desk;
    desk.exec("emitter.paired.connect(qi.asyncslot(launches.record))\n"
              "emitter.paired.connect(qi.asyncslot(launches.waits))");
    Q_EMIT desk.emitter.paired(1, QStringLiteral("one"));
    CHECK(desk.eval("calls") == "[(1, 'one'), 1]");
}

TEST_CASE("slot that emits from a coroutine launches the other slot inside it") // T13
{
    Desk desk;
    desk.exec(
        "order = []\n"
        "async def inner(number):\n"
        "    order.append(('inner', number)); await asyncio.sleep(0); order.append('inner ends')\n"
        "async def outer():\n"
        "    me = asyncio.current_task()\n"
        "    order.append('outer'); emitter.numbered.emit(5); order.append('outer goes on')\n"
        "    assert asyncio.current_task() is me\n"
        "    await asyncio.sleep(0)\n"
        "emitter.plain.connect(qi.asyncslot(outer))\n"
        "emitter.numbered.connect(qi.asyncslot(inner))");
    Q_EMIT desk.emitter.plain();
    CHECK(desk.eval("order") == "['outer', ('inner', 5), 'outer goes on']");
    desk.settle();
    CHECK(desk.eval("order[-1]") == "'inner ends'");
}

TEST_CASE("exception that nobody awaits is reported once") // T26
{
    Desk desk;
    desk.exec("emitter.plain.connect(qi.asyncslot(launches.raises))\n"
              "emitter.plain.connect(qi.asyncslot(launches.raises_later))\n"
              "emitter.plain.connect(qi.asyncslot(launches.cancels_itself))");
    Q_EMIT desk.emitter.plain();
    desk.settle();
    desk.exec("gc.collect()");
    auto reports = desk.take_reports();
    REQUIRE(reports.size() == 2);
    for (const tests::Report &report : reports) {
        CHECK(report.type == "ValueError");
        CHECK(report.traceback.find("launches.py") != std::string::npos);
        CHECK(report.signal == "tests::Emitter::plain()");
    }
    CHECK(reports[0].target == "launches:raises");
    CHECK(reports[1].target == "launches:raises_later");
}

TEST_CASE("report names signal and slot, however the slot was made and connected") // T26
{
    Desk desk;
    desk.exec("class Receiver:\n"
              "    async def on(self): raise ValueError\n"
              "    async def later(self): await asyncio.sleep(0); raise ValueError\n"
              "    @qi.asyncslot\n"
              "    async def of_class(self): raise ValueError\n"
              "    @qi.asyncslot(overlap='queue')\n"
              "    async def queued(self): await asyncio.sleep(0); raise ValueError\n"
              "    async def wants_more(self, a): pass\n"
              "receiver = Receiver()\n"
              "both = qi.asyncslot(receiver.on)\n"
              "emitter.plain.connect(both)\n"
              "emitter.flagged.connect(both)\n"
              "emitter.plain.connect(qi.asyncslot(receiver.later))\n"
              "emitter.plain.connect(receiver.of_class)\n"
              "emitter.plain.connect(receiver.queued)\n"
              "emitter.flagged.connect(receiver.queued)");
    Q_EMIT desk.emitter.plain();
    Q_EMIT desk.emitter.flagged(true);
    desk.settle();
    desk.exec("gc.collect()");
    std::vector<std::string> origins;
    for (const tests::Report &report : desk.take_reports())
        origins.push_back(report.signal + " " + report.target);
    std::sort(origins.begin(), origins.end());
    const std::string on = "tests::Emitter::flagged(bool) __main__:Receiver.",
                      off = "tests::Emitter::plain() __main__:Receiver.";
    CHECK(origins == std::vector<std::string>{on + "on", on + "queued", off + "later",
                                              off + "of_class", off + "on", off + "queued"});

    desk.exec("try: emitter.plain.connect(qi.asyncslot(receiver.wants_more))\n"
              "except TypeError as error: refused = str(error)");
    CHECK(desk.eval("refused") == "'__main__:Receiver.wants_more wants 1 arguments, but "
                                  "tests::Emitter::plain() gives 0'"); // T22
}

TEST_CASE("exception that leaves a slot before there is a coroutine names signal and slot") // T26
{
    Desk desk;
    desk.exec("class Receiver:\n"
              "    def plain(self): return 3\n"
              "receiver = Receiver()\n"
              "emitter.plain.connect(qi.asyncslot(receiver.plain))");
    Q_EMIT desk.emitter.plain();
    auto reports = desk.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type == "TypeError");
    CHECK(reports[0].signal == "tests::Emitter::plain()");
    CHECK(reports[0].target == "__main__:Receiver.plain");
}

TEST_CASE("exception of a task that somebody awaits is not reported") // T26
{
    Desk desk;
    desk.exec("async def fails():\n"
              "    tasks.append(asyncio.current_task()); await asyncio.sleep(0); raise ValueError\n"
              "async def looks():\n"
              "    try: await tasks[0]\n"
              "    except ValueError: calls.append('seen')\n"
              "tasks = []\n"
              "emitter.plain.connect(qi.asyncslot(fails))");
    Q_EMIT desk.emitter.plain();
    desk.exec("qi.run_task(looks())");
    desk.settle();
    desk.exec("tasks.clear(); gc.collect()");
    CHECK(desk.eval("calls") == "['seen']");
}

TEST_CASE("owner takes the tasks of the wrapper along") // T20
{
    Desk desk;
    auto *owner = new QObject;
    REQUIRE(qi_object_register(desk.runtime, "owner", owner) == QI_OK);
    desk.exec("emitter.plain.connect(qi.asyncslot(launches.waits, owner=qi.host.owner))");
    Q_EMIT desk.emitter.plain();
    delete owner;
    desk.settle();
    CHECK(desk.eval("launches.cancelled") == "[None]");
    Q_EMIT desk.emitter.plain();
    CHECK(desk.eval("calls") == "[None]");
}

TEST_CASE("owner that dies in another thread") // T20
{
    Desk desk;
    QObject *owner = nullptr;
    std::thread([&] { owner = new QObject; }).join();
    REQUIRE(qi_object_register(desk.runtime, "owner", owner) == QI_OK);
    desk.exec("emitter.plain.connect(qi.asyncslot(launches.waits, owner=qi.host.owner))");
    Q_EMIT desk.emitter.plain();
    std::thread([&] { delete owner; }).join();
    desk.settle();
    CHECK(desk.eval("launches.cancelled") == "[None]");
}

TEST_CASE("method's connection ends with its object") // T20
{
    Desk desk;
    desk.exec("class Receiver:\n"
              "    async def on_plain(self): calls.append(self)\n"
              "receiver = Receiver()\n"
              "emitter.plain.connect(qi.asyncslot(receiver.on_plain))\n"
              "gc.collect()");
    Q_EMIT desk.emitter.plain();
    CHECK(desk.eval("len(calls)") == "1");
    desk.exec("calls.clear()");
    desk.settle();
    desk.exec("del receiver; gc.collect()");
    Q_EMIT desk.emitter.plain();
    CHECK(desk.eval("len(calls)") == "0");
}

TEST_CASE("several signals to one wrapper, each disconnected apart") // T27
{
    Desk desk;
    desk.exec("class Receiver:\n"
              "    async def on(self, *args): calls.append(args)\n"
              "receiver = Receiver()\n"
              "slot = qi.asyncslot(receiver.on)\n"
              "emitter.plain.connect(slot)\n"
              "first = emitter.numbered.connect(slot)\n"
              "second = emitter.numbered.connect(slot)");
    Q_EMIT desk.emitter.plain();
    Q_EMIT desk.emitter.numbered(1);
    CHECK(desk.eval("calls") == "[(), (1,), (1,)]");
    desk.exec("calls.clear(); first.disconnect(); emitter.plain.disconnect(slot)");
    Q_EMIT desk.emitter.plain();
    Q_EMIT desk.emitter.numbered(2);
    CHECK(desk.eval("calls") == "[(2,)]");
}

namespace
{

Emitter *the_emitter;

/* What a modal dialog is to a coroutine that opens it: Qt runs on, and the user clicks again. */
void emit_in_nested_loop()
{
    QEventLoop loop;
    QTimer::singleShot(0, the_emitter, [] { Q_EMIT the_emitter->numbered(2); });
    QTimer::singleShot(0, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace

TEST_CASE("emission in a nested event loop finds the slot busy with its first step") // T01
{
    struct {
        const char *overlap, *inside, *after;
    } const cases[] = {
        {"concurrent", "[1, 2]", "[1, 2]"}, {"drop", "[1]", "[1]"},      {"queue", "[1]", "[1, 2]"},
        {"restart", "[1, 2]", "[1, 2]"},    {"latest", "[1]", "[1, 2]"},
    };
    Desk desk;
    the_emitter = &desk.emitter;
    void (*nested)() = emit_in_nested_loop;
    desk.exec(("import ctypes\nnested = ctypes.CFUNCTYPE(None)(" +
               std::to_string(reinterpret_cast<intptr_t>(nested)) + ")")
                  .c_str());
    desk.exec("async def handle(number):\n"
              "    calls.append(number)\n"
              "    if number == 1:\n"
              "        nested(); inside.append(list(calls))\n"
              "    await asyncio.sleep(0)\n"
              "    ended.append(number)");
    for (const auto &policy : cases) {
        INFO(policy.overlap);
        desk.exec(
            (std::string("calls.clear(); inside = []; ended = []\n"
                         "connection = emitter.numbered.connect(qi.asyncslot(handle, overlap='") +
             policy.overlap + "'))")
                .c_str());
        Q_EMIT desk.emitter.numbered(1);
        CHECK(desk.eval("inside") == std::string("[") + policy.inside + "]");
        desk.settle();
        CHECK(desk.eval("calls") == policy.after);
        bool restarts = std::string(policy.overlap) == "restart";
        CHECK(desk.eval("sorted(ended)") == (restarts ? "[2]" : policy.after));
        desk.exec("connection.disconnect()");
    }
}

TEST_CASE("shutdown cancels what a wrapper has launched") // T55
{
    Desk desk;
    desk.exec("slot = qi.asyncslot(launches.waits, overlap='queue')\n"
              "emitter.plain.connect(slot)");
    Q_EMIT desk.emitter.plain();
    Q_EMIT desk.emitter.plain();
    REQUIRE(desk.shutdown() == QI_OK);
    Q_EMIT desk.emitter.plain();
}
