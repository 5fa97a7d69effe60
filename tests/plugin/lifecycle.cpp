/* SPDX-License-Identifier: BSD-3-Clause */
// From a folder on disk to a plugin that is on, and off again.
#include <qi/qi.h>

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/plugins.h"

using tests::Emitter;
using tests::PluginHost;

static const char plain[] = "import qi\n"
                            "def activate(ctx): print(ctx.id)\n";

TEST_CASE("a plugin is off until it is enabled, and nothing of it runs before")
{
    PluginHost host;
    host.write("orders", "raise SystemExit('imported')");
    host.start();

    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISCOVERED);
    CHECK(host.info("orders", "enabled") == "False");
    CHECK(host.info("orders", "name") == "'The orders'");
    REQUIRE(host.events.size() == 1);
    CHECK(host.events[0].kind == QI_PLUGIN_EVENT_ADDED);
    CHECK(host.asked.empty());
}

TEST_CASE("a plugin that is enabled goes through loading to active, and back")
{
    PluginHost host;
    host.write("orders", "import sys\n"
                         "sys.seen = []\n"
                         "def activate(ctx): sys.seen.append(('on', ctx.id, __name__))\n"
                         "def deactivate(): sys.seen.append('off')\n");
    host.start();

    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("__import__('sys').seen") == "[('on', 'orders', 'qi_plugins.orders.orders')]");
    CHECK(host.asked == std::vector<std::string>{"orders new"});
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.eval("__import__('sys').seen[1:]") == "['off']");
    CHECK(host.states("orders") == "loading active loading disabled");
    CHECK(host.info("orders", "report").find("'clean': True") != std::string::npos);
    CHECK(host.eval(
              "[name for name in __import__('sys').modules if name.startswith('qi_plugins')]") ==
          "[]");
}

TEST_CASE("activate() and deactivate() may be coroutine functions")
{
    PluginHost host;
    host.write("orders",
               "import asyncio, sys\n"
               "sys.seen = []\n"
               "async def activate(ctx): await asyncio.sleep(0.01); sys.seen.append('on')\n"
               "async def deactivate(): await asyncio.sleep(0.01); sys.seen.append('off')\n");
    host.start();

    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.eval("__import__('sys').seen") == "['on', 'off']");
}

TEST_CASE("an entry may be a class, an object, or a package that the folder is")
{
    PluginHost host;
    const char
        *source = "from . import part\n"
                  "import sys, desk.part as again\n"
                  "class Plugin:\n"
                  "    def activate(self, ctx): sys.seen = (ctx.id, part is again, __name__)\n";
    host.write_file(
        "desk", "plugin.toml",
        "[plugin]\nid = \"desk\"\nname = \"Desk\"\nversion = \"1\"\nentry = \"desk:Plugin\"\n");
    host.write_file("desk", "__init__.py", source);
    host.write_file("desk", "part.py", "");
    host.start();

    CHECK(host.enable("desk") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("__import__('sys').seen") == "('desk', True, 'qi_plugins.desk')");
}

TEST_CASE(
    "what the user has enabled is started the next time, in one process and with one interpreter")
{
    PluginHost host;
    host.write("orders", plain);
    host.write("prices", plain);
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("prices") == QI_PLUGIN_STATE_DISABLED);
    REQUIRE(host.shutdown() == QI_OK);
    CHECK(host.states("orders") == "loading active loading disabled");

    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    host.events.clear();
    host.asked.clear();
    host.start();
    host.until([&] { return qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_ACTIVE; });
    CHECK(qi_plugin_state(host.runtime, "prices") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.asked.empty());
}

TEST_CASE("a user who does not agree blocks the plugin, and nothing of it runs")
{
    PluginHost host;
    host.write("orders", "raise SystemExit");
    host.agrees = false;
    host.start();

    CHECK(host.enable("orders") == QI_PLUGIN_STATE_BLOCKED);
    CHECK(host.info("orders", "reason").find("has not agreed") != std::string::npos);
    CHECK(host.info("orders", "consented") == "False");
    host.write("orders", plain);
    host.agrees = true;
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.info("orders", "consented") == "True");
}

TEST_CASE("a file that has changed since asks the user again, and says which it was")
{
    PluginHost host;
    host.write("orders", plain);
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.reload("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.write_file("orders", "extra.py", "");
    host.agrees = false;
    CHECK(host.reload("orders") == QI_PLUGIN_STATE_BLOCKED);
    CHECK(host.asked == std::vector<std::string>{"orders new", "orders changed added: extra.py"});
}

TEST_CASE(
    "a folder that takes the place of a plugin is not enabled with it, and asked about as such")
{
    PluginHost host;
    host.write("orders", plain);
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    REQUIRE(host.shutdown() == QI_OK);

    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    const std::string dropped = host.folder() + "/dropped", plugins = host.folder() + "/plugins";
    const char *folders[] = {dropped.c_str(), plugins.c_str()};
    host.exec(("__import__('shutil').copytree('" + plugins + "', '" + dropped + "')").c_str());
    host.asked.clear();
    host.start([&](qi_plugins_config &config) {
        config.application_folders = folders;
        config.application_folder_count = 2;
    });
    CHECK(host.info("orders", "folder") == "'" + dropped + "/orders'");
    CHECK(host.info("orders", "enabled") == "False");
    CHECK(host.info("orders", "consented") == "False");
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.asked.empty());
    host.agrees = false;
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_BLOCKED);
    CHECK(host.asked ==
          std::vector<std::string>{"orders elsewhere agreed to: " + plugins + "/orders"});
}

TEST_CASE("a folder that takes the place of a plugin while the application runs is not agreed to")
{
    PluginHost host;
    const std::string dropped = host.folder() + "/dropped", plugins = host.folder() + "/plugins";
    const char *folders[] = {dropped.c_str(), plugins.c_str()};
    host.write("orders", plain);
    host.start([&](qi_plugins_config &config) {
        config.application_folders = folders;
        config.application_folder_count = 2;
    });
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("orders", "consented") == "True");
    host.exec(("__import__('shutil').copytree('" + plugins + "', '" + dropped + "')").c_str());
    host.rescan();
    CHECK(host.info("orders", "folder") == "'" + dropped + "/orders'");
    CHECK(host.info("orders", "consented") == "False");
    host.exec(("__import__('shutil').rmtree('" + dropped + "')").c_str());
    host.rescan();
    CHECK(host.info("orders", "folder") == "'" + plugins + "/orders'");
    CHECK(host.info("orders", "consented") == "True");
}

TEST_CASE(
    "a consent that is withdrawn is asked for again, and known before that, also the next time")
{
    PluginHost host;
    host.write("orders", plain);
    host.write("prices", plain);
    host.start();
    CHECK(host.info("orders", "consented") == "False");
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("prices") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.withdraw("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("orders", "consented") == "False");
    CHECK(host.info("orders", "enabled") == "False");
    REQUIRE(host.shutdown() == QI_OK);

    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    host.start();
    CHECK(host.info("orders", "consented") == "False");
    CHECK(host.info("prices", "consented") == "True");
    host.asked.clear();
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.asked.empty());
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.asked == std::vector<std::string>{"orders new"});
    CHECK(qi_plugin_withdraw(host.runtime, "nobody", nullptr, nullptr) == QI_ERR_NOT_FOUND);
}

TEST_CASE("a folder that others may write to is blocked")
{
    PluginHost host;
    host.write("orders", plain);
    host.exec(
        ("import os; os.chmod('" + host.folder() + "/plugins/orders/orders.py', 0o666)").c_str());
    host.start();

    CHECK(host.enable("orders") == QI_PLUGIN_STATE_BLOCKED);
    CHECK(host.info("orders", "reason").find("chmod") != std::string::npos);
    CHECK(host.asked.empty());
}

TEST_CASE("a plugin whose manifest is wrong is listed and blocked, with what is wrong")
{
    PluginHost host;
    host.write("orders", plain, "versoin = \"2\"\n");
    host.start();

    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_BLOCKED);
    CHECK(host.info("orders", "problems").find("plugin.toml:6") != std::string::npos);
    host.write("orders", plain);
    host.rescan();
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISCOVERED);
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
}

TEST_CASE("a rescan finds new plugins and ends those whose folder is gone")
{
    PluginHost host;
    host.write("orders", plain);
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.write("prices", plain);
    host.exec(("import shutil; shutil.rmtree('" + host.folder() + "/plugins/orders')").c_str());
    host.rescan();
    host.until([&] { return qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_UNKNOWN; });
    CHECK(std::any_of(host.events.begin(), host.events.end(), [](const tests::PluginEvent &event) {
        return event.kind == QI_PLUGIN_EVENT_REMOVED;
    }));
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_UNKNOWN);
    CHECK(qi_plugin_state(host.runtime, "prices") == QI_PLUGIN_STATE_DISCOVERED);
}

TEST_CASE("a shutdown ends plugins first, the last one before the others, with what they still "
          "want to do")
{
    PluginHost host([](qi_config &config) { config.cancel_ms = 500; });
    const char
        *source = "import asyncio, sys\n"
                  "if not hasattr(sys, 'seen'): sys.seen = []\n"
                  "def activate(ctx): ctx.create_task(work(ctx))\n"
                  "async def work(ctx):\n"
                  "    try: await asyncio.sleep(3600)\n"
                  "    finally: sys.seen.append('task of ' + ctx.id)\n"
                  "async def deactivate(): await asyncio.sleep(0); sys.seen.append(__name__)\n";
    host.write("prices", source);
    host.write("orders", source);
    host.start();
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.settle();
    REQUIRE(host.shutdown() == QI_OK);
    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    CHECK(host.eval("__import__('sys').seen") == "['qi_plugins.orders.orders', 'task of orders', "
                                                 "'qi_plugins.prices.prices', 'task of prices']");
}

TEST_CASE("calls before the start, and with ids that no plugin has, say what to do")
{
    PluginHost host;
    qi_value value = qi_none();
    host.write("orders", plain);

    CHECK(qi_plugins_list(host.runtime, &value) == QI_ERR_STATE);
    CHECK(qi_plugins_found(host.runtime, &value) == QI_ERR_STATE);
    CHECK(std::string(qi_last_error()->message).find("qi_plugins_start") != std::string::npos);
    host.start();
    CHECK(qi_plugins_start(host.runtime, nullptr) == QI_ERR_STATE);
    CHECK(qi_plugin_describe(host.runtime, "order", &value) == QI_ERR_NOT_FOUND);
    CHECK(std::string(qi_last_error()->message).find("did you mean 'orders'") != std::string::npos);
    CHECK(qi_plugin_enable(host.runtime, "order", nullptr, nullptr) == QI_ERR_NOT_FOUND);
    CHECK(qi_plugin_describe(host.runtime, nullptr, &value) == QI_ERR_ARGUMENT);
    CHECK(qi_plugin_describe(host.runtime, "orders", nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_plugin_state(host.runtime, "order") == QI_PLUGIN_STATE_UNKNOWN);
    qi_listener *listener = nullptr;
    CHECK(qi_plugins_listen(host.runtime, nullptr, nullptr, nullptr, &listener) == QI_ERR_ARGUMENT);
    CHECK(listener == nullptr);
    qi_plugins_config config;
    qi_plugins_config_init(&config);
    config.size--;
    CHECK(std::string(qi_plugin_state_name(QI_PLUGIN_STATE_FAILED)) == "failed");
    CHECK(std::string(qi_plugin_state_name(77)) == "unknown");
}

TEST_CASE("a listener may take itself out, and cause events, while it is told")
{
    struct Watcher {
        PluginHost *host;
        int calls = 0;
        qi_listener *listener = nullptr;
        static void call(const qi_plugin_event *event, void *user)
        {
            auto self = static_cast<Watcher *>(user);
            self->calls++;
            CHECK(qi_listener_release(self->listener) == QI_OK);
            if (event->kind == QI_PLUGIN_EVENT_STATE)
                CHECK(qi_plugins_rescan(self->host->runtime) == QI_OK);
        }
    };
    PluginHost host;
    Watcher watcher{&host};
    host.write("orders", plain);
    host.start();
    REQUIRE(qi_plugins_listen(host.runtime, Watcher::call, &watcher, nullptr, &watcher.listener) ==
            QI_OK);
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(watcher.calls == 1);
}

TEST_CASE("an activate() that raises is not followed by deactivate(), and its exception is the one "
          "that is told")
{
    for (const char *kind : {"", "async "}) {
        PluginHost host;
        CAPTURE(kind);
        host.write_file("orders", "helper.py", "def work(): raise LookupError('the first')\n");
        host.write("orders", "import sys\n"
                             "sys.seen = []\n" +
                                 std::string(kind) +
                                 "def activate(ctx):\n"
                                 "    import helper\n"
                                 "    ctx.on_deactivate(sys.seen.append, 'undone')\n"
                                 "    ctx.expose('work', helper.work)\n"
                                 "    helper.work()\n"
                                 "def deactivate():\n"
                                 "    sys.seen.append('deactivate')\n"
                                 "    raise RuntimeError('the second')\n");
        host.start();
        CHECK(host.enable("orders") == QI_PLUGIN_STATE_FAILED);
        CHECK(host.eval("__import__('sys').seen") == "['undone']");

        CHECK(host.info("orders", "reason") == "'activate(): LookupError: the first'");
        std::vector<tests::Report> reports = host.take_reports();
        REQUIRE(reports.size() == 1);
        CHECK(reports[0].plugin == "orders");
        CHECK(reports[0].message.find("the first") != std::string::npos);
        std::string log;
        for (const std::string &line : host.log)
            log += line;
        for (const std::string &text : {host.info("orders", "traceback"), reports[0].traceback, log}) {
            INFO(text);
            CHECK(text.find("the first") != std::string::npos);
            CHECK(text.find("the second") == std::string::npos);
            CHECK(text.find("orders.py") != std::string::npos);
            CHECK(text.find("helper.py") != std::string::npos);
            CHECK(text.find("lifecycle") == std::string::npos);
            CHECK(text.find("importlib") == std::string::npos);
        }
    }
}

TEST_CASE("an import that raises is told without the lines of libqi and of importlib")
{
    PluginHost host;
    host.write_file("orders", "helper.py", "import part\n");
    host.write_file("orders", "part.py", "raise LookupError('in the part')\n");
    host.write("orders", "import helper\ndef activate(ctx): pass\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_FAILED);
    std::vector<tests::Report> reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    for (const std::string &text : {host.info("orders", "traceback"), reports[0].traceback}) {
        INFO(text);
        for (const char *name : {"orders.py", "helper.py", "part.py", "in the part"})
            CHECK(text.find(name) != std::string::npos);
        for (const char *name : {"importlib", "modules.py", "sources.py", "lifecycle.py"})
            CHECK(text.find(name) == std::string::npos);
    }
}

/* Types of libqi's objects that have outlived their runtime, seen from the next one, whose own loop is one. */
static std::string outlived(PluginHost &host)
{
    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    return host.eval("(__import__('gc').collect(), sorted(type(it).__name__ for it in "
                     "__import__('gc').get_objects()"
                     " if type(it).__name__ in ('QiSelectorEventLoop', 'Object', 'Method')))[1]");
}

TEST_CASE("plugins keep nothing of a runtime that has ended")
{
    PluginHost host;
    host.write("orders", plain);
    host.start([](qi_plugins_config &config) { config.watch_files = true; });
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.shutdown() == QI_OK);
    CHECK(outlived(host) == "['QiSelectorEventLoop']");
}

TEST_CASE(
    "plugins whose end is interrupted keep nothing of the runtime, and start with the next one")
{
    PluginHost host;
    host.write("orders", plain);
    host.start([](qi_plugins_config &config) { config.watch_files = true; });
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.exec("from qi.plugin import manager\n"
              "def interrupted(*arguments):\n"
              "    del manager._end\n"
              "    raise KeyboardInterrupt\n"
              "manager._end = interrupted");
    host.shutdown();
    CHECK(outlived(host) == "['QiSelectorEventLoop']");
    CHECK_FALSE(host.take_reports().empty());
    host.start();
    host.until([&] { return qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_ACTIVE; });
}
