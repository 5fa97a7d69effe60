/* SPDX-License-Identifier: BSD-3-Clause */
// What ends a connection, and what goes with it.
#include <Python.h>

#include <thread>
#include <vector>

#include <QtCore/qsemaphore.h>
#include <QtCore/qthread.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/host.h"

using tests::Emitter;
using tests::Host;

namespace
{

qi_connection *connect(Host &host, QObject *sender, QObject *owner, const char *target)
{
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.owner = owner;
    qi_connection *connection = nullptr;
    int status = qi_asyncslot_connect(host.runtime, sender, "plain", target, &options, &connection);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    return connection;
}

/* Wants the GIL when somebody disconnects from it, as classes of PyQt do. */
class Bound : public QObject
{
  public:
    void disconnectNotify(const QMetaMethod &) override
    {
        asked.release();
        PyGILState_Release(PyGILState_Ensure());
    }

    QSemaphore asked;
};

} // namespace

TEST_CASE("connection ends with its sender, its tasks go on")
{
    Host host;
    auto *emitter = new Emitter;
    qi_connection *connection = connect(host, emitter, nullptr, "launches:waits");

    Q_EMIT emitter->plain();
    delete emitter;
    CHECK_FALSE(qi_connection_is_connected(connection));
    host.exec("import launches; launches.open_gate()");
    host.settle();
    CHECK(host.eval("launches.cancelled") == "[]");
    CHECK(qi_connection_disconnect(connection) == QI_OK);
}

TEST_CASE("connection ends with its owner, and its tasks are cancelled") // T20
{
    Host host;
    Emitter emitter;
    auto *owner = new QObject;
    qi_connection *connection = connect(host, &emitter, owner, "launches:waits");

    Q_EMIT emitter.plain();
    Q_EMIT emitter.plain();
    delete owner;
    CHECK_FALSE(qi_connection_is_connected(connection));
    Q_EMIT emitter.plain();
    host.settle();
    CHECK(host.eval("__import__('launches').calls") == "[None, None]");
    CHECK(host.eval("__import__('launches').cancelled") == "[None, None]");
    qi_connection_release(connection);
}

namespace
{

enum class Ending { SenderDies, IsDisconnected, SingleShot };

/* One coroutine runs, and whatever may wait does, when the connection ends; then its owner dies. */
void outlive(int overlap, Ending ending)
{
    Host host;
    auto *emitter = new Emitter;
    auto *owner = new QObject;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.owner = owner;
    options.overlap = overlap;
    options.flags = ending == Ending::SingleShot ? QI_CONNECTION_FLAG_SINGLE_SHOT : 0;
    qi_connection *connection = nullptr;
    REQUIRE(qi_asyncslot_connect(host.runtime, emitter, "plain", "launches:waits", &options,
                                 &connection) == QI_OK);
    Q_EMIT emitter->plain();
    Q_EMIT emitter->plain();
    if (ending == Ending::SenderDies)
        delete emitter;
    else if (ending == Ending::IsDisconnected)
        CHECK(qi_connection_disconnect(connection) == QI_OK);
    host.settle();
    const std::string before = host.eval("len(__import__('launches').cancelled)");
    CHECK(before == (overlap == QI_OVERLAP_RESTART && ending != Ending::SingleShot ? "1" : "0"));

    delete owner;
    host.settle();
    CHECK(host.eval("len(__import__('launches').calls)") ==
          host.eval("len(__import__('launches').cancelled)"));
    if (ending != Ending::SenderDies)
        delete emitter;
    if (ending != Ending::IsDisconnected)
        qi_connection_release(connection);
}

} // namespace

TEST_CASE("owner cancels the tasks of a connection that has ended before it, whatever ended that")
{
    for (Ending ending : {Ending::SenderDies, Ending::IsDisconnected, Ending::SingleShot}) {
        for (int overlap = QI_OVERLAP_CONCURRENT; overlap <= QI_OVERLAP_LATEST; overlap++) {
            CAPTURE(overlap, static_cast<int>(ending));
            outlive(overlap, ending);
        }
    }
}

TEST_CASE("owner that dies in another thread, after a disconnect, cancels the tasks")
{
    Host host;
    Emitter emitter;
    auto *owner = new QObject;
    qi_connection *connection = connect(host, &emitter, owner, "launches:waits");

    Q_EMIT emitter.plain();
    CHECK(qi_connection_disconnect(connection) == QI_OK);
    owner->moveToThread(nullptr);
    std::thread([&] { delete owner; }).join();
    host.settle();
    CHECK(host.eval("__import__('launches').cancelled") == "[None]");
}

TEST_CASE("owner that dies before a queued single shot comes keeps its call from being made")
{
    Host host;
    Emitter emitter;
    auto *owner = new QObject;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.owner = owner;
    options.delivery = QI_DELIVERY_QUEUED;
    options.flags = QI_CONNECTION_FLAG_SINGLE_SHOT;
    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "plain", "launches:waits", &options,
                                 nullptr) == QI_OK);
    Q_EMIT emitter.plain();
    delete owner;
    host.settle();
    CHECK(host.eval("__import__('launches').calls") == "[]");
}

TEST_CASE("each owner cancels the tasks of its own connections")
{
    Host host;
    auto *emitter = new Emitter;
    auto *first = new QObject, *second = new QObject;
    qi_connection *ones = connect(host, emitter, first, "launches:waits");
    qi_connection *others = connect(host, emitter, second, "launches:waits");

    Q_EMIT emitter->plain();
    delete emitter;
    qi_connection_release(ones);
    qi_connection_release(others);
    delete second;
    host.settle();
    CHECK(host.eval("__import__('launches').cancelled") == "[None]");
    delete first;
    host.settle();
    CHECK(host.eval("__import__('launches').cancelled") == "[None, None]");
}

TEST_CASE("task of an owned connection that has ended is no concern of its owner's")
{
    Host host;
    Emitter emitter;
    auto *owner = new QObject;
    qi_connection *connection = connect(host, &emitter, owner, "launches:waits");

    Q_EMIT emitter.plain();
    CHECK(qi_connection_disconnect(connection) == QI_OK);
    host.exec("import launches; launches.open_gate()");
    host.settle();
    delete owner;
    host.settle();
    CHECK(host.eval("launches.cancelled") == "[]");
}

TEST_CASE("sender may be its own owner")
{
    Host host;
    auto *emitter = new Emitter;
    qi_connection *connection = connect(host, emitter, emitter, "launches:waits");

    Q_EMIT emitter->plain();
    delete emitter;
    host.settle();
    CHECK_FALSE(qi_connection_is_connected(connection));
    CHECK(host.eval("__import__('launches').cancelled") == "[None]");
    qi_connection_release(connection);
}

TEST_CASE("owner that dies between a queued emission and its delivery") // T20
{
    Host host;
    Emitter emitter;
    auto *owner = new QObject;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.owner = owner;
    options.delivery = QI_DELIVERY_QUEUED;
    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "plain", "launches:record", &options,
                                 nullptr) == QI_OK);
    Q_EMIT emitter.plain();
    delete owner;
    host.settle();
    CHECK(host.eval("__import__('launches').calls") == "[]");
}

TEST_CASE("disconnecting between a queued emission and its delivery")
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.delivery = QI_DELIVERY_QUEUED;
    qi_connection *connection = nullptr;
    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "plain", "launches:record", &options,
                                 &connection) == QI_OK);
    Q_EMIT emitter.plain();
    CHECK(qi_connection_disconnect(connection) == QI_OK);
    host.settle();
    CHECK(host.eval("__import__('launches').calls") == "[]");
}

namespace
{
qi_connection *the_connection;
} // namespace

TEST_CASE("disconnecting inside the emission")
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.flags = QI_CONNECTION_FLAG_ALLOW_PLAIN;
    host.exec("import ctypes, launches\ndef call(address): ctypes.CFUNCTYPE(None)(address)()");
    void (*slot)() = [] { qi_connection_disconnect(the_connection); };
    host.exec(("launches.disconnects = lambda *args: (launches.calls.append(args), call(" +
               std::to_string(reinterpret_cast<intptr_t>(slot)) + "))")
                  .c_str());
    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "plain", "launches:disconnects", &options,
                                 &the_connection) == QI_OK);
    Q_EMIT emitter.plain();
    Q_EMIT emitter.plain();
    CHECK(host.eval("launches.calls") == "[()]");
}

TEST_CASE("shutdown cuts connections, and their handles stay valid")
{
    Host host;
    Emitter emitter;
    QObject owner;
    qi_connection *connection = connect(host, &emitter, &owner, "launches:waits");

    Q_EMIT emitter.plain();
    REQUIRE(host.shutdown() == QI_OK);
    CHECK_FALSE(qi_connection_is_connected(connection));
    Q_EMIT emitter.plain();
    CHECK(qi_connection_disconnect(connection) == QI_OK);
}

TEST_CASE("owner that outlives the runtime") // T58
{
    auto *owner = new QObject;
    {
        Host host;
        Emitter emitter;
        qi_connection_release(connect(host, &emitter, owner, "launches:waits"));
        Q_EMIT emitter.plain();
    }
    delete owner;
    SUCCEED();
}

TEST_CASE("connections of many are cut in any order")
{
    Host host;
    Emitter emitter;
    std::vector<qi_connection *> all;

    for (int i = 0; i < 20; i++)
        all.push_back(connect(host, &emitter, nullptr, "launches:record"));
    for (int i = 0; i < 20; i += 2)
        CHECK(qi_connection_disconnect(all[i]) == QI_OK);
    Q_EMIT emitter.plain();
    CHECK(host.eval("len(__import__('launches').calls)") == "10");
    for (int i = 19; i > 0; i -= 2)
        CHECK(qi_connection_disconnect(all[i]) == QI_OK);
    Q_EMIT emitter.plain();
    CHECK(host.eval("len(__import__('launches').calls)") == "10");
}

// Qt tells nobody any more of the end of such an object.
TEST_CASE("object that is being destroyed is refused") // T20
{
    Host host;
    auto *object = new QObject;
    bool called = false;

    QObject::connect(object, &QObject::destroyed, [&](QObject *dying) {
        Emitter emitter;
        qi_task_options task_options;
        qi_task_options_init(&task_options);
        task_options.owner = dying;
        qi_connection_options options;
        qi_connection_options_init(&options);
        options.owner = dying;
        qi_value value = qi_qobject(dying), copy;

        called = true;
        CHECK(qi_asyncslot_connect(host.runtime, dying, "destroyed", "launches:record", nullptr,
                                   nullptr) == QI_ERR_DEAD_OBJECT);
        CHECK(qi_asyncslot_connect(host.runtime, &emitter, "plain", "launches:record", &options,
                                   nullptr) == QI_ERR_DEAD_OBJECT);
        CHECK(qi_run_task(host.runtime, "launches:waits", nullptr, 0, &task_options, nullptr) ==
              QI_ERR_DEAD_OBJECT);
        CHECK(qi_object_register(host.runtime, "dying", dying) == QI_ERR_DEAD_OBJECT);
        REQUIRE(qi_value_copy(&copy, &value) == QI_OK);
        CHECK(qi_value_object(&copy) == nullptr);
        CHECK(qi_run_task(host.runtime, "launches:record", &copy, 1, nullptr, nullptr) ==
              QI_ERR_DEAD_OBJECT);
        CHECK(qi_run_task(host.runtime, "launches:record", &value, 1, nullptr, nullptr) ==
              QI_ERR_DEAD_OBJECT);
        qi_value_clear(&copy);
    });
    delete object;
    CHECK(called);
}

TEST_CASE("thread that holds one of Qt's locks wants the GIL while connections come and go") // T19
{
    Host host;
    Bound bound;
    QObject *dying = nullptr;
    std::thread([&] { dying = new QObject; }).join();
    QObject::connect(&bound, &QObject::objectNameChanged, dying, &QObject::deleteLater);
    Emitter emitters[300], owners[300]; /* Qt has fewer locks, so one of these has that of `dying` */
    std::vector<qi_connection *> connections;
    for (int i = 0; i < 150; i++)
        connections.push_back(connect(host, &emitters[i], &owners[i], "launches:waits"));

    PyGILState_STATE gil = PyGILState_Ensure();
    std::thread destroys([&] { delete dying; });
    bound.asked.acquire();
    for (int i = 150; i < 300; i++)
        connections.push_back(connect(host, &emitters[i], &owners[i], "launches:waits"));
    for (qi_connection *connection : connections) {
        CHECK(qi_connection_disconnect(connection) == QI_OK);
        qi_connection_release(connection);
    }
    PyGILState_Release(gil);
    destroys.join();
}

TEST_CASE("module of the target may destroy the sender, or the owner") // T20
{
    Host host;
    QObject *doomed = nullptr;
    qi_function function;
    qi_function_init(&function);
    function.user = &doomed;
    function.call = [](const qi_value *, size_t, qi_value *, void *user) {
        delete *static_cast<QObject **>(user);
        return int(QI_OK);
    };
    REQUIRE(qi_function_register(host.runtime, "destroy", &function) == QI_OK);
    host.exec("import sys, qi\n"
              "class Finder:\n"
              "    def find_spec(self, name, path=None, target=None):\n"
              "        if name == 'destroying':\n"
              "            qi.host.destroy()\n"
              "            return importlib.machinery.ModuleSpec(name, self)\n"
              "    def create_module(self, spec): return None\n"
              "    def exec_module(self, module): module.waits = launches.waits\n"
              "import importlib.machinery, launches; sys.meta_path.insert(0, Finder())");

    Emitter other;
    for (const bool is_sender : {true, false}) {
        auto *emitter = new Emitter;
        doomed = emitter;
        host.exec("sys.modules.pop('destroying', None)");
        qi_connection_options options;
        qi_connection_options_init(&options);
        options.owner = is_sender ? nullptr : emitter;
        qi_connection *connection = nullptr;
        CHECK(qi_asyncslot_connect(host.runtime, is_sender ? emitter : &other, "plain",
                                   "destroying:waits", &options, &connection) == QI_ERR_DEAD_OBJECT);
        CHECK(connection == nullptr);
    }
}
