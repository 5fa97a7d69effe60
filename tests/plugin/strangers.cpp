/* SPDX-License-Identifier: BSD-3-Clause */
// What the application does because a plugin has called it is the application's, and outlives the plugin.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/plugins.h"

using tests::Emitter;
using tests::PluginHost;

namespace
{

const char shop[] = "import asyncio, qi\n"
                    "from qi._python import scope\n"
                    "seen = []\n"
                    "async def work(*args):\n"
                    "    seen.append(scope.plugin_of())\n"
                    "    try: await asyncio.sleep(0.05); seen.append('saved')\n"
                    "    except asyncio.CancelledError: seen.append('cancelled'); raise\n"
                    "def plain(*args): seen.append(scope.plugin_of()); "
                    "globals().update(task=asyncio.create_task(work()))\n";

struct StrangerHost : PluginHost {
    StrangerHost()
    {
        REQUIRE(qi_object_register(runtime, "emitter", &emitter) == QI_OK);
        exec(shop);
        write("orders", "import qi\n"
                        "def activate(ctx): qi.host.emitter.numbered.emit(1)\n");
        start();
    }

    void check(const char *expected)
    {
        CHECK(enable("orders") == QI_PLUGIN_STATE_ACTIVE);
        CHECK(disable("orders") == QI_PLUGIN_STATE_DISABLED);
        CHECK(info("orders", "report").find("'clean': True") != std::string::npos);
        until([&] { return eval("seen[-1] in ('saved', 'cancelled')") == "True"; });
        CHECK(eval("seen") == expected);
    }

    Emitter emitter;
};

} // namespace

TEST_CASE("a coroutine of the application's that a plugin's emission launches is not the plugin's")
{
    StrangerHost host;
    host.exec("qi.host.emitter.numbered.connect(qi.asyncslot(work))");
    host.check("[None, 'saved']");
}

TEST_CASE("a slot of the application's that a plugin's emission calls is not the plugin's")
{
    StrangerHost host;
    host.exec("qi.host.emitter.numbered.connect(plain)");
    host.check("[None, None, 'saved']");
}

TEST_CASE("a task that the host launches while a plugin calls it is not the plugin's")
{
    StrangerHost host;
    QObject::connect(&host.emitter, &Emitter::numbered, [&](int) {
        CHECK(qi_run_task(host.runtime, "__main__:work", nullptr, 0, nullptr, nullptr) == QI_OK);
    });
    host.check("[None, 'saved']");
}

TEST_CASE("a connection that the host makes while a plugin calls it stays")
{
    StrangerHost host;
    Emitter other;
    QObject::connect(&host.emitter, &Emitter::numbered, [&](int) {
        CHECK(qi_asyncslot_connect(host.runtime, &other, "plain", "__main__:work", nullptr,
                                   nullptr) == QI_OK);
    });
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    Q_EMIT other.plain();
    host.until([&] { return host.eval("seen[-1:]") == "['saved']"; });
    CHECK(host.eval("seen") == "[None, 'saved']");
}
