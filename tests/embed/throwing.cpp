// SPDX-License-Identifier: BSD-3-Clause
// What a host's callbacks throw ends at the border, is reported, and leaves the runtime whole.
#include <stdexcept>

#include <qi/audit.h>
#include <qi/expose.h>
#include <qi/output.h>

#include "tests/embed/embedding.h"

namespace
{

// Whether somebody was told of what a callback threw.
bool told(const Embedding &host, const std::string &what, const std::string &text)
{
    for (const Embedding::Error &error : host.errors) {
        if (error.message.find(what) != std::string::npos &&
            error.message.find(text) != std::string::npos)
            return true;
    }
    return false;
}

// That the GIL, the locks and the loop are where they belong.
void require_whole(Embedding &host)
{
    REQUIRE(host.eval("1 + 1") == "2");
    host.exec("import asyncio, threading\n"
              "went_on = []\n"
              "async def go_on():\n"
              "    await asyncio.sleep(0.001)\n"
              "    await asyncio.to_thread(went_on.append, 1)\n");
    REQUIRE(qi_run_task(host.runtime, "__main__:go_on", nullptr, 0, nullptr, nullptr) == QI_OK);
    REQUIRE(host.until_true("went_on"));
}

} // namespace

TEST_CASE("what_a_done_callback_throws_ends_there")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    host.exec(
        "import asyncio\nasync def now(): return 1\nasync def later(): await asyncio.sleep(0)\n");
    qi_task_options options;
    qi_task_options_init(&options);
    options.done = [](int, const qi_value *, const qi_error *, void *) {
        throw std::runtime_error("thrown by done");
    };
    for (const char *target : {"__main__:now", "__main__:later"}) {
        host.errors.clear();
        REQUIRE(qi_run_task(host.runtime, target, nullptr, 0, &options, nullptr) == QI_OK);
        REQUIRE(host.until([&] { return !host.errors.empty(); }));
        CHECK(told(host, "done callback", "thrown by done"));
        require_whole(host);
    }
}

TEST_CASE("what_is_no_exception_of_the_library_is_reported_too")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    host.exec("async def now(): return 1\n");
    qi_task_options options;
    qi_task_options_init(&options);
    options.done = [](int, const qi_value *, const qi_error *, void *) { throw 42; };
    REQUIRE(qi_run_task(host.runtime, "__main__:now", nullptr, 0, &options, nullptr) == QI_OK);
    CHECK(told(host, "done callback", "no std::exception"));
    require_whole(host);
}

TEST_CASE("what_callbacks_for_lines_throw_ends_there")
{
    Embedding host;
    host.config.out = [](const char *, size_t, void *) { throw std::runtime_error("thrown by out"); };
    host.config.err = [](const char *, size_t, void *) { throw std::runtime_error("thrown by err"); };
    REQUIRE(host.init() == QI_OK);
    host.exec("import sys\nprint('a line')\nprint('another', file=sys.stderr)\n");
    CHECK(told(host, "out callback", "thrown by out"));
    CHECK(told(host, "err callback", "thrown by err"));
    REQUIRE(qi_output_listen(
                host.runtime,
                [](const char *, size_t, int, const char *, void *) {
                    throw std::runtime_error("thrown by a listener");
                },
                nullptr) == QI_OK);
    host.exec("print('a third')");
    CHECK(told(host, "listener", "thrown by a listener"));
    require_whole(host);
}

TEST_CASE("what_the_error_and_the_log_callback_throw_ends_there")
{
    Embedding host;
    host.config.error = [](const qi_error *, const qi_origin *, void *) {
        throw std::runtime_error("thrown by error");
    };
    host.config.log = [](int, const char *, const char *, void *) {
        throw std::runtime_error("thrown by log");
    };
    REQUIRE(host.init() == QI_OK);
    host.exec("import logging\n"
              "logging.warning('a warning')\n"
              "async def fail(): raise LookupError('of the task')\n");
    REQUIRE(qi_run_task(host.runtime, "__main__:fail", nullptr, 0, nullptr, nullptr) == QI_OK);
    require_whole(host);
}

TEST_CASE("an_audit_callback_that_throws_has_not_allowed_it")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_audit_set(
                host.runtime,
                [](const char *event, const char *, const char *, void *) -> bool {
                    if (std::string(event) == "open")
                        throw std::runtime_error("thrown by audit");
                    return true;
                },
                nullptr) == QI_OK);
    CHECK(qi_exec(host.runtime, "open('/dev/null')", nullptr) == QI_ERR_PYTHON);
    CHECK(told(host, "audit callback", "thrown by audit"));
    REQUIRE(qi_audit_set(host.runtime, nullptr, nullptr) == QI_OK);
    require_whole(host);
}

TEST_CASE("what_a_progress_callback_throws_ends_there")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    host.exec("import qi\nasync def work():\n    qi.progress(1, 2, 'half')\n");
    qi_task_options options;
    qi_task_options_init(&options);
    options.progress = [](int64_t, int64_t, const char *, void *) {
        throw std::runtime_error("thrown by progress");
    };
    REQUIRE(qi_run_task(host.runtime, "__main__:work", nullptr, 0, &options, nullptr) == QI_OK);
    REQUIRE(host.until([&] { return !host.errors.empty(); }));
    CHECK(told(host, "progress callback", "thrown by progress"));
    require_whole(host);
}

TEST_CASE("what_on_shutdown_throws_ends_there")
{
    Embedding host;
    host.config.on_shutdown = [](const qi_shutdown_report *, void *) {
        throw std::runtime_error("thrown at the end");
    };
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(told(host, "on_shutdown", "thrown at the end"));
    REQUIRE(host.init() == QI_OK);
    require_whole(host);
}
