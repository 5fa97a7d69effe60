/* SPDX-License-Identifier: BSD-3-Clause */
// From a folder on disk to a plugin that is on, and off again.
#include <qi/qi.h>

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

    CHECK(qi_plugin_state_of(host.runtime, "orders") == QI_PLUGIN_DISCOVERED);
    CHECK(host.info("orders", "enabled") == "False");
    CHECK(host.info("orders", "name") == "'The orders'");
    REQUIRE(host.events.size() == 1);
    CHECK(host.events[0].kind == QI_PLUGIN_ADDED);
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

    CHECK(host.enable("orders") == QI_PLUGIN_ACTIVE);
    CHECK(host.eval("__import__('sys').seen") == "[('on', 'orders', 'qi_plugins.orders.orders')]");
    CHECK(host.asked == std::vector<std::string>{"orders new"});
    CHECK(host.enable("orders") == QI_PLUGIN_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_DISABLED);
    CHECK(host.eval("__import__('sys').seen[1:]") == "['off']");
    CHECK(host.states("orders") == "loading active loading disabled");
    CHECK(host.info("orders", "report").find("'clean': True") != std::string::npos);
    CHECK(host.eval("[name for name in __import__('sys').modules if name.startswith('qi_plugins')]") == "[]");
}
