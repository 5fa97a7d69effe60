/* SPDX-License-Identifier: BSD-3-Clause */
// A misbehaving plugin is reported under its name, and the others go on.
#include <QtCore/qdir.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/plugins.h"

using tests::Emitter;
using tests::PluginHost;

static const char good[] = "import sys\n"
                           "def activate(ctx): sys.good = True\n";

/* Enables a good plugin beside the bad one, and sees that it still answers. */
static void check_others(PluginHost &host)
{
    host.write("good", good);
    REQUIRE(qi_plugins_rescan(host.runtime) == QI_OK);
    CHECK(host.enable("good") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("good") == QI_PLUGIN_STATE_DISABLED);
}

static void check_fails(const char *source, const char *reason)
{
    PluginHost host;
    host.write("bad", source);
    host.start();

    CHECK(host.enable("bad") == QI_PLUGIN_STATE_FAILED);
    INFO(host.info("bad", "reason"));
    INFO(host.info("bad", "report"));
    CHECK(host.info("bad", "reason").find(reason) != std::string::npos);
    CHECK(host.info("bad", "traceback").find("bad.py") != std::string::npos);
    CHECK(host.info("bad", "report").find("'clean': True") != std::string::npos);
    CHECK(host.info("bad", "enabled") == "True");
    check_others(host);
    host.take_reports();
    host.write("bad", good);
    CHECK(host.reload("bad") == QI_PLUGIN_STATE_ACTIVE);
}

TEST_CASE("an import error is the plugin's failure, with its traceback") // T62
{
    check_fails("import nowhere\n", "No module named 'nowhere'");
}

TEST_CASE("a message without an end is told without its middle")
{
    PluginHost host;
    host.write("bad", "def activate(ctx): raise ValueError('begin' + 'x' * 3_000_000 + 'end')\n");
    host.start();

    CHECK(host.enable("bad") == QI_PLUGIN_STATE_FAILED);
    for (const char *key : {"reason", "traceback"}) {
        const std::string text = host.info("bad", key);
        CHECK(text.size() < 300'000);
        CHECK(text.find("ValueError: begin") != std::string::npos);
        CHECK(text.find("xend") != std::string::npos);
    }
    host.take_reports();
}

TEST_CASE("a syntax error is the plugin's failure")
{
    check_fails("def activate(ctx):\nreturn\n", "IndentationError");
}

TEST_CASE("SystemExit at import is the plugin's failure, and the application stays")
{
    check_fails("raise SystemExit(3)\n", "SystemExit: 3");
}

TEST_CASE("SystemExit in activate() is the plugin's failure, and the application stays")
{
    check_fails("def activate(ctx): raise SystemExit(3)\n", "SystemExit: 3");
}

TEST_CASE("SystemExit in a coroutine activate() is the plugin's failure, and the application stays")
{
    check_fails("import asyncio\nasync def activate(ctx):\n    await asyncio.sleep(0)\n    raise "
                "SystemExit(3)\n",
                "SystemExit: 3");
}

TEST_CASE("a RecursionError is the plugin's failure")
{
    check_fails("def activate(ctx): activate(ctx)\n", "RecursionError");
}

TEST_CASE("a MemoryError is the plugin's failure")
{
    check_fails("def activate(ctx): bytearray(2**62)\n", "MemoryError");
}

TEST_CASE("a CancelledError that nobody has asked for is the plugin's failure")
{
    check_fails("import asyncio\ndef activate(ctx): raise asyncio.CancelledError\n",
                "CancelledError");
}

TEST_CASE("an exception that cannot be shown is the plugin's failure all the same")
{
    check_fails("class Worst(BaseException):\n"
                "    def __str__(self): raise self\n"
                "def activate(ctx): raise Worst\n",
                "Worst");
}

TEST_CASE("a plugin that fails half-way keeps nothing of what it has made")
{
    PluginHost host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);
    host.write("bad", "import asyncio, sys\n"
                      "sys.seen = []\n"
                      "def activate(ctx):\n"
                      "    ctx.create_task(asyncio.sleep(3600))\n"
                      "    asyncio.create_task(asyncio.sleep(3600))\n"
                      "    ctx.host.emitter.plain.connect(lambda: sys.seen.append(1))\n"
                      "    ctx.connect(ctx.host.emitter.plain, lambda: sys.seen.append(2))\n"
                      "    ctx.every(0.001, lambda: sys.seen.append(3))\n"
                      "    asyncio.get_running_loop().call_later(0.002, sys.seen.append, 4)\n"
                      "    ctx.action('go', callback=lambda: None)\n"
                      "    raise ValueError('half-way')\n");
    host.start();
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_FAILED);
    CHECK(host.info("bad", "report").find("'clean': True") != std::string::npos);
    CHECK(host.info("bad", "tasks") == "0");
    CHECK(host.info("bad", "actions") == "[]");
    CHECK(host.take_reports().size() == 1);
    Q_EMIT emitter.plain();
    host.exec("import asyncio; late = asyncio.create_task(asyncio.sleep(0.02))");
    host.until([&] { return host.eval("late.done()") == "True"; });
    CHECK(host.eval("__import__('sys').seen") == "[]");
}

TEST_CASE("activate() that takes too long is cancelled, and the reason says where it waited")
{
    PluginHost host;
    host.write("bad", "import asyncio\n"
                      "async def activate(ctx):\n"
                      "    await asyncio.Event().wait()  # for ever\n");
    host.start([](qi_plugins_config &config) { config.activate_ms = 30; });

    CHECK(host.enable("bad") == QI_PLUGIN_STATE_FAILED);
    CHECK(host.info("bad", "reason").find("had not ended after 0.03 s") != std::string::npos);
    CHECK(host.info("bad", "reason").find("bad.py:3") != std::string::npos);
    CHECK(host.info("bad", "report").find("'clean': True") != std::string::npos);
    check_others(host);
}

TEST_CASE("a task that refuses to end is named, and left behind")
{
    PluginHost host;
    host.write("bad", "import asyncio\n"
                      "async def stubborn():\n"
                      "    while True:\n"
                      "        try: await asyncio.sleep(3600)\n"
                      "        except asyncio.CancelledError: pass\n"
                      "def activate(ctx): ctx.create_task(stubborn(), name='mule')\n");
    host.start([](qi_plugins_config &config) { config.deactivate_ms = 30; });

    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    host.settle();
    CHECK(host.info("bad", "tasks") == "1");
    CHECK(host.disable("bad") == QI_PLUGIN_STATE_DISABLED);
    std::string report = host.info("bad", "report");
    CHECK(report.find("'clean': False") != std::string::npos);
    CHECK(report.find("mule: ") != std::string::npos);
    CHECK(report.find("bad.py:4") != std::string::npos);
    CHECK(host.info("bad", "tasks") == "0");
    check_others(host);
    host.exec(
        "import asyncio\n"
        "from qi._python import ends\n"
        "for task in ends.left_behind: task.get_coro().cr_frame.clear() if False else None\n");
    (void)qi_runtime_shutdown(host.runtime, 0); /* which names it, too */
}

TEST_CASE("a storm of errors is reported in part, and ends the plugin")
{
    PluginHost host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);
    host.write("bad", "def activate(ctx): ctx.connect(ctx.host.emitter.numbered, broken)\n"
                      "def broken(number): raise ValueError(f'broken {number}')\n");
    host.start([](qi_plugins_config &config) { config.storm_limit = 10; });
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    for (int number = 0; number < 50; number++)
        Q_EMIT emitter.numbered(number);
    host.until([&] { return qi_plugin_state(host.runtime, "bad") == QI_PLUGIN_STATE_FAILED; });

    auto reports = host.take_reports();
    REQUIRE(reports.size() == 5);
    for (const tests::Report &report : reports)
        CHECK(report.plugin == "bad");
    CHECK(host.info("bad", "reason").find("10 errors within 10 s") != std::string::npos);
    CHECK(host.info("bad", "errors") == "50");
    Q_EMIT emitter.numbered(99);
    CHECK(host.info("bad", "errors") == "50");
    check_others(host);
}

TEST_CASE("errors that are few, and far between, are borne")
{
    PluginHost host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);
    host.write("bad", "import qi\n"
                      "def activate(ctx): ctx.connect(ctx.host.emitter.numbered, broken)\n"
                      "async def broken(number): raise ValueError(f'broken {number}')\n");
    host.start();
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    for (int number = 0; number < 5; number++)
        Q_EMIT emitter.numbered(number);
    host.until([&] { return host.info("bad", "errors") == "5"; });
    CHECK(host.take_reports().size() == 5);
    CHECK(qi_plugin_state(host.runtime, "bad") == QI_PLUGIN_STATE_ACTIVE);
    int told = 0;
    for (const tests::PluginEvent &event : host.events)
        told += event.kind == QI_PLUGIN_EVENT_ERROR &&
                event.reason.find("broken") != std::string::npos;
    CHECK(told == 5);
}

TEST_CASE("an error in a thread that a plugin has started is the plugin's")
{
    PluginHost host;
    host.write("bad", "import threading\n"
                      "def activate(ctx): threading.Thread(target=broken).start()\n"
                      "def broken(): raise ValueError('in a thread')\n");
    host.start();
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    host.until([&] {
        return host.info("bad", "errors") == "1" &&
               host.eval("__import__('threading').active_count()") == "1";
    });
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].plugin == "bad");
}

TEST_CASE("a plugin may disable itself, or another, from its own callback")
{
    PluginHost host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);
    host.write("other", good);
    host.write("bad", "from qi.plugin import manager\n"
                      "def activate(ctx): ctx.connect(ctx.host.emitter.plain, leave)\n"
                      "async def leave():\n"
                      "    await manager.disable('other')\n"
                      "    await manager.disable('bad')\n"
                      "    raise AssertionError('it was cancelled here')\n");
    host.start();
    CHECK(host.enable("other") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    Q_EMIT emitter.plain();
    host.until([&] { return qi_plugin_state(host.runtime, "bad") == QI_PLUGIN_STATE_DISABLED; });
    CHECK(qi_plugin_state(host.runtime, "other") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("bad", "report").find("'clean': True") != std::string::npos);
}

TEST_CASE("a plugin that is disabled while it is being started is stopped")
{
    PluginHost host;
    host.write("slow", "import asyncio, sys\n"
                       "async def activate(ctx):\n"
                       "    try: await asyncio.sleep(3600)\n"
                       "    finally: sys.seen = 'stopped'\n");
    host.start();
    qi_task *task = nullptr;
    REQUIRE(qi_plugin_enable(host.runtime, "slow", nullptr, &task) == QI_OK);
    host.until([&] {
        return qi_plugin_state(host.runtime, "slow") == QI_PLUGIN_STATE_LOADING &&
               host.info("slow", "tasks") == "1";
    });
    CHECK(host.disable("slow") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.eval("__import__('sys').seen") == "'stopped'");
    CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
    qi_task_release(task);
}

TEST_CASE(
    "a plugin that wants to reload itself while it is being started gets an error, not a deadlock")
{
    PluginHost host;
    host.write("bad", "from qi.plugin import manager\n"
                      "async def activate(ctx): await manager.reload('bad')\n");
    host.start();
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_FAILED);
    CHECK(host.info("bad", "reason").find("is being started or ended") != std::string::npos);
    CHECK(host.take_reports().size() == 1);
}

TEST_CASE("a deactivate() that fails or takes too long keeps nothing from being undone")
{
    PluginHost host;
    host.write("bad", "import asyncio, sys\n"
                      "sys.seen = []\n"
                      "def activate(ctx):\n"
                      "    ctx.on_deactivate(sys.seen.append, 'first')\n"
                      "    ctx.on_deactivate(never)\n"
                      "    ctx.on_deactivate(broken)\n"
                      "    ctx.on_deactivate(sys.seen.append, 'last')\n"
                      "async def never(): await asyncio.Event().wait()\n"
                      "def broken(): raise SystemExit\n"
                      "def deactivate(): raise ValueError('no')\n");
    host.start([](qi_plugins_config &config) { config.deactivate_ms = 30; });
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("bad") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.eval("__import__('sys').seen") == "['last', 'first']");
    CHECK(host.info("bad", "errors") == "3");
    CHECK(host.log.size() == 3);
}

TEST_CASE("a plugin that holds too much memory is ended")
{
    PluginHost host;
    host.write("bad", "held = []\n"
                      "def activate(ctx): held.append(bytearray(32 << 20))\n");
    host.write("good", good);
    host.start([](qi_plugins_config &config) { config.memory_limit = 8 << 20; });
    CHECK(host.enable("good") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    host.until([&] { return qi_plugin_state(host.runtime, "bad") == QI_PLUGIN_STATE_FAILED; });
    CHECK(host.info("bad", "reason").find("holds 32 MB; it may have 8 MB") != std::string::npos);
    CHECK(qi_plugin_state(host.runtime, "good") == QI_PLUGIN_STATE_ACTIVE);
}

TEST_CASE("plugins behind symlinks have their memory counted and their modules guarded")
{
    PluginHost host;
    host.write("bad", "held = []\n"
                      "def activate(ctx): held.append(bytearray(32 << 20))\n");
    host.write("shop", "def activate(ctx): pass\n"
                       "def late(): import part\n");
    host.write_file("shop", "part.py", "value = 1\n");
    const QDir top(QString::fromStdString(host.folder()));
    const QString here = top.filePath(QStringLiteral("plugins/")),
                  there = top.filePath(QStringLiteral("elsewhere/"));
    REQUIRE(QDir().rename(here, there));
    REQUIRE(QDir().mkdir(here));
    for (const auto id : {QLatin1String("bad"), QLatin1String("shop")})
        REQUIRE(QFile::link(there + id, here + id));
    host.start([](qi_plugins_config &config) { config.memory_limit = 8 << 20; });
    CHECK(host.enable("shop") == QI_PLUGIN_STATE_ACTIVE);
    host.write_file("shop", "part.py", "value = 2\n");
    host.exec("import sys\n"
              "try: sys.modules['qi_plugins.shop.shop'].late()\n"
              "except ImportError as error: refused = str(error)\n");
    CHECK(host.eval("'has changed since the user agreed' in refused") == "True");
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    host.until([&] { return qi_plugin_state(host.runtime, "bad") == QI_PLUGIN_STATE_FAILED; });
    CHECK(host.info("bad", "reason").find("it may have 8 MB") != std::string::npos);
}

TEST_CASE("memory is counted as it is held, and not as it was allocated")
{
    PluginHost host;
    host.write("busy", "import asyncio\n"
                       "held, rounds = [], 0\n"
                       "async def work():\n"
                       "    global held, rounds\n"
                       "    while True:\n"
                       "        held = [bytes(1000) for _ in range(1000)]\n"
                       "        held.extend(held); held.sort()\n"
                       "        rounds += 1\n"
                       "        await asyncio.sleep(0)\n"
                       "def activate(ctx): ctx.run_task(work())\n");
    host.start([](qi_plugins_config &config) { config.memory_limit = 8 << 20; });
    CHECK(host.enable("busy") == QI_PLUGIN_STATE_ACTIVE);
    host.until([&] {
        return host.eval("__import__('sys').modules['qi_plugins.busy.busy'].rounds > 50") == "True";
    });
    host.exec("import _qi; sizes = _qi._memory_held()");
    CHECK(host.eval("1_000_000 < sizes['busy'] < 4_000_000") == "True");
    CHECK(qi_plugin_state(host.runtime, "busy") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("busy") == QI_PLUGIN_STATE_DISABLED);
    host.exec("import gc; gc.collect(); sizes = _qi._memory_held()");
    CHECK(host.eval("sizes['busy'] < 500_000") == "True");
}

TEST_CASE("memory that a plugin's threads and blocks that grow take is its own")
{
    PluginHost host;
    host.write("grows",
               "import threading\n"
               "held = bytearray()\n"
               "def grow():\n"
               "    for _ in range(200): held.extend(bytes(10_000))\n"
               "def activate(ctx):\n"
               "    thread = threading.Thread(target=grow); thread.start(); thread.join()\n");
    host.start([](qi_plugins_config &config) { config.memory_limit = 64 << 20; });
    CHECK(host.enable("grows") == QI_PLUGIN_STATE_ACTIVE);
    host.exec("import _qi\nown = [bytes(1000) for _ in range(10_000)]\nsizes = _qi._memory_held()");
    CHECK(host.eval("2_000_000 <= sizes['grows'] < 4_000_000") == "True");
}

TEST_CASE("memory is counted whatever tracemalloc does meanwhile")
{
    PluginHost host;
    host.write("holds", "held = []\n"
                        "def take(): held.append(bytearray(4 << 20))\n"
                        "def activate(ctx): ctx.expose('take', take)\n");
    host.exec("import tracemalloc, _qi; tracemalloc.start()");
    host.start([](qi_plugins_config &config) { config.memory_limit = 64 << 20; });
    CHECK(host.enable("holds") == QI_PLUGIN_STATE_ACTIVE);
    const char *take = "before = _qi._memory_held()['holds']\n"
                       "from qi.plugin import manager\n"
                       "import asyncio, contextvars\n"
                       "_qi._plugins['holds'][1].copy().run(__import__('sys').modules['qi_plugins."
                       "holds.holds'].take)\n"
                       "more = _qi._memory_held()['holds'] - before\n";
    host.exec(take);
    CHECK(host.eval("more >> 20") == "4");
    host.exec("tracemalloc.stop()"); // and takes our hooks with it
    host.exec("_qi._memory_held()"); // which is seen at the next look
    host.exec(take);
    CHECK(host.eval("more >> 20") == "4");
    host.exec("tracemalloc.start()");
    host.exec(take);
    CHECK(host.eval("more >> 20") == "4");
    host.exec("tracemalloc.stop()");
    host.exec(take);
    CHECK(host.eval("more >> 20") == "4");
    host.exec("__import__('sys').modules['qi_plugins.holds.holds'].held.clear()");
    CHECK(host.eval("_qi._memory_held()['holds'] < 1 << 20") == "True");
}

namespace
{

/* A watchdog that interrupts whatever hangs; it notes whose it was. */
struct Watchdog {
    explicit Watchdog(PluginHost &host) : host(host)
    {
        qi_watchdog_options options;
        qi_watchdog_options_init(&options);
        options.limit_ms = 200;
        options.stalled = stalled;
        options.stalled_user = this;
        REQUIRE(qi_watchdog_start(host.runtime, &options) == QI_OK);
    }
    void stop() { CHECK(qi_watchdog_stop(host.runtime) == QI_OK); }
    static int stalled(const qi_stall *stall, void *user)
    {
        const std::string plugin = stall->plugin ? stall->plugin : "";
        if (!stall->over)
            static_cast<Watchdog *>(user)->plugin = plugin;
        return plugin.empty() ? QI_STALL_WAIT : QI_STALL_INTERRUPT; /* the machine may be slow */
    }
    PluginHost &host;
    std::string plugin; /* read when the stall is over */
};

} // namespace

TEST_CASE("a loop without an end in a plugin's import, activate() or callback is interrupted") // T65
{
    const char *import = "while True: pass\n";
    const char *activate = "def activate(ctx):\n    while True: pass\n";
    const char *coroutine = "import asyncio\nasync def activate(ctx):\n    await "
                            "asyncio.sleep(0)\n    while True: pass\n";

    for (const char *source : {import, activate, coroutine}) {
        PluginHost host;
        host.write("bad", source);
        host.start();
        Watchdog watchdog(host);
        CHECK(host.enable("bad") == QI_PLUGIN_STATE_FAILED);
        CHECK(host.info("bad", "reason").find("Interrupted") != std::string::npos);
        watchdog.stop();
        CHECK(watchdog.plugin == "bad");
        check_others(host);
        host.take_reports();
    }
}

TEST_CASE("a callback that is interrupted is an error of the plugin, which stays on")
{
    PluginHost host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);
    host.write("bad", "def activate(ctx): ctx.connect(ctx.host.emitter.plain, hang)\n"
                      "async def hang():\n    while True: pass\n");
    host.start();
    Watchdog watchdog(host);
    CHECK(host.enable("bad") == QI_PLUGIN_STATE_ACTIVE);
    Q_EMIT emitter.plain();
    host.until([&] { return host.info("bad", "errors") == "1"; });
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].plugin == "bad");
    watchdog.stop();
    CHECK(watchdog.plugin == "bad");
    CHECK(qi_plugin_state(host.runtime, "bad") == QI_PLUGIN_STATE_ACTIVE);
}

TEST_CASE("an interrupt that hits the manager itself breaks nothing")
{
    PluginHost host;
    host.write("orders", "import qi\n"
                         "def activate(ctx):\n"
                         "    import qi.plugin.leftovers as leftovers\n"
                         "    original = leftovers.end_timers\n"
                         "    def interrupted(*args):\n"
                         "        leftovers.end_timers = original\n"
                         "        raise qi.Interrupted('in between')\n"
                         "    leftovers.end_timers = interrupted\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("orders", "errors") == "1");
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
}
