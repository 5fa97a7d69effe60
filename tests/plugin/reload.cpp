/* SPDX-License-Identifier: BSD-3-Clause */
// New code in a running application, by command and by a change of the files.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

static std::string version(const std::string &number)
{
    return "import sys\nfrom part import PART\n"
           "def activate(ctx):\n"
           "    ctx.state['loads'] = ctx.state.get('loads', 0) + 1\n"
           "    sys.seen = " +
           number + ", PART, ctx.state['loads']\n";
}

TEST_CASE("a reload runs the code as it now is, submodules too, and keeps ctx.state")
{
    PluginHost host;
    host.write("orders", version("1"));
    host.write_file("orders", "part.py", "PART = 'a'\n");
    host.start();
    CHECK(host.reload("orders") == QI_PLUGIN_STATE_ACTIVE); /* one that is off is started */
    host.write("orders", version("2"));
    host.write_file("orders", "part.py", "PART = 'b'\n");
    CHECK(host.reload("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("__import__('sys').seen") == "(2, 'b', 2)");
    CHECK(host.states("orders") == "loading loading active loading loading loading active");
}

TEST_CASE("a plugin is reloaded when its files change, and tried again after a mistake")
{
    PluginHost host;
    host.write("orders", version("1"));
    host.write_file("orders", "part.py", "PART = 'a'\n");
    host.start([](qi_plugins_config &config) { config.watch_files = true; });
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.write_file("orders", "part.py", "PART = 'b'\n");
    host.until([&] { return host.eval("__import__('sys').seen") == "(1, 'b', 2)"; });

    host.write_file("orders", "part.py", "PART = \n");
    host.until([&] { return qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_FAILED; });
    CHECK(host.info("orders", "traceback").find("part.py") != std::string::npos);
    CHECK_FALSE(host.take_reports().empty()); /* a file that is half written is tried, too */
    /* An editor that puts another file in its place. */
    host.write_file("orders", "part.py.new", "PART = 'c'\n");
    host.exec(("import os; os.replace('" + host.folder() + "/plugins/orders/part.py.new', '" +
               host.folder() + "/plugins/orders/part.py')")
                  .c_str());
    host.until([&] { return host.eval("__import__('sys').seen") == "(1, 'c', 3)"; });
    host.write_file("orders", "part.py", "PART = 'd'\n");
    host.until([&] { return host.eval("__import__('sys').seen") == "(1, 'd', 4)"; });
    host.until([&] { return qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_ACTIVE; });

    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    host.write_file("orders", "part.py", "PART = 'e'\n");
    host.exec("import asyncio; late = asyncio.create_task(asyncio.sleep(0.5))");
    host.until([&] { return host.eval("late.done()") == "True"; });
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISABLED);
}

TEST_CASE("a plugin may reload itself from its own callback")
{
    PluginHost host;
    host.write("orders",
               "import sys\n"
               "from qi.plugin import manager\n"
               "def activate(ctx):\n"
               "    ctx.state['loads'] = ctx.state.get('loads', 0) + 1\n"
               "    if ctx.state['loads'] == 1: ctx.call_later(0, manager.reload, 'orders')\n");
    host.start();
    CHECK(qi_plugin_enable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    host.until(
        [&] { return host.states("orders") == "loading active loading loading loading active"; });
    CHECK(host.info("orders", "report").find("'clean': True") != std::string::npos);
}
