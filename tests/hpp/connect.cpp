/* SPDX-License-Identifier: BSD-3-Clause */
// qi::connect(): signals by pointers to members, and what a Connection may do.
#include <memory>

#include <QtCore/qpointer.h>
#include <QtCore/qstringlistmodel.h>
#include <QtCore/qtimer.h>

#include "tests/support/emitter.h"
#include "tests/support/modern.h"

using tests::Emitter;
using tests::Modern;
using tests::value_of;

namespace
{

class Derived : public Emitter
{
    Q_OBJECT

  public:
    Q_SLOT void no_signal() {}
    void nothing_of_moc() {}
};

std::string calls(Modern &host)
{
    return host.eval("__import__('launches').calls");
}

qi::Connection connected(qi::Result<qi::Connection> result)
{
    INFO(result.error().message);
    REQUIRE(result);
    return std::move(result).value();
}

} // namespace

TEST_CASE("signal of a class or its base launches, with its arguments")
{
    Modern host;
    Derived sender;
    QPointer<Derived> pointer(&sender);

    connected(qi::connect(&sender, &Emitter::paired, "launches:record"));
    connected(qi::connect(&sender, &Derived::flagged, QStringLiteral("launches:record")));
    connected(host.python.connect(pointer, &Derived::plain, u"launches:record"));
    Q_EMIT sender.paired(1, QStringLiteral("x"));
    Q_EMIT sender.flagged(true);
    Q_EMIT sender.plain();
    CHECK(calls(host) == "[(1, 'x'), (True,), ()]");
}

TEST_CASE("overloads are chosen by their type, private signals lose their mark")
{
    Modern host;
    Emitter sender;
    QStringListModel model;
    QTimer timer;

    connected(qi::connect(&sender, qOverload<int>(&Emitter::overloaded), "launches:record"));
    Q_EMIT sender.overloaded(QStringLiteral("not this"));
    Q_EMIT sender.overloaded(5);
    connected(qi::connect(&sender, &Emitter::defaulted, "launches:record"));
    Q_EMIT sender.defaulted();
    CHECK(calls(host) == "[(5,), (7,)]");

    host.exec("import launches; launches.calls.clear()");
    connected(qi::connect(&timer, &QTimer::timeout, "launches:record"));
    connected(qi::connect(&model, &QAbstractItemModel::modelReset, "launches:record"));
    model.setStringList({QStringLiteral("a")});
    CHECK(calls(host) == "[()]");
    timer.start(0);
    host.until([&] { return calls(host) == "[(), ()]"; });
}

TEST_CASE("signal by its name, for classes that are known at run time")
{
    Modern host;
    Emitter sender;

    connected(qi::connect(&sender, "overloaded(QString)", "launches:record"));
    Q_EMIT sender.overloaded(QStringLiteral("text"));
    CHECK(calls(host) == "[('text',)]");
    CHECK(host.python.connect(&sender, "overloaded", "launches:record").status() == QI_ERR_AMBIGUOUS);
    CHECK(host.python.connect(&sender, "plian", "launches:record")
              .error()
              .message.contains(QLatin1String("plain")));
}

TEST_CASE("slots and plain members are told to be no signals")
{
    Modern host;
    Derived sender;

    const qi::Error slot = qi::connect(&sender, &Derived::no_signal, "launches:record").error();
    CHECK(slot.status == QI_ERR_NOT_FOUND);
    CHECK(slot.message.contains(QLatin1String("no signal")));
    CHECK(slot.message.contains(QLatin1String("Derived")));
    CHECK(qi::connect(&sender, &Derived::nothing_of_moc, "launches:record").status() ==
          QI_ERR_NOT_FOUND);
}

TEST_CASE("errors of the target are those of the C API")
{
    Modern host;
    Emitter sender;

    CHECK(qi::connect(&sender, &Emitter::plain, "launches:nothing").status() == QI_ERR_NOT_FOUND);
    CHECK(qi::connect(&sender, &Emitter::plain, "launches:plain").status() == QI_ERR_NOT_COROUTINE);
    CHECK(qi::connect(&sender, &Emitter::plain, "launches:two").status() == QI_ERR_TYPE);
    CHECK(qi::connect(static_cast<Emitter *>(nullptr), &Emitter::plain, "launches:record").status() ==
          QI_ERR_ARGUMENT);
    CHECK(host.shutdown() == QI_OK);
    CHECK(qi::connect(&sender, &Emitter::plain, "launches:record").status() == QI_ERR_NOT_RUNNING);
    CHECK(host.python.connect(&sender, &Emitter::plain, "launches:record").status() ==
          QI_ERR_NOT_RUNNING);
}

TEST_CASE("options say what they say in C")
{
    Modern host;
    Emitter sender;
    qi::ConnectOptions options;

    options.overlap = qi::Overlap::Drop;
    options.taskName = QStringLiteral("the order");
    connected(qi::connect(&sender, &Emitter::numbered, "launches:waits", options));
    Q_EMIT sender.numbered(1);
    Q_EMIT sender.numbered(2);
    CHECK(calls(host) == "[1]");
    CHECK(host.eval("[t.get_name() for t in __import__('asyncio').all_tasks()]") ==
          "['the order']");

    host.exec("import launches; launches.calls.clear()");
    options = {};
    options.allowPlain = true;
    options.singleShot = true;
    qi::Connection once = connected(
        qi::connect(&sender, &Emitter::flagged, "launches:plain", options));
    Q_EMIT sender.flagged(true);
    Q_EMIT sender.flagged(false);
    CHECK(calls(host) == "[(True,)]");
    CHECK_FALSE(once);

    host.exec("import launches; launches.calls.clear()");
    auto owner = std::make_unique<QObject>();
    options = {};
    options.owner = owner.get();
    options.delivery = qi::Delivery::Queued;
    const qi::Connection owned = connected(
        qi::connect(&sender, &Emitter::plain, "launches:record", options));
    Q_EMIT sender.plain();
    CHECK(calls(host) == "[]");
    host.until([&] { return calls(host) == "[()]"; });
    owner.reset();
    CHECK_FALSE(owned.isConnected());
}

TEST_CASE("callable that was looked up is connected")
{
    Modern host;
    Emitter sender;
    const qi::Callable record = value_of(host.python.resolve("launches:record"));

    connected(qi::connect(&sender, &Emitter::numbered, record));
    Q_EMIT sender.numbered(3);
    CHECK(calls(host) == "[(3,)]");
}

TEST_CASE("handle lets the connection go on, a scoped one ends it")
{
    Modern host;
    Emitter sender;

    connected(qi::connect(&sender, &Emitter::numbered, "launches:record"));
    Q_EMIT sender.numbered(1);
    {
        const qi::ScopedConnection scoped = connected(
            qi::connect(&sender, &Emitter::flagged, "launches:record"));
        Q_EMIT sender.flagged(true);
        CHECK(scoped.isConnected());
    }
    Q_EMIT sender.flagged(false);
    CHECK(calls(host) == "[(1,), (True,)]");

    qi::ScopedConnection member;
    member = connected(qi::connect(&sender, &Emitter::plain, "launches:record"));
    qi::Connection first = connected(qi::connect(&sender, &Emitter::plain, "launches:record"));
    const qi_connection *handle = member.isConnected() ? first.handle() : nullptr;
    member = std::move(first); /* ends what it had */
    CHECK(qi_connection_is_connected(handle));
    host.exec("import launches; launches.calls.clear()");
    Q_EMIT sender.plain();
    CHECK(calls(host) == "[()]");

    qi::Connection detached = member.detach();
    CHECK(detached.disconnect());
    CHECK_FALSE(detached);
    CHECK(detached.disconnect());
    CHECK_FALSE(qi::Connection().isConnected());
    CHECK(qi::ScopedConnection().disconnect());
}

TEST_CASE("end of the sender ends the connection")
{
    Modern host;
    auto sender = std::make_unique<Emitter>();
    const qi::Connection connection = connected(
        qi::connect(sender.get(), &Emitter::plain, "launches:record"));

    sender.reset();
    CHECK_FALSE(connection.isConnected());
}

#if __cplusplus >= 202002L
TEST_CASE("options are written where they are used")
{
    Modern host;
    Emitter sender;

    connected(qi::connect(&sender, &Emitter::numbered, "launches:waits",
                          {.overlap = qi::Overlap::Drop, .taskName = QStringLiteral("x")}));
    const qi::Task<int> task = host.python.run<int>({.name = QStringLiteral("named")},
                                                    "launches:returns_later", 4);
    CHECK(host.eval("[t.get_name() for t in __import__('asyncio').all_tasks()]") == "['named']");
    CHECK(value_of(host.ended(task).result()) == 4);
}
#endif

#include "connect.moc"

TEST_CASE("keyword arguments are given to every call")
{
    Modern host;
    Emitter sender;
    qi::ConnectOptions options;
    options.named = {{QStringLiteral("b"), QStringList{QStringLiteral("x")}}};
    connected(qi::connect(&sender, &Emitter::numbered, "launches:one_of_two", options));
    Q_EMIT sender.numbered(5);
    CHECK(calls(host) == "[(5, ['x'])]");
    options.named = {{QStringLiteral("c"), 1}};
    CHECK(qi::connect(&sender, &Emitter::numbered, "launches:one_of_two", options).status() ==
          QI_ERR_TYPE);
}
