// SPDX-License-Identifier: BSD-3-Clause
// A signal that Python takes from the host comes back as the host had it.
#include <csignal>
#include <string>

#include "tests/embed/embedding.h"

namespace
{

volatile std::sig_atomic_t seen;

void on_signal(int, siginfo_t *info, void *)
{
    seen = info ? seen + 1 : seen;
}

void on_other(int)
{
    seen = seen + 10;
}

struct sigaction disposition(int number)
{
    struct sigaction action = {};
    sigaction(number, nullptr, &action);
    return action;
}

// A handler that gets more than the number, with flags and a mask.
struct sigaction install(int number)
{
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(number, &action, nullptr);
    return disposition(number);
}

void check_same(const struct sigaction &before, int number)
{
    const struct sigaction now = disposition(number);
    CHECK(now.sa_sigaction == before.sa_sigaction);
    CHECK(now.sa_flags == before.sa_flags);
    for (int other = 1; other < 32; other++)
        CHECK(sigismember(&now.sa_mask, other) == sigismember(&before.sa_mask, other));
    seen = 0;
    std::raise(number);
    CHECK(seen == 1);
}

// The signal is asyncio's.
void take(Embedding &host, int number)
{
    host.exec("import asyncio, signal\n"
              "got = []\n"
              "loop = asyncio.get_running_loop()\n"
              "loop.add_signal_handler(" +
              std::to_string(number) + ", got.append, 1)\n");
    seen = 0;
    std::raise(number);
    REQUIRE(host.until_true("got"));
    CHECK(seen == 0);
}

} // namespace

TEST_CASE("a_handler_of_c_comes_back_when_asyncio_gives_the_signal_up")
{
    const int number = GENERATE(SIGUSR1, SIGTERM, SIGINT);
    Embedding host;
    const struct sigaction before = install(number);
    REQUIRE(host.init() == QI_OK);
    take(host, number);
    host.exec("loop.remove_signal_handler(" + std::to_string(number) + ")");
    check_same(before, number);
    take(host, number); // and once more
    host.exec("loop.remove_signal_handler(" + std::to_string(number) + ")");
    check_same(before, number);
    CHECK(host.errors.empty());
}

TEST_CASE("a_handler_of_c_comes_back_with_the_end_of_the_runtime")
{
    Embedding host;
    const struct sigaction before = install(SIGTERM);
    REQUIRE(host.init() == QI_OK);
    take(host, SIGTERM);
    REQUIRE(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    check_same(before, SIGTERM);
}

TEST_CASE("a_handler_that_the_host_has_installed_meanwhile_stays")
{
    Embedding host;
    install(SIGTERM);
    REQUIRE(host.init() == QI_OK);
    take(host, SIGTERM);
    std::signal(SIGTERM, on_other);
    host.exec("loop.remove_signal_handler(signal.SIGTERM)");
    CHECK(disposition(SIGTERM).sa_handler == on_other);
}

TEST_CASE("sigint_that_was_handed_over_comes_back_whole")
{
    Embedding host;
    const struct sigaction before = install(SIGINT);
    host.config.handle_sigint = true;
    REQUIRE(host.init() == QI_OK);
    take(host, SIGINT);
    host.exec("loop.remove_signal_handler(signal.SIGINT)");
    std::raise(SIGINT); // handed over still
    CHECK(host.until([&] { return !host.errors.empty(); }));
    CHECK(host.errors[0].type == "KeyboardInterrupt");
    REQUIRE(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    check_same(before, SIGINT);
}

TEST_CASE("sigint_that_the_host_has_taken_back_meanwhile_stays_so")
{
    Embedding host;
    host.config.handle_sigint = true;
    REQUIRE(host.init() == QI_OK);
    const struct sigaction before = install(SIGINT);
    REQUIRE(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    check_same(before, SIGINT);
}

TEST_CASE("sigint_of_a_script_comes_back_too")
{
    Embedding host;
    const struct sigaction before = install(SIGINT);
    host.config.handle_sigint = true;
    REQUIRE(host.init() == QI_OK);
    host.exec("import signal\nsignal.signal(signal.SIGINT, lambda *_: None)");
    REQUIRE(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    check_same(before, SIGINT);
}
