/* SPDX-License-Identifier: BSD-3-Clause */
// What the host's callbacks do while a plugin is being found, asked for, started or ended.
#include <qi/qi.h>

#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

namespace
{

const char plain[] = "def activate(ctx): pass\n";

/* A dialog, which does something while it is open. */
struct Dialog {
    PluginHost *host;
    std::function<void()> during;
    bool answer = true;
    int shown = 0;

    static bool ask(const qi_plugin_consent *, void *user)
    {
        auto self = static_cast<Dialog *>(user);
        QEventLoop loop;

        self->shown++;
        QTimer::singleShot(0, &loop, [&] {
            self->during();
            QTimer::singleShot(30, &loop, &QEventLoop::quit);
        });
        loop.exec();
        return self->answer;
    }

    void start()
    {
        host->start([this](qi_plugins_config &config) {
            config.consent = ask;
            config.consent_user = this;
        });
    }
};

/* Calls once, at the first event of a kind. */
struct Once {
    int kind;
    std::function<void()> act;
    bool done = false;

    static void call(const qi_plugin_event *event, void *user)
    {
        auto self = static_cast<Once *>(user);
        if (event->kind != self->kind || self->done)
            return;
        self->done = true;
        self->act();
    }
};

} // namespace

TEST_CASE("a plugin may be disabled while the user is asked about it")
{
    PluginHost host;
    Dialog dialog{&host, [&] {
                      CHECK(qi_plugin_disable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
                  }};
    host.write("orders", plain);
    dialog.start();
    CHECK(qi_plugin_enable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    host.until([&] { return qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISABLED; });
    CHECK(dialog.shown == 1);
    CHECK(host.info("orders", "enabled") == "False");
}

TEST_CASE("a plugin may go, and another be enabled, while the user is asked about it")
{
    PluginHost host;
    Dialog dialog{&host, {}};
    dialog.during = [&] {
        if (dialog.shown > 1)
            return;
        host.exec(("import shutil; shutil.rmtree('" + host.folder() + "/plugins/orders')").c_str());
        CHECK(qi_plugins_rescan(host.runtime) == QI_OK);
        CHECK(qi_plugin_enable(host.runtime, "prices", nullptr, nullptr) == QI_OK);
    };
    host.write("orders", plain);
    host.write("prices", plain);
    dialog.start();
    CHECK(qi_plugin_enable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    host.until([&] { return qi_plugin_state(host.runtime, "prices") == QI_PLUGIN_STATE_ACTIVE; });
    host.until([&] { return qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_UNKNOWN; });
    for (const tests::Report &report : host.take_reports())
        CHECK(report.message.find("has no module 'orders'") != std::string::npos);
}

TEST_CASE("the runtime may shut down while the user is asked")
{
    PluginHost host;
    Dialog dialog{&host, [&] { CHECK(host.shutdown() == QI_OK); }};
    host.write("orders", plain);
    dialog.start();
    CHECK(qi_plugin_enable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    host.until(
        [&] { return dialog.shown && qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED; });
}

TEST_CASE("the runtime may shut down as the first plugin is found")
{
    PluginHost host;
    Once once{QI_PLUGIN_EVENT_ADDED, [&] { CHECK(host.shutdown() == QI_OK); }};
    host.write("orders", plain);
    host.write("prices", plain);
    CHECK(qi_plugins_listen(host.runtime, Once::call, &once, nullptr, nullptr) == QI_OK);
    std::string plugins = host.folder() + "/plugins", settings = host.folder() + "/settings.ini";
    const char *folders[] = {plugins.c_str()};
    qi_plugins_config config;
    qi_plugins_config_init(&config);
    config.application_folders = folders;
    config.application_folder_count = 1;
    config.user_folder = config.system_folder = "";
    config.settings_file = settings.c_str();
    REQUIRE(qi_plugins_start(host.runtime, &config) == QI_OK);
    host.until([&] { return qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED; });

    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
}

TEST_CASE("the runtime may shut down when a plugin becomes active")
{
    PluginHost host;
    Once once{QI_PLUGIN_EVENT_STATE, [&] { CHECK(host.shutdown() == QI_OK); }};
    host.write("orders", plain);
    host.start();
    CHECK(qi_plugins_listen(host.runtime, Once::call, &once, nullptr, nullptr) == QI_OK);
    CHECK(qi_plugin_enable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    host.until([&] { return qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED; });
}

TEST_CASE("a listener may look for plugins again while those that are gone are told")
{
    PluginHost host;
    Once once{QI_PLUGIN_EVENT_REMOVED, [&] { CHECK(qi_plugins_rescan(host.runtime) == QI_OK); }};
    for (const char *id : {"orders", "prices", "stocks"})
        host.write(id, plain);
    host.start();
    CHECK(qi_plugins_listen(host.runtime, Once::call, &once, nullptr, nullptr) == QI_OK);
    host.exec(("import shutil; shutil.rmtree('" + host.folder() + "/plugins')").c_str());
    int status = qi_plugins_rescan(host.runtime);
    INFO(qi_last_error()->message);
    CHECK(status == QI_OK);
    host.until([&] { return once.done && !qi_plugins_searching(host.runtime); });
    CHECK(qi_plugin_state(host.runtime, "stocks") == QI_PLUGIN_STATE_UNKNOWN);
}

TEST_CASE("a plugin that writes into its own folder is not reloaded for ever")
{
    PluginHost host;
    host.write("orders", "import pathlib\n"
                         "def activate(ctx):\n"
                         "    ctx.state['n'] = n = ctx.state.get('n', 0) + 1\n"
                         "    (ctx.folder / 'cache.json').write_text('x' * n)\n"
                         "    import sys; sys.loads = n\n");
    host.start([](qi_plugins_config &config) { config.watch_files = true; });
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.exec("import asyncio; late = asyncio.create_task(asyncio.sleep(1.5))");
    host.until([&] { return host.eval("late.done()") == "True"; });
    CHECK(host.eval("__import__('sys').loads <= 2") == "True");
    host.write_file("orders", "more.py", "");
    host.until([&] { return host.eval("__import__('sys').loads > 1") == "True"; });
}

TEST_CASE("a user who disables a plugin while its files change has it disabled")
{
    PluginHost host;
    host.write("orders", "import asyncio\nasync def activate(ctx): await asyncio.sleep(0)\n"
                         "async def deactivate(): await asyncio.sleep(0.6)\n");
    host.start([](qi_plugins_config &config) { config.watch_files = true; });
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    /* The reload holds the plugin; the user's wish waits, and so does a second reload. */
    CHECK(qi_plugin_reload(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    host.settle();
    CHECK(qi_plugin_disable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    host.settle();
    host.exec("from qi.plugin import manager; manager._files_changed(['orders'])");
    host.until([&] { return host.eval("len(manager._changes)") == "0"; });
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("orders", "enabled") == "False");
}

TEST_CASE("a plugin that disables itself while it is being ended gets an error, not a deadlock")
{
    PluginHost host;
    host.write("orders", "from qi.plugin import manager\n"
                         "def activate(ctx): pass\n"
                         "async def deactivate(): await manager.disable('orders')\n");
    host.start([](qi_plugins_config &config) { config.deactivate_ms = 3600000; });
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("orders", "errors") == "1");
}

TEST_CASE("a search whose beginning is interrupted does not keep the next one from ending")
{
    PluginHost host;
    host.write("one", plain);
    host.start();
    CHECK(host.enable("one") == QI_PLUGIN_STATE_ACTIVE);
    host.write("two", plain);
    host.exec("import qi, threading\n"
              "real = threading.Thread.start\n"
              "def start(thread):\n"
              "    real(thread)\n"
              "    raise qi.Interrupted('while it waits for the thread')\n"
              "threading.Thread.start = start");
    CHECK(qi_plugins_rescan(host.runtime) == QI_ERR_PYTHON);
    host.exec("threading.Thread.start = real");
    CHECK_FALSE(qi_plugins_searching(host.runtime));
    CHECK(qi_plugins_rescan(host.runtime) == QI_OK);
    CHECK(host.enable("two") == QI_PLUGIN_STATE_ACTIVE);
}
