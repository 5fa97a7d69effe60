/* SPDX-License-Identifier: BSD-3-Clause */
// State of the whole process that a plugin changes: named in its report, and put back where it is the plugin's still.
#include <QtCore/qdir.h>

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

std::string indented(const std::string &lines)
{
    std::string text = "    " + lines;
    for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 5))
        text.insert(at + 1, "    ");
    return text + "\n";
}

/* What a plugin does, what its report says of that, and what reads the state, which is the same afterwards. */
struct Change {
    const char *does, *named, *read;
};

const Change changes[] = {
    {"sys.path.append('/nowhere')", "sys.path: '/nowhere' was added; put back", "sys.path"},
    {"del sys.path[0]", "was taken out; put back", "sys.path"},
    {"sys.meta_path.insert(0, Finder())", "sys.meta_path: an object of", "sys.meta_path"},
    {"sys.path_hooks.append(hook)", "sys.path_hooks: ", "sys.path_hooks"},
    {"sys.excepthook = hook", "sys.excepthook: ", "sys.excepthook"},
    {"sys.unraisablehook = hook", "sys.unraisablehook: ", "sys.unraisablehook"},
    {"sys.displayhook = print", "sys.displayhook: ", "sys.displayhook"},
    {"sys.breakpointhook = hook", "sys.breakpointhook: ", "sys.breakpointhook"},
    {"threading.excepthook = hook", "threading.excepthook: ", "threading.excepthook"},
    {"sys.stdout = io.StringIO()", "sys.stdout: an object of _io.StringIO", "sys.stdout"},
    {"sys.stderr = io.StringIO()", "sys.stderr: ", "sys.stderr"},
    {"sys.stdin = None", "sys.stdin: ", "sys.stdin"},
    {"sys.setrecursionlimit(4321)", "the recursion limit: 4321 in place of",
     "sys.getrecursionlimit()"},
    {"sys.setswitchinterval(0.25)", "the switch interval: 0.25", "sys.getswitchinterval()"},
    {"sys.setprofile(nothing)", "the profiler of sys.setprofile(): ", "sys.getprofile()"},
    {"threading.setprofile(nothing)",
     "the profiler of threading.setprofile(): ", "threading.getprofile()"},
    {"threading.settrace(nothing)", "the tracer of threading.settrace(): ", "threading.gettrace()"},
    {"os.umask(0o077)", "the umask: 0o77 in place of", "(before := os.umask(0), os.umask(before))[0]"},
    {"os.chdir('/')", "the current folder: '/' in place of", "os.getcwd()"},
    {"os.environ['QI_FOOT'] = '1'", "the environment: QI_FOOT was added; put back",
     "os.environ.get('QI_FOOT')"},
    {"os.environ['HOME'] = '/x'", "the environment: HOME was changed", "os.environ['HOME']"},
    {"os.environ.pop('PATH')", "the environment: PATH was removed", "os.environ['PATH']"},
    {"signal.signal(signal.SIGUSR1, hook)",
     "the handler of SIGUSR1: ", "signal.getsignal(signal.SIGUSR1)"},
    {"loop.add_signal_handler(signal.SIGUSR2, hook)",
     "the handler of SIGUSR2: ", "signal.getsignal(signal.SIGUSR2)"},
    {"signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])",
     "the blocked signals: ", "signal.pthread_sigmask(signal.SIG_BLOCK, [])"},
    {"signal.setitimer(signal.ITIMER_REAL, 1000)", "the alarm of setitimer()",
     "signal.getitimer(signal.ITIMER_REAL)"},
    {"warnings.simplefilter('error', UnicodeWarning)", "warnings.filters: ", "warnings.filters"},
    {"warnings.showwarning = hook", "warnings.showwarning: ", "warnings.showwarning"},
    {"logging.captureWarnings(True)", "warnings.showwarning: ", "warnings.showwarning"},
    {"gc.disable()", "the collector is on: False", "gc.isenabled()"},
    {"gc.set_threshold(5, 5, 5)", "the collector's thresholds: ", "gc.get_threshold()"},
    {"gc.callbacks.append(nothing)", "gc.callbacks: ", "gc.callbacks"},
    {"gc.freeze()", "the collector's frozen objects: ", "gc.get_freeze_count()"},
    {"loop.set_exception_handler(nothing)",
     "the loop's exception handler: ", "loop.get_exception_handler()"},
    {"loop.set_task_factory(factory)", "the loop's task factory: ", "loop.get_task_factory()"},
    {"loop.set_debug(True)", "the loop's debug mode: True", "loop.get_debug()"},
    {"loop.slow_callback_duration = 7.5", "slow_callback_duration: 7.5",
     "loop.slow_callback_duration"},
    {"loop.set_default_executor(concurrent.futures.ThreadPoolExecutor())",
     "the loop's default executor: ", "loop._default_executor"},
    {"locale.setlocale(locale.LC_ALL, 'C')", "the locale: 'C'", "locale.setlocale(locale.LC_ALL)"},
    {"socket.setdefaulttimeout(3)", "socket.setdefaulttimeout(): 3", "socket.getdefaulttimeout()"},
    {"logging.getLogger().addHandler(logging.StreamHandler())",
     "a handler of the class StreamHandler was added", "logging.root.handlers"},
    {"logging.getLogger().setLevel(5)", "the level of the logger 'root'", "logging.root.level"},
    {"logging.disable(40)", "logging.disable(): 40", "logging.root.manager.disable"},
    {"faulthandler.enable()", "faulthandler is on: True", "faulthandler.is_enabled()"},
    {"tracemalloc.start()", "tracemalloc is on: True", "tracemalloc.is_tracing()"},
    {"builtins.shout = print", "builtins['shout']: ", "hasattr(builtins, 'shout')"},
    {"builtins.len = hook", "builtins['len']: ", "len"},
    {"sys.modules['json'] = sys", "sys.modules['json']: ", "__import__('json')"},
    {"copyreg.pickle(Finder, hook)", "copyreg.dispatch_table[",
     "[each for each in copyreg.dispatch_table]"},
    {"multiprocessing.set_start_method('spawn')", "the start method of multiprocessing: 'spawn'",
     "multiprocessing.get_start_method(allow_none=True)"},
    {"decimal.DefaultContext.prec = 77", "decimal.DefaultContext: ", "decimal.DefaultContext.prec"},
    {"codecs.register(hook)", "codecs: qi_plugins.orders.orders:hook was registered; taken out",
     "None"},
    {"atexit.register(hook)", "atexit: qi_plugins.orders.orders:hook was registered; taken out",
     "None"},
    {"atexit.register(print, end='')", "atexit: builtins:print was registered; it stays", "None"},
};

/* Imported by the application, so that what a library does when it is loaded is not what is looked at. */
const char imports[] =
    "import atexit, asyncio, builtins, codecs, concurrent.futures, copyreg, decimal, faulthandler, "
    "gc, io, "
    "json, locale, logging, multiprocessing, os, signal, socket, subprocess, sys, threading, "
    "tracemalloc, uuid, warnings\n";

std::string plugin_that(const std::string &does, const std::string &more = "")
{
    return std::string(imports) +
           "class Finder:\n"
           "    def find_spec(self, name, path=None, target=None): return None\n"
           "def hook(*args, **options): return None\n"
           "def nothing(*args): return None\n"
           "def factory(loop, coroutine, **options): return asyncio.Task(coroutine, loop=loop, "
           "**options)\n"
           "loop = asyncio.get_running_loop()\n"
           "def do():\n" +
           indented(does) + more;
}

std::string state(PluginHost &host, const std::string &read)
{
    return host.eval(("(lambda: " + read + ")()").c_str());
}

} // namespace

TEST_CASE("state of the process that a plugin leaves changed is named, and put back")
{
    for (const Change &change : changes) {
        PluginHost host;
        CAPTURE(change.does);
        host.exec(imports);
        host.exec("loop = asyncio.get_running_loop()");
        host.write("orders", plugin_that(change.does, "def activate(ctx): do()\n"));
        host.start();
        const std::string before = state(host, change.read);
        CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
        CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
        const std::string report = host.info("orders", "report");
        INFO(report);
        CHECK(has(report, "'clean': False"));
        CHECK(has(report, change.named));
        CHECK(state(host, change.read) == before);
        host.take_reports();
    }
}

TEST_CASE("a plugin that puts back itself what it has changed is clean")
{
    PluginHost host;
    host.exec(imports);
    host.write("orders",
               plugin_that("pass", "def activate(ctx):\n"
                                   "    global before\n"
                                   "    before = sys.excepthook, os.getcwd(), sys.stdout\n"
                                   "    sys.excepthook, sys.stdout = hook, io.StringIO()\n"
                                   "    os.chdir('/')\n"
                                   "    sys.path.insert(0, '/nowhere')\n"
                                   "    atexit.register(hook)\n"
                                   "def deactivate():\n"
                                   "    sys.excepthook, folder, sys.stdout = before\n"
                                   "    os.chdir(folder)\n"
                                   "    sys.path.remove('/nowhere')\n"
                                   "    atexit.unregister(hook)\n"));
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    INFO(host.info("orders", "report"));
    CHECK(has(host.info("orders", "report"), "'clean': True"));
}

TEST_CASE("what another plugin has set since stays, and with that one's end all is as it was")
{
    PluginHost host;
    host.exec(imports);
    for (const char *id : {"first", "second"})
        host.write(id, plugin_that("sys.setrecursionlimit(" +
                                       std::string(id == std::string("first") ? "3000" : "4000") +
                                       ")\nsys.path.append('/" + id + "')",
                                   "def activate(ctx): do()\n"));
    host.start();
    const std::string limit = state(host, "sys.getrecursionlimit()"),
                      path = state(host, "sys.path");
    CHECK(host.enable("first") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.enable("second") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("first") == QI_PLUGIN_STATE_DISABLED);
    INFO(host.info("first", "report"));
    CHECK(has(host.info("first", "report"), "'/first' was added; put back"));
    CHECK(state(host, "sys.getrecursionlimit()") == "4000");
    CHECK(has(state(host, "sys.path"), "/second"));
    CHECK_FALSE(has(state(host, "sys.path"), "/first"));
    CHECK(host.disable("second") == QI_PLUGIN_STATE_DISABLED);
    CHECK(state(host, "sys.getrecursionlimit()") == limit);
    CHECK(state(host, "sys.path") == path);
}

TEST_CASE("what the application has set since stays")
{
    PluginHost host;
    host.exec(imports);
    host.write("orders", plugin_that("sys.setrecursionlimit(3000)\n"
                                     "sys.excepthook = hook\n"
                                     "os.environ['QI_FOOT'] = 'plugin'",
                                     "def activate(ctx): do()\n"));
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.exec("hook = sys.excepthook\n"
              "sys.setrecursionlimit(5000)\n"
              "sys.excepthook = print\n"
              "os.environ['QI_FOOT'] = 'application'\n");
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(state(host, "sys.getrecursionlimit()") == "5000");
    CHECK(state(host, "sys.excepthook") == "<built-in function print>");
    CHECK(state(host, "os.environ['QI_FOOT']") == "'application'");
    host.exec("sys.excepthook = sys.__excepthook__; hook = None");
}

TEST_CASE("what the application does to the folder and the environment is not the plugin's")
{
    PluginHost host;
    host.exec(imports);
    host.write("orders", plugin_that("pass", "def activate(ctx): do()\n"));
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.exec("os.environ['QI_FOOT'] = 'application'; folder = os.getcwd(); os.chdir('/')");
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    INFO(host.info("orders", "report"));
    CHECK(has(host.info("orders", "report"), "'clean': True"));
    CHECK(state(host, "os.getcwd()") == "'/'");
    host.exec("os.chdir(folder)");
}

TEST_CASE("what changes in a callback, when nobody looks, is named and stays")
{
    PluginHost host;
    host.exec(imports);
    host.write("orders", plugin_that("sys.setrecursionlimit(3000)",
                                     "def activate(ctx): ctx.call_later(0, do)\n"));
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.until([&] { return state(host, "sys.getrecursionlimit()") == "3000"; });
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    INFO(host.info("orders", "report"));
    CHECK(has(host.info("orders", "report"), "the recursion limit: 3000"));
    CHECK(has(host.info("orders", "report"), "it stays"));
    CHECK(state(host, "sys.getrecursionlimit()") == "3000");
}

TEST_CASE("what an action of the plugin's changes is put back")
{
    PluginHost host;
    host.exec(imports);
    host.write("orders", plugin_that("sys.setrecursionlimit(3300)",
                                     "def activate(ctx): ctx.action('go', 'Go', do)\n"));
    host.start();
    const std::string before = state(host, "sys.getrecursionlimit()");
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(qi_plugin_trigger(host.runtime, "orders", "go", nullptr, nullptr) == QI_OK);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    INFO(host.info("orders", "report"));
    CHECK(has(host.info("orders", "report"), "the recursion limit: 3300"));
    CHECK(state(host, "sys.getrecursionlimit()") == before);
}

TEST_CASE("what a library changes when a plugin imports it stays with the library")
{
    PluginHost host;
    host.exec(imports);
    const std::string site = host.folder() + "/site";
    QDir().mkpath(QString::fromStdString(site));
    host.write_file("../site", "qi_foot_library.py",
                    "import sys, warnings, atexit\n"
                    "class Finder:\n"
                    "    def find_spec(self, name, path=None, target=None): return None\n"
                    "finder = Finder()\n"
                    "sys.meta_path.append(finder)\n"
                    "warnings.filterwarnings('ignore', message='of a library')\n"
                    "atexit.register(print, end='')\n");
    host.exec(("sys.path.append('" + site + "')").c_str());
    host.write("orders", "import qi_foot_library\n"
                         "def activate(ctx): pass\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    INFO(host.info("orders", "report"));
    CHECK(has(host.info("orders", "report"), "'clean': True"));
    CHECK(state(host, "__import__('qi_foot_library').finder in sys.meta_path") == "True");
}

TEST_CASE("a plugin that fails in its activate() leaves the state as it was, too")
{
    PluginHost host;
    host.exec(imports);
    host.write("orders", plugin_that("sys.excepthook = hook\n"
                                     "os.umask(0o077)",
                                     "def activate(ctx):\n"
                                     "    do()\n"
                                     "    raise ValueError\n"));
    host.start();
    const std::string before = state(host, "sys.excepthook");
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_FAILED);
    CHECK(state(host, "sys.excepthook") == before);
    CHECK(host.take_reports().size() == 1);
}

TEST_CASE("a process that a plugin has started and that goes on is named")
{
    PluginHost host;
    host.exec(imports);
    host.write(
        "orders",
        plugin_that("sys.process = subprocess.Popen([sys.orig_argv and '/bin/sleep', '1000'])\n"
                    "subprocess.Popen(['/bin/true']).wait()",
                    "def activate(ctx): do()\n"));
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    const std::string report = host.info("orders", "report");
    INFO(report);
    CHECK(has(report, "'clean': False"));
    CHECK(has(report, ": /bin/sleep 1000']"));
    CHECK_FALSE(has(report, "/bin/true"));
    host.exec("sys.process.kill(); sys.process.wait(); del sys.process");
}
