/* SPDX-License-Identifier: BSD-3-Clause */
// What asyncio has one of for the process is no plugin's to set, and the others' subprocesses go on working.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

namespace
{

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

const char subprocess[] =
    "import asyncio, sys\n"
    "async def activate(ctx):\n"
    "    process = await asyncio.create_subprocess_exec('/bin/echo', 'hello', stdout=-1)\n"
    "    sys.said = (await process.communicate())[0]\n";

} // namespace

TEST_CASE("a plugin that sets a policy, a watcher or the default loop is told no")
{
    /* Python 3.14 has no child watchers any more; its policies are deprecated. */
    const char *ways[] = {
        "asyncio.set_event_loop_policy(Policy())",
        "asyncio.events.set_event_loop_policy(Policy())",
        "asyncio.set_event_loop(asyncio.new_event_loop())",
        "asyncio.events.set_event_loop(None)",
        "asyncio.get_event_loop_policy().set_event_loop(asyncio.new_event_loop())",
        "asyncio.set_child_watcher(asyncio.ThreadedChildWatcher())",
        "asyncio.get_event_loop_policy().set_child_watcher(None)",
        "__import__('uvloop').install()",
    };
    for (const char *way : ways) {
        PluginHost host;
        CAPTURE(way);
        host.exec(
            "import asyncio, sys, warnings; warnings.simplefilter('ignore', DeprecationWarning)");
        if (std::string(way).find("uvloop") != std::string::npos &&
            host.eval("__import__('importlib.util').util.find_spec('uvloop') is None") == "True")
            continue;
        if (std::string(way).find("watcher") != std::string::npos &&
            host.eval("hasattr(asyncio, 'set_child_watcher')") == "False")
            continue;
        host.write("bad", "import asyncio\n"
                          "class Policy(asyncio.DefaultEventLoopPolicy): pass\n"
                          "def activate(ctx): " +
                              std::string(way) + "\n");
        host.write("good", subprocess);
        host.start();
        CHECK(host.enable("bad") == QI_PLUGIN_STATE_FAILED);
        const std::string reason = host.info("bad", "reason");
        INFO(reason);
        CHECK(has(reason, "the plugin 'bad' may not set "));
        CHECK(has(reason, "loop_factory"));
        CHECK(host.enable("good") == QI_PLUGIN_STATE_ACTIVE);
        CHECK(host.eval("sys.said") == "b'hello\\n'");
        CHECK(qi_plugin_state(host.runtime, "good") == QI_PLUGIN_STATE_ACTIVE);
        host.take_reports();
    }
}

TEST_CASE("in a thread of its own a plugin runs whatever loop it likes, and the application may "
          "set a policy")
{
    PluginHost host;
    host.exec("import asyncio, sys, warnings; warnings.simplefilter('ignore', DeprecationWarning)");
    host.write("orders", "import asyncio, sys, threading\n"
                         "async def work(): return 42\n"
                         "def run():\n"
                         "    sys.seen = asyncio.run(work())\n"
                         "    asyncio.set_event_loop(asyncio.new_event_loop())\n"
                         "    asyncio.get_event_loop().close()\n"
                         "def activate(ctx):\n"
                         "    asyncio.set_event_loop(asyncio.get_running_loop())\n"
                         "    thread = threading.Thread(target=run)\n"
                         "    thread.start()\n"
                         "    thread.join()\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("sys.seen") == "42");
    host.exec("asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy()); "
              "asyncio.set_event_loop_policy(None)");
}

TEST_CASE(
    "a policy that comes in by a way that nobody guards is named and taken out with the plugin")
{
    PluginHost host;
    host.exec("import asyncio, sys, warnings; warnings.simplefilter('ignore', DeprecationWarning)\n"
              "from asyncio import set_event_loop_policy as unguarded\n"
              "sys.unguarded = unguarded\n");
    host.write("bad", "import asyncio, sys\n"
                      "class Policy(asyncio.DefaultEventLoopPolicy): pass\n"
                      "def activate(ctx): sys.unguarded(Policy())\n");
    host.start();
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("bad") == QI_PLUGIN_STATE_DISABLED);
    INFO(host.info("bad", "report"));
    CHECK(has(host.info("bad", "report"), "the policy of event loops: "));
    CHECK(host.eval("type(asyncio.get_event_loop_policy()).__module__.startswith('asyncio')") ==
          "True");
}
