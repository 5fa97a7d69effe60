/* SPDX-License-Identifier: BSD-3-Clause */
// Whose code runs: what is made in a plugin's Context belongs to the plugin, and reports say so.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/host.h"

using tests::Emitter;
using tests::Host;

namespace
{

/* Runs `source` as code of the plugin "orders". */
void exec_as_plugin(Host &host, const std::string &source)
{
    host.exec("import asyncio, contextvars, threading, qi\n"
              "from qi._python import scope as _scope\n"
              "if 'scope' not in globals():\n"
              "    scope = _scope.Scope('orders')\n"
              "    context = contextvars.copy_context()\n"
              "    context.run(_scope.current.set, scope)\n"
              "    seen = []\n"
              "def fail(*args): seen.append(_scope.plugin_of()); raise ValueError('broken')\n"
              "async def fail_later(*args): await asyncio.sleep(0); fail()\n");
    host.exec(
        ("context.run(exec, " + host.eval(("'''" + source + "'''").c_str()) + ", globals())").c_str());
}

void check_blamed(Host &host)
{
    host.until([&] { return host.eval("len(seen)") != "0"; });
    host.settle();
    host.exec("import gc; gc.collect()");
    std::vector<tests::Report> reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].message.find("broken") != std::string::npos);
    CHECK(reports[0].plugin == "orders");
    CHECK(host.eval("seen") == "['orders']");
    CHECK(host.eval("_scope.plugin_of()") == "None");
}

} // namespace

TEST_CASE("a task that a plugin's code makes fails under the plugin's name")
{
    Host host;
    exec_as_plugin(host, "asyncio.create_task(fail_later())");
    check_blamed(host);
}

TEST_CASE("a task's own Context tells whose it is, in every version of Python")
{
    Host host;
    exec_as_plugin(host, "task = asyncio.create_task(asyncio.sleep(0))");
    CHECK(host.eval("_scope.plugin_of_task(task)") == "'orders'");
    host.exec("other = asyncio.create_task(asyncio.sleep(0))");
    CHECK(host.eval("_scope.plugin_of_task(other)") == "None");
    host.settle();
}

TEST_CASE("a timer and a callback that a plugin's code makes fail under the plugin's name")
{
    Host host;
    exec_as_plugin(host, "asyncio.get_running_loop().call_later(0.001, fail)");
    check_blamed(host);
    exec_as_plugin(host, "seen.clear(); asyncio.get_running_loop().call_soon(fail)");
    check_blamed(host);
}

TEST_CASE("what a plugin's code connects runs in the plugin's Context, whoever emits")
{
    Host host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);

    exec_as_plugin(host, "qi.host.emitter.numbered.connect(fail)");
    Q_EMIT emitter.numbered(1);
    check_blamed(host);
}

TEST_CASE("a coroutine that a plugin's code connects runs in the plugin's Context")
{
    Host host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);

    exec_as_plugin(host, "qi.host.emitter.numbered.connect(qi.asyncslot(fail_later))");
    Q_EMIT emitter.numbered(1);
    check_blamed(host);
}

TEST_CASE("a plugin's callback may cause an emission that another of its callbacks gets")
{
    Host host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);

    exec_as_plugin(
        host,
        "qi.host.emitter.numbered.connect(lambda n: n and qi.host.emitter.numbered.emit(n - 1))\n"
        "qi.host.emitter.numbered.connect(lambda n: seen.append((n, _scope.plugin_of())))");
    Q_EMIT emitter.numbered(2);
    CHECK(host.eval("sorted(seen)") == "[(0, 'orders'), (1, 'orders'), (2, 'orders')]");
    CHECK(host.eval("_scope.plugin_of()") == "None");
}

TEST_CASE("an exception is a plugin's if it passed a module of the plugin")
{
    Host host;
    host.exec("import qi._python.scope\n"
              "module = {'__name__': 'qi_plugins.orders.desk'}\n"
              "exec('def fail(*args): raise ValueError(\"broken\")', module)\n"
              "import asyncio\n"
              "asyncio.get_running_loop().call_soon(module['fail'])\n");
    host.settle();
    std::vector<tests::Report> reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].plugin == "orders");
}

TEST_CASE("a launch without handle fails under the name of the plugin that it is launched for")
{
    Host host;
    exec_as_plugin(host, "");
    host.exec("import sys, types\n"
              "for name in 'qi_plugins', 'qi_plugins.orders', 'qi_plugins.orders.desk':\n"
              "    sys.modules[name] = desk = types.ModuleType(name)\n"
              "exec('async def send(): raise ValueError(\"broken\")', desk.__dict__)\n");
    REQUIRE(qi_run_task(host.runtime, "qi_plugins.orders.desk:send", nullptr, 0, nullptr, nullptr) ==
            QI_OK);
    host.settle();
    std::vector<tests::Report> reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].plugin == "orders");
}
