// SPDX-License-Identifier: BSD-3-Clause
//
// qi-bench-client PORT CONNECTIONS MESSAGES SIZE: sends messages to an echo server, on each connection one
// at a time, and exits when all have come back. It is quick enough to keep any server of Python's busy.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace
{

struct Connection {
    int socket;
    long left;       // messages to go
    size_t received; // of the present one
};

[[noreturn]] void die(const char *what)
{
    std::perror(what);
    std::exit(1);
}

int dial(int port)
{
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    sockaddr_in address{};

    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 ||
        connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) < 0)
        die("connect");
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return descriptor;
}

void send_all(int descriptor, const std::vector<char> &message)
{
    size_t sent = 0;

    while (sent < message.size()) {
        const ssize_t count = send(descriptor, message.data() + sent, message.size() - sent,
                                   MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR)
            die("send");
        if (count > 0)
            sent += static_cast<size_t>(count);
    }
}

// True once all messages of the connection have come back.
bool step(Connection &connection, const std::vector<char> &message, std::vector<char> &buffer)
{
    const ssize_t count = recv(connection.socket, buffer.data(), buffer.size(), 0);

    if (count <= 0)
        die("recv");
    connection.received += static_cast<size_t>(count);
    if (connection.received < message.size())
        return false;
    connection.received = 0;
    if (--connection.left == 0)
        return true;
    send_all(connection.socket, message);
    return false;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 5) {
        std::fputs("usage: qi-bench-client PORT CONNECTIONS MESSAGES SIZE\n", stderr);
        return 2;
    }
    const int port = std::atoi(argv[1]);
    std::vector<Connection> connections(static_cast<size_t>(std::atol(argv[2])));
    const long messages = std::atol(argv[3]);
    const std::vector<char> message(static_cast<size_t>(std::atol(argv[4])), 'x');
    std::vector<char> buffer(message.size());
    const int poller = epoll_create1(EPOLL_CLOEXEC);

    for (Connection &connection : connections) {
        connection = {dial(port), messages, 0};
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        if (epoll_ctl(poller, EPOLL_CTL_ADD, connection.socket, &event) < 0)
            die("epoll_ctl");
    }
    for (Connection &connection : connections)
        send_all(connection.socket, message);
    for (size_t open = connections.size(); open > 0;) {
        epoll_event events[64];
        const int count = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < count; i++) {
            auto *connection = static_cast<Connection *>(events[i].data.ptr);
            if (step(*connection, message, buffer)) {
                close(connection->socket);
                open--;
            }
        }
    }
    return 0;
}
