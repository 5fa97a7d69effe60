/* SPDX-License-Identifier: BSD-3-Clause */
// Signals of proxies: connecting callables of Python, what they are given, and what ends a connection.
#include <memory>
#include <thread>

#include <QtCore/qpointer.h>
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

TEST_CASE("callable is called in the emission, with what it takes") // T22
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("got = []\n"
              "thing.several.connect(lambda: got.append(()))\n"
              "thing.several.connect(lambda a: got.append((a,)))\n"
              "thing.several.connect(lambda a, b, c=None: got.append((a, b, c)))\n"
              "thing.several.connect(lambda *args: got.append(args))\n");

    Q_EMIT thing.several(1, QStringLiteral("é"), 2.5, true);
    CHECK(host.eval("got") == "[(), (1,), (1, 'é', 2.5), (1, 'é', 2.5, True)]");
    CHECK(
        raises(host, "def five(a, b, c, d, e): pass\nthing.several.connect(five)")
            .find(
                "wants 5 arguments, but tests::Thing::several(int,QString,double,bool) gives 4") !=
        std::string::npos);
    CHECK(
        raises(host, "thing.several.connect(3)") ==
        "TypeError: tests::Thing::several(int,QString,double,bool): a callable expected, got int");
}

TEST_CASE("coroutine function is refused, an asyncslot is not")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("got = []\nasync def slot(level): got.append(level); await asyncio.sleep(0); "
              "got.append('end')");

    CHECK(raises(host, "thing.levelChanged.connect(slot)").find("qi.asyncslot(it)") !=
          std::string::npos);
    host.exec("thing.levelChanged.connect(qi.asyncslot(slot))");
    thing.setLevel(3);
    CHECK(host.eval("got") == "[3]");
    host.until([&] { return host.eval("got") == "[3, 'end']"; });
}

TEST_CASE("arguments are copies that outlive the emission") // T23
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("got = []\nthing.several.connect(lambda *args: got.append(args))\n"
              "thing.shipped.connect(got.append)\nthing.carried.connect(got.append)");
    {
        QString text = QStringLiteral("temporary");
        Q_EMIT thing.several(1, text, 0, false);
        text.fill(QLatin1Char('x'));
        tests::Parcel parcel{3};
        Q_EMIT thing.shipped(parcel);
        parcel.weight = 0;
        QVariant list = QVariantList{1, QStringLiteral("a")};
        Q_EMIT thing.carried(list);
    }
    CHECK(host.eval("got[0][1], thing.weigh(got[1]), got[2]") == "('temporary', 3, [1, 'a'])");
}

TEST_CASE("each connect is a connection, ended by callable or by token") // T27
{
    Host host;
    Thing thing, other;
    show(host, "thing", &thing);
    show(host, "other", &other);
    host.exec("got = []\n"
              "class Receiver:\n"
              "    def take(self, level): got.append(level)\n"
              "receiver = Receiver()\n"
              "first = thing.levelChanged.connect(receiver.take)\n"
              "second = thing.levelChanged.connect(receiver.take)\n"
              "third = other.levelChanged.connect(receiver.take)\n"
              "fourth = thing.titleChanged.connect(lambda: got.append('title'))");

    thing.setLevel(1);
    other.setLevel(2);
    Q_EMIT thing.titleChanged();
    CHECK(host.eval("got, bool(first)") == "([1, 1, 2, 'title'], True)");
    host.exec("got.clear(); first.disconnect(); first.disconnect()");
    thing.setLevel(3);
    CHECK(host.eval("got, bool(first), second.connected") == "([3], False, True)");
    host.exec("got.clear(); thing.levelChanged.disconnect(receiver.take)");
    thing.setLevel(4);
    other.setLevel(5);
    Q_EMIT thing.titleChanged();
    CHECK(host.eval("got") == "[5, 'title']");
    host.exec("got.clear(); thing.titleChanged.disconnect(); other.levelChanged.disconnect(third)");
    other.setLevel(6);
    Q_EMIT thing.titleChanged();
    CHECK(host.eval("got") == "[]");
    CHECK(raises(host, "thing.levelChanged.disconnect(receiver.take)").find("is not connected") !=
          std::string::npos);
    host.exec("thing.levelChanged.disconnect()");
}

TEST_CASE("connection with a bound method ends with its object") // T20
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("got = []\n"
              "class Receiver:\n"
              "    def take(self, level): got.append(level)\n"
              "receiver = Receiver()\n"
              "link = thing.levelChanged.connect(receiver.take)\n");

    thing.setLevel(1);
    host.exec("del receiver; gc.collect()");
    CHECK(host.eval("bool(link)") == "False");
    thing.setLevel(2);
    CHECK(host.eval("got") == "[1]");

    /* The same when the object goes in another thread. */
    host.exec("receiver = Receiver(); link = thing.levelChanged.connect(receiver.take)\n"
              "def drop():\n    global receiver\n    del receiver\n"
              "thread = threading.Thread(target=drop); thread.start(); thread.join()");
    thing.setLevel(3);
    CHECK(host.eval("got") == "[1]");
    host.until([&] { return host.eval("bool(link)") == "False"; });
}

TEST_CASE("connection keeps a plain callable, and lets it go at its end")
{
    Host host;
    auto thing = std::make_unique<Thing>();
    show(host, "thing", thing.get());
    host.exec("def slot(level): pass\n"
              "watched = weakref.ref(slot)\n"
              "thing.levelChanged.connect(slot)\ndel slot; gc.collect()");

    CHECK(host.eval("watched() is not None") == "True");
    thing.reset();
    CHECK(host.eval("watched()") == "None");
}

TEST_CASE("emission from another thread arrives on the GUI thread") // T25
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec(
        "got = []\nmain = threading.get_ident()\n"
        "thing.several.connect(lambda *args: got.append((*args, threading.get_ident() == main)))");

    std::thread([&] { Q_EMIT thing.several(1, QStringLiteral("text"), 0.5, true); }).join();
    CHECK(host.eval("got") == "[]");
    host.until([&] { return host.eval("got") != "[]"; });
    CHECK(host.eval("got") == "[(1, 'text', 0.5, True, True)]");
}

TEST_CASE("sender may live in another thread, and die there") // T25
{
    Host host;
    QThread worker;
    auto *thing = new Thing;
    show(host, "thing", thing);
    host.exec("got = []\nmain = threading.get_ident()\n"
              "link = thing.levelChanged.connect(lambda level: got.append((level, "
              "threading.get_ident() == main)))");
    thing->moveToThread(&worker);
    QObject::connect(&worker, &QThread::finished, thing, &QObject::deleteLater);
    worker.start();

    QMetaObject::invokeMethod(thing, [thing] { thing->setLevel(8); });
    host.until([&] { return host.eval("got") != "[]"; });
    CHECK(host.eval("got") == "[(8, True)]");
    worker.quit();
    worker.wait();
    host.until([&] { return host.eval("bool(link)") == "False"; });
    CHECK(host.eval("thing.alive") == "False");
}

TEST_CASE("parameters that Qt cannot copy are an error at connecting") // T25
{
    Host host;
    tests::Odd odd;
    show(host, "odd", &odd);

    std::string message = raises(host, "odd.odd.connect(lambda *args: None)");
    CHECK(message.find("TypeError") == 0);
    CHECK(message.find("tests::Unheard") != std::string::npos);
    host.exec("odd.fine.connect(lambda number: None)");
    CHECK(raises(host, "odd.fine.connect(lambda *args: None)").find("tests::Unheard") !=
          std::string::npos);
}

TEST_CASE("overloads and default arguments")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("got = []");

    CHECK(raises(host, "thing.overloaded.connect(got.append)").find("'overloaded(int)'") !=
          std::string::npos);
    host.exec("thing.overloaded['int'].connect(got.append); "
              "thing.overloaded['QString'].connect(got.append)");
    CHECK(raises(host, "thing.overloaded['double']").find("KeyError") == 0);
    Q_EMIT thing.overloaded(1);
    Q_EMIT thing.overloaded(QStringLiteral("a"));
    host.exec("thing.overloaded.emit('b'); thing.overloaded['int'].emit(2)");
    CHECK(host.eval("got") == "[1, 'a', 'b', 2]");

    host.exec("got.clear(); thing.defaulted.connect(lambda *args: got.append(args))\n"
              "thing.defaulted[''].connect(lambda *args: got.append(args))\n"
              "thing.defaulted.emit(); thing.defaulted.emit(1)");
    CHECK(host.eval("got") == "[(7,), (), (1,), ()]");
}

TEST_CASE("slots and signals of objects may be slots")
{
    Host host;
    Thing thing;
    auto other = std::make_unique<Thing>();
    show(host, "thing", &thing);
    show(host, "other", other.get());
    host.exec("thing.levelChanged.connect(other.take)\n"
              "thing.several.connect(other.take)\n"
              "thing.levelChanged.connect(other.levelChanged)\n"
              "got = []; other.levelChanged.connect(got.append)");

    thing.setLevel(3);
    Q_EMIT thing.several(4, QString(), 0, false);
    CHECK(other->taken == QList<int>{3, 4});
    CHECK(host.eval("got") == "[3]");
    CHECK(raises(host, "thing.titleChanged.connect(other.take)").find("TypeError") == 0);
    host.exec("thing.levelChanged.disconnect(other.take); "
              "thing.levelChanged.disconnect(other.levelChanged)");
    thing.setLevel(5);
    CHECK(other->taken.size() == 2);
    CHECK(host.eval("got") == "[3]");
}

TEST_CASE("exception in a slot is reported with signal and slot, and the others are called") // T26
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("got = []\ndef bad(level): raise ValueError('bad level')\n"
              "thing.levelChanged.connect(bad); thing.levelChanged.connect(got.append)");

    thing.setLevel(2);
    CHECK(host.eval("got") == "[2]");
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type == "ValueError");
    CHECK(reports[0].signal == "tests::Thing::levelChanged(int)");
    CHECK(reports[0].target == "__main__:bad");
    CHECK(reports[0].traceback.find("bad level") != std::string::npos);
}

TEST_CASE("what a slot of the host throws is raised where Python emits")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    QObject::connect(&thing, &Thing::titleChanged, &thing,
                     [] { throw std::runtime_error("out of paper"); });
    QObject::connect(&thing, &Thing::several, &thing, [] { throw 7; });

    CHECK(raises(host, "thing.titleChanged.emit()") ==
          "RuntimeError: the host threw a C++ exception: out of paper");
    CHECK(raises(host, "thing.several.emit(1, 'a', 2.5, True)") ==
          "RuntimeError: the host threw a C++ exception that is no std::exception");
}

TEST_CASE("argument that Python cannot have is reported")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("got = []; thing.carried.connect(got.append)");

    Q_EMIT thing.carried(QDate(20000, 1, 1));
    CHECK(host.eval("got") == "[]");
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type == "OverflowError");
    CHECK(reports[0].signal == "tests::Thing::carried(QVariant)");
}

TEST_CASE("anything may happen inside the call") // T20
{
    Host host;
    auto *thing = new Thing;
    show(host, "thing", thing);
    QPointer<Thing> watched = thing;
    host.exec("got = []\n"
              "def once(level):\n"
              "    got.append(level); link.disconnect()\n"
              "def nest(level):\n"
              "    got.append(-level)\n"
              "    if level < 13: thing.level = level + 1\n"
              "    got.append(level)\n"
              "link = thing.levelChanged.connect(once)\n"
              "nests = thing.levelChanged.connect(nest)\n");

    thing->setLevel(10);
    CHECK(host.eval("got") == "[10, -10, -11, -12, -13, 13, 12, 11, 10]");
    host.exec("nests.disconnect(); got.clear()\n"
              "def kill(level):\n"
              "    thing.die(); got.append(thing.alive)\n"
              "killing = thing.levelChanged.connect(kill)\n"
              "def after(level): got.append('after')\n"
              "thing.levelChanged.connect(after)");
    host.exec("thing.levelChanged.emit(1)");
    CHECK(watched.isNull());
    CHECK(host.eval("got, bool(killing)") == "([False], False)");
}

TEST_CASE("destroyed() itself may be connected")
{
    Host host;
    auto thing = std::make_unique<Thing>();
    show(host, "thing", thing.get());
    host.exec("got = []\nthing.destroyed.connect(lambda *args: got.append((args == (thing,), "
              "thing.alive)))\n"
              "thing.destroyed.connect(lambda: got.append('none'))");

    thing.reset();
    CHECK(host.eval("got") == "[(True, False), 'none']");
}

TEST_CASE("comparing slots may end the connection")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("compared, link = [], None\n"
              "class Ends:\n"
              "    def __call__(self, level): pass\n"
              "    def __eq__(self, other): link and link.disconnect(); return NotImplemented\n"
              "class Other:\n"
              "    def __call__(self, level): pass\n"
              "    def __eq__(self, other): compared.append(type(other).__name__); return False\n"
              "link = thing.levelChanged.connect(Ends())");
    CHECK(raises(host, "thing.levelChanged.disconnect(Other())").find("is not connected to") !=
          std::string::npos);
    CHECK(host.eval("compared, bool(link)") == "(['Ends'], False)");
}

TEST_CASE("asking slots what they are may end the connection")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("link = None\n"
              "class Ends:\n"
              "    def __call__(self, level): pass\n"
              "    def __getattr__(self, name):\n"
              "        if link: link.disconnect()\n"
              "        raise AttributeError(name)\n"
              "    def __repr__(self): link.disconnect(); return 'ends'\n"
              "link = thing.levelChanged.connect(Ends())");
    CHECK(raises(host, "thing.levelChanged.disconnect(thing.titleChanged)").find("is not connected to") !=
          std::string::npos);
    CHECK(host.eval("bool(link)") == "True");
    CHECK(host.eval("repr(link)").find("with ends>") != std::string::npos);
    CHECK(host.eval("repr(link), bool(link)") == "('<qi.Connection, ended>', False)");
}

TEST_CASE("courier that is freed in another thread, or whose thread has ended, keeps nothing")
{
    Host host;
    QThread worker;
    auto *thing = new Thing;
    show(host, "thing", thing);
    thing->moveToThread(&worker);
    QObject::connect(&worker, &QThread::finished, thing, &QObject::deleteLater);
    worker.start();

    host.exec("import _qi\n"
              "class Cargo: pass\n"
              "def send(courier):\n"
              "    cargo = Cargo(); courier.send(print, cargo); return weakref.ref(cargo)\n"
              "couriers = []; here = _qi.Courier()\n"
              "thing.levelChanged.connect(lambda: couriers.append(_qi.Courier()), "
              "qi.ConnectionType.Direct)\n"
              "thing.level = 2\n"
              "def elsewhere():\n"
              "    global here\n"
              "    alive = send(here); del here; couriers.append(alive())\n"
              "thread = threading.Thread(target=elsewhere); thread.start(); thread.join()");
    CHECK(host.eval("couriers.pop()") == "None");
    worker.quit();
    worker.wait();
    CHECK(host.eval("send(couriers[0])()") == "None");
    host.exec("couriers.clear()");
}

TEST_CASE("shutdown ends connections that Python has made") // T59
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("got = []; thing.levelChanged.connect(got.append); thing.levelChanged.connect(lambda "
              "level: 1 / 0)");

    REQUIRE(host.shutdown() == QI_OK);
    thing.setLevel(3);
    CHECK(host.take_reports().empty());
}

TEST_CASE("every connect is freed by its disconnect")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("import _qi\n"
              "def slot(*args): pass\n"
              "def turn():\n"
              "    link = thing.several.connect(slot); thing.several.emit(1, 'a', 0.5, True); "
              "link.disconnect()\n"
              "    thing.several.connect(slot); thing.several.disconnect(slot)\n"
              "turn(); gc.collect(); before = sys.getrefcount(slot), len(gc.get_objects())\n"
              "for _ in range(100): turn()\n"
              "gc.collect(); after = sys.getrefcount(slot), len(gc.get_objects())");
    CHECK(host.eval("before[0] == after[0], abs(before[1] - after[1]) < 20") == "(True, True)");
    CHECK_FALSE(thing.has_receivers());
}
