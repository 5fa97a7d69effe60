// SPDX-License-Identifier: BSD-3-Clause
//
// qi-bench-client CONTROL ADDRESS CONNECTIONS ACTIVE MESSAGES SIZE
//
// Opens so many connections to an echo server and sends messages on the first ACTIVE of them, on each one
// at a time. CONTROL is the port of a second connection: a "b" goes there when all are open and nothing has
// been sent, an "e" when everything has come back, and each is waited for, so that the server can look at
// its clock. With 0 messages it keeps the connections open until the control connection is closed.
// ADDRESS is a TCP port, or the path of a Unix socket.
//
// It is quick enough to keep any server of Python's busy.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace
{

struct Connection {
    int socket;
    long left;       // messages to go
    size_t sent;     // of the present one
    size_t received; // of the present one
    bool blocked;    // the rest of the present one is to be sent when there is room
};

[[noreturn]] void die(const char *what)
{
    std::perror(what);
    std::exit(1);
}

int connected(int descriptor, const void *address, socklen_t size)
{
    if (descriptor < 0 || connect(descriptor, static_cast<const sockaddr *>(address), size) < 0)
        die("connect");
    return descriptor;
}

int dial_unix(const char *path)
{
    sockaddr_un address{};

    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return connected(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), &address, sizeof address);
}

// An address has ports for some 28,000 connections, and finding one of the last takes long.
int dial_tcp(int port, size_t number)
{
    constexpr size_t EACH_ADDRESS = 10'000;
    sockaddr_in address{};
    const int one = 1;

    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK +
                                    static_cast<std::uint32_t>(number / EACH_ADDRESS));
    const int descriptor = connected(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), &address,
                                     sizeof address);
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return descriptor;
}

int dial(const char *address, size_t number)
{
    return *address == '/' ? dial_unix(address) : dial_tcp(std::atoi(address), number);
}

// Tells the server and waits until it has heard. False once it has closed the connection.
bool tell(int control, char what)
{
    return send(control, &what, 1, MSG_NOSIGNAL) == 1 && recv(control, &what, 1, 0) == 1;
}

class Client
{
  public:
    Client(size_t active, long messages, size_t size)
        : m_message(size, 'x'), m_buffer(size), m_connections(active),
          m_poller(epoll_create1(EPOLL_CLOEXEC)), m_messages(messages)
    {
    }

    void add(size_t number, int socket)
    {
        Connection &connection = m_connections[number];
        epoll_event event{};

        connection = {socket, m_messages, 0, 0, false};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        if (epoll_ctl(m_poller, EPOLL_CTL_ADD, socket, &event) < 0)
            die("epoll_ctl");
    }

    void run()
    {
        size_t open = m_connections.size();

        for (Connection &connection : m_connections)
            push(connection);
        while (open > 0) {
            epoll_event events[64];
            const int count = epoll_wait(m_poller, events, 64, -1);
            for (int i = 0; i < count; i++) {
                auto *connection = static_cast<Connection *>(events[i].data.ptr);
                if (events[i].events & EPOLLOUT)
                    push(*connection);
                if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) && pull(*connection))
                    open--;
            }
        }
    }

  private:
    // Sends what there is room for; the poller tells when there is more.
    void push(Connection &connection)
    {
        while (connection.sent < m_message.size()) {
            const ssize_t count = send(connection.socket, m_message.data() + connection.sent,
                                       m_message.size() - connection.sent,
                                       MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0 && errno == EAGAIN)
                break;
            if (count < 0 && errno != EINTR)
                die("send");
            if (count > 0)
                connection.sent += static_cast<size_t>(count);
        }
        block(connection, connection.sent < m_message.size());
    }

    void block(Connection &connection, bool blocked)
    {
        epoll_event event{};

        if (connection.blocked == blocked)
            return;
        connection.blocked = blocked;
        event.events = blocked ? EPOLLIN | EPOLLOUT : EPOLLIN;
        event.data.ptr = &connection;
        if (epoll_ctl(m_poller, EPOLL_CTL_MOD, connection.socket, &event) < 0)
            die("epoll_ctl");
    }

    // True once all messages of the connection have come back.
    bool pull(Connection &connection)
    {
        const ssize_t count = recv(connection.socket, m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);

        if (count < 0 && errno == EAGAIN)
            return false;
        if (count <= 0)
            die("recv");
        connection.received += static_cast<size_t>(count);
        if (connection.received < m_message.size())
            return false;
        connection.received = connection.sent = 0;
        if (--connection.left == 0)
            return true;
        push(connection);
        return false;
    }

    std::vector<char> m_message, m_buffer;
    std::vector<Connection> m_connections;
    int m_poller;
    long m_messages;
};

} // namespace

int main(int argc, char **argv)
{
    if (argc != 7) {
        std::fputs("usage: qi-bench-client CONTROL ADDRESS CONNECTIONS ACTIVE MESSAGES SIZE\n",
                   stderr);
        return 2;
    }
    const size_t connections = std::strtoul(argv[3], nullptr, 10);
    const size_t active = std::strtoul(argv[4], nullptr, 10);
    const long messages = std::atol(argv[5]);
    const size_t size = std::strtoul(argv[6], nullptr, 10);
    if (active > connections || size == 0) {
        std::fputs("qi-bench-client: ACTIVE must be at most CONNECTIONS, and SIZE at least 1\n",
                   stderr);
        return 2;
    }
    Client client(active, messages, size);
    const int control = dial_tcp(std::atoi(argv[1]), 0);

    for (size_t i = 0; i < connections; i++) {
        const int socket = dial(argv[2], i);
        if (i < active)
            client.add(i, socket);
    }
    if (!tell(control, 'b'))
        die("the server is gone");
    if (messages > 0)
        client.run();
    (void)tell(control, 'e'); // a server that wants us to stay open does not answer
    return 0;
}
