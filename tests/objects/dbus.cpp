/* SPDX-License-Identifier: BSD-3-Clause */
// Calls of QtDBus that Python awaits, by <qi/dbus.hpp>: between two ends of one process, without a bus.
#include <optional>

#include <QtDBus/qdbusconnection.h>
#include <QtDBus/qdbusserver.h>

#include <qi/dbus.hpp>
#include <qi/qi.hpp>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/show.h"

using tests::Host;
using tests::show;

namespace
{

/* What the other side has. */
class Desk : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "test.Desk")

  public Q_SLOTS:
    int add(int a, int b) { return a + b; }
    void nothing() {}
    QString both(int &second)
    {
        second = 2;
        return QStringLiteral("first");
    }
    QVariantMap nested()
    {
        return {{QStringLiteral("list"), QVariantList{1, QStringLiteral("two")}},
                {QStringLiteral("path"), QVariant::fromValue(QDBusObjectPath("/a/b"))}};
    }
};

/* Two ends, and what Python calls one of them by. */
class Ends : public QObject
{
    Q_OBJECT

  public:
    explicit Ends(Host &host)
    {
        QObject::connect(&m_server, &QDBusServer::newConnection, &m_server,
                         [this](const QDBusConnection &connection) {
                             m_other.emplace(connection);
                             m_other->registerObject(QStringLiteral("/desk"), &m_desk,
                                                     QDBusConnection::ExportAllSlots);
                         });
        m_mine.emplace(QDBusConnection::connectToPeer(m_server.address(), QStringLiteral("mine")));
        host.until([this] { return m_other.has_value(); });
        show(host, "ends", this);
    }
    ~Ends() override { QDBusConnection::disconnectFromPeer(QStringLiteral("mine")); }

    QDBusPendingCall call(const QString &method, const QVariantList &arguments = {})
    {
        QDBusMessage message = QDBusMessage::createMethodCall(QString(), QStringLiteral("/desk"),
                                                              QStringLiteral("test.Desk"), method);
        message.setArguments(arguments);
        return m_mine->asyncCall(message);
    }
    Q_INVOKABLE QDBusPendingReply<int> add(int a, int b)
    {
        return call(QStringLiteral("add"), {a, b});
    }
    Q_INVOKABLE QVariant ask(const QString &method) { return QVariant::fromValue(call(method)); }

  private:
    QDBusServer m_server{QStringLiteral("unix:tmpdir=/tmp")};
    Desk m_desk;
    std::optional<QDBusConnection> m_mine, m_other;
};

void wait_for(Host &host, const char *awaited)
{
    host.exec(("got = []\n"
               "async def wait():\n"
               "    try: got.append(await " +
               std::string(awaited) +
               ")\n"
               "    except BaseException as error: got.append(error)\n"
               "task = qi.run_task(wait())\n")
                  .c_str());
    host.until([&] { return host.eval("task.done()") == "True"; });
}

} // namespace

TEST_CASE("calls over D-Bus are awaited: replies, calls and watchers")
{
    REQUIRE(qi::registerDBus());
    REQUIRE(qi::registerDBusReply<int>());
    Host host;
    Ends ends(host);

    wait_for(host, "ends.add(2, 3)");
    CHECK(host.eval("got") == "[5]");
    wait_for(host, "ends.ask('nothing')");
    CHECK(host.eval("got") == "[None]");
    wait_for(host, "ends.ask('both')");
    CHECK(host.eval("got") == "[['first', 2]]");
    wait_for(host, "ends.ask('nested')");
    CHECK(host.eval("got") == "[{'list': [1, 'two'], 'path': '/a/b'}]");
    wait_for(host, "ends.ask('missing')");
    CHECK_THAT(host.eval("repr(got[0])"),
               Catch::Matchers::Matches(".*RuntimeError.*UnknownMethod.*missing.*"));

    QDBusPendingCallWatcher watcher(ends.call(QStringLiteral("add"), {4, 5}));
    show(host, "watcher", &watcher);
    wait_for(host, "watcher");
    CHECK(host.eval("got") == "[9]");
    wait_for(host, "watcher");
    CHECK(host.eval("got") == "[9]");
}

#include "dbus.moc"
