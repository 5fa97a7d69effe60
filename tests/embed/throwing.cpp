// SPDX-License-Identifier: BSD-3-Clause
// What a host's callbacks throw ends at the border, is reported, and leaves the runtime whole.
#include <stdexcept>

#include <qi/audit.h>
#include <qi/expose.h>
#include <qi/monitor.h>
#include <qi/output.h>
#include <qi/plugin.h>

#include "tests/embed/embedding.h"

namespace
{

// Whether somebody was told of what a callback threw.
bool told(Embedding &host, const std::string &what, const std::string &text)
{
    std::lock_guard<std::mutex> lock(host.mutex); // the watchdog tells in its own thread
    for (const Embedding::Error &error : host.errors) {
        if (error.status == QI_ERR_STATE && error.message.find(what) != std::string::npos &&
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
    options.done = [](qi_task *, const qi_task_end *, void *) {
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
    options.done = [](qi_task *, const qi_task_end *, void *) { throw 42; };
    REQUIRE(qi_run_task(host.runtime, "__main__:now", nullptr, 0, &options, nullptr) == QI_OK);
    CHECK(told(host, "done callback", "no std::exception"));
    require_whole(host);
}

TEST_CASE("what_callbacks_for_lines_throw_ends_there")
{
    Embedding host;
    host.config.out = [](const qi_output_line *, void *) {
        throw std::runtime_error("thrown by out");
    };
    host.config.err = [](const qi_output_line *, void *) {
        throw std::runtime_error("thrown by err");
    };
    REQUIRE(host.init() == QI_OK);
    host.exec("import sys\nprint('a line')\nprint('another', file=sys.stderr)\n");
    CHECK(told(host, "out callback", "thrown by out"));
    CHECK(told(host, "err callback", "thrown by err"));
    qi_listener *listener = nullptr;
    REQUIRE(
        qi_output_listen(
            host.runtime,
            [](const qi_output_line *, void *) { throw std::runtime_error("thrown by a listener"); },
            nullptr, [](void *) { throw std::runtime_error("thrown by a destroy"); },
            &listener) == QI_OK);
    host.exec("print('a third')");
    CHECK(told(host, "listener", "thrown by a listener"));
    CHECK(qi_listener_release(listener) == QI_OK);
    CHECK(told(host, "destroy", "thrown by a destroy"));
    require_whole(host);
}

TEST_CASE("what_the_error_and_the_log_callback_throw_ends_there")
{
    Embedding host;
    host.config.error = [](const qi_error *, const qi_origin *, void *) {
        throw std::runtime_error("thrown by error");
    };
    host.config.log = [](const qi_log_record *, void *) {
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
                [](const qi_audit_event *event, void *) -> bool {
                    if (std::string(event->name) == "open")
                        throw std::runtime_error("thrown by audit");
                    return true;
                },
                nullptr, nullptr) == QI_OK);
    CHECK(qi_exec(host.runtime, "open('/dev/null')", nullptr) == QI_ERR_PYTHON);
    CHECK(told(host, "audit callback", "thrown by audit"));
    REQUIRE(qi_audit_set(host.runtime, nullptr, nullptr, nullptr) == QI_OK);
    require_whole(host);
}

TEST_CASE("what_a_progress_callback_throws_ends_there")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    host.exec("import qi\nasync def work():\n    qi.progress(1, 2, 'half')\n");
    qi_task_options options;
    qi_task_options_init(&options);
    options.progress = [](qi_task *, const qi_task_progress *, void *) {
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

namespace
{

// A plugin folder with one plugin, and a host for it.
struct PluginHost : Embedding {
    PluginHost()
    {
        folder.write("plugins/orders/plugin.toml",
                     "[plugin]\nid = \"orders\"\nname = \"Orders\"\nversion = \"1.0\"\nentry = "
                     "\"orders\"\n");
        folder.write("plugins/orders/orders.py", "def activate(ctx): pass\n");
        REQUIRE(init() == QI_OK);
    }

    void start(qi_plugin_consent_fn consent, qi_plugin_event_fn event)
    {
        const std::string plugins = folder.file("plugins"), settings = folder.file("settings.ini"),
                          data = folder.file("data");
        const char *folders[] = {plugins.c_str()};
        qi_plugins_config plugins_config;
        qi_plugins_config_init(&plugins_config);
        plugins_config.application_folders = folders;
        plugins_config.application_folder_count = 1;
        plugins_config.user_folder = plugins_config.system_folder = "";
        plugins_config.settings_file = settings.c_str();
        plugins_config.data_folder = data.c_str();
        plugins_config.consent = consent;
        plugins_config.event = event;
        REQUIRE(qi_plugins_start(runtime, &plugins_config) == QI_OK);
    }

    // The state once the task has ended.
    int enable()
    {
        qi_task *task = nullptr;
        REQUIRE(qi_plugin_enable(runtime, "orders", nullptr, &task) == QI_OK);
        REQUIRE(until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; }));
        qi_task_release(task);
        return qi_plugin_state(runtime, "orders");
    }

    Folder folder;
};

} // namespace

TEST_CASE("a_consent_callback_that_throws_has_not_agreed")
{
    PluginHost host;
    host.start([](const qi_plugin_consent *,
                  void *) -> bool { throw std::runtime_error("thrown by consent"); },
               nullptr);
    CHECK(host.enable() != QI_PLUGIN_STATE_ACTIVE);
    CHECK(told(host, "consent callback", "thrown by consent"));
    require_whole(host);
}

TEST_CASE("what_a_listener_to_plugins_throws_ends_there")
{
    PluginHost host;
    host.start(
        [](const qi_plugin_consent *, void *) { return true; },
        [](const qi_plugin_event *, void *) { throw std::runtime_error("thrown by a listener"); });
    CHECK(host.enable() == QI_PLUGIN_STATE_ACTIVE);
    CHECK(told(host, "listener to plugins", "thrown by a listener"));
    require_whole(host);
}

TEST_CASE("a_stalled_callback_that_throws_lets_the_code_go_on")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    qi_watchdog_options options;
    qi_watchdog_options_init(&options);
    options.limit_ms = 20;
    options.repeat_ms = 0;
    options.stalled = [](const qi_stall *, void *) -> int {
        throw std::runtime_error("thrown by stalled");
    };
    REQUIRE(qi_watchdog_start(host.runtime, &options) == QI_OK);
    host.exec("import time\n"
              "end = time.monotonic() + 0.5\n"
              "while time.monotonic() < end: pass\n");
    CHECK(host.until([&] { return told(host, "stalled callback", "thrown by stalled"); }));
    CHECK(qi_watchdog_stop(host.runtime) == QI_OK);
    require_whole(host);
}

TEST_CASE("what_a_slow_callback_throws_ends_there")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    qi_watchdog_options options;
    qi_watchdog_options_init(&options);
    options.limit_ms = 60000;
    options.slow_step_ms = 10;
    options.slow = [](const qi_slow_step *, void *) { throw std::runtime_error("thrown by slow"); };
    REQUIRE(qi_watchdog_start(host.runtime, &options) == QI_OK);
    host.exec("import asyncio, time\nasyncio.get_running_loop().call_soon(time.sleep, 0.05)\n");
    CHECK(host.until([&] { return told(host, "slow callback", "thrown by slow"); }));
    require_whole(host);
    CHECK(qi_watchdog_stop(host.runtime) == QI_OK);
}

TEST_CASE("what_the_destroy_callback_of_a_function_throws_ends_there")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    qi_function function;
    qi_function_init(&function);
    function.call = [](const qi_value *, size_t, qi_value *, void *) { return int(QI_OK); };
    function.destroy = [](void *) { throw std::runtime_error("thrown by destroy"); };
    REQUIRE(qi_function_register(host.runtime, "echo", &function) == QI_OK);
    REQUIRE(qi_function_unregister(host.runtime, "echo") == QI_OK);
    CHECK(host.until([&] { return told(host, "destroy callback", "thrown by destroy"); }));
    require_whole(host);
}
