// SPDX-License-Identifier: BSD-3-Clause
// A runtime ends whatever Python code has done, and says what was wrong.
#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <unistd.h>

#include "tests/embed/embedding.h"

namespace
{

// A host whose deadlines are short, and whose code need not be patient with what is broken.
class Ending : public Embedding
{
  public:
    Ending()
    {
        config.grace_ms = config.cancel_ms = config.executor_ms = 100;
        take_output();
    }

    // Runs source, lets its tasks begin, runs what spoils it, and shuts down.
    int end_after(const std::string &source, const std::string &spoil = "")
    {
        REQUIRE(init() == QI_OK);
        exec(source);
        app.processEvents();
        exec(spoil);
        const int status = qi_runtime_shutdown(runtime, 0);
        CHECK(qi_runtime_state(runtime) == QI_RUNTIME_STATE_CLOSED);
        CHECK(reports == 1);
        CHECK(clean == (status == QI_OK));
        return status;
    }

    // What is wrong is named, and the next runtime is none the worse.
    void check_named(const std::string &what)
    {
        INFO("left: " << (tasks_left.empty() ? "nothing" : tasks_left[0]));
        CHECK(contains(tasks_left, what));
    }

    void check_again()
    {
        REQUIRE(init() == QI_OK);
        exec("import asyncio\n"
             "async def wait(): await asyncio.sleep(0.001); return 42\n"
             "task = asyncio.get_running_loop().create_task(wait())\n");
        CHECK(until_true("task.done()"));
        CHECK(eval("task.result()") == "42");
        CHECK(qi_runtime_shutdown(runtime, 0) == QI_OK);
    }
};

// A task whose clean-up is to run, wherever the loop can still run it.
const std::string with_clean_up = "import asyncio, os, sys\n"
                                  "loop = asyncio.get_running_loop()\n"
                                  "async def work():\n"
                                  "    try: await asyncio.sleep(1000)\n"
                                  "    finally:\n"
                                  "        await asyncio.sleep(0.001)\n"
                                  "        print('cleaned')\n"
                                  "task = loop.create_task(work())\n";

} // namespace

TEST_CASE("the_loops_own_descriptors_may_be_closed_or_be_others")
{
    Ending host;
    std::string how;
    SECTION("closed")
    {
        how = "os.close(loop._selector.fileno())\n";
    }
    SECTION("with all that belongs to it")
    {
        how = "for name in os.listdir('/proc/self/fd'):\n"
              "    try: kind = os.readlink('/proc/self/fd/' + name)\n"
              "    except OSError: continue\n"
              "    if 'eventpoll' in kind or 'timerfd' in kind: os.close(int(name))\n";
    }
    SECTION("its clock alone")
    {
        how = "for name in os.listdir('/proc/self/fd'):\n"
              "    try: kind = os.readlink('/proc/self/fd/' + name)\n"
              "    except OSError: continue\n"
              "    if 'timerfd' in kind: os.close(int(name))\n";
    }
    SECTION("another file's number")
    {
        how = "os.dup2(0, loop._selector.fileno())\n";
    }
    SECTION("the selector was closed")
    {
        how = "loop._thread_id = None; loop._selector.close()\n";
    }
    host.end_after(with_clean_up, how);
    CHECK(host.out == std::vector<std::string>{"cleaned"});
    host.check_again();
}

TEST_CASE("methods_of_the_loop_that_raise_are_put_aside")
{
    Ending host;
    std::string how;
    SECTION("time")
    {
        how = "loop.time = fail\n";
    }
    SECTION("time, of the class")
    {
        how = "type(loop).time = fail\n";
    }
    SECTION("an iteration")
    {
        how = "type(loop)._run_once = fail\n";
    }
    SECTION("an iteration that does nothing")
    {
        how = "type(loop)._run_once = lambda self: None\n";
    }
    SECTION("running")
    {
        how = "type(loop).run_forever = type(loop).run_until_complete = fail\n";
    }
    SECTION("scheduling")
    {
        how = "loop.call_soon = loop.call_later = loop.call_at = fail\n";
    }
    SECTION("exceptions")
    {
        how = "loop.call_exception_handler = fail\n";
    }
    SECTION("closing")
    {
        how = "type(loop).close = fail\n";
    }
    SECTION("stopping")
    {
        how = "loop.stop = type(loop).stop = fail\n";
    }
    host.end_after(with_clean_up,
                   "import builtins; builtins.saved = dict(vars(type(loop)))\n"
                   "def fail(*arguments, **keywords): raise RuntimeError('broken')\n" +
                       how);
    CHECK(host.out == std::vector<std::string>{"cleaned"});
    REQUIRE(host.init() == QI_OK); // each section is a host of this process
    host.exec(
        "import asyncio, builtins\n"
        "kind = type(asyncio.get_running_loop())\n"
        "for name, value in list(vars(kind).items()):\n"
        "    if name not in builtins.saved: delattr(kind, name)\n"
        "    elif value is not builtins.saved[name]: setattr(kind, name, builtins.saved[name])\n");
}

TEST_CASE("attributes_of_the_loop_may_be_gone")
{
    Ending host;
    host.end_after(with_clean_up, "for name in list(vars(loop)): delattr(loop, name)\n");
    CHECK(host.out == std::vector<std::string>{"cleaned"});
    host.check_again();
}

TEST_CASE("names_of_asyncio_may_be_others")
{
    Ending host;
    std::string how;
    SECTION("that raise")
    {
        how = "def fail(*arguments, **keywords): raise RuntimeError('broken')\n"
              "for name in ('sleep', 'wait', 'gather', 'all_tasks', 'current_task', 'Task'): "
              "setattr(asyncio, name, fail)\n";
    }
    SECTION("that never end")
    {
        how = "async def forever(*_): await loop.create_future()\n"
              "asyncio.sleep = asyncio.wait = asyncio.tasks.sleep = asyncio.tasks.wait = forever\n";
    }
    host.end_after(with_clean_up, how);
}

TEST_CASE("names_of_the_language_may_be_others")
{
    Ending host;
    std::string how;
    SECTION("builtins")
    {
        how = "import builtins\n"
              "for name in ('len', 'list', 'set', 'sorted', 'getattr', '__import__'): "
              "setattr(builtins, name, fail)\n";
    }
    SECTION("modules")
    {
        how = "sys.modules.clear()\n";
    }
    SECTION("imports")
    {
        how = "sys.meta_path[:] = []; sys.path_hooks[:] = []; sys.path[:] = []\n";
    }
    SECTION("hooks")
    {
        how = "sys.excepthook = sys.unraisablehook = fail; sys.stdin = None\n";
    }
    host.end_after(with_clean_up,
                   "def fail(*arguments, **keywords): raise RuntimeError('broken')\n" + how);
    if (how.find("builtins") == std::string::npos) // which the clean-up, and asyncio, need as well
        CHECK(host.out == std::vector<std::string>{"cleaned"});
    host.check_again();
}

TEST_CASE("code_that_does_not_give_the_thread_back_is_interrupted_and_named")
{
    Ending host;
    const std::string begin = "import asyncio, gc, sys, time, threading, weakref\n"
                              "loop = asyncio.get_running_loop()\n";
    std::string source, where;
    SECTION("a loop that swallows everything")
    {
        source = "async def work():\n"
                 "    while True:\n"
                 "        try: await asyncio.sleep(0)\n"
                 "        except BaseException:\n"
                 "            while True:\n"
                 "                try:\n"
                 "                    while True: pass\n"
                 "                except BaseException: pass\n"
                 "task = loop.create_task(work())\n";
        where = "in work";
    }
    SECTION("a loop that lets no signal in")
    {
        source = "import signal\n"
                 "async def work():\n"
                 "    try: await asyncio.sleep(1000)\n"
                 "    finally:\n"
                 "        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
                 "        while True: pass\n"
                 "task = loop.create_task(work())\n";
        where = "in work";
    }
    SECTION("several of them")
    {
        source = "async def work():\n"
                 "    try: await asyncio.sleep(1000)\n"
                 "    finally:\n"
                 "        while True: pass\n"
                 "tasks = [loop.create_task(work()) for _ in range(20)]\n";
        where = "in work";
    }
    SECTION("a wait in the system")
    {
        source = "async def work():\n"
                 "    try: await asyncio.sleep(1000)\n"
                 "    finally: time.sleep(1000)\n"
                 "task = loop.create_task(work())\n";
        where = "in work";
    }
    SECTION("a lock that nobody gives back")
    {
        source = "async def work():\n"
                 "    try: await asyncio.sleep(1000)\n"
                 "    finally: threading.Event().wait()\n"
                 "task = loop.create_task(work())\n";
        where = "in work";
    }
    SECTION("no Python function at all")
    {
        source = "async def work():\n"
                 "    try: await asyncio.sleep(1000)\n"
                 "    finally: loop.call_soon(time.sleep, 1000); await asyncio.sleep(0.001)\n"
                 "task = loop.create_task(work())\n";
        where = "interrupted";
    }
    SECTION("the close() of a generator")
    {
        source = "async def generate():\n"
                 "    try: yield\n"
                 "    finally:\n"
                 "        while True: pass\n"
                 "async def work():\n"
                 "    global kept\n"
                 "    kept = generate()\n"
                 "    await kept.__anext__()\n"
                 "task = loop.create_task(work())\n";
        where = "in generate";
    }
    SECTION("a destructor")
    {
        source = "class Held:\n"
                 "    def __del__(self):\n"
                 "        while True: pass\n"
                 "held = Held()\n";
        where = "in Held.__del__";
    }
    SECTION("an executor of its own kind")
    {
        source = "from concurrent.futures import ThreadPoolExecutor\n"
                 "class Executor(ThreadPoolExecutor):\n"
                 "    def shutdown(self, *arguments, **keywords):\n"
                 "        while True: pass\n"
                 "loop.set_default_executor(Executor())\n";
        where = "in Executor.shutdown";
    }
    SECTION("a cancel() of its own kind")
    {
        source = "class Task(asyncio.tasks._PyTask):\n"
                 "    def cancel(self, msg=None):\n"
                 "        while True: pass\n"
                 "task = Task(asyncio.sleep(1000), loop=loop)\n";
        where = "in Task.cancel";
    }
    SECTION("a stream that does not flush")
    {
        source = "class Stream:\n"
                 "    def write(self, text): pass\n"
                 "    def flush(self):\n"
                 "        while True: pass\n"
                 "sys.stdout = Stream()\n";
    }
    sigset_t signals;
    pthread_sigmask(SIG_SETMASK, nullptr, &signals);
    CHECK(host.end_after(begin + source) == (where.empty() ? QI_OK : QI_ERR_TIMEOUT));
    pthread_sigmask(SIG_SETMASK, &signals, nullptr);
    if (!where.empty())
        host.check_named(where);
    host.take_output();
}

// In a process of its own: it stays in the way of imports.
TEST_CASE("the_end_runs_no_import_hooks")
{
    Ending host;
    CHECK(host.end_after(
              "import sys\n"
              "class Finder:\n"
              "    def find_spec(self, name, path=None, target=None): print('asked for', name)\n",
              "for name in ('opcode', 'traceback', 'linecache'): sys.modules.pop(name, None)\n"
              "sys.meta_path.insert(0, Finder())\n") == QI_OK);
    CHECK(host.out.empty());
}

TEST_CASE("what_is_interrupted_lets_go_of_what_it_held")
{
    Ending host;
    std::string how;
    SECTION("a context and an object")
    {
        how = "    with Held():\n"
              "        held = Held()\n"
              "        while True: pass\n";
    }
    SECTION("what is awaited, too")
    {
        how = "    held = Held()\n"
              "    async with Later():\n"
              "        with Held():\n"
              "            while True:\n"
              "                try:\n"
              "                    turns = 0\n"
              "                    while True: turns += 1\n"
              "                except BaseException: pass\n";
    }
    SECTION("in a wait of the system")
    {
        how = "    held = Held()\n"
              "    with Held(): time.sleep(1000)\n";
    }
    const int status = host.end_after("import asyncio, time\n"
                                      "class Held:\n"
                                      "    def __enter__(self): return self\n"
                                      "    def __exit__(self, *raised):\n"
                                      "        names = [type(each).__name__ for each in raised]\n"
                                      "        print('left')\n"
                                      "    def __del__(self):\n"
                                      "        text = 'gone'\n"
                                      "        print(text)\n"
                                      "class Later:\n"
                                      "    async def __aenter__(self): return self\n"
                                      "    async def __aexit__(self, *raised): self.left = True\n"
                                      "    def __del__(self): assert self.left\n"
                                      "async def work():\n"
                                      "    try: await asyncio.sleep(1000)\n"
                                      "    except asyncio.CancelledError: pass\n" +
                                      how +
                                      "task = asyncio.get_running_loop().create_task(work())\n");
    CHECK(status == QI_ERR_TIMEOUT);
    host.check_named("in work");
    CHECK(host.err.empty());
    std::sort(host.out.begin(), host.out.end());
    CHECK(host.out == std::vector<std::string>{"gone", "gone", "left"});
}

TEST_CASE("a_flood_of_destructors_is_cut_and_counted")
{
    Ending host;
    const std::string flood = "class Held:\n"
                              "    def __del__(self):\n"
                              "        while True: pass\n"
                              "held = [Held() for _ in range(2000)]\n";
    SECTION("at the end")
    {
        CHECK(host.end_after(flood) == QI_ERR_TIMEOUT);
    }
    SECTION("while the loop runs")
    {
        CHECK(host.end_after(flood + "import asyncio\n"
                                     "async def work():\n"
                                     "    try: await asyncio.sleep(1000)\n"
                                     "    finally: held.clear()\n"
                                     "task = asyncio.get_running_loop().create_task(work())\n") ==
              QI_ERR_TIMEOUT);
    }
    host.check_named("in Held.__del__");
    CHECK(host.err.empty());
    CHECK(host.errors.size() < 10);
    CHECK(host.contains(host.log, "destructors or callbacks were interrupted"));
    host.check_again();
}

// In a process of its own: it stays among the collector's, and would hold up every collection.
TEST_CASE("a_callback_of_the_collector_that_does_not_end_is_interrupted")
{
    Ending host;
    CHECK(host.end_after("import asyncio, gc\n"
                         "loop = asyncio.get_running_loop()\n"
                         "def callback(phase, info, closed=loop.is_closed):\n"
                         "    while phase == 'stop' and closed(): pass\n"
                         "gc.callbacks.append(callback)\n") == QI_ERR_TIMEOUT);
    host.check_named("in callback");
}

TEST_CASE("tasks_that_are_started_by_clean_up_without_end_do_not_stretch_the_deadlines")
{
    Ending host;
    std::string how;
    SECTION("one for each")
    {
        how = "1";
    }
    SECTION("two for each")
    {
        how = "2";
    }
    CHECK(host.end_after("import asyncio, qi\n"
                         "loop = asyncio.get_running_loop()\n"
                         "async def work():\n"
                         "    try: await asyncio.sleep(1000)\n"
                         "    finally:\n"
                         "        for _ in range(" +
                         how +
                         "): qi.run_task(work())\n"
                         "task = loop.create_task(work())\n") == QI_ERR_TIMEOUT);
    CHECK_FALSE(host.tasks_left.empty());
}

TEST_CASE("an_application_quits_with_a_loop_that_is_broken")
{
    Ending host;
    REQUIRE(host.init() == QI_OK);
    host.exec(with_clean_up);
    host.app.processEvents();
    host.exec("def fail(): raise RuntimeError('clock')\n"
              "os.close(loop._selector.fileno()); loop.time = fail\n");
    host.exec_and_quit();
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
    CHECK(host.out == std::vector<std::string>{"cleaned"});
}

#ifndef __SANITIZE_THREAD__ /* which holds signals back from code that calls nothing of the C library */
TEST_CASE("an_exit_function_that_does_not_end_does_not_keep_the_interpreter_from_ending")
{
    Ending host;
    REQUIRE(host.init() == QI_OK);
    host.exec("import atexit\n"
              "@atexit.register\n"
              "def leave():\n"
              "    while True:\n"
              "        try:\n"
              "            while True: pass\n"
              "        except BaseException: pass\n"
              "@atexit.register\n"
              "def fine(): print('fine')\n");
    CHECK(qi_runtime_shutdown(host.runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK);
    CHECK(host.out == std::vector<std::string>{"fine"});
    CHECK(host.init() == QI_ERR_STATE); // it has ended
    host.runtime = nullptr;
}
#endif
