/* SPDX-License-Identifier: BSD-3-Clause */
// asyncsignal(): the result, and every way in which it ends without one.
#include <memory>

#include <QtCore/qthread.h>

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

/* A coroutine that waits for `signal` and puts what came of it into `got`. */
void wait_for(Host &host, const char *awaited)
{
    host.exec(("got = []\n"
               "async def wait():\n"
               "    try: got.append(await " +
               std::string(awaited) +
               ")\n"
               "    except BaseException as error: got.append(error); raise\n"
               "async def quiet():\n"
               "    try: await wait()\n"
               "    except Exception: pass\n"
               "task = qi.run_task(quiet())\n")
                  .c_str());
}

void until_done(Host &host)
{
    host.until([&] { return host.eval("task.done()") == "True"; });
}

} // namespace

TEST_CASE("result is the tuple of the arguments") // T23
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    wait_for(host, "qi.asyncsignal(thing.several)");
    CHECK(thing.has_receivers());
    Q_EMIT thing.several(1, QStringLiteral("a"), 0.5, true);
    Q_EMIT thing.several(2, QStringLiteral("b"), 0.5, true);
    until_done(host);
    CHECK(host.eval("got") == "[(1, 'a', 0.5, True)]");
    CHECK_FALSE(thing.has_receivers());

    wait_for(host, "thing.several");
    Q_EMIT thing.several(3, QString(), 0, false);
    until_done(host);
    CHECK(host.eval("got") == "[(3, '', 0.0, False)]");
}

TEST_CASE("destroyed sender raises instead of hanging") // T19
{
    Host host;
    auto thing = std::make_unique<Thing>();
    show(host, "thing", thing.get());

    wait_for(host, "thing.levelChanged");
    thing.reset();
    until_done(host);
    CHECK(host.eval("type(got[0]) is qi.SenderDestroyed, isinstance(got[0], ReferenceError)") ==
          "(True, True)");
    CHECK(host.eval("'levelChanged' in str(got[0])") == "True");
}

TEST_CASE("sender that dies in another thread raises too") // T19
{
    Host host;
    QThread worker;
    auto *thing = new Thing;
    show(host, "thing", thing);
    wait_for(host, "thing.levelChanged");
    thing->moveToThread(&worker);
    QObject::connect(&worker, &QThread::finished, thing, &QObject::deleteLater);
    worker.start();
    worker.quit();
    worker.wait();

    until_done(host);
    CHECK(host.eval("type(got[0])") == "<class 'qi.SenderDestroyed'>");
}

TEST_CASE("cancelling and timing out disconnect")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    wait_for(host, "qi.asyncsignal(thing.several)");
    host.exec("task.cancel()");
    until_done(host);
    CHECK(host.eval("type(got[0])") == "<class 'asyncio.exceptions.CancelledError'>");
    CHECK_FALSE(thing.has_receivers());

    wait_for(host, "qi.asyncsignal(thing.several, timeout=0.01)");
    CHECK(thing.has_receivers());
    until_done(host);
    CHECK(host.eval("type(got[0])") == "<class 'TimeoutError'>");
    CHECK_FALSE(thing.has_receivers());
}

TEST_CASE("emission from another thread wakes the waiter") // T25
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    wait_for(host, "qi.asyncsignal(thing.levelChanged)");
    host.exec("threading.Thread(target=thing.levelChanged.emit, args=(4,)).start()");
    until_done(host);
    CHECK(host.eval("got") == "[(4,)]");
}

TEST_CASE("anything with connect and disconnect will do")
{
    Host host;
    host.exec("import qi\n"
              "class Signal:\n"
              "    slots = []\n"
              "    def connect(self, slot): self.slots.append(slot)\n"
              "    def disconnect(self, slot): self.slots.remove(slot)\n"
              "signal = Signal()");

    wait_for(host, "qi.asyncsignal(signal)");
    host.exec("signal.slots[0](1, 2)");
    until_done(host);
    CHECK(host.eval("got, signal.slots") == "([(1, 2)], [])");
    wait_for(host, "qi.asyncsignal(signal)");
    host.exec("signal.slots.clear()");
    until_done(host);
    CHECK(host.eval("type(got[0]).__name__") == "'SenderDestroyed'");
}

TEST_CASE("signals of PyQt6 are awaited, and their objects passed to the host") // T19
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("try:\n    from PyQt6 import QtCore, sip\nexcept ImportError:\n    QtCore = None");
    if (host.eval("QtCore") == "None")
        return;

    host.exec("timer = QtCore.QTimer(); timer.setSingleShot(True); timer.start(0)");
    wait_for(host, "qi.asyncsignal(timer.timeout)");
    until_done(host);
    CHECK(host.eval("got") == "[()]");
    wait_for(host, "qi.asyncsignal(timer.timeout)");
    host.exec("sip.delete(timer)");
    until_done(host);
    CHECK(host.eval("type(got[0]).__name__") == "'SenderDestroyed'");

    host.exec("other = QtCore.QObject(); other.setObjectName('other'); thing.friendly = other");
    CHECK(host.eval("thing.friendly.objectName") == "'other'");
    CHECK(host.eval(
              "qi.to_binding(thing.friendly) is other, qi.from_binding(other) is thing.friendly") ==
          "(True, True)");
    host.exec("wrapped = qi.to_binding(thing, 'PyQt6'); wrapped.setProperty('level', 12)");
    CHECK(thing.level() == 12);
    host.exec("sip.delete(other)");
    CHECK(tests::raises(host, "thing.friendly = other").find("ReferenceError") == 0);
    thing.friendly = nullptr;
}

TEST_CASE("aboutToQuit is awaited, and what follows is done before the end") // T37
{
    Host host;
    show(host, "app", QCoreApplication::instance());

    host.exec("async def leave():\n"
              "    await app.aboutToQuit\n"
              "    await asyncio.sleep(0.01); app.setProperty('left', True)\n"
              "leaving = qi.run_task(leave())");
    QMetaObject::invokeMethod(QCoreApplication::instance(), &QCoreApplication::quit,
                              Qt::QueuedConnection);
    QCoreApplication::exec();
    CHECK(QCoreApplication::instance()->property("left").toBool());
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
    CHECK(host.take_reports().empty());
}
