/* SPDX-License-Identifier: BSD-3-Clause */
// qi_plugins_stop(): the counterpart of qi_plugins_start().
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::describe;
using tests::PluginHost;

namespace
{

const char *const source = "import sys\n"
                           "sys.log = getattr(sys, 'log', [])\n"
                           "def activate(ctx): sys.log.append('+' + ctx.id)\n"
                           "def deactivate(): sys.log.append('-' + __name__.split('.')[1])\n";

/* Runs the event loop until a task has ended, and releases it. */
int ended(PluginHost &host, qi_task *task, qi_value *out = nullptr)
{
    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    const int status = qi_task_result(task, out);
    qi_task_release(task);
    return status;
}

qi_task *stop(PluginHost &host)
{
    qi_task *task = nullptr;
    INFO(qi_last_error()->message);
    REQUIRE(qi_plugins_stop(host.runtime, nullptr, &task) == QI_OK);
    return task;
}

bool heard_stop(const PluginHost &host)
{
    return !host.events.empty() && host.events.back().kind == QI_PLUGIN_EVENT_STOPPED;
}

} // namespace

TEST_CASE("all plugins are ended, the last one first, and may be started again")
{
    PluginHost host;
    host.write("alpha", source);
    host.write("beta", source);
    CHECK(qi_plugins_stop(host.runtime, nullptr, nullptr) == QI_ERR_STATE);
    host.start();
    REQUIRE(host.enable("alpha") == QI_PLUGIN_STATE_ACTIVE);
    REQUIRE(host.enable("beta") == QI_PLUGIN_STATE_ACTIVE);

    qi_task *task = stop(host);
    qi_value list = qi_none(), none = qi_none();
    CHECK(qi_plugins_list(host.runtime, &none) == QI_ERR_STATE); /* from the call on */
    CHECK(qi_plugins_stop(host.runtime, nullptr, nullptr) == QI_ERR_STATE);
    REQUIRE(ended(host, task, &list) == QI_OK);
    REQUIRE(list.as.list.count == 2);
    CHECK(describe(*qi_value_get(qi_value_at(&list, 0), "id")) == "'beta'");
    CHECK(describe(*qi_value_get(qi_value_get(qi_value_at(&list, 0), "report"), "clean")) ==
          "True");
    CHECK(describe(*qi_value_get(qi_value_at(&list, 1), "state")) == "'disabled'");
    qi_value_clear(&list);
    CHECK(host.eval("__import__('sys').log") == "['+alpha', '+beta', '-beta', '-alpha']");
    CHECK(heard_stop(host));
    CHECK(host.states("alpha") == "loading active loading disabled");
    CHECK(qi_plugins_list(host.runtime, &none) == QI_ERR_STATE);
    CHECK_FALSE(qi_plugins_searching(host.runtime));

    host.start(); /* what the user has enabled is started again */
    host.until([&] { return qi_plugin_state(host.runtime, "beta") == QI_PLUGIN_STATE_ACTIVE; });
    CHECK(qi_plugin_state(host.runtime, "alpha") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(ended(host, stop(host)) == QI_OK);
    CHECK(host.shutdown() == QI_OK);
}

TEST_CASE("who has asked may go away, and the end comes all the same")
{
    PluginHost host;
    host.write("alpha", "import asyncio, sys\n"
                        "def activate(ctx): sys.go = asyncio.Event()\n"
                        "async def deactivate(): await sys.go.wait()\n");
    host.start();
    REQUIRE(host.enable("alpha") == QI_PLUGIN_STATE_ACTIVE);
    qi_task *task = stop(host);
    CHECK(qi_task_cancel(task) == QI_OK);
    CHECK(ended(host, task) == QI_ERR_CANCELLED);
    CHECK_FALSE(heard_stop(host));
    qi_plugins_config config;
    qi_plugins_config_init(&config);
    CHECK(qi_plugins_start(host.runtime, &config) == QI_ERR_STATE); /* it has not ended */
    host.exec("import sys; sys.go.set()");
    host.until([&] { return heard_stop(host); });
    host.start();
}

TEST_CASE("a plugin may ask for the end of all, itself included")
{
    PluginHost host;
    host.write("alpha", "import qi\n"
                        "def activate(ctx): ctx.action('stop', 'Stop', stop)\n"
                        "async def stop(): qi.host.stop()\n");
    qi_function function;
    qi_function_init(&function);
    function.call = [](const qi_value *, size_t, qi_value *, void *user) {
        return qi_plugins_stop(static_cast<qi_runtime *>(user), nullptr, nullptr);
    };
    function.user = host.runtime;
    REQUIRE(qi_function_register(host.runtime, "stop", &function) == QI_OK);
    host.start();
    REQUIRE(host.enable("alpha") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(qi_plugin_trigger(host.runtime, "alpha", "stop", nullptr, nullptr) == QI_OK);
    host.until([&] { return heard_stop(host); });
    CHECK(host.states("alpha") == "loading active loading disabled");
}

TEST_CASE("plugins are started again by who hears of their end")
{
    PluginHost host;
    host.write("alpha", source);
    host.start();
    REQUIRE(host.enable("alpha") == QI_PLUGIN_STATE_ACTIVE);
    const auto again = [](const qi_plugin_event *event, void *user) {
        if (event->kind == QI_PLUGIN_EVENT_STOPPED)
            static_cast<PluginHost *>(user)->start_looking();
    };
    qi_listener *listener = nullptr;
    REQUIRE(qi_plugins_listen(host.runtime, again, &host, nullptr, &listener) == QI_OK);
    CHECK(ended(host, stop(host)) == QI_OK);
    host.until([&] { return qi_plugin_state(host.runtime, "alpha") == QI_PLUGIN_STATE_ACTIVE; });
    CHECK(qi_listener_release(listener) == QI_OK);
}

TEST_CASE("a runtime that ends meanwhile ends the plugins that are left")
{
    PluginHost host;
    host.write("alpha", "import asyncio, sys\n"
                        "sys.log = []\n"
                        "def activate(ctx): pass\n"
                        "async def deactivate():\n"
                        "    await asyncio.sleep(0.01)\n"
                        "    sys.log.append('alpha')\n");
    host.write("beta", "import asyncio, sys\n"
                       "def activate(ctx): pass\n"
                       "async def deactivate():\n"
                       "    await asyncio.sleep(0.01)\n"
                       "    sys.log.append('beta')\n");
    host.start();
    REQUIRE(host.enable("alpha") == QI_PLUGIN_STATE_ACTIVE);
    REQUIRE(host.enable("beta") == QI_PLUGIN_STATE_ACTIVE);
    REQUIRE(qi_plugins_stop(host.runtime, nullptr, nullptr) == QI_OK);
    CHECK(host.shutdown() == QI_OK);
    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    CHECK(host.eval("__import__('sys').log") == "['beta', 'alpha']");
}
