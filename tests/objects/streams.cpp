/* SPDX-License-Identifier: BSD-3-Clause */
// asyncsignalstream() and multisignal() of the host's objects, without any binding.
#include <memory>
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"
#include "tests/support/thing.h"

using tests::Host;
using tests::show;
using tests::Thing;

namespace
{

/* Everything that the stream gives, in `got`, until it ends. */
void collect(Host &host, const char *stream)
{
    host.exec(("got = []\n"
               "stream = " +
               std::string(stream) +
               "\n"
               "async def collect():\n"
               "    async for item in stream: got.append(item)\n"
               "task = qi.run_task(collect())\n")
                  .c_str());
}

void until_done(Host &host)
{
    host.until([&] { return host.eval("task.done()") == "True"; });
}

} // namespace

TEST_CASE("stream keeps bursts, and ends when the sender is destroyed") // T19 T24
{
    Host host;
    auto thing = std::make_unique<Thing>();
    show(host, "thing", thing.get());

    host.exec("stream = qi.asyncsignalstream(thing.several)");
    CHECK(thing->has_receivers());
    Q_EMIT thing->several(0, QStringLiteral("early"), 0.5, true);
    collect(host, "stream");
    for (int i = 1; i < 4; i++)
        Q_EMIT thing->several(i, QString(), 0.5, false);
    thing.reset();
    until_done(host);
    CHECK(host.eval("got") == "[(0, 'early', 0.5, True), (1, '', 0.5, False), (2, '', 0.5, False), "
                              "(3, '', 0.5, False)]");
    CHECK(host.eval("'ended' in repr(stream)") == "True");
}

TEST_CASE("stream of a signal that other threads emit keeps their order") // T24 T25
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    collect(host, "qi.asyncsignalstream(thing.levelChanged)");
    std::thread worker([&] {
        for (int i = 0; i < 500; i++)
            Q_EMIT thing.levelChanged(i);
    });
    host.until([&] { return host.eval("len(got)") == "500"; });
    worker.join();
    CHECK(host.eval("got == [(number,) for number in range(500)]") == "True");
    host.exec("qi.run_task(stream.aclose())");
    until_done(host);
}

TEST_CASE("what another thread has emitted arrives although the sender is destroyed first") // T24
{
    Host host;
    auto thing = std::make_unique<Thing>();
    show(host, "thing", thing.get());

    collect(host, "qi.asyncsignalstream(thing.levelChanged)");
    std::thread([&] {
        for (int i = 0; i < 3; i++)
            Q_EMIT thing->levelChanged(i);
    }).join();
    thing.reset();
    until_done(host);
    CHECK(host.eval("got") == "[(0,), (1,), (2,)]");
}

TEST_CASE("stream that is deleted or closed disconnects")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("stream = qi.asyncsignalstream(thing.several)");
    CHECK(thing.has_receivers());
    host.exec("del stream");
    CHECK_FALSE(thing.has_receivers());

    host.exec("async def first():\n"
              "    async with qi.asyncsignalstream(thing.several) as stream:\n"
              "        return (await anext(stream))[0]\n"
              "task = qi.run_task(first())");
    CHECK(thing.has_receivers());
    Q_EMIT thing.several(7, QString(), 0, false);
    until_done(host);
    CHECK(host.eval("task.result()") == "7");
    CHECK_FALSE(thing.has_receivers());
}

TEST_CASE("stream that nobody reads is bounded on request")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec(
        "oldest = qi.asyncsignalstream(thing.levelChanged, maxsize=2, overflow='drop-oldest')\n"
        "error = qi.asyncsignalstream(thing.levelChanged, maxsize=2)");
    for (int i = 0; i < 5; i++)
        Q_EMIT thing.levelChanged(i);
    CHECK(host.eval("oldest.qsize(), oldest.dropped, error.qsize()") == "(2, 3, 2)");
    host.exec("async def read(stream):\n"
              "    return [await anext(stream), await anext(stream)]\n"
              "task = qi.run_task(read(oldest))");
    CHECK(host.eval("task.result()") == "[(3,), (4,)]");
    host.exec("async def overflow():\n"
              "    try: return [item async for item in error]\n"
              "    except qi.SignalOverflow as caught: return str(caught)\n"
              "task = qi.run_task(overflow())");
    CHECK(host.eval("task.result()") ==
          "\"2 emissions of levelChanged wait already, which is the stream's maxsize\"");
}

TEST_CASE("shutdown ends those who read a stream") // T55
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    collect(host, "qi.asyncsignalstream(thing.several)");
    REQUIRE(host.shutdown() == QI_OK);
    CHECK_FALSE(thing.has_receivers());
    Q_EMIT thing.several(1, QString(), 0, false);
}

TEST_CASE("several signals as one")
{
    Host host;
    Thing thing;
    auto other = std::make_unique<Thing>();
    show(host, "thing", &thing);
    show(host, "other", other.get());

    host.exec("both = qi.multisignal({thing.several: 'one', other.levelChanged: 'two'})\n"
              "calls = []\n"
              "both.connect(lambda tag, args: calls.append((tag, args)))");
    Q_EMIT thing.several(1, QStringLiteral("a"), 0.5, true);
    Q_EMIT other->levelChanged(2);
    CHECK(host.eval("calls") == "[('one', (1, 'a', 0.5, True)), ('two', (2,))]");
    std::thread([&] { Q_EMIT other->levelChanged(3); }).join();
    host.settle();
    CHECK(host.eval("calls[2:]") == "[('two', (3,))]");

    other.reset();
    CHECK(tests::raises(host, "both.connect(print)").find("SenderDestroyed") != std::string::npos);
    Q_EMIT thing.several(4, QString(), 0, false);
    CHECK(host.eval("len(calls)") == "4");
    host.exec("both.disconnect(); del both");
    CHECK_FALSE(thing.has_receivers());
}

TEST_CASE("slot of several signals that fails is reported with its signal") // T26
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("def fails(tag, args): raise ValueError(tag)\n"
              "qi.multisignal({thing.levelChanged: 'level'}).connect(fails)");
    Q_EMIT thing.levelChanged(1);
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type == "ValueError");
    CHECK(reports[0].signal == "tests::Thing::levelChanged(int)");
}
