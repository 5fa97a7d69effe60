// SPDX-License-Identifier: BSD-3-Clause
// The poller: descriptors, the deadline and the wake-up, all behind one descriptor that is watchable.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

extern "C" {
#include "core/poller.h"
}
#include "tests/support/catch.h"

namespace
{

struct Pipe {
    Pipe() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0); }
    ~Pipe()
    {
        for (int end : ends) {
            if (end >= 0)
                close(end);
        }
    }
    void send() { REQUIRE(write(ends[1], "x", 1) == 1); }
    int ends[2];
};

struct Free {
    void operator()(qip_poller *poller) const { qip_poller_free(poller); }
};
using Poller = std::unique_ptr<qip_poller, Free>;

bool is_readable(int fd)
{
    pollfd entry = {fd, POLLIN, 0};
    return poll(&entry, 1, 0) == 1;
}

int wait_now(const Poller &poller, qip_poll_event *events, int size = 8)
{
    return qip_poller_wait(poller.get(), events, size, false);
}

uint64_t now_ns()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

} // namespace

TEST_CASE("a descriptor that becomes readable makes the poller's own readable")
{
    Poller poller(qip_poller_new());
    Pipe pipe;
    qip_poll_event events[8];
    REQUIRE(poller);
    REQUIRE(qip_poller_set(poller.get(), pipe.ends[0], QIP_POLL_READ) == 0);
    CHECK_FALSE(is_readable(qip_poller_fd(poller.get())));
    CHECK(wait_now(poller, events) == 0);

    pipe.send();
    CHECK(is_readable(qip_poller_fd(poller.get())));
    REQUIRE(wait_now(poller, events) == 1);
    CHECK(events[0].fd == pipe.ends[0]);
    CHECK(events[0].ready == QIP_POLL_READ);
    CHECK(wait_now(poller, events) == 1); // still readable: level-triggered

    REQUIRE(qip_poller_set(poller.get(), pipe.ends[0], 0) == 0);
    CHECK(wait_now(poller, events) == 0);
    CHECK(qip_poller_interest(poller.get(), pipe.ends[0]) == 0);
}

TEST_CASE("a hang-up wakes readers and writers")
{
    Poller poller(qip_poller_new());
    Pipe pipe;
    qip_poll_event events[8];
    REQUIRE(qip_poller_set(poller.get(), pipe.ends[0], QIP_POLL_READ | QIP_POLL_WRITE) == 0);
    close(pipe.ends[1]);
    pipe.ends[1] = -1;
    REQUIRE(wait_now(poller, events) == 1);
    CHECK(events[0].ready == (QIP_POLL_READ | QIP_POLL_WRITE));
}

TEST_CASE("a wake-up from another thread ends a wait, and is gone after it")
{
    Poller poller(qip_poller_new());
    qip_poll_event events[8];
    std::thread other([&] { qip_poller_wake(poller.get()); });
    CHECK(qip_poller_wait(poller.get(), events, 8, true) == 0);
    other.join();
    CHECK_FALSE(is_readable(qip_poller_fd(poller.get())));

    qip_poller_wake(poller.get());
    qip_poller_wake(poller.get());
    CHECK(is_readable(qip_poller_fd(poller.get())));
    CHECK(wait_now(poller, events) == 0);
    CHECK_FALSE(is_readable(qip_poller_fd(poller.get())));
}

TEST_CASE("the deadline ends a wait, never early, and once")
{
    Poller poller(qip_poller_new());
    qip_poll_event events[8];
    const uint64_t deadline = now_ns() + 3000000;
    qip_poller_arm(poller.get(), deadline);
    CHECK(qip_poller_wait(poller.get(), events, 8, true) == 0);
    CHECK(now_ns() >= deadline);
    CHECK_FALSE(is_readable(qip_poller_fd(poller.get())));
}

TEST_CASE("an earlier deadline replaces a later one, and one in the past is due at once")
{
    Poller poller(qip_poller_new());
    qip_poll_event events[8];
    qip_poller_arm(poller.get(), now_ns() + uint64_t(3600) * 1000000000u);
    qip_poller_arm(poller.get(), 1);
    CHECK(qip_poller_wait(poller.get(), events, 8, true) == 0);
    qip_poller_arm(poller.get(), 0);
    CHECK(qip_poller_wait(poller.get(), events, 8, true) == 0);
}

TEST_CASE("a number that was closed and reused is watched for its new file")
{
    Poller poller(qip_poller_new());
    qip_poll_event events[8];
    Pipe second;
    auto first = std::make_unique<Pipe>();
    const int fd = first->ends[0];
    const int alias = dup(fd); // the old file stays open, and the kernel goes on reporting it
    REQUIRE(qip_poller_set(poller.get(), fd, QIP_POLL_READ) == 0);
    REQUIRE(dup2(second.ends[0], fd) == fd); // closes the old file under this number
    REQUIRE(qip_poller_refresh(poller.get(), fd) == 0);
    first->send();
    CHECK(wait_now(poller, events) == 0);
    second.send();
    REQUIRE(wait_now(poller, events) == 1);
    CHECK(events[0].fd == fd);
    close(alias);
}

TEST_CASE("a file that lives on under another number does not haunt the poller")
{
    Poller poller(qip_poller_new());
    qip_poll_event events[8];
    Pipe pipe, other;
    const int alias = dup(pipe.ends[0]);
    REQUIRE(qip_poller_set(poller.get(), other.ends[0], QIP_POLL_READ) == 0);
    REQUIRE(qip_poller_set(poller.get(), pipe.ends[0], QIP_POLL_READ) == 0);
    close(pipe.ends[0]); // the kernel keeps the registration, as the file is still open
    const int gone = pipe.ends[0];
    pipe.ends[0] = alias;
    REQUIRE(qip_poller_set(poller.get(), gone, 0) == 0);
    pipe.send();
    CHECK(wait_now(poller, events) == 0);
    CHECK(wait_now(poller, events) == 0);
    CHECK_FALSE(is_readable(qip_poller_fd(poller.get())));
    other.send(); // and those that were watched besides still are
    REQUIRE(wait_now(poller, events) == 1);
    CHECK(events[0].fd == other.ends[0]);
    qip_poller_wake(poller.get());
    CHECK(is_readable(qip_poller_fd(poller.get())));
}

TEST_CASE("what cannot be watched is refused")
{
    Poller poller(qip_poller_new());
    errno = 0;
    CHECK(qip_poller_set(poller.get(), -1, QIP_POLL_READ) == -1);
    CHECK(errno == EBADF);
    CHECK(qip_poller_set(poller.get(), 1000000, QIP_POLL_READ) == -1);
    CHECK(errno == EBADF);
    CHECK(qip_poller_interest(poller.get(), 1000000) == 0);
}

namespace
{

// The descriptor of this kind that the poller watches itself.
int own_descriptor(const qip_poller *poller, const std::string &kind)
{
    std::ifstream info("/proc/self/fdinfo/" + std::to_string(qip_poller_fd(poller)));
    std::string word;
    while (info >> word) {
        int fd;
        char target[64] = "";
        if (word != "tfd:" || !(info >> fd))
            continue;
        const std::string link = "/proc/self/fd/" + std::to_string(fd);
        if (readlink(link.c_str(), target, sizeof target - 1) > 0 &&
            target == "anon_inode:[" + kind + "]")
            return fd;
    }
    return -1;
}

} // namespace

TEST_CASE("what the poller has lost is made anew and watches what was watched")
{
    const std::string kind = GENERATE("eventpoll", "eventfd", "timerfd");
    const bool reused = GENERATE(false, true);
    Poller poller(qip_poller_new());
    qip_poll_event events[8];
    Pipe pipe, other;
    REQUIRE(qip_poller_set(poller.get(), pipe.ends[0], QIP_POLL_READ) == 0);
    CHECK(qip_poller_renew(poller.get()) == 0);
    CHECK(qip_poller_is_there(poller.get()));
    REQUIRE(qip_poller_arm(poller.get(), now_ns() + uint64_t(3600) * 1000000000u));
    const int lost = kind == "eventpoll" ? qip_poller_fd(poller.get())
                                         : own_descriptor(poller.get(), kind);
    REQUIRE(lost >= 0);
    close(lost);
    if (reused) // the number is somebody else's by now
        REQUIRE(dup2(other.ends[0], lost) == lost);

    CHECK_FALSE(qip_poller_is_there(poller.get()));
    REQUIRE(qip_poller_renew(poller.get()) == 1);
    CHECK(qip_poller_is_there(poller.get()));
    if (reused) {
        CHECK(fcntl(lost, F_GETFD) >= 0);
        close(lost);
    }
    pipe.send();
    REQUIRE(wait_now(poller, events) == 1);
    CHECK(events[0].fd == pipe.ends[0]);
    char byte;
    REQUIRE(read(pipe.ends[0], &byte, 1) == 1);
    CHECK_FALSE(is_readable(qip_poller_fd(poller.get())));
    CHECK(qip_poller_wake(poller.get()));
    CHECK(is_readable(qip_poller_fd(poller.get())));
    CHECK(wait_now(poller, events) == 0);
    REQUIRE(qip_poller_arm(poller.get(), 1));
    CHECK(is_readable(qip_poller_fd(poller.get())));
}

TEST_CASE("a child after fork() cannot disturb its parent's poller")
{
    Poller poller(qip_poller_new());
    Pipe pipe;
    qip_poll_event events[8];
    REQUIRE(qip_poller_set(poller.get(), pipe.ends[0], QIP_POLL_READ) == 0);
    const pid_t child = fork();
    if (child == 0) {
        qip_poller_wake(poller.get());
        const int removed = qip_poller_set(poller.get(), pipe.ends[0], 0);
        _exit(removed == -1 && wait_now(poller, events) == -1 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK_FALSE(is_readable(qip_poller_fd(poller.get())));
    pipe.send();
    CHECK(wait_now(poller, events) == 1);
}

TEST_CASE("a child after fork() may adopt the poller, with descriptors of its own")
{
    Poller poller(qip_poller_new());
    Pipe pipe;
    qip_poll_event events[8];
    REQUIRE(qip_poller_set(poller.get(), pipe.ends[0], QIP_POLL_READ) == 0);
    CHECK(qip_poller_adopt(poller.get()) == 0); // it is its own already
    pipe.send();
    const pid_t child = fork();
    if (child == 0) {
        const bool adopted = qip_poller_adopt(poller.get()) == 1;
        const bool reads = wait_now(poller, events) == 1;
        const bool removed = qip_poller_set(poller.get(), pipe.ends[0], 0) == 0;
        _exit(adopted && reads && removed && wait_now(poller, events) == 0 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(wait_now(poller, events) == 1);
}

TEST_CASE("no wait lasts beyond the limit, whatever has become of the descriptors")
{
    Poller poller(qip_poller_new());
    qip_poll_event events[8];

    qip_poller_limit(poller.get(), 1); // long ago
    CHECK(qip_poller_wait(poller.get(), events, 8, true) == 0);
}
