/* SPDX-License-Identifier: BSD-3-Clause */
// connect(callable, type): when and in which thread the callable is called, and how often.
#include <atomic>
#include <memory>

#include <QtCore/qthread.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"
#include "tests/support/thing.h"

using tests::Host;
using tests::raises;
using tests::show;
using tests::Thing;

namespace
{

/* A Thing that lives in a thread of its own. */
struct Worker {
    Worker()
    {
        thing->moveToThread(&thread);
        QObject::connect(&thread, &QThread::finished, thing, &QObject::deleteLater);
        thread.start();
    }
    ~Worker()
    {
        thread.quit();
        thread.wait();
    }
    /* Emits there, and does not wait. */
    void emit_level(int level)
    {
        Thing *sender = thing;
        std::atomic<int> *count = &emitted;
        QMetaObject::invokeMethod(sender, [sender, level, count] {
            sender->setLevel(level);
            (*count)++;
        });
    }

    Thing *thing = new Thing;
    std::atomic<int> emitted{0};
    QThread thread;
};

const char *const record = "got = []\n"
                           "def slot(level): got.append((level, threading.current_thread() is "
                           "threading.main_thread()))\n";

} // namespace

TEST_CASE("queued connection is called after the emission")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec(record);
    host.exec("thing.levelChanged.connect(slot, qi.ConnectionType.Queued)");
    thing.setLevel(3);
    CHECK(host.eval("got") == "[]");
    host.settle();
    CHECK(host.eval("got") == "[(3, True)]");
}

TEST_CASE("direct connection is called in the thread that emits")
{
    Host host;
    Worker worker;
    show(host, "thing", worker.thing);

    host.exec(record);
    host.exec("link = thing.levelChanged.connect(slot, type=qi.ConnectionType.DirectConnection)");
    worker.emit_level(4);
    while (worker.emitted == 0)
        QThread::yieldCurrentThread();
    CHECK(host.eval("got") == "[(4, False)]");
    host.exec("link.disconnect()");
    worker.emit_level(5);
    while (worker.emitted == 1)
        QThread::yieldCurrentThread();
    CHECK(host.eval("len(got)") == "1");
}

TEST_CASE("direct connection ends while its thread emits")
{
    Host host;
    Worker worker;
    show(host, "thing", worker.thing);

    host.exec("got = []");
    for (int i = 0; i < 200; i++)
        worker.emit_level(i);
    for (int i = 0; i < 50; i++)
        host.exec("thing.levelChanged.connect(got.append, qi.ConnectionType.Direct).disconnect()");
    host.until([&] { return worker.emitted == 200; });
    CHECK(host.eval("all(isinstance(level, int) for level in got)") == "True");
}

TEST_CASE("blocking connection is called in the GUI thread while the emitter waits")
{
    Host host;
    Worker worker;
    show(host, "thing", worker.thing);

    host.exec(record);
    host.exec("thing.levelChanged.connect(slot, qi.ConnectionType.BlockingQueued)");
    worker.emit_level(6);
    QThread::msleep(20);
    CHECK(worker.emitted == 0);
    host.until([&] { return worker.emitted == 1; });
    CHECK(host.eval("got") == "[(6, True)]");
}

TEST_CASE("blocking connections that would never end are refused")
{
    Host host;
    Thing here;
    Worker worker;
    show(host, "here", &here);
    show(host, "thing", worker.thing);

    CHECK(raises(host, "here.levelChanged.connect(print, qi.ConnectionType.BlockingQueued)") ==
          "RuntimeError: a BlockingQueued connection would wait for itself: the tests::Thing lives "
          "in "
          "the GUI thread, where it is answered; take Auto or Queued");
    /* An emission in the GUI thread itself is called there. */
    host.exec(record);
    host.exec("thing.levelChanged.connect(slot, 3); thing.levelChanged.emit(1)");
    CHECK(host.eval("got") == "[(1, True)]");
    /* The GUI thread waits for the worker, whose emission would wait for the GUI thread. */
    host.exec("thing.level = 9");
    CHECK(host.eval("got") == "[(1, True)]");
    const auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].message.find("waits for this one") != std::string::npos);
    CHECK(reports[0].signal == "tests::Thing::levelChanged(int)");
}

TEST_CASE("unique connection is made once")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec(
        "got = []; class_ = type('C', (), {'slot': lambda self, level: got.append(level)}); it = "
        "class_()\n"
        "unique = qi.ConnectionType.Unique\n"
        "first = thing.levelChanged.connect(it.slot, unique)\n"
        "again = thing.levelChanged.connect(it.slot, unique)\n"
        "other = thing.levelChanged.connect(got.append, unique | qi.ConnectionType.Queued)");
    CHECK(host.eval("first is again, first is other, bool(first)") == "(True, False, True)");
    thing.setLevel(2);
    CHECK(host.eval("got") == "[2]");
    host.settle();
    CHECK(host.eval("got") == "[2, 2]");
    host.exec("first.disconnect(); third = thing.levelChanged.connect(it.slot, unique)");
    CHECK(host.eval("third is first, bool(third)") == "(False, True)");
}

TEST_CASE("single shot is called once, and has ended when it is")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("got = []\n"
              "def slot(level):\n"
              "    got.append((level, bool(link)))\n"
              "    thing.level = level + 1\n"
              "link = thing.levelChanged.connect(slot, qi.ConnectionType.SingleShot)\n"
              "class C:\n"
              "    def method(self, level): got.append(level)\n"
              "it = C(); thing.levelChanged.connect(it.method, qi.ConnectionType.SingleShot)");
    thing.setLevel(1);
    thing.setLevel(5);
    CHECK(host.eval("got") == "[(1, False), 2]");
    host.exec("got.clear(); thing.levelChanged.connect(got.append, qi.ConnectionType.SingleShot | "
              "qi.ConnectionType.Queued)");
    thing.setLevel(6);
    thing.setLevel(7);
    host.settle();
    CHECK(host.eval("got") == "[6]");
}

TEST_CASE("direct single shot is called once, though its end waits for the GUI thread")
{
    Host host;
    Worker worker;
    show(host, "thing", worker.thing);

    host.exec("got = []; link = thing.levelChanged.connect(got.append, "
              "qi.ConnectionType.SingleShot | qi.ConnectionType.Direct)");
    for (int i = 0; i < 3; i++)
        worker.emit_level(i);
    while (worker.emitted < 3)
        QThread::yieldCurrentThread();
    CHECK(host.eval("got") == "[0]");
    host.until([&] { return host.eval("bool(link)") == "False"; });
}

TEST_CASE("types of other bindings are taken, and nonsense is not")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec(
        "import enum\n"
        "class ConnectionType(enum.Enum): QueuedConnection = 2\n"
        "got = []; thing.levelChanged.connect(got.append, type=ConnectionType.QueuedConnection)");
    thing.setLevel(8);
    CHECK(host.eval("got") == "[]");
    host.settle();
    CHECK(host.eval("got") == "[8]");
    CHECK(raises(host, "thing.levelChanged.connect(print, 'Queued')")
              .find("TypeError: 'Queued' is no qi.ConnectionType; there is Auto, Direct") == 0);
    CHECK(raises(host, "thing.levelChanged.connect(print, 64)").find("ValueError: 64 is no") == 0);
    CHECK(raises(host, "thing.levelChanged.connect(print, -1)").find("is no qi.Conn") !=
          std::string::npos);
}

TEST_CASE("disconnecting by slot, by token, and all of ours")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    int host_calls = 0;
    QObject::connect(&thing, &Thing::levelChanged, &thing, [&] { host_calls++; });

    host.exec("got = []\n"
              "link = thing.levelChanged.connect(got.append)\n"
              "thing.levelChanged.connect(got.append); thing.levelChanged.connect(print)\n"
              "thing.levelChanged.disconnect(print); thing.levelChanged.disconnect(link)");
    thing.setLevel(1);
    CHECK(host.eval("got, bool(link)") == "([1], False)");
    host.exec("thing.levelChanged.disconnect()");
    thing.setLevel(2);
    CHECK(host.eval("got") == "[1]");
    CHECK(host_calls == 2);
    CHECK(raises(host, "thing.levelChanged.disconnect(print)").find("is not connected to") !=
          std::string::npos);
    host.exec("thing.levelChanged.disconnect(); link.disconnect()");
}
