/* SPDX-License-Identifier: BSD-3-Clause */
// What a plugin gets: settings, actions, state, names, timers; and what the host does with them.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/plugins.h"

using tests::Emitter;
using tests::PluginHost;
using tests::take;

namespace
{

const char settings[] =
    "[settings.interval]\ntype = \"int\"\ndefault = 5\nminimum = 1\nmaximum = 60\n"
    "[settings.hosts]\ntype = \"list\"\ndefault = [\"a\"]\n"
    "[settings.on]\ntype = \"bool\"\n"
    "[settings.rate]\ntype = \"float\"\ndefault = 0.5\n"
    "[settings.side]\ntype = \"choice\"\nchoices = [\"buy\", \"sell\"]\n";

std::string setting(PluginHost &host, const char *key)
{
    qi_value value = qi_none();
    REQUIRE(qi_plugin_get_setting(host.runtime, "orders", key, &value) == QI_OK);
    return take(value);
}

int set(PluginHost &host, const char *key, const qi_value &value)
{
    return qi_plugin_set_setting(host.runtime, "orders", key, &value);
}

} // namespace

TEST_CASE("settings are typed, checked, stored, and told to the plugin and the host")
{
    PluginHost host;
    host.write("orders",
               "import sys\n"
               "sys.seen = []\n"
               "def activate(ctx):\n"
               "    sys.ctx = ctx\n"
               "    ctx.settings.on_change(lambda key, value: sys.seen.append((key, value)))\n"
               "    ctx.settings.on_change(late, 'rate')\n"
               "async def late(key, value): sys.seen.append(('late', value))\n",
               settings);
    host.start();
    CHECK(setting(host, "interval") == "5");
    CHECK(set(host, "interval", qi_int(7)) == QI_OK); /* of a plugin that is off */
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("__import__('sys').ctx.settings.interval") == "7");

    CHECK(set(host, "interval", qi_int(61)) == QI_ERR_RANGE);
    CHECK(std::string(qi_last_error()->message).find("'interval' of the plugin 'orders': 61 is more") !=
          std::string::npos);
    CHECK(set(host, "interval", qi_text("7")) == QI_ERR_TYPE);
    CHECK(set(host, "interval", qi_text_n(nullptr, 3)) == QI_ERR_TYPE);
    CHECK(set(host, "intervall", qi_int(7)) == QI_ERR_NOT_FOUND);
    CHECK(std::string(qi_last_error()->message).find("did you mean 'interval'") != std::string::npos);
    host.events.clear();
    CHECK(set(host, "rate", qi_real(0.25)) == QI_OK);
    REQUIRE(host.events.size() == 1);
    CHECK(host.events[0].kind == QI_PLUGIN_EVENT_SETTING);
    CHECK(host.events[0].detail == "rate");
    CHECK(host.eval("__import__('sys').seen") == "[('rate', 0.25), ('late', 0.25)]");
    CHECK(set(host, "rate", qi_real(0.25)) == QI_OK);
    CHECK(host.events.size() == 1);

    host.exec("import sys\n"
              "settings = sys.ctx.settings\n"
              "settings.hosts = ['x']; settings['on'] = True; settings.side = 'sell'\n"
              "for wrong in (lambda: setattr(settings, 'side', 'hold'), lambda: settings.nothing, "
              "lambda: settings['nothing']):\n"
              "    try: wrong()\n"
              "    except (ValueError, AttributeError, KeyError): pass\n"
              "    else: raise AssertionError(wrong)\n"
              "settings.hosts.append('not kept')\n"
              "assert dict(settings) == {'interval': 7, 'hosts': ['x'], 'on': True, 'rate': 0.25, "
              "'side': 'sell'}, dict(settings)\n"
              "del settings['interval']\n"
              "assert settings.interval == 5\n");
    CHECK(set(host, "rate", qi_none()) == QI_OK);
    CHECK(setting(host, "rate") == "0.5");
}

TEST_CASE("settings come back from the file as what they were")
{
    PluginHost host;
    host.write("orders", "def activate(ctx): pass\n", settings);
    host.start();
    const qi_value empty = qi_list(nullptr, 0), one = qi_text("x,y"), single = qi_list(&one, 1);
    CHECK(set(host, "hosts", empty) == QI_OK);
    CHECK(set(host, "on", qi_bool(true)) == QI_OK);
    CHECK(set(host, "rate", qi_real(2)) == QI_OK);
    REQUIRE(host.shutdown() == QI_OK);

    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    host.start();
    CHECK(setting(host, "hosts") == "[]");
    CHECK(setting(host, "on") == "True");
    CHECK(setting(host, "rate") == "2.0");
    CHECK(set(host, "hosts", single) == QI_OK);
    REQUIRE(host.shutdown() == QI_OK);
    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    host.start();
    CHECK(setting(host, "hosts") == "['x,y']");
}

TEST_CASE("actions are listed, run in the plugin's name, and change what is shown")
{
    PluginHost host;
    host.write("orders",
               "import asyncio, sys\n"
               "sys.seen = []\n"
               "def activate(ctx):\n"
               "    sys.ctx = ctx\n"
               "    sys.send = ctx.action('send', callback=send)\n"
               "    ctx.action('watch', 'Watch', sys.seen.append, checkable=True)\n"
               "    @ctx.action('fail', 'Fail')\n"
               "    def fail(): raise ValueError('broken')\n"
               "async def send(): await asyncio.sleep(0); sys.seen.append('sent')\n",
               "[contributes]\nactions = [{name = \"send\", text = \"Send now\", menu = "
               "\"Orders\", shortcut = \"Ctrl+S\"}]\n");
    host.start();
    CHECK(qi_plugin_trigger(host.runtime, "orders", "send", nullptr, nullptr) == QI_ERR_STATE);
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    std::string actions = host.info("orders", "actions");
    INFO(actions);
    CHECK(actions.find("{'name': 'send', 'text': 'Send now', 'tooltip': '', 'shortcut': 'Ctrl+S', "
                       "'menu': 'Orders', 'icon': '', 'toolbar': False, 'overlap': 'concurrent', "
                       "'enabled': True, 'checkable': False, 'checked': False}") != std::string::npos);

    CHECK(qi_plugin_trigger(host.runtime, "orders", "send", nullptr, nullptr) == QI_OK);
    CHECK(host.info("orders", "tasks") == "1");
    host.until([&] { return host.eval("__import__('sys').seen") == "['sent']"; });
    host.events.clear();
    CHECK(qi_plugin_trigger(host.runtime, "orders", "watch", nullptr, nullptr) == QI_OK);
    CHECK(host.eval("__import__('sys').seen") == "['sent', True]");
    REQUIRE(host.events.size() == 1);
    CHECK(host.events[0].kind == QI_PLUGIN_EVENT_ACTIONS);
    CHECK(host.info("orders", "actions").find("'checked': True") != std::string::npos);
    CHECK(qi_plugin_trigger(host.runtime, "orders", "fail", nullptr, nullptr) == QI_OK);
    const auto reports = host.take_reports();
    REQUIRE(reports.size() == 1); /* nobody else could know of it */
    CHECK(reports[0].plugin == "orders");
    CHECK(reports[0].message.find("broken") != std::string::npos);
    CHECK(qi_plugin_trigger(host.runtime, "orders", "sent", nullptr, nullptr) == QI_ERR_NOT_FOUND);
    CHECK(std::string(qi_last_error()->message).find("did you mean 'send'") != std::string::npos);
    host.exec("import sys; sys.send.enabled = False");
    CHECK(qi_plugin_trigger(host.runtime, "orders", "send", nullptr, nullptr) == QI_ERR_STATE);
    host.exec("sys.send.remove(); sys.send.remove()");
    CHECK(host.info("orders", "actions").find("'send'") == std::string::npos);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("orders", "actions") == "[]");
}

namespace
{

/* A plugin whose action `work` says when it begins and waits for `go`, and how often it has ended. */
void write_working(PluginHost &host, const std::string &overlap)
{
    host.write(
        "orders",
        "import asyncio, sys, qi\n"
        "def activate(ctx):\n"
        "    sys.log, sys.go = [], asyncio.Event()\n"
        "    ctx.action('work', 'Work', work, overlap='" +
            overlap +
            "')\n"
            "    ctx.action('sum', 'Sum', lambda: 1 + 2)\n"
            "    ctx.action('fail', 'Fail', fail)\n"
            "async def work():\n"
            "    number = len(sys.log)\n"
            "    sys.log.append(f'begins {number}')\n"
            "    qi.progress(1, 2, 'half')\n"
            "    try: await sys.go.wait()\n"
            "    except asyncio.CancelledError: sys.log.append(f'cancelled {number}'); raise\n"
            "    sys.log.append(f'ends {number}')\n"
            "    return number\n"
            "async def fail(): raise ValueError('broken')\n");
    host.start();
    REQUIRE(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
}

qi_task *trigger(PluginHost &host, const char *action)
{
    qi_task *task = nullptr;
    REQUIRE(qi_plugin_trigger(host.runtime, "orders", action, nullptr, &task) == QI_OK);
    REQUIRE(task);
    return task;
}

std::string log_of(PluginHost &host)
{
    return host.eval("__import__('sys').log");
}

void let_go(PluginHost &host, qi_task *last)
{
    host.exec("import sys; sys.go.set()");
    host.until([&] { return qi_task_state(last) != QI_TASK_STATE_PENDING; });
}

} // namespace

TEST_CASE(
    "an action is a task of the plugin's, which the host watches, cancels and gets the result of")
{
    PluginHost host;
    write_working(host, "concurrent");

    qi_task_options options;
    std::string told;
    qi_task *task = nullptr;
    qi_task_options_init(&options);
    options.progress = [](qi_task *, const qi_task_progress *progress, void *user) {
        *static_cast<std::string *>(user) = std::to_string(progress->value) + progress->text;
    };
    options.user = &told;
    REQUIRE(qi_plugin_trigger(host.runtime, "orders", "work", &options, &task) == QI_OK);
    CHECK(log_of(host) == "['begins 0']"); /* before the call returns */
    CHECK(told == "1half");
    CHECK(qi_task_name(task) == std::string("orders: work"));
    CHECK(host.info("orders", "tasks") == "1");
    qi_value result = qi_none();
    REQUIRE(qi_task_describe(task, &result) == QI_OK);
    CHECK(tests::describe(*qi_value_get(&result, "plugin")) == "'orders'");
    qi_value_clear(&result);
    let_go(host, task);
    CHECK(qi_task_result(task, &result) == QI_OK);
    CHECK(take(result) == "0");
    qi_task_release(task);

    task = trigger(host, "sum"); /* a plain function has returned when the call does */
    CHECK(qi_task_result(task, &result) == QI_OK);
    CHECK(take(result) == "3");
    qi_task_release(task);

    task = trigger(host, "fail"); /* which is the task's affair, and the host's who holds it */
    CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->traceback).find("async def fail") != std::string::npos);
    qi_task_release(task);

    host.exec("import sys; sys.go.clear(); sys.log.clear()");
    task = trigger(host, "work");
    CHECK(qi_task_cancel(task) == QI_OK);
    host.until([&] { return qi_task_state(task) == QI_TASK_STATE_CANCELLED; });
    CHECK(log_of(host) == "['begins 0', 'cancelled 0']");
    qi_task_release(task);

    task = trigger(host, "work"); /* it ends with the plugin at the latest */
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(qi_task_state(task) == QI_TASK_STATE_CANCELLED);
    INFO(host.info("orders", "report"));
    CHECK(host.info("orders", "report").find("'clean': True") != std::string::npos);
    qi_task_release(task);
    CHECK(qi_plugin_trigger(host.runtime, "orders", "work", nullptr, &task) == QI_ERR_STATE);
    CHECK(task == nullptr);
}

TEST_CASE("an action that is triggered while it runs goes by its overlap")
{
    const std::string overlap = GENERATE("concurrent", "drop", "queue", "restart", "latest");
    INFO(overlap);
    PluginHost host;
    write_working(host, overlap);
    qi_task *const first = trigger(host, "work"), *const second = trigger(host, "work"),
                   *const third = trigger(host, "work");
    host.settle();
    if (overlap == "concurrent")
        CHECK(log_of(host) == "['begins 0', 'begins 1', 'begins 2']");
    else if (overlap == "restart")
        CHECK(log_of(host) == "['begins 0', 'begins 1', 'begins 2', 'cancelled 0', 'cancelled 1']");
    else
        CHECK(log_of(host) == "['begins 0']");
    CHECK(qi_task_state(second) == (overlap == "concurrent" || overlap == "queue"
                                        ? QI_TASK_STATE_PENDING
                                        : QI_TASK_STATE_CANCELLED));
    CHECK(qi_task_state(third) ==
          (overlap == "drop" ? QI_TASK_STATE_CANCELLED : QI_TASK_STATE_PENDING));
    let_go(host, overlap == "drop" ? first : third);
    CHECK(qi_task_state(first) ==
          (overlap == "restart" ? QI_TASK_STATE_CANCELLED : QI_TASK_STATE_DONE));
    CHECK(qi_task_state(third) == (overlap == "drop" ? QI_TASK_STATE_CANCELLED : QI_TASK_STATE_DONE));
    if (overlap == "queue")
        CHECK(log_of(host) == "['begins 0', 'ends 0', 'begins 2', 'ends 2', 'begins 4', 'ends 4']");
    if (overlap == "latest")
        CHECK(log_of(host) == "['begins 0', 'ends 0', 'begins 2', 'ends 2']");
    for (qi_task *task : {first, second, third})
        qi_task_release(task);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("orders", "report").find("'clean': True") != std::string::npos);
}

TEST_CASE("an action that waits for its turn can be cancelled, and the next one gets the turn")
{
    PluginHost host;
    write_working(host, "queue");
    qi_task *const first = trigger(host, "work"), *const second = trigger(host, "work"),
                   *const third = trigger(host, "work");
    CHECK(qi_task_cancel(second) == QI_OK);
    host.until([&] { return qi_task_state(second) == QI_TASK_STATE_CANCELLED; });
    CHECK(qi_task_state(third) == QI_TASK_STATE_PENDING);
    let_go(host, third);
    CHECK(log_of(host) == "['begins 0', 'ends 0', 'begins 2', 'ends 2']");
    for (qi_task *task : {first, second, third})
        qi_task_release(task);
}

TEST_CASE("an action says its icon, its place and its overlap, in the manifest or in code")
{
    PluginHost host;
    host.write("orders",
               "import sys\n"
               "def activate(ctx):\n"
               "    sys.send = ctx.action('send', callback=send)\n"
               "    for wrong in ({'icon': '../secret.svg'}, {'icon': '/etc/passwd'}, {'overlap': "
               "'never'},\n"
               "                  {'overlap': 'drop'}):\n"
               "        try: ctx.action('wrong', 'Wrong', print, **wrong)\n"
               "        except ValueError as e: pass\n"
               "        else: raise AssertionError(wrong)\n"
               "async def send(): pass\n",
               "[contributes]\nactions = [{name = \"send\", text = \"Send\", icon = "
               "\"icons/send.svg\", toolbar = true, overlap = \"drop\"}]\n");
    host.write_file("orders", "icons/send.svg", "<svg/>");
    host.start();
    REQUIRE(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    const std::string actions = host.info("orders", "actions");
    INFO(actions);
    CHECK(actions.find(host.folder() + "/plugins/orders/icons/send.svg'") != std::string::npos);
    CHECK(actions.find("'toolbar': True") != std::string::npos);
    CHECK(actions.find("'overlap': 'drop'") != std::string::npos);
    host.exec("import sys; sys.send.icon = 'document-send'");
    CHECK(host.info("orders", "actions").find("'icon': 'document-send'") != std::string::npos);
}

TEST_CASE("the application calls a plugin's functions by its id, in the plugin's name")
{
    PluginHost host;
    Emitter emitter;
    host.write("orders", "import sys\n"
                         "from qi._python import scope\n"
                         "sys.seen = []\n"
                         "async def send(*args): sys.seen.append((args, scope.plugin_of()))\n"
                         "def activate(ctx):\n"
                         "    @ctx.expose('renamed')\n"
                         "    async def inner(): return 'exposed', scope.plugin_of()\n");
    host.start();
    CHECK(qi_run_task(host.runtime, "orders:send", nullptr, 0, nullptr, nullptr) == QI_ERR_NOT_FOUND);
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    qi_task *task = nullptr;
    REQUIRE(qi_run_task(host.runtime, "orders:renamed", nullptr, 0, nullptr, &task) == QI_OK);
    qi_value result = qi_none();
    REQUIRE(qi_task_result(task, &result) == QI_OK);
    CHECK(host.eval("__import__('qi')._python.scope.plugin_of()") == "None");
    qi_value_clear(&result);
    qi_task_release(task);

    qi_connection *connection = nullptr;
    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "numbered", "orders:send", nullptr,
                                 &connection) == QI_OK);
    Q_EMIT emitter.numbered(3);
    CHECK(host.eval("__import__('sys').seen") == "[((3,), 'orders')]");
    CHECK(qi_run_task(host.runtime, "orders:sent", nullptr, 0, nullptr, nullptr) == QI_ERR_NOT_FOUND);
    CHECK(std::string(qi_last_error()->message).find("'send'") != std::string::npos);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK_FALSE(qi_connection_is_connected(connection));
    CHECK(host.info("orders", "report").find("'clean': True") != std::string::npos);
    qi_connection_release(connection);
}

TEST_CASE("an object that a plugin registers is in qi.host as long as the plugin is on")
{
    PluginHost host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);
    host.write("orders", "class Desk: name = 'desk'\n"
                         "def activate(ctx):\n"
                         "    ctx.register('desk', Desk())\n"
                         "    try: ctx.register('emitter', Desk())\n"
                         "    except ValueError: pass\n"
                         "    else: raise AssertionError\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("__import__('qi').host.desk.name") == "'desk'");
    CHECK(host.eval("dir(__import__('qi').host)") == "['desk', 'emitter']");
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.eval("dir(__import__('qi').host)") == "['emitter']");
    CHECK(host.info("orders", "report").find("'clean': True") != std::string::npos);
}

TEST_CASE("timers fire, repeat, wait for their coroutine, and end")
{
    PluginHost host;
    host.write("orders", "import asyncio, sys\n"
                         "sys.seen = []\n"
                         "def activate(ctx):\n"
                         "    sys.ctx = ctx\n"
                         "    ctx.call_later(0, sys.seen.append, 'once')\n"
                         "    sys.timer = ctx.every(0.001, work)\n"
                         "busy = 0\n"
                         "async def work():\n"
                         "    global busy\n"
                         "    busy += 1\n"
                         "    sys.seen.append(busy)\n"
                         "    await asyncio.sleep(0.002)\n"
                         "    busy -= 1\n"
                         "    if len(sys.seen) > 4: sys.timer.cancel()\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.until([&] { return host.eval("len(__import__('sys').seen) > 4") == "True"; });
    host.until([&] { return host.info("orders", "tasks") == "0"; });
    CHECK(host.eval("sorted(map(str, __import__('sys').seen))") == "['1', '1', '1', '1', 'once']");
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    host.exec("import sys\n"
              "for wrong in (lambda: sys.ctx.every(1, print), lambda: "
              "sys.ctx.on_deactivate(print), lambda: sys.ctx.action('x', 'x', print)):\n"
              "    try: wrong()\n"
              "    except RuntimeError as error: assert 'has been ended' in str(error)\n"
              "    else: raise AssertionError(wrong)\n");
}

TEST_CASE("ctx knows the plugin, its folder and its data, and logs in its name")
{
    PluginHost host;
    host.write("orders", "import sys\n"
                         "def activate(ctx):\n"
                         "    (ctx.data_folder / 'file').write_text(ctx.manifest.version)\n"
                         "    ctx.log.info('begun in %s', ctx.folder.name)\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval(("open('" + host.folder() + "/data/orders/file').read()").c_str()) == "'1.0'");
    CHECK(host.log == std::vector<std::string>{"begun in orders"});
}
