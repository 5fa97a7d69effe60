// SPDX-License-Identifier: BSD-3-Clause
// Ctrl+C belongs to the host unless it hands it over.
#include <csignal>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "tests/embed/embedding.h"

namespace
{

volatile std::sig_atomic_t seen;

void on_signal(int)
{
    seen = seen + 1;
}

struct sigaction disposition()
{
    struct sigaction action = {};
    sigaction(SIGINT, nullptr, &action);
    return action;
}

} // namespace

TEST_CASE("the_default_disposition_stays") // T47
{
    Embedding host;
    std::signal(SIGINT, SIG_DFL);

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, signal, subprocess");
    CHECK(disposition().sa_handler == SIG_DFL);
    qi_runtime_shutdown(host.runtime, 0);
    CHECK(disposition().sa_handler == SIG_DFL);
}

TEST_CASE("the_hosts_handler_stays_and_is_called") // T47
{
    Embedding host;
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, signal");
    CHECK(disposition().sa_handler == on_signal);
    CHECK((disposition().sa_flags & SA_RESTART) != 0);
    std::raise(SIGINT);
    CHECK(seen == 1);
    CHECK(qi_exec(host.runtime, "1", nullptr) == QI_OK); // and nothing of it arrives in Python
    CHECK(host.errors.empty());
}

TEST_CASE("pythons_handlers_run_while_the_host_is_idle")
{
    Embedding host;
    int ends[2];

    REQUIRE(host.init() == QI_OK);
    REQUIRE(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    host.exec("import os, signal\n"
              "signal.signal(signal.SIGTERM, lambda number, frame: os.write(" +
              std::to_string(ends[1]) + ", b'x'))");
    host.app.processEvents();
    std::raise(SIGTERM); // as while Qt waits: no Python code is on the stack, and nobody will call any
    host.app.processEvents();
    char told = 0;
    CHECK(read(ends[0], &told, 1) == 1);
    CHECK(told == 'x');
    CHECK(host.errors.empty());
    close(ends[0]);
    close(ends[1]);
}

TEST_CASE("asyncio_runner_in_a_script_does_not_take_it") // T47
{
    Embedding host;
    std::signal(SIGINT, SIG_DFL);

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, signal, threading\n"
              "async def look(): return signal.getsignal(signal.SIGINT)\n"
              "asyncio._set_running_loop(None)\n" // as in a thread; here it would be refused
              "found = asyncio.run(look())\n");
    CHECK(host.eval("found == signal.SIG_DFL") == "True");
    CHECK(disposition().sa_handler == SIG_DFL);
}

TEST_CASE("handed_over_it_interrupts_the_script_and_runs_finally") // T48
{
    Embedding host;
    std::signal(SIGINT, on_signal);
    host.config.handle_sigint = true;

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_exec(host.runtime,
                  "import os, signal\n"
                  "done = False\n"
                  "try:\n"
                  "    os.kill(os.getpid(), signal.SIGINT)\n"
                  "    while True: pass\n"
                  "finally:\n"
                  "    done = True\n",
                  nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "KeyboardInterrupt");
    CHECK(host.eval("done") == "True");
    CHECK(seen == 0);
    host.exec_and_quit(); // the loop looks, and finds that it was dealt with
    CHECK(host.errors.empty());
    CHECK(disposition().sa_handler == on_signal);
}

TEST_CASE("handed_over_it_is_reported_where_no_python_runs") // T48
{
    Embedding host;
    host.config.handle_sigint = true;

    REQUIRE(host.init() == QI_OK);
    std::raise(SIGINT);
    CHECK(host.until([&] { return !host.errors.empty(); }));
    CHECK(host.errors[0].type == "KeyboardInterrupt");
    CHECK(host.errors[0].on_gui_thread);
    std::raise(SIGINT);
    CHECK(host.until([&] { return host.errors.size() == 2; }));
}

TEST_CASE("handed_over_it_ends_the_coroutine_that_runs_and_the_loop_goes_on") // T48
{
    Embedding host;
    host.config.handle_sigint = true;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, os, signal\n"
              "async def busy():\n"
              "    await asyncio.sleep(0)\n"
              "    os.kill(os.getpid(), signal.SIGINT)\n"
              "    while True: pass\n"
              "async def other():\n"
              "    await asyncio.sleep(0.01)\n"
              "    return 5\n"
              "loop = asyncio.get_running_loop()\n"
              "first, second = loop.create_task(busy()), loop.create_task(other())\n");
    CHECK(host.until_true("second.done()"));
    CHECK(host.eval("second.result()") == "5");
    CHECK(host.eval("first.done()") == "True");
    REQUIRE(host.errors.size() >= 1);
    CHECK(host.errors[0].type == "KeyboardInterrupt");
}
