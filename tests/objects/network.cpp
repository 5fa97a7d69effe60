/* SPDX-License-Identifier: BSD-3-Clause */
// Replies and sockets of QtNetwork that Python awaits, by <qi/network.hpp>.
#include <QtCore/qdir.h>
#include <QtCore/qtemporarydir.h>
#include <QtNetwork/qlocalserver.h>
#include <QtNetwork/qnetworkaccessmanager.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

#include <qi/network.hpp>
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/show.h"

using tests::Host;
using tests::show;

namespace
{

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
}

void until_done(Host &host)
{
    host.until([&] { return host.eval("task.done()") == "True"; });
}

/* A server that answers each request with these bytes, and closes; none: it lets the client wait. */
class Web : public QTcpServer
{
  public:
    explicit Web(const QByteArray &answer)
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this, answer] {
            QTcpSocket *socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket, answer] {
                if (answer.isEmpty())
                    return;
                socket->write(answer);
                socket->disconnectFromHost();
            });
        });
    }
    QNetworkRequest request() const
    {
        return QNetworkRequest(QUrl(QStringLiteral("http://127.0.0.1:%1/page").arg(serverPort())));
    }
};

} // namespace

TEST_CASE("a reply is awaited for its bytes, also when it has finished")
{
    REQUIRE(qi::registerNetwork());
    Host host;
    Web web("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    QNetworkAccessManager manager;
    QNetworkReply *reply = manager.get(web.request());
    show(host, "reply", reply);

    wait_for(host, "reply");
    until_done(host);
    CHECK(host.eval("got") == "[b'hello']");
    wait_for(host, "reply"); /* all of it has been read */
    until_done(host);
    CHECK(host.eval("got") == "[b'']");
}

TEST_CASE("a reply that the application deletes at its end has given its bytes before")
{
    REQUIRE(qi::registerNetwork());
    Host host;
    Web web("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    QNetworkAccessManager manager;
    QNetworkReply *reply = manager.get(web.request());
    show(host, "reply", reply);
    wait_for(host, "reply");
    QObject::connect(reply, &QNetworkReply::finished, reply, &QObject::deleteLater);
    until_done(host);
    CHECK(host.eval("got") == "[b'hello']");
}

TEST_CASE("the error of a reply is raised")
{
    REQUIRE(qi::registerNetwork());
    Host host;
    Web web("HTTP/1.0 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
    QNetworkAccessManager manager;
    QNetworkReply *reply = manager.get(web.request());
    show(host, "reply", reply);
    wait_for(host, "reply");
    until_done(host);
    CHECK_THAT(host.eval("repr(got[0])"), Catch::Matchers::Matches(".*RuntimeError.*Not Found.*"));
}

TEST_CASE("cancelling who awaits a reply aborts it, and what the application aborts raises "
          "CancelledError")
{
    REQUIRE(qi::registerNetwork());
    Host host;
    Web web("");
    QNetworkAccessManager manager;
    QNetworkReply *reply = manager.get(web.request());
    show(host, "reply", reply);
    wait_for(host, "reply");
    host.exec("task.cancel()");
    until_done(host);
    CHECK(host.eval("got") == "[CancelledError()]");
    CHECK(reply->error() == QNetworkReply::OperationCanceledError);

    QNetworkReply *other = manager.get(web.request());
    show(host, "other", other);
    wait_for(host, "other");
    other->abort();
    until_done(host);
    CHECK(host.eval("type(got[0]).__name__") == "'CancelledError'");
}

TEST_CASE("a socket gives what comes, and no bytes when the other side has closed")
{
    REQUIRE(qi::registerNetwork());
    Host host;
    QTcpServer server;
    REQUIRE(server.listen(QHostAddress::LocalHost));
    QTcpSocket socket;
    show(host, "socket", &socket);
    socket.connectToHost(QHostAddress::LocalHost, server.serverPort());
    host.until([&] { return server.hasPendingConnections(); });
    QTcpSocket *other = server.nextPendingConnection();

    host.exec("got = b''\n"
              "async def read():\n"
              "    global got\n"
              "    while data := await socket: got += data\n"
              "task = qi.run_task(read())");
    other->write("some");
    host.until([&] { return host.eval("got") == "b'some'"; });
    other->write(" bytes");
    other->disconnectFromHost();
    until_done(host);
    CHECK(host.eval("got, task.exception()") == "(b'some bytes', None)");
    wait_for(host, "socket"); /* which is not connected any more */
    until_done(host);
    CHECK(host.eval("got") == "[b'']");
}

TEST_CASE("a connection that is refused is raised, of both kinds of sockets")
{
    REQUIRE(qi::registerNetwork());
    Host host;
    quint16 port;
    {
        QTcpServer closed;
        REQUIRE(closed.listen(QHostAddress::LocalHost));
        port = closed.serverPort();
    }
    QTcpSocket socket;
    show(host, "socket", &socket);
    socket.connectToHost(QHostAddress::LocalHost, port);
    wait_for(host, "socket");
    until_done(host);
    CHECK_THAT(host.eval("repr(got[0])"), Catch::Matchers::Matches(".*RuntimeError.*refused.*"));

    QLocalSocket local;
    show(host, "local", &local);
    local.connectToServer(QStringLiteral("/nowhere/at/all"));
    wait_for(host, "local");
    until_done(host);
    CHECK(host.eval("type(got[0]).__name__") == "'RuntimeError'");
}

TEST_CASE("a local socket is read as others are")
{
    REQUIRE(qi::registerNetwork());
    Host host;
    QTemporaryDir folder;
    QLocalServer server;
    REQUIRE(server.listen(folder.filePath(QStringLiteral("socket"))));
    QLocalSocket socket;
    show(host, "socket", &socket);
    socket.connectToServer(server.fullServerName());
    host.until([&] { return server.hasPendingConnections(); });
    QLocalSocket *other = server.nextPendingConnection();
    wait_for(host, "socket");
    other->write("ab");
    until_done(host);
    CHECK(host.eval("got") == "[b'ab']");
    wait_for(host, "socket");
    other->disconnectFromServer();
    until_done(host);
    CHECK(host.eval("got") == "[b'']");
}
