/* SPDX-License-Identifier: BSD-3-Clause */
// qi_audit_set(): the host hears of Python's audit events, under the plugin's name, and may forbid them.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;

namespace
{

struct Event {
    std::string name, arguments, plugin;
    std::thread::id thread;
};

/* What the callback heard, and what it says to it. It outlives the host, which is audited to its end. */
struct Ear {
    std::vector<Event> heard;
    std::string forbidden; /* the name of an event */
    std::mutex lock;
    std::function<void(const char *event)> also;

    static bool hear(const qi_audit_event *event, void *user)
    {
        auto *ear = static_cast<Ear *>(user);
        {
            std::lock_guard guard(ear->lock);
            ear->heard.push_back({event->name, event->arguments, event->plugin ? event->plugin : "",
                                  std::this_thread::get_id()});
        }
        if (ear->also)
            ear->also(event->name);
        return ear->forbidden != event->name;
    }

    std::vector<Event> named(const std::string &name)
    {
        std::lock_guard guard(lock);
        std::vector<Event> found;
        std::copy_if(heard.begin(), heard.end(), std::back_inserter(found),
                     [&](const Event &event) { return event.name == name; });
        return found;
    }
};

/* Python's own modules, which are imported when they are first used, are not what the cases are about. */
const char
    *const PREPARATION = "import asyncio, contextvars, sys, threading, types\n"
                         "from qi._python import scope\n"
                         "context = contextvars.copy_context()\n"
                         "context.run(scope.current.set, scope.Scope('orders'))\n"
                         "def as_plugin(function, *args): return context.run(function, *args)\n";

/* A text as a literal of Python's, which has neither backslashes nor three quotes. */
std::string python(const std::string &text)
{
    return "\"\"\"" + text + "\"\"\"";
}

} // namespace

TEST_CASE("an event reaches the callback with its arguments")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("sys.audit('shop.sells', 'a \\'b\\'', b'\\x00c', 1, 2.5, None, True, [1, (2,)], "
              "{'k': ()}, -7)");
    std::vector<Event> events = ear.named("shop.sells");
    REQUIRE(events.size() == 1);
    CHECK(events[0].arguments ==
          "(\"a 'b'\", b'\\x00c', 1, 2.5, None, True, [1, (2,)], {'k': ()}, -7)");
    CHECK(events[0].plugin == "");
    CHECK(events[0].thread == std::this_thread::get_id());
}

TEST_CASE("real work of Python is heard of")
{
    Ear ear;
    Host host;
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("open('/dev/null').close()");
    std::vector<Event> events = ear.named("open");
    REQUIRE(!events.empty());
    CHECK(events.back().arguments.find("('/dev/null', 'r', ") == 0);
}

TEST_CASE("a veto raises PermissionError and nothing happens")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    host.exec("import os, tempfile\nfolder = tempfile.mkdtemp()\npath = folder + '/file'\n"
              "def make():\n"
              "    try:\n"
              "        os.mkdir(path)\n"
              "    except PermissionError as error:\n"
              "        return str(error)\n");
    ear.forbidden = "os.mkdir";
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    CHECK(host.eval("make().startswith('the application does not allow os.mkdir(' + repr(path))") ==
          "True");
    CHECK(host.eval("as_plugin(make).endswith(\", which the plugin 'orders' asked for\")") ==
          "True");
    CHECK(host.eval("os.path.exists(path)") == "False");
    ear.forbidden = "";
    CHECK(host.eval("make()") == "None");
    CHECK(host.eval("os.path.isdir(path)") == "True");
    REQUIRE(qi_audit_set(host.runtime, nullptr, nullptr, nullptr) == QI_OK);
    host.exec("os.rmdir(path); os.rmdir(folder)");
}

TEST_CASE("code of a plugin is heard under its name")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("as_plugin(sys.audit, 'shop.direct')\n"
              "async def sell():\n"
              "    await asyncio.sleep(0)\n"
              "    sys.audit('shop.task')\n"
              "    await asyncio.to_thread(sys.audit, 'shop.thread')\n"
              "tasks = [as_plugin(asyncio.create_task, sell())]\n"
              "as_plugin(asyncio.get_running_loop().call_soon, sys.audit, 'shop.callback')\n"
              "sys.audit('shop.host')\n");
    host.until([&] { return host.eval("tasks[0].done()") == "True"; });
    for (const char *name : {"shop.direct", "shop.task", "shop.thread", "shop.callback"}) {
        INFO(name);
        std::vector<Event> events = ear.named(name);
        REQUIRE(events.size() == 1);
        CHECK(events[0].plugin == "orders");
    }
    CHECK(ear.named("shop.thread")[0].thread != std::this_thread::get_id());
    CHECK(ear.named("shop.host")[0].plugin == "");
}

TEST_CASE("a thread that a plugin starts is known by the plugin's functions on its stack")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    host.exec("module = types.ModuleType('qi_plugins.desk.work')\n"
              "exec('def work(then):\\n    then()\\ndef tell():\\n    sys.audit(\"shop.own\")', "
              "module.__dict__ | {'sys': sys}, space := {})\n"
              "module.__dict__['sys'] = sys\n"
              "exec('def work(then): then()', module.__dict__)\n");
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec(
        "thread = threading.Thread(target=module.work, args=(lambda: sys.audit('shop.own'),))\n"
        "thread.start(); thread.join()");
    REQUIRE(ear.named("shop.own").size() == 1);
    CHECK(ear.named("shop.own")[0].plugin == "desk");
}

TEST_CASE("objects of a plugin's are not asked for their text")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    host.exec("ran = []\n"
              "def trap(self, *args): ran.append(type(self).__name__); return 'harmless'\n"
              "class Text(str): __repr__ = __str__ = __fspath__ = trap\n"
              "class Number(int): __repr__ = __str__ = trap\n"
              "class Items(list): __repr__ = __iter__ = __len__ = __getitem__ = trap\n"
              "class Table(dict): __repr__ = __iter__ = items = trap\n"
              "class Thing: __repr__ = __str__ = __fspath__ = trap\n"
              "class Meta(type): __repr__ = __str__ = trap\n"
              "class Typed(metaclass=Meta): pass\n");
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec(
        "sys.audit('shop.sells', Text('/etc'), Number(5), Items([1]), Table(a=1), Thing(), Typed)");
    REQUIRE(ear.named("shop.sells").size() == 1);
    CHECK(ear.named("shop.sells")[0].arguments ==
          "('/etc', 5, [1], {'a': 1}, <Thing object>, <class 'Typed'>)");
    CHECK(host.eval("ran") == "[]");
}

TEST_CASE("paths are written out, as they are used and without running any code")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    host.exec(
        "import os, pathlib, pickle, tempfile\n"
        "ran = []\n"
        "def trap(self, *args): ran.append(type(self).__name__); return '/harmless'\n"
        "class Own(type(pathlib.Path())): __fspath__ = __str__ = __repr__ = trap\n"
        "Path = pathlib.Path\n"
        "paths = [Path('/etc/secret'), Path('/etc', 'secret'), Path('/etc') / 'secret', "
        "Path('/etc//./secret/'),\n"
        "         Path('a', '/etc', 'secret'), pathlib.PurePosixPath('/etc/secret'), "
        "Path('/etc/secret/x').parent,\n"
        "         pickle.loads(pickle.dumps(Path('/etc/secret'))), "
        "Path('/etc/x').with_name('secret')]\n"
        "others = [Path(), Path('a/../b'), Path('//host/x'), Path('///x'), Path('/'), Path('a', "
        "''),\n"
        "          Path(b'caf\\xe9'.decode(errors='surrogateescape'))]\n"
        "used = [os.fspath(path) for path in others]\n"
        "fresh = [Path(text) for text in ('', 'a/../b', '//host/x', '///x', '/', 'a/', used[-1])]\n"
        "folder = tempfile.mkdtemp(); open(folder + '/entry', 'w').close()\n"
        "entry = next(os.scandir(folder)); entry_in_bytes = "
        "next(os.scandir(os.fsencode(folder)))\n");
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("for path in paths: sys.audit('one', path)\n"
              "sys.audit('used', *others); sys.audit('fresh', *fresh); sys.audit('texts', *used)\n"
              "sys.audit('entry', entry, entry_in_bytes, [entry], {'k': paths[0]})\n"
              "sys.audit('own', Own('/etc/secret'))\n"
              "saved = {name: pathlib.PurePath.__dict__[name] for name in ('__str__', "
              "'__fspath__', '_str')}\n"
              "for name in saved: setattr(pathlib.PurePath, name, property(trap) if name == '_str' "
              "else trap)\n"
              "sys.audit('patched', paths[0], fresh[1])\n"
              "for name, value in saved.items(): setattr(pathlib.PurePath, name, value)\n");
    REQUIRE(ear.named("one").size() == 9);
    for (const Event &event : ear.named("one"))
        CHECK(event.arguments == "('/etc/secret',)");
    CHECK(ear.named("used")[0].arguments == ear.named("texts")[0].arguments);
    CHECK(ear.named("fresh")[0].arguments == ear.named("texts")[0].arguments);
    CHECK(
        host.eval(("eval(" + python(ear.named("entry")[0].arguments) +
                   ") == (folder + '/entry', os.fsencode(folder) + b'/entry', [folder + '/entry'], "
                   "{'k': '/etc/secret'})")
                      .c_str()) == "True");
    CHECK(ear.named("own")[0].arguments == "(<Own object>,)");
    CHECK(ear.named("patched")[0].arguments == "('/etc/secret', 'a/../b')");
    CHECK(host.eval("ran") == "[]");
}

TEST_CASE("what is asked for with a path can be forbidden by its name")
{
    struct Guard {
        static bool allows(const qi_audit_event *event, void *)
        {
            return std::string(event->arguments).find("/secret") == std::string::npos;
        }
    };
    Host host;
    host.exec(PREPARATION);
    host.exec("import io, os, pathlib, sqlite3, subprocess, tempfile\n"
              "folder = pathlib.Path(tempfile.mkdtemp()); (folder / 'secret').touch()\n"
              "def secret(): return folder / 'secret'\n"
              "def refused(function, *args, **options):\n"
              "    try: function(*args, **options)\n"
              "    except PermissionError as error: return 'the application does not allow' in "
              "str(error)\n"
              "    return False\n");
    REQUIRE(qi_audit_set(host.runtime, Guard::allows, nullptr, nullptr) == QI_OK);
    for (const char *call :
         {"open, secret()", "io.FileIO, secret()", "sqlite3.connect, secret()",
          "subprocess.run, [secret()]", "subprocess.run, [pathlib.Path('/bin/cat'), secret()]",
          "subprocess.run, ['/bin/true'], cwd=secret()", "subprocess.run, ['x'], executable=secret()",
          "os.remove, secret()", "os.listdir, secret()", "os.rename, secret(), folder / 'other'",
          "os.remove, next(os.scandir(folder))", "secret().unlink", "os.truncate, secret(), 0"}) {
        INFO(call);
        CHECK(host.eval((std::string("refused(") + call + ")").c_str()) == "True");
    }
    REQUIRE(qi_audit_set(host.runtime, nullptr, nullptr, nullptr) == QI_OK);
    host.exec("import shutil; shutil.rmtree(folder)");
}

TEST_CASE("arguments that are long, deep, large, or no text are told as far as they go")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("sys.audit('long.text', 'ä' * 1000000)\n"
              "sys.audit('long.bytes', b'a' * 1000000)\n"
              "sys.audit('long.list', list(range(1000000)))\n"
              "sys.audit('long.dict', dict.fromkeys(range(1001)))\n"
              "sys.audit('whole.dict', dict.fromkeys(range(1000)))\n"
              "wide = ['x'] * 1000\n"
              "for _ in range(2): wide = [wide] * 1000\n" /* a thousand million items */
              "sys.audit('wide.list', wide)\n"
              "sys.audit('wide.dict', dict.fromkeys(range(1000), {0: wide}))\n"
              "loop = []; loop.append(loop)\n"
              "sys.audit('deep', loop)\n"
              "sys.audit('large', 10 ** 10000)\n"
              "sys.audit('odd', '\\udcff', '\\n')\n"
              "sys.audit('none')\n");
    for (const char *name : {"long.text", "long.bytes", "long.list", "wide.list", "wide.dict"}) {
        INFO(name);
        REQUIRE(ear.named(name).size() == 1);
        CHECK(ear.named(name)[0].arguments.size() <= 65536 + 3);
    }
    CHECK(ear.named("long.text")[0].arguments.find("ä…") != std::string::npos);
    CHECK(ear.named("long.list")[0].arguments.find("999, …],)") != std::string::npos);
    CHECK(ear.named("long.dict")[0].arguments.find("999: None, …},)") != std::string::npos);
    CHECK(ear.named("whole.dict")[0].arguments.find("999: None},)") != std::string::npos);
    for (const char *name : {"wide.list", "wide.dict"})
        CHECK(ear.named(name)[0].arguments.find("…") != std::string::npos);
    CHECK(ear.named("deep")[0].arguments == "([[[<list object>]]],)");
    CHECK(ear.named("large")[0].arguments == "(<a very large int>,)");
    CHECK(ear.named("odd")[0].arguments == "('\\udcff', '\\n')");
    CHECK(ear.named("none")[0].arguments == "()");
}

TEST_CASE("nothing that code has named steers the terminal that is told of it")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    host.exec("evil = '\\x1b]0;x\\x07\\u202e\\nopen: '\n"
              "kind = type('T' + evil, (), {})\n"
              "code = compile('1', 'f' + evil, 'exec').replace(co_name='n\\0' + evil)\n"
              "loud = {'sys': sys, '__name__': 'qi_plugins.desk' + evil}\n"
              "exec('def tell(): sys.audit(\"shop.own\")', loud)\n"
              "context.run(lambda: setattr(scope.current.get(), 'plugin', 'orders' + evil))\n");
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("sys.audit('shop.sells' + evil, kind(), kind, code, 'end')\n"
              "loud['tell']()\n"
              "as_plugin(sys.audit, 'shop.signs')\n");
    const std::string shown = "\\x1b]0;x\\x07\\u202e\\nopen: ";
    const std::vector<Event> events = ear.named("shop.sells" + shown);
    REQUIRE(events.size() == 1);
    for (const std::string &part :
         {"<T" + shown + " object>", "<class 'T" + shown + "'>", "<code object n\\x00" + shown,
          "file \"f" + shown, std::string("'end')")}) {
        INFO(part);
        CHECK(events[0].arguments.find(part) != std::string::npos);
    }
    REQUIRE(ear.named("shop.own").size() == 1);
    CHECK(ear.named("shop.own")[0].plugin == ""); /* no plugin has such a name */
    REQUIRE(ear.named("shop.signs").size() == 1);
    CHECK(ear.named("shop.signs")[0].plugin == "orders" + shown);
}

TEST_CASE("the callback may run Python, whose events it hears of too")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    ear.also = [&](const char *event) {
        if (std::string(event) == "shop.outer")
            host.exec("sys.audit('shop.inner')");
    };
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("sys.audit('shop.outer')");
    CHECK(ear.named("shop.outer").size() == 1);
    CHECK(ear.named("shop.inner").size() == 1);
}

TEST_CASE("a callback that causes events without end is stopped")
{
    std::vector<int> statuses;
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    ear.also = [&](const char *event) {
        if (std::string(event) == "shop.again")
            statuses.push_back(qi_exec(host.runtime, "sys.audit('shop.again')", nullptr));
    };
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("sys.audit('shop.again')");
    REQUIRE(!statuses.empty());
    CHECK(statuses.front() == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message).find("causes events without end") !=
          std::string::npos);
}

TEST_CASE("the callback runs without the GIL")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    // Only a thread that gets the GIL ends this, while the callback waits for it.
    ear.also = [&](const char *event) {
        if (std::string(event) == "shop.waits") {
            std::thread other([&] {
                CHECK(qi_run_task(host.runtime, "launches:record", nullptr, 0, nullptr, nullptr) ==
                      QI_OK);
            });
            other.join();
        }
    };
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("sys.audit('shop.waits')");
    host.until([&] { return host.eval("len(__import__('launches').calls)") == "1"; });
    CHECK(ear.named("shop.waits").size() == 1);
}

TEST_CASE("threads may be in it at the same time")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("def work():\n"
              "    for _ in range(200): sys.audit('shop.busy', threading.get_ident())\n"
              "threads = [threading.Thread(target=work) for _ in range(4)]\n"
              "for thread in threads: thread.start()\n"
              "for thread in threads: thread.join()\n");
    CHECK(ear.named("shop.busy").size() == 800);
}

TEST_CASE("an exception that is on its way stays what it is")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    CHECK(qi_exec(host.runtime, "try:\n    1 / 0\nfinally:\n    sys.audit('shop.ends')", nullptr) ==
          QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "ZeroDivisionError");
    CHECK(ear.named("shop.ends").size() == 1);
}

TEST_CASE("setting another callback ends the first, and NULL ends it all")
{
    Ear first, second;
    Host host;
    host.exec(PREPARATION);
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &first, nullptr) == QI_OK);
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &second, nullptr) == QI_OK);
    host.exec("sys.audit('shop.sells')");
    REQUIRE(qi_audit_set(host.runtime, nullptr, nullptr, nullptr) == QI_OK);
    host.exec("sys.audit('shop.sells')");
    CHECK(first.named("shop.sells").empty());
    CHECK(second.named("shop.sells").size() == 1);
}

TEST_CASE("a callback may take itself away, or end the runtime")
{
    bool ends = false;
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    ear.also = [&](const char *event) {
        if (std::string(event).rfind("shop.", 0) != 0)
            return;
        CHECK(qi_audit_set(host.runtime, nullptr, nullptr, nullptr) == QI_OK);
        if (ends)
            host.shutdown();
    };
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.exec("sys.audit('shop.one')\nsys.audit('shop.two')");
    CHECK(ear.named("shop.one").size() == 1);
    CHECK(ear.named("shop.two").empty());
    ends = true;
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    (void)qi_exec(host.runtime, "sys.audit('shop.three')", nullptr);
    CHECK(ear.named("shop.three").size() == 1);
    CHECK(qi_audit_set(host.runtime, nullptr, nullptr, nullptr) < 0);
}

TEST_CASE("the end of the runtime ends it, and the next runtime begins without")
{
    Ear ear;
    Host host;
    host.exec(PREPARATION);
    REQUIRE(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_OK);
    host.shutdown();
    CHECK(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_ERR_NOT_RUNNING);
    size_t heard = ear.heard.size();
    qi_runtime *next = nullptr;
    REQUIRE(qi_runtime_init(nullptr, &next) == QI_OK);
    CHECK(qi_exec(next, "import sys; sys.audit('shop.late')", nullptr) == QI_OK);
    CHECK(ear.heard.size() == heard);
    REQUIRE(qi_audit_set(next, Ear::hear, &ear, nullptr) == QI_OK);
    CHECK(qi_exec(next, "sys.audit('shop.again')", nullptr) == QI_OK);
    CHECK(ear.named("shop.again").size() == 1);
    CHECK(qi_runtime_shutdown(next, 0) == QI_OK);
}

TEST_CASE("a hook of Python's that refuses others is told of")
{
    Ear ear;
    Host host;
    host.exec("import sys\n"
              "def refuse(event, args):\n"
              "    if event == 'sys.addaudithook': raise RuntimeError('no more')\n"
              "sys.addaudithook(refuse)\n");
    CHECK(qi_audit_set(host.runtime, Ear::hear, &ear, nullptr) == QI_ERR_STATE);
    CHECK(std::string(qi_last_error()->message).find("refuses further ones") != std::string::npos);
    host.exec("sys.audit('shop.sells')");
    CHECK(ear.heard.empty());
}

TEST_CASE("bad handles and wrong threads are refused")
{
    Ear ear;
    Host host;
    CHECK(qi_audit_set(nullptr, Ear::hear, &ear, nullptr) == QI_ERR_HANDLE);
    int status = QI_OK;
    std::thread other([&] { status = qi_audit_set(host.runtime, Ear::hear, &ear, nullptr); });
    other.join();
    CHECK(status == QI_ERR_WRONG_THREAD);
}
