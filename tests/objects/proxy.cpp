/* SPDX-License-Identifier: BSD-3-Clause */
// The proxy of a QObject: its members, its calls, and its end.
#include <atomic>
#include <memory>

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

TEST_CASE("properties are read and written")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("thing.level = 7; thing.title = 'té𝄞\\0'; thing.objectName = 'desk'");
    CHECK(thing.level() == 7);
    CHECK(thing.title == QString::fromUtf8("té𝄞\0", 8));
    CHECK(thing.objectName() == QStringLiteral("desk"));
    CHECK(host.eval("thing.level, thing.title, thing.objectName, thing.fixed") ==
          "(7, 'té𝄞\\x00', 'desk', 42)");
    host.exec("del thing.level");
    CHECK(thing.level() == 1);
    CHECK(host.eval("thing.property('level'), thing.property('nothing')") == "(1, None)");
}

TEST_CASE("property errors name the property and what was expected")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    CHECK(raises(host, "thing.level = 'x'") ==
          "TypeError: tests::Thing.level: int expected for int, got str");
    CHECK(raises(host, "thing.level = 1.0").find("TypeError: tests::Thing.level: int expected") == 0);
    CHECK(raises(host, "thing.small = 256") ==
          "OverflowError: tests::Thing.small: 256 is out of range for uchar (0 to 255)");
    CHECK(raises(host, "thing.fixed = 1") ==
          "AttributeError: tests::Thing.fixed cannot be written");
    CHECK(raises(host, "del thing.title").find("AttributeError: tests::Thing.title cannot be reset") ==
          0);
    // From 3.12 on tracebacks add a hint of their own.
    CHECK(raises(host, "thing.levle")
              .find("AttributeError: tests::Thing has no property, signal or "
                    "method 'levle'; did you mean 'level'?") == 0);
    CHECK(raises(host, "thing.title_changed").find("'titleChanged'") != std::string::npos);
    CHECK(raises(host, "thing.levle = 1").find("AttributeError") == 0);
    CHECK(raises(host, "thing.add = 1") ==
          "AttributeError: tests::Thing.add is a method and cannot be "
          "assigned");
    CHECK(thing.level() == 1);
}

TEST_CASE("dynamic properties")
{
    Host host;
    Thing thing;
    thing.setProperty("colour", QStringLiteral("red"));
    show(host, "thing", &thing);

    CHECK(host.eval("thing.colour") == "'red'");
    host.exec("thing.colour = [1, None, {'a': b'x'}]; thing.setProperty('made', 3)");
    CHECK(host.eval("thing.colour, thing.made, 'made' in dir(thing)") ==
          "([1, None, {'a': b'x'}], 3, True)");
    CHECK(thing.property("made").toInt() == 3);
    CHECK(host.eval("sorted(thing.dynamicPropertyNames())") == "['colour', 'made']");
    CHECK(raises(host, "thing.size = 1").find("setProperty('size', value) makes a dynamic property") !=
          std::string::npos);
    CHECK_FALSE(thing.property("size").isValid());
    host.exec("thing.made = None");
    CHECK(host.eval("thing.made, 'made' in thing.dynamicPropertyNames()") == "(None, True)");
    host.exec("del thing.colour");
    CHECK_FALSE(thing.property("colour").isValid());
    CHECK(raises(host, "thing.colour").find("AttributeError") == 0);
}

TEST_CASE("object that a conversion destroys is not used")
{
    Host host;
    show(host, "first", new Thing);
    show(host, "second", new Thing);

    host.exec("class Deadly:\n"
              "    def __init__(self, victim): self.victim = victim\n"
              "    def __index__(self): self.victim.die(); return 1\n");
    CHECK(raises(host, "first.add(1, Deadly(first))")
              .find("ReferenceError: the QObject was "
                    "destroyed while") == 0);
    CHECK(raises(host, "second.level = Deadly(second)")
              .find("ReferenceError: the QObject was "
                    "destroyed while") == 0);
}

TEST_CASE("exception of a class of its own comes out of a conversion as it is")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("class Odd(ValueError):\n"
              "    def __init__(self, what, where): super().__init__(f'{what} in {where}')\n"
              "class Raising:\n"
              "    def __index__(self): raise Odd('a hole', 'the paper')\n");
    CHECK(raises(host, "thing.level = Raising()") == "Odd: a hole in the paper");
    CHECK(raises(host, "thing.add(1, Raising())") == "Odd: a hole in the paper");
}

TEST_CASE("object that the conversion of a dynamic property destroys is not used")
{
    Host host;
    const char *const writes[] = {"thing.setProperty('extra', Fatal([1]))",
                                  "thing.extra = Fatal([1])"};

    for (const char *write : writes) {
        auto *thing = new Thing;
        show(host, "thing", thing);
        host.exec("class Fatal(list):\n"
                  "    def __iter__(self):\n"
                  "        thing.die()\n"
                  "        return iter([1])\n"
                  "thing.setProperty('extra', 1)");
        CHECK(raises(host, write) ==
              "ReferenceError: the QObject was destroyed while the value was converted");
    }
}

TEST_CASE("object of Python that the host is given while the interpreter ends is not kept")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("class Late:\n"
              "    def __init__(self): self.thing = thing\n"
              "    def __del__(self):\n"
              "        self.thing.setProperty('late', type('Brief', (), {})())\n"
              "        self.thing.level = 2 if self.thing.property('late') is None else 3\n"
              "sys.late = Late()");
    CHECK(qi_runtime_shutdown(host.runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK);
    CHECK(thing.level() == 2);
}

TEST_CASE("enumerations and flags are Python's")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    CHECK(host.eval("thing.mood") == "<tests.Thing.Mood.Calm: 0>");
    CHECK(host.eval("thing.Mood.Glad is type(thing.mood).Glad, [m.name for m in thing.Mood]") ==
          "(True, ['Calm', 'Glad', 'None_'])");
    host.exec("thing.mood = thing.Mood.Glad; thing.traits = thing.Traits.Fast | thing.Traits.Last");
    CHECK(thing.mood == Thing::Glad);
    CHECK(thing.traits == (Thing::Fast | Thing::Last));
    CHECK(host.eval("thing.traits == thing.Traits.Fast | thing.Traits.Last, thing.Traits.Loud in "
                    "thing.traits") == "(True, False)");
    thing.mood = Thing::Mood(3);
    CHECK(host.eval("thing.mood, type(thing.mood)") == "(3, <class 'int'>)");
}

TEST_CASE("slots and invokables are called, with results")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    CHECK(host.eval("thing.add(2, 3), thing.greet('Ann'), thing.greet()") ==
          "(5, 'hello Ann', 'hello you')");
    CHECK(host.eval("thing.kind(1), thing.kind(1.5), thing.kind('x')") ==
          "('int', 'double', 'text')");
    CHECK(host.eval("thing.doubled([1, 2]), thing.doubled((3,))") == "([2, 4], [6])");
    CHECK(host.eval("thing.take(4)") == "None");
    CHECK(thing.taken == QList<int>{4});
    CHECK(raises(host, "thing.add(1)") ==
          "TypeError: tests::Thing.add(): no form of it takes these 1 "
          "argument; there is 'add(int,int)'");
    CHECK(raises(host, "thing.add(1, 'x')") ==
          "TypeError: tests::Thing.add(), argument 2: int expected for int, got str");
    CHECK(raises(host, "thing.add(1, 2**40)").find("OverflowError: tests::Thing.add(), argument 2") ==
          0);
    CHECK(raises(host, "thing.kind(None)").find("TypeError: tests::Thing.kind(): no form") == 0);
    CHECK(raises(host, "thing.add(a=1, b=2)").find("TypeError") == 0);
    CHECK(raises(host, "thing.fail()") ==
          "RuntimeError: the host threw a C++ exception: out of paper");
}

TEST_CASE("unknown types survive the round trip")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("parcel = thing.packed(9)");
    CHECK(host.eval("thing.weigh(parcel), parcel == thing.packed(9), parcel == thing.packed(8)") ==
          "(9, True, False)");
    CHECK(host.eval("parcel.type_name") == "'tests::Parcel'");
    CHECK(host.eval("repr(parcel)").find("tests::Parcel") != std::string::npos);
    host.exec("thing.parcel = parcel; thing.anything = parcel");
    CHECK(thing.parcel.weight == 9);
    CHECK(thing.anything.value<tests::Parcel>().weight == 9);
    CHECK(raises(host, "thing.parcel = 'x'").find("tests::Parcel expected, got str") !=
          std::string::npos);
    host.exec("it = {1, 2}; thing.anything = it");
    CHECK(host.eval("thing.anything is it, thing.echo(it) is it") == "(True, True)");
}

TEST_CASE("objects are proxies, one each, and checked by class")
{
    Host host;
    Thing thing, other;
    QObject plain;
    show(host, "thing", &thing);
    show(host, "other", &other);
    show(host, "plain", &plain);

    host.exec("thing.friendly = plain; thing.twin = other");
    CHECK(thing.friendly == &plain);
    CHECK(thing.twin == &other);
    CHECK(host.eval("thing.friendly is plain, thing.twin is qi.host.other, thing == other") ==
          "(True, True, False)");
    CHECK(host.eval("{thing: 1}[qi.host.thing]") == "1");
    CHECK(raises(host, "thing.twin = plain").find("tests::Thing expected, got a QObject") !=
          std::string::npos);
    host.exec("thing.twin = None");
    CHECK(thing.twin == nullptr);
    CHECK(host.eval("thing.twin") == "None");
}

TEST_CASE("children, parents and names")
{
    Host host;
    Thing thing;
    thing.setObjectName(QStringLiteral("root"));
    show(host, "thing", &thing);

    host.exec("a = thing.child('a'); b = thing.child('b')");
    auto *deep = new Thing;
    deep->setParent(thing.findChild<QObject *>(QStringLiteral("a")));
    deep->setObjectName(QStringLiteral("b"));
    CHECK(host.eval("a.parent() is thing, thing.parent(), thing.children() == [a, b]") ==
          "(True, None, True)");
    CHECK(
        host.eval("thing.findChild('b') is b, thing.findChild('c'), len(thing.findChildren('b')), "
                  "thing.findChildren('b', recursive=False) == [b], len(thing.findChildren())") ==
        "(True, None, 2, True, 3)");
    CHECK(host.eval("thing.findChild(class_name='tests::Thing').parent() is a") == "True");
    CHECK(host.eval("thing.inherits('QObject'), a.inherits('tests::Thing'), a.class_name") ==
          "(True, False, 'QObject')");
    CHECK(host.eval("repr(thing)").find("<qi.Object tests::Thing 'root' at 0x") != std::string::npos);
    CHECK(host.eval("{'level', 'add', 'levelChanged', 'Mood', 'children'} <= set(dir(thing))") ==
          "True");
}

TEST_CASE("proxy of a destroyed object raises, and keeps nothing alive") // T20
{
    Host host;
    auto thing = std::make_unique<Thing>();
    show(host, "thing", thing.get());
    host.exec("method = thing.add; signal = thing.levelChanged; child = thing.child('x')");
    thing.reset();

    for (const char *use :
         {"thing.level", "thing.level = 1", "thing.children()", "method(1, 2)", "thing.nothing",
          "signal.connect(print)", "signal.emit(1)", "signal.disconnect()", "child.parent()",
          "qi.host.thing", "thing.setProperty('a', 1)", "thing.class_name"}) {
        INFO(use);
        CHECK(raises(host, use).find("ReferenceError") == 0);
    }
    CHECK(host.eval("thing.alive, thing == thing, hash(thing) == hash(thing)") ==
          "(False, True, True)");
    CHECK(host.eval("repr(thing)").find("tests::Thing, destroyed") != std::string::npos);
    CHECK(raises(host, "qi.host.thing") ==
          "ReferenceError: the object qi.host.thing was destroyed");
}

TEST_CASE("object may be destroyed by its own method")
{
    Host host;
    auto *thing = new Thing;
    show(host, "thing", thing);
    QPointer<Thing> watched = thing;

    host.exec("thing.die()");
    CHECK(watched.isNull());
    CHECK(host.eval("thing.alive") == "False");

    auto *later = new Thing;
    watched = later;
    show(host, "later", later);
    host.exec("later.deleteLater()");
    CHECK_FALSE(watched.isNull());
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    CHECK(watched.isNull());
    CHECK(host.eval("later.alive") == "False");
}

TEST_CASE("another object at the same address has another proxy")
{
    Host host;
    alignas(Thing) char place[sizeof(Thing)];
    auto *first = new (place) Thing;
    show(host, "first", first);
    first->~Thing();
    auto *second = new (place) Thing;
    show(host, "second", second);

    CHECK(host.eval("first is second, first.alive, second.alive") == "(False, False, True)");
    host.exec("del first");
    CHECK(host.eval("qi.host.second is second") == "True");
    second->~Thing();
}

TEST_CASE("names of qi.host")
{
    Host host;
    Thing thing;
    show(host, "window", &thing);

    CHECK(host.eval("dir(qi.host)") == "['window']");
    CHECK(raises(host, "qi.host.windwo")
              .find("AttributeError: the application has registered no object named "
                    "'windwo'; did you mean 'window'?") == 0);
    REQUIRE(qi_object_unregister(host.runtime, "window") == QI_OK);
    CHECK(raises(host, "qi.host.window").find("there is none yet") != std::string::npos);
    CHECK(qi_object_unregister(host.runtime, "window") == QI_ERR_NOT_FOUND);
}

namespace
{

/* Lets a thread of Python run while the host code that it is called from waits for it. */
class Waiter : public QObject
{
    Q_OBJECT
    Q_PROPERTY(bool slow READ wait_for_python WRITE wait_to_write)

  public:
    Q_INVOKABLE bool wait_for_python()
    {
        for (int turn = 0; turn < 2000 && !seen.load(); turn++)
            QThread::msleep(5);
        return seen.exchange(false);
    }
    void wait_to_write(bool) { written = wait_for_python(); }
    Q_INVOKABLE void see() { seen.store(true); }

    std::atomic<bool> seen{false};
    bool written = false;

  Q_SIGNALS:
    void ready();
};

/* An address that a thread of Python can set without libqi. */
std::string address_of(std::atomic<bool> &flag)
{
    return std::to_string(reinterpret_cast<intptr_t>(&flag));
}

} // namespace

TEST_CASE("host code runs without the GIL") // T44
{
    Host host;
    Waiter waiter;
    show(host, "waiter", &waiter);
    QObject::connect(&waiter, &Waiter::ready, &waiter,
                     [&] { waiter.written = waiter.wait_for_python(); });

    /* The thread can only set the flag while the GUI thread, inside the call, has given the GIL up. */
    host.exec(
        ("import ctypes\n"
         "flag = ctypes.c_bool.from_address(" +
         address_of(waiter.seen) +
         ")\n"
         "def beside(call):\n"
         "    switched = sys.getswitchinterval()\n"
         "    sys.setswitchinterval(1000)\n"
         "    go = threading.Event()\n"
         "    thread = threading.Thread(target=lambda: (go.wait(), setattr(flag, 'value', True)))\n"
         "    thread.start(); go.set()\n"
         "    result = call()\n"
         "    thread.join(); sys.setswitchinterval(switched)\n"
         "    return result\n")
            .c_str());
    CHECK(host.eval("beside(waiter.wait_for_python)") == "True");
    CHECK(host.eval("beside(lambda: waiter.slow)") == "True");
    host.exec("beside(lambda: setattr(waiter, 'slow', True))");
    CHECK(waiter.written);
    waiter.written = false;
    host.exec("beside(waiter.ready.emit)");
    CHECK(waiter.written);
}

TEST_CASE("calls from Python threads run in the object's thread") // T45
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("results = []\n"
              "def work():\n"
              "    thing.level = 5\n"
              "    results.append((thing.called_at_home(), thing.level, thing.add(1, 2), "
              "thing.child('x').parent() is thing))\n"
              "    try: thing.levelChanged.connect(print)\n"
              "    except RuntimeError as error: results.append(str(error))\n"
              "thread = threading.Thread(target=work); thread.start()");

    host.until([&] { return host.eval("thread.is_alive()") == "False"; });
    CHECK(host.eval("results[0]") == "(True, 5, 3, True)");
    CHECK(host.eval("'GUI thread' in results[1]") == "True");
}

TEST_CASE("calls to objects in other threads run there") // T45
{
    Host host;
    QThread worker;
    auto thing = std::make_unique<Thing>();
    show(host, "thing", thing.get());
    thing->moveToThread(&worker);

    CHECK(raises(host, "thing.add(1, 2)")
              .find("RuntimeError: the QObject lives in another thread, which does "
                    "not run") == 0);
    worker.start();
    CHECK(host.eval("thing.called_at_home(), thing.add(1, 2), repr(thing).count(\"'\")") ==
          "(True, 3, 0)");
    worker.quit();
    worker.wait();
}

namespace
{

/* Calls back, from whatever thread it lives in. */
class Caller : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE void call(qlonglong address)
    {
        reinterpret_cast<void (*)()>(static_cast<intptr_t>(address))();
    }
};

} // namespace

TEST_CASE("two threads that would wait for each other are told") // T45
{
    Host host;
    QThread worker;
    Thing thing;
    auto *caller = new Caller;
    show(host, "thing", &thing);
    show(host, "caller", caller);
    caller->moveToThread(&worker);
    QObject::connect(&worker, &QThread::finished, caller, &QObject::deleteLater);
    worker.start();

    /* The GUI thread waits for the worker, in which Python wants to call the GUI thread's object. */
    host.exec("import ctypes\ngot = []\n"
              "def back():\n"
              "    try: got.append(thing.add(1, 2))\n"
              "    except RuntimeError as error: got.append(str(error))\n"
              "callback = ctypes.CFUNCTYPE(None)(back)\n"
              "caller.call(ctypes.cast(callback, ctypes.c_void_p).value)");
    CHECK(host.eval("len(got), 'waits for this one' in got[0]") == "(1, True)");
    worker.quit();
    worker.wait();
    CHECK(host.eval("thing.add(1, 2)") == "3");
}

TEST_CASE("object that dies before its thread takes the call") // T45
{
    Host host;
    std::atomic<bool> posted{false};
    auto *thing = new Thing;
    show(host, "thing", thing);
    std::unique_ptr<QThread> worker(QThread::create([&] {
        while (!posted)
            QThread::msleep(1);
        delete thing;
    }));
    thing->moveToThread(worker.get());
    worker->start();

    /* Nobody but the call gives the GIL up, and it does so when it has been posted. */
    host.exec(
        ("import ctypes\nflag = ctypes.c_bool.from_address(" + address_of(posted) +
         ")\ngot = []\n"
         "switched = sys.getswitchinterval(); sys.setswitchinterval(1000)\n"
         "go = threading.Event()\n"
         "thread = threading.Thread(target=lambda: (go.wait(), setattr(flag, 'value', True)))\n"
         "thread.start(); go.set()\n"
         "try: thing.add(1, 2)\n"
         "except ReferenceError as error: got.append(str(error))\n"
         "thread.join(); sys.setswitchinterval(switched)")
            .c_str());
    CHECK(host.eval("len(got), 'before its thread could take the call' in got[0]") == "(1, True)");
    worker->wait();
}

#include "proxy.moc"
