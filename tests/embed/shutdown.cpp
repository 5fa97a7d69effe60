// SPDX-License-Identifier: BSD-3-Clause
// A runtime ends in stages, in bounded time, and says who held it up.
#include <atomic>
#include <thread>
#include <vector>

#include "tests/embed/embedding.h"

TEST_CASE("tasks_are_cancelled_and_their_clean_up_runs")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def work():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally:\n"
              "        await asyncio.sleep(0.001)\n"
              "        print('cleaned')\n"
              "for _ in range(3): asyncio.get_running_loop().create_task(work())\n");
    host.exec_and_quit();
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
    CHECK(host.reports == 1);
    CHECK(host.clean);
    CHECK(host.cancelled == 3);
    CHECK(host.out == std::vector<std::string>{"cleaned", "cleaned", "cleaned"});
    CHECK(host.errors.empty());
}

TEST_CASE("quitting_with_everything_alive_is_clean_and_keeps_the_exit_code") // T55, T60
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, threading\n"
              "async def main():\n"
              "    async def serve(reader, writer): await reader.read()\n"
              "    server = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
              "    port = server.sockets[0].getsockname()[1]\n"
              "    reader, writer = await asyncio.open_connection('127.0.0.1', port)\n"
              "    async def agen():\n"
              "        try:\n"
              "            while True: yield await asyncio.sleep(0)\n"
              "        finally: print('agen closed')\n"
              "    keep.append(agen())\n"
              "    await keep[0].__anext__()\n"
              "    asyncio.get_running_loop().call_later(1000, print, 'never')\n"
              "    await asyncio.to_thread(lambda: None)\n"
              "    ready.append(1)\n"
              "    await reader.read()\n"
              "keep, ready = [], []\n"
              "task = asyncio.get_running_loop().create_task(main())\n"
              "daemon = threading.Thread(target=threading.Event().wait, daemon=True)\n"
              "daemon.start()\n");
    REQUIRE(host.until_true("ready or task.done()"));
    CHECK(host.eval("ready") == "[1]");
    QTimer::singleShot(0, &host.app, [] { QCoreApplication::exit(7); });
    CHECK(host.app.exec() == 7);
    CHECK(host.clean);
    CHECK(Embedding::contains(host.out, "agen closed"));
    CHECK_FALSE(Embedding::contains(host.out, "never"));
    CHECK(host.errors.empty());
    for (const auto &lines : {host.log, host.err}) {
        CHECK_FALSE(Embedding::contains(lines, "destroyed but it is pending"));
        CHECK_FALSE(Embedding::contains(lines, "never retrieved"));
    }
}

TEST_CASE("a_task_that_awaits_about_to_quit_finishes_its_clean_up") // T37
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_object_register(host.runtime, "app", &host.app) == QI_OK);
    host.exec("import asyncio, qi\n"
              "async def farewell():\n"
              "    await qi.asyncsignal(qi.host.app.aboutToQuit)\n"
              "    await asyncio.sleep(0.01)\n"
              "    print('saved')\n"
              "asyncio.get_running_loop().create_task(farewell())\n");
    host.exec_and_quit();
    CHECK(host.out == std::vector<std::string>{"saved"});
    CHECK(host.clean);
    CHECK(host.cancelled == 0);
}

TEST_CASE("a_task_that_will_not_end_is_left_behind_and_named") // T57
{
    Embedding host;
    host.take_output();
    host.config.cancel_ms = 100;

    REQUIRE(host.init() == QI_OK);
    host.exec(
        "import asyncio\n"
        "async def stubborn():\n"
        "    while True:\n"
        "        try: await asyncio.sleep(1000)\n"
        "        except asyncio.CancelledError: pass\n"
        "task = asyncio.get_running_loop().create_task(stubborn(), name='the stubborn one')\n");
    host.exec_and_quit();
    CHECK_FALSE(host.clean);
    REQUIRE(host.tasks_left.size() == 1);
    CHECK(host.tasks_left[0].find("the stubborn one") != std::string::npos);
    CHECK(host.tasks_left[0].find("test.py:4 in stubborn") != std::string::npos);
    for (const auto &lines : {host.log, host.err})
        CHECK_FALSE(Embedding::contains(lines, "pending")); // T60
    CHECK(host.init() == QI_OK); // and the next runtime is none the worse
}

TEST_CASE("what_was_left_behind_is_in_the_status_of_a_shutdown_by_hand")
{
    Embedding host;
    host.config.cancel_ms = 50;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def stubborn():\n"
              "    while True:\n"
              "        try: await asyncio.sleep(1000)\n"
              "        except asyncio.CancelledError: pass\n"
              "task = asyncio.get_running_loop().create_task(stubborn(), name='mule')\n");
    CHECK(host.eval("1") == "1");
    host.until_true("task.get_stack()");
    host.app.processEvents();
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_ERR_TIMEOUT);
    CHECK(std::string(qi_last_error()->message).find("mule") != std::string::npos);
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
}

TEST_CASE("a_stuck_executor_thread_does_not_hold_the_application") // T38
{
    Embedding host;
    host.config.executor_ms = 50;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, threading\n"
              "import builtins; builtins.release = release = threading.Event()\n"
              "def stuck(): release.wait()\n"
              "asyncio.get_running_loop().run_in_executor(None, stuck)\n");
    host.exec_and_quit();
    CHECK_FALSE(host.clean);
    REQUIRE(host.threads_left.size() == 1);
    CHECK(host.threads_left[0].find("stuck") != std::string::npos);
    // Nothing but the thread's own stack refers to its frames, and leak checkers do not see that.
    REQUIRE(host.init() == QI_OK);
    host.exec("import builtins, threading\n"
              "builtins.release.set()\n"
              "for thread in threading.enumerate():\n"
              "    if thread.name.startswith('asyncio_'): thread.join()\n");
}

TEST_CASE("a_stuck_to_thread_is_named_by_its_function") // T38
{
    Embedding host;
    host.config.executor_ms = 50;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, threading\n"
              "import builtins; builtins.release = release = threading.Event()\n"
              "def stuck(): release.wait()\n"
              "async def work(): await asyncio.to_thread(stuck)\n"
              "task = asyncio.get_running_loop().create_task(work())\n");
    host.exec_and_quit();
    REQUIRE(host.threads_left.size() == 1);
    CHECK(host.threads_left[0].find("__main__:stuck") != std::string::npos);
    REQUIRE(host.init() == QI_OK);
    host.exec("import builtins, threading\n"
              "builtins.release.set()\n"
              "for thread in threading.enumerate():\n"
              "    if thread.name.startswith('asyncio_'): thread.join()\n");
}

TEST_CASE("a_generator_that_will_not_close_is_left_behind_and_named") // T57
{
    Embedding host;
    host.config.cancel_ms = 50;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def stubborn():\n"
              "    try: yield\n"
              "    finally:\n"
              "        while True:\n"
              "            try: await asyncio.Event().wait()\n"
              "            except asyncio.CancelledError: pass\n"
              "async def work():\n"
              "    keep.append(stubborn())\n"
              "    await keep[0].__anext__()\n"
              "keep = []\n"
              "task = asyncio.get_running_loop().create_task(work())\n");
    host.exec_and_quit();
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
    CHECK_FALSE(host.clean);
    REQUIRE(host.tasks_left.size() == 1);
    CHECK(host.tasks_left[0].find("__main__:stubborn") != std::string::npos);
    CHECK(host.errors.empty());
    CHECK(host.log.empty());
}

TEST_CASE("an_executor_thread_that_waits_for_the_loop_is_served") // T57
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, concurrent.futures, threading\n"
              "loop, begun, seen = asyncio.get_running_loop(), threading.Event(), []\n"
              "go = threading.Event()\n"
              "def work():\n"
              "    begun.set(); go.wait()\n"
              "    done = concurrent.futures.Future()\n"
              "    loop.call_soon_threadsafe(done.set_result, 5)\n"
              "    seen.append(done.result(15))\n"
              "loop.run_in_executor(None, work)\n"
              "begun.wait()\n"
              "async def end():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally: go.set()\n"
              "loop.create_task(end())\n"
              "import builtins; builtins.seen = seen\n");
    host.app.processEvents();
    host.exec_and_quit();
    CHECK(host.clean);
    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("__import__('builtins').seen") == "[5]");
}

TEST_CASE("shutdown_inside_a_coroutine_begins_when_the_loop_was_left")
{
    static Embedding *self;
    static int status;
    Embedding host;
    self = &host;
    host.take_output();
    // The callback of a line of output is a host's code inside a coroutine.
    host.config.out = [](const qi_output_line *line, void *) {
        self->out.push_back(line->text);
        if (std::string(line->text) == "now") {
            status = qi_runtime_shutdown(self->runtime, 0);
            self->out.push_back(
                qi_runtime_state(self->runtime) == QI_RUNTIME_STATE_CLOSING ? "closing" : "other");
        }
    };

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def ask():\n"
              "    await asyncio.sleep(0)\n"
              "    print('now')\n"
              "    print('still here')\n"
              "asyncio.get_running_loop().create_task(ask())\n");
    CHECK(host.until([&] { return qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED; }));
    CHECK(status == QI_OK);
    CHECK(host.out == std::vector<std::string>{"now", "closing", "still here"});
    CHECK(host.reports == 1);
}

// As nest_asyncio does it: code outside of callbacks that runs iterations itself, in which Qt's event loop is executed.
TEST_CASE("shutdown_inside_a_wait_for_the_loop_ends_the_wait")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    QTimer::singleShot(10, [&] {
        CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
        CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
    });
    host.exec("def wait():\n"
              "    import asyncio, builtins\n"
              "    loop = asyncio.get_running_loop()\n"
              "    future = loop.create_future()\n"
              "    try:\n"
              "        while not future.done(): loop._run_once()\n"
              "    except RuntimeError as error: builtins.seen = str(error)\n"
              "wait()\n");
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
    CHECK(host.clean);
    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("'ended while asyncio waited' in __import__('builtins').seen") == "True");
}

TEST_CASE("shutdown_from_a_clean_up_that_it_runs_is_refused")
{
    static Embedding *self;
    static int status;
    Embedding host;
    self = &host;
    host.config.out = [](const qi_output_line *, void *) {
        status = qi_runtime_shutdown(self->runtime, 0);
    };

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def work():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally: print('cleaning')\n"
              "task = asyncio.get_running_loop().create_task(work())\n");
    host.app.processEvents();
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(status == QI_ERR_SHUTTING_DOWN);
    CHECK(host.clean);
}

TEST_CASE("other_threads_that_call_meanwhile_are_told") // T56
{
    static Embedding *self;
    static int inside, here;
    Embedding host;
    self = &host;
    host.config.out = [](const qi_output_line *, void *) { // called in a clean-up, on the GUI thread
        std::thread([] {
            inside = qi_run_task(self->runtime, "asyncio:sleep", nullptr, 0, nullptr, nullptr);
        }).join();
        here = qi_exec(self->runtime, "1", nullptr);
    };

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def work():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally: print('cleaning')\n"
              "task = asyncio.get_running_loop().create_task(work())\n");
    host.app.processEvents();
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(inside == QI_ERR_SHUTTING_DOWN);
    CHECK(here == QI_ERR_SHUTTING_DOWN);
    int after = 0;
    std::thread([&] {
        after = qi_run_task(host.runtime, "asyncio:sleep", nullptr, 0, nullptr, nullptr);
    }).join();
    CHECK(after == QI_ERR_NOT_RUNNING);
}

TEST_CASE("a_clean_up_that_exits_or_raises_does_not_stop_the_stages") // T53
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, sys\n"
              "async def leave():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally: sys.exit(3)\n"
              "async def fail():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally: raise ValueError('in clean-up')\n"
              "async def good():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally: await asyncio.sleep(0.001); print('good')\n"
              "loop = asyncio.get_running_loop()\n"
              "loop.create_task(leave()); loop.create_task(fail()); loop.create_task(good())\n");
    CHECK(host.until_true("all(task.get_coro().cr_await for task in asyncio.all_tasks(loop))"));
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(host.out == std::vector<std::string>{"good"});
    bool exited = false, failed = false;
    for (const Embedding::Error &error : host.errors) {
        exited |= error.type == "SystemExit";
        failed |= error.message == "ValueError: in clean-up";
    }
    CHECK(exited);
    CHECK(failed);
}

TEST_CASE("tasks_started_by_clean_up_are_ended_too")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def second():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally: print('second')\n"
              "async def first():\n"
              "    try: await asyncio.sleep(1000)\n"
              "    finally:\n"
              "        global task\n"
              "        task = asyncio.get_running_loop().create_task(second())\n"
              "        await asyncio.sleep(0)\n"
              "asyncio.get_running_loop().create_task(first())\n");
    host.app.processEvents();
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(host.out == std::vector<std::string>{"second"});
    CHECK(host.cancelled == 2);
}

TEST_CASE("a_host_may_keep_the_runtime_over_quit")
{
    Embedding host;
    host.config.keep_on_quit = true;

    REQUIRE(host.init() == QI_OK);
    host.exec_and_quit();
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_RUNNING);
    host.exec_and_quit();
    CHECK(host.eval("1 + 1") == "2");
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
}

TEST_CASE("unknown_flags_are_refused")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_shutdown(host.runtime, 64) == QI_ERR_ARGUMENT);
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_RUNNING);
}

TEST_CASE("an_interpreter_with_threads_in_it_is_not_finalised") // T56
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import threading, builtins\n"
              "builtins.go = threading.Event()\n"
              "thread = threading.Thread(target=builtins.go.wait)\n"
              "thread.start()\n");
    CHECK(qi_runtime_shutdown(host.runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK);
    REQUIRE(host.init() == QI_OK); // it would be QI_ERR_STATE
    host.exec("__import__('builtins').go.set()");
}

// Up to 3.13 CPython ends a thread that asks for the GIL while it is finalised, and threads of the host do as they please.
TEST_CASE("threads_of_the_host_that_call_meanwhile_outlive_the_interpreter")
{
    Embedding host;
    qi_value opaque = qi_none();
    std::atomic<bool> over{false};
    std::atomic<int> calls{0}, ended{0};
    std::vector<std::thread> threads;

    REQUIRE(host.init() == QI_OK);
    /* Not an instance, which nobody could free any more. */
    REQUIRE(qi_eval(host.runtime, "object", &opaque) == QI_OK);
    REQUIRE(opaque.kind == QI_KIND_PYTHON);
    for (int i = 0; i < 8; i++) {
        threads.emplace_back([&] {
            while (!over) {
                qi_value copy = qi_none();
                (void)qi_value_copy(&copy, &opaque);
                qi_value_clear(&copy);
                calls++;
            }
            ended++;
        });
    }
    while (calls < 1000)
        std::this_thread::yield();
    CHECK(qi_runtime_shutdown(host.runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK);
    const int before = calls;
    while (calls < before + 1000)
        std::this_thread::yield();
    over = true;
    for (std::thread &thread : threads)
        thread.join();
    CHECK(ended == 8);
    CHECK(host.init() == QI_ERR_STATE);
    qi_value_clear(&opaque);
}

// Each of these callbacks is called by Python code or by libqi, which hold on to the interpreter.
TEST_CASE("an_interpreter_to_which_a_callback_returns_is_not_finalised")
{
    static Embedding *self;
    static int status;
    Embedding host;
    self = &host;
    static const auto end = [] {
        status = qi_runtime_shutdown(self->runtime, QI_SHUTDOWN_FLAG_FINALIZE);
    };
    const std::string define = "import sys, types\n"
                               "sys.modules['m'] = m = types.ModuleType('m')\n"
                               "async def returns(): pass\n"
                               "async def raises(): raise ValueError\n"
                               "m.returns, m.raises = returns, raises\n";

    SECTION("done")
    {
        qi_task_options options;
        qi_task_options_init(&options);
        options.done = [](qi_task *, const qi_task_end *, void *) { end(); };
        REQUIRE(host.init() == QI_OK);
        host.exec(define);
        CHECK(qi_run_task(host.runtime, "m:returns", nullptr, 0, &options, nullptr) == QI_OK);
    }
    SECTION("error")
    {
        host.config.error = [](const qi_error *, const qi_origin *, void *) { end(); };
        REQUIRE(host.init() == QI_OK);
        host.exec(define);
        CHECK(qi_run_task(host.runtime, "m:raises", nullptr, 0, nullptr, nullptr) == QI_OK);
    }
    SECTION("output, from a function of C")
    {
        host.config.out = [](const qi_output_line *, void *) { end(); };
        qi_task_options options;
        qi_task_options_init(&options);
        options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
        REQUIRE(host.init() == QI_OK);
        CHECK(qi_run_task(host.runtime, "builtins:print", nullptr, 0, &options, nullptr) == QI_OK);
    }
    CHECK(status == QI_OK);
    CHECK(host.until([&] { return qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED; }));
    CHECK(Embedding::contains(host.log, "not finalised"));
    host.config.error = nullptr;
    host.config.out = nullptr;
    REQUIRE(host.init() == QI_OK); // it would be QI_ERR_STATE
    CHECK(host.eval("1 + 1") == "2");
}

TEST_CASE("a_shutdown_that_is_refused_changes_nothing")
{
    static Embedding *self;
    static int status;
    Embedding host;
    self = &host;
    host.config.on_shutdown = [](const qi_shutdown_report *, void *) {
        status = qi_runtime_shutdown(self->runtime, QI_SHUTDOWN_FLAG_FINALIZE);
    };

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(status == QI_ERR_SHUTTING_DOWN);
    host.config.on_shutdown = nullptr;
    REQUIRE(host.init() == QI_OK); // it would be QI_ERR_STATE
}
