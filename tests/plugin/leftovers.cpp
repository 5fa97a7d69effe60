/* SPDX-License-Identifier: BSD-3-Clause */
// What is left of a plugin when it should be gone: ended if that is possible, named if not.
#include <unistd.h>

#include <QtCore/qdir.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/plugins.h"

using tests::Emitter;
using tests::PluginHost;

namespace
{

/* Enables and disables a plugin; returns the report. */
std::string round(PluginHost &host, const char *source)
{
    host.write("orders", source);
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.settle();
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    return host.info("orders", "report");
}

bool has(const std::string &text, const char *part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("tasks, timers and connections that a plugin makes without ctx are ended without a word")
{
    PluginHost host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);
    std::string report = round(host, "import asyncio, qi, sys\n"
                                     "sys.seen = []\n"
                                     "class Desk:\n"
                                     "    def sent(self): sys.seen.append('sent')\n"
                                     "desk = Desk()\n"
                                     "async def later(): sys.seen.append('later')\n"
                                     "def activate(ctx):\n"
                                     "    asyncio.create_task(asyncio.sleep(3600))\n"
                                     "    asyncio.get_running_loop().call_later(3600, print)\n"
                                     "    qi.host.emitter.plain.connect(desk.sent)\n"
                                     "    qi.host.emitter.plain.connect(qi.asyncslot(later))\n");
    INFO(report);
    CHECK(has(report, "'clean': True"));
    Q_EMIT emitter.plain();
    host.settle();
    CHECK(host.eval("__import__('sys').seen") == "[]");
    CHECK(host.eval("len(__import__('asyncio').all_tasks())") == "0");
}

TEST_CASE("servers and transports that a plugin makes without ctx are closed")
{
    PluginHost host;
    std::string report = round(host,
                               "import asyncio, sys\n"
                               "async def serve(reader, writer): await reader.read()\n"
                               "async def activate(ctx):\n"
                               "    server = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
                               "    sys.port = server.sockets[0].getsockname()[1]\n"
                               "    await asyncio.open_connection('127.0.0.1', sys.port)\n");
    INFO(report);
    CHECK(has(report, "'clean': True"));
    CHECK(host.eval(
              "__import__('socket').socket().connect_ex(('127.0.0.1', __import__('sys').port))") !=
          "0");
}

TEST_CASE("files and sockets that a plugin leaves open are named")
{
    PluginHost host;
    std::string report = round(host, "import builtins, socket, sys\n"
                                     "def activate(ctx):\n"
                                     "    sys.held = [open(__file__), socket.socket()]\n"
                                     "    sys.held[1].bind(('127.0.0.1', 0))\n"
                                     "    open(__file__).close()\n");
    INFO(report);
    CHECK(has(report, "'clean': False"));
    CHECK(has(report, "orders.py"));
    CHECK(has(report, "a socket, ('127.0.0.1'"));
    host.exec("import sys\nfor each in sys.held: each.close()\n");
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.exec("for each in sys.held: each.close()\n");
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(has(host.info("orders", "report"), "'descriptors': []"));
}

TEST_CASE("a thread that goes on is named with the line where it is; one that ends is waited for")
{
    PluginHost host;
    std::string report = round(
        host, "import sys, threading\n"
              "sys.gate = threading.Event()\n"
              "def wait(): sys.gate.wait()\n"
              "def activate(ctx): threading.Thread(target=wait, name='mule').start()\n");
    INFO(report);
    CHECK(has(report, "mule: "));
    CHECK(has(report, "'modules': [\"qi_plugins.orders.orders:wait") +
              has(report, "'modules': ['qi_plugins.orders.orders:wait") ==
          1);
    host.exec("sys = __import__('sys'); sys.gate.set()");
    host.write("orders", "import threading, time\n"
                         "gate = threading.Event()\n"
                         "def activate(ctx): threading.Thread(target=gate.wait).start()\n"
                         "def deactivate(): gate.set()\n");
    CHECK(host.reload("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    INFO(host.info("orders", "report"));
    CHECK(has(host.info("orders", "report"), "'clean': True"));
}

TEST_CASE("threads of an executor that a plugin forgets end with it")
{
    PluginHost host;
    std::string report = round(
        host, "import asyncio, concurrent.futures\n"
              "pool = concurrent.futures.ThreadPoolExecutor()\n"
              "async def activate(ctx):\n"
              "    await asyncio.get_running_loop().run_in_executor(pool, len, 'abc')\n"
              "    await asyncio.to_thread(len, 'abc')\n");
    INFO(report);
    CHECK(has(report, "'clean': True"));
}

TEST_CASE("a class of a plugin that somebody still holds is named, with who it is")
{
    PluginHost host;
    std::string report = round(host, "import sys\n"
                                     "class Desk: pass\n"
                                     "def helper(): pass\n"
                                     "def activate(ctx): sys.kept = [Desk]\n");
    INFO(report);
    CHECK(has(report, "qi_plugins.orders.orders:Desk is held by a list with 1 items"));
    CHECK_FALSE(has(report, "helper"));
}

TEST_CASE("generics, dataclasses, enumerations and cached functions leave nothing behind")
{
    PluginHost host;
    std::string report = round(
        host, "import abc, dataclasses, enum, functools, logging, re, typing\n"
              "@dataclasses.dataclass\n"
              "class Order: number: int = 0\n"
              "class Side(enum.Enum): BUY = 1\n"
              "class Base(abc.ABC):\n"
              "    @abc.abstractmethod\n"
              "    def run(self): ...\n"
              "class Desk(Base):\n"
              "    orders: typing.List[Order]\n"
              "    def run(self) -> typing.Optional[Order]: return None\n"
              "@functools.lru_cache\n"
              "def cached(n): return Order(n)\n"
              "async def later(): raise ValueError\n"
              "async def activate(ctx):\n"
              "    cached(1), Desk().run(), isinstance(1, Base), typing.get_type_hints(Desk)\n"
              "    ctx.log.warning('%r', Order(1))\n"
              "    try: await later()\n"
              "    except ValueError: ctx.log.info('seen', exc_info=True)\n");
    INFO(report);
    CHECK(has(report, "'clean': True"));
}

TEST_CASE("many reloads leave descriptors, tasks, connections and memory where they were")
{
    PluginHost host;
    Emitter emitter;
    REQUIRE(qi_object_register(host.runtime, "emitter", &emitter) == QI_OK);
    host.write("orders", "import asyncio, qi\n"
                         "data = bytearray(1 << 20)\n"
                         "class Desk:\n"
                         "    async def sent(self, number): await asyncio.sleep(3600)\n"
                         "async def activate(ctx):\n"
                         "    ctx.desk = Desk()\n"
                         "    ctx.connect(ctx.host.emitter.numbered, ctx.desk.sent)\n"
                         "    ctx.every(3600, print)\n"
                         "    ctx.create_task(asyncio.sleep(3600))\n"
                         "    ctx.state['count'] = ctx.state.get('count', 0) + 1\n"
                         "    await asyncio.sleep(0)\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);

    auto descriptors = [] { return QDir(QStringLiteral("/proc/self/fd")).entryList().size(); };
    /* Blocks of Python's, all connections and tasks. */
    const char *state =
        "(len(__import__('asyncio').all_tasks()), len(__import__('gc').get_objects()) // 500)";
    const char *rounds = getenv("QI_TEST_RELOADS");
    const int count = rounds ? atoi(rounds) : 30;
    auto reload = [&] {
        CHECK(host.reload("orders") == QI_PLUGIN_STATE_ACTIVE);
        Q_EMIT emitter.numbered(1);
        host.events.clear();
    };
    auto resident = [] {
        FILE *file = fopen("/proc/self/statm", "r");
        long size = 0, pages = 0;
        CHECK(fscanf(file, "%ld %ld", &size, &pages) == 2);
        fclose(file);
        return pages * sysconf(_SC_PAGESIZE);
    };
    for (int i = 0; i < 5; i++)
        reload();
    auto fds = descriptors();
    std::string before = host.eval(state);
    [[maybe_unused]] long memory = resident();
    for (int i = 0; i < count; i++)
        reload();
    CHECK(descriptors() == fds);
    CHECK(host.eval(state) == before);
    CHECK(host.info("orders", "connections") == "1");
    CHECK(has(host.info("orders", "report"), "'clean': True"));
#ifndef __SANITIZE_ADDRESS__              /* which keeps for a while what was freed */
    CHECK(resident() - memory < 8 << 20); /* a leak of the plugin's data would be a megabyte each */
#endif
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
}

TEST_CASE("an object of a binding, of a class of the plugin, that is still there is named")
{
    PluginHost host;
    if (host.eval("__import__('importlib.util').util.find_spec('PyQt6') is None") == "True") {
        WARN("skipped: python3-pyqt6 is not installed");
        return;
    }
    std::string report = round(host, "import sys\n"
                                     "from PyQt6.QtCore import QObject\n"
                                     "class Desk(QObject): pass\n"
                                     "def activate(ctx): sys.kept = Desk()\n");
    INFO(report);
    CHECK(has(report, "'objects': ['an object of qi_plugins.orders.orders.Desk']"));
    CHECK(has(report, "qi_plugins.orders.orders:Desk is held by"));
    host.exec("import sys; del sys.kept");
}

TEST_CASE(
    "an object of a binding, with a connected method, that was deleted properly is no leftover")
{
    PluginHost host;
    if (host.eval("__import__('importlib.util').util.find_spec('PyQt6') is None") == "True") {
        WARN("skipped: python3-pyqt6 is not installed");
        return;
    }
    std::string report = round(host, "from PyQt6.QtCore import QObject, QTimer, pyqtSignal\n"
                                     "class Desk(QObject):\n"
                                     "    sent = pyqtSignal()\n"
                                     "    def __init__(self):\n"
                                     "        super().__init__()\n"
                                     "        self.timer = QTimer(self)\n"
                                     "        self.timer.timeout.connect(self.tick)\n"
                                     "        self.sent.connect(self.tick)\n"
                                     "        self.timer.start(1)\n"
                                     "    def tick(self): pass\n"
                                     "def activate(ctx):\n"
                                     "    global desk\n"
                                     "    desk = Desk()\n"
                                     "    desk.sent.emit()\n"
                                     "def deactivate(): desk.deleteLater()\n");
    INFO(report);
    CHECK(has(report, "'clean': True"));
}

TEST_CASE("a thread that a plugin gives a function of its own as run() runs that")
{
    PluginHost host;
    host.write("orders", "import sys, threading\n"
                         "sys.seen = []\n"
                         "def activate(ctx):\n"
                         "    thread = threading.Thread()\n"
                         "    thread.run = lambda: sys.seen.append('ran')\n"
                         "    thread.start()\n"
                         "    thread.join()\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("__import__('sys').seen") == "['ran']");
}
