// SPDX-License-Identifier: BSD-3-Clause
// How a runtime begins, what it refuses, and that it may begin again.
#include <atomic>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

#include "tests/embed/embedding.h"

TEST_CASE("init_needs_an_application")
{
    qi_runtime *runtime = reinterpret_cast<qi_runtime *>(1);

    CHECK(qi_runtime_init(nullptr, &runtime) == QI_ERR_NO_APPLICATION);
    CHECK(runtime == nullptr);
    CHECK(std::string(qi_last_error()->message).find("QCoreApplication") != std::string::npos);
}

TEST_CASE("init_needs_the_applications_thread") // T45
{
    Embedding host;
    int status = 0;

    std::thread([&] { status = host.init(); }).join();
    CHECK(status == QI_ERR_WRONG_THREAD);
    CHECK(host.init() == QI_OK);
}

TEST_CASE("init_works_with_all_defaults")
{
    int argc = 0;
    QCoreApplication app(argc, nullptr);
    qi_runtime *runtime = nullptr;

    REQUIRE(qi_runtime_init(nullptr, &runtime) == QI_OK);
    CHECK(qi_runtime_state(runtime) == QI_RUNTIME_STATE_RUNNING);
    CHECK(qi_runtime_current() == runtime);
    CHECK(qi_runtime_shutdown(runtime, 0) == QI_OK);
    CHECK(qi_runtime_state(runtime) == QI_RUNTIME_STATE_CLOSED);
    CHECK(qi_runtime_current() == nullptr);
}

TEST_CASE("init_refuses_what_it_cannot_read")
{
    Embedding host;

    CHECK(qi_runtime_init(&host.config, nullptr) == QI_ERR_ARGUMENT);

    host.config.size = 3;
    CHECK(host.init() == QI_ERR_ABI);
    host.config.size = sizeof host.config;

    host.config.program_name = "\xFF";
    CHECK(host.init() == QI_ERR_ENCODING);
    host.config.program_name = nullptr;

    host.config.module_path_count = 2;
    CHECK(host.init() == QI_ERR_ARGUMENT);
    host.config.module_path_count = 0;

    host.config.home = "/usr";
    host.config.venv = "/usr";
    CHECK(host.init() == QI_ERR_ARGUMENT);
    host.config.home = host.config.venv = nullptr;

    host.config.nested = 9;
    CHECK(host.init() == QI_ERR_ARGUMENT);
    host.config.nested = QI_NESTED_RUN;

    host.config.slice_us = 2000000;
    CHECK(host.init() == QI_ERR_ARGUMENT);
    host.config.slice_us = 0;

    host.config.nested_limit = 10001;
    CHECK(host.init() == QI_ERR_ARGUMENT);
    host.config.nested_limit = 10000;

    CHECK(host.runtime == nullptr);
    CHECK(host.init() == QI_OK);
}

TEST_CASE("there_is_one_runtime_at_a_time")
{
    Embedding host;
    qi_runtime *second = nullptr;

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_init(nullptr, &second) == QI_ERR_STATE);
    CHECK(second == nullptr);
}

TEST_CASE("the_loop_runs_as_a_guest_before_and_while_exec_runs")
{
    Embedding host;

    QTimer::singleShot(0, &host.app, [&] { // exec() runs already
        REQUIRE(host.init() == QI_OK);
        host.exec("import asyncio\n"
                  "loop = asyncio.get_running_loop()\n"
                  "async def later():\n"
                  "    await asyncio.sleep(0)\n"
                  "    return asyncio.get_running_loop() is loop\n"
                  "task = loop.create_task(later())\n");
        CHECK(host.until_true("task.done()"));
        CHECK(host.eval("task.result()") == "True");
        host.app.quit();
    });
    host.app.exec();
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
}

TEST_CASE("threads_of_python_run_while_the_gui_thread_is_in_the_host") // T44
{
    static std::atomic<int> lines;
    Embedding host;
    host.config.out = [](const qi_output_line *, void *) { lines++; };

    REQUIRE(host.init() == QI_OK);
    host.exec("import threading\n"
              "thread = threading.Thread(target=lambda: print('from the thread'))\n"
              "thread.start()\n");
    // Neither Python nor an event loop runs here. With the GIL held, the line would never come.
    QDeadlineTimer guard(20000);
    while (!lines && !guard.hasExpired())
        QThread::yieldCurrentThread();
    CHECK(lines == 1);
}

TEST_CASE("argv_and_the_programs_name_are_the_hosts")
{
    const char *argv[] = {"first", "--second", "dritt\xC3\xA4"};
    Embedding host;
    host.config.argv = argv;
    host.config.argc = 3;

    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("__import__('sys').argv") == "['first', '--second', 'drittä']");
    CHECK(host.eval("__import__('sys').flags.utf8_mode") == "1");
}

TEST_CASE("without_argv_there_is_the_programs_name")
{
    Embedding host;
    host.config.program_name = "trader";

    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("__import__('sys').argv") == "['trader']");
}

TEST_CASE("module_paths_come_first_and_in_order")
{
    Folder one, two;
    one.write("plugin_a.py", "where = 'one'\n");
    two.write("plugin_a.py", "where = 'two'\n");
    two.write("plugin_b.py", "where = 'two'\n");
    const std::string first = one.path(), second = two.path();
    const char *paths[] = {first.c_str(), second.c_str()};
    Embedding host;
    host.config.module_paths = paths;
    host.config.module_path_count = 2;

    REQUIRE(host.init() == QI_OK);
    host.exec("import plugin_a, plugin_b");
    CHECK(host.eval("[plugin_a.where, plugin_b.where]") == "['one', 'two']");
}

TEST_CASE("module_paths_that_do_not_exist_are_told_at_once")
{
    Embedding host;
    const QTemporaryDir there;
    const QByteArray folder = there.path().toUtf8(), gone = folder + "/gone";
    const char *paths[] = {folder.constData(), gone.constData()};
    host.config.module_paths = paths;
    host.config.module_path_count = 2;

    REQUIRE(host.init() == QI_OK);
    CHECK(host.contains(host.log, "there is no folder " + gone.toStdString()));
    CHECK_FALSE(host.contains(host.log, "there is no folder " + folder.toStdString() + ";"));
    // And again where it is felt, beside the folders that are there and the Python which has looked.
    CHECK(qi_run_task(host.runtime, "clok:ask", nullptr, 0, nullptr, nullptr) == QI_ERR_NOT_FOUND);
    const std::string message = qi_last_error()->message;
    CHECK(message.find("there is no module 'clok'") != std::string::npos);
    CHECK(message.find(gone.toStdString() + " (does not exist)") != std::string::npos);
    CHECK(message.find(folder.toStdString() + ",") != std::string::npos);
    CHECK(message.find("Python 3.") != std::string::npos);
}

TEST_CASE("what_is_registered_is_shown")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("repr(__import__('qi').host)") ==
          "'<qi.host: the application has registered nothing>'");
    REQUIRE(qi_object_register(host.runtime, "window", &host.app) == QI_OK);
    CHECK(host.eval("repr(__import__('qi').host)") == "'<qi.host: window>'");
    CHECK(host.eval("__import__('types').ModuleType in type(__import__('qi').host).__mro__") ==
          "True");
}

TEST_CASE("python_knows_the_version")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("__import__('qi').__version__") == "'" + std::string(qi_version_string()) + "'");
    CHECK(host.eval("'.'.join(map(str, __import__('qi').version_info))") ==
          "'" + std::string(qi_version_string()) + "'");
}

TEST_CASE("a_second_runtime_starts_afresh_in_the_same_interpreter") // T59
{
    Folder folder;
    folder.write("plugin.py", "state = []\n");
    folder.write("pack/__init__.py", "from . import part\n");
    folder.write("pack/part.py", "state = []\n");
    const std::string path = folder.path();
    const char *paths[] = {path.c_str()};
    Embedding host;
    host.config.module_paths = paths;
    host.config.module_path_count = 1;

    for (int round = 0; round < 3; round++) {
        REQUIRE(host.init() == QI_OK);
        qi_runtime *const runtime = host.runtime;
        host.exec("import asyncio, ssl, plugin, pack, sys\n"
                  "fresh = not plugin.state and not pack.part.state and 'left' not in globals()\n"
                  "plugin.state.append(1); pack.part.state.append(1); left = 1\n"
                  "async def wait(): await asyncio.sleep(0.001); return 42\n"
                  "task = asyncio.get_running_loop().create_task(wait())\n");
        CHECK(host.eval("fresh") == "True");
        CHECK(host.eval("sys.path.count(" + ("'" + path + "'") + ")") == "1");
        CHECK(host.until_true("task.done()"));
        CHECK(qi_runtime_shutdown(runtime, 0) == QI_OK);
        CHECK(qi_runtime_state(runtime) == QI_RUNTIME_STATE_CLOSED);
        CHECK(qi_exec(runtime, "1", nullptr) == QI_ERR_NOT_RUNNING);
        CHECK(qi_runtime_shutdown(runtime, 0) == QI_OK); // a second time does nothing
    }
    CHECK(host.reports == 3);
    CHECK(host.errors.empty());
}

TEST_CASE("a_finalised_interpreter_cannot_be_started_again")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, ssl");
    CHECK(qi_runtime_shutdown(host.runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK);
    CHECK(host.init() == QI_ERR_STATE);
    CHECK(host.runtime == nullptr);
}

TEST_CASE("a_finalised_interpreter_refuses_every_call") // T56, T58
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_shutdown(host.runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK);
    CHECK(qi_exec(host.runtime, "1", nullptr) == QI_ERR_NOT_RUNNING);
    CHECK(qi_runtime_set_slice(host.runtime, 5) == QI_ERR_NOT_RUNNING);
    CHECK(qi_runtime_shutdown(host.runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK);
    std::thread([&] {
        CHECK(qi_run_task(host.runtime, "a:b", nullptr, 0, nullptr, nullptr) == QI_ERR_NOT_RUNNING);
    }).join();
}

TEST_CASE("wrong_handles_are_refused")
{
    Embedding host;
    int foreign = 0;
    auto *wrong = reinterpret_cast<qi_runtime *>(&foreign);

    for (qi_runtime *handle : {static_cast<qi_runtime *>(nullptr), wrong}) {
        CHECK(qi_runtime_state(handle) == QI_RUNTIME_STATE_NONE);
        CHECK(qi_runtime_shutdown(handle, 0) == QI_ERR_HANDLE);
        CHECK(qi_runtime_set_slice(handle, 100) == QI_ERR_HANDLE);
        CHECK(qi_exec(handle, "1", nullptr) == QI_ERR_HANDLE);
        CHECK(qi_exec_file(handle, "x.py") == QI_ERR_HANDLE);
        CHECK(qi_eval(handle, "1", nullptr) == QI_ERR_HANDLE);
        CHECK(qi_object_register(handle, "app", &host.app) == QI_ERR_HANDLE);
        CHECK(qi_object_unregister(handle, "app") == QI_ERR_HANDLE);
    }
}

TEST_CASE("calls_that_belong_to_the_gui_thread_are_refused_elsewhere") // T45
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    std::thread([&] {
        CHECK(qi_exec(host.runtime, "1", nullptr) == QI_ERR_WRONG_THREAD);
        CHECK(qi_eval(host.runtime, "1", nullptr) == QI_ERR_WRONG_THREAD);
        CHECK(qi_runtime_set_slice(host.runtime, 10) == QI_ERR_WRONG_THREAD);
        CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_ERR_WRONG_THREAD);
        CHECK(qi_object_register(host.runtime, "app", &host.app) == QI_ERR_WRONG_THREAD);
        CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_RUNNING);
    }).join();
}

TEST_CASE("the_slice_has_bounds")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    CHECK(qi_runtime_set_slice(host.runtime, 1) == QI_OK);
    CHECK(qi_runtime_set_slice(host.runtime, 1000000) == QI_OK);
    CHECK(qi_runtime_set_slice(host.runtime, 0) == QI_OK);
    CHECK(qi_runtime_set_slice(host.runtime, 1000001) == QI_ERR_RANGE);
}

TEST_CASE("an_init_that_fails_says_why_and_leaves_nothing_behind")
{
    Embedding host;
    host.config.handle_sigint = true; // what it needs comes last, when the loop runs already
    REQUIRE(host.init() == QI_OK);
    qi_runtime_shutdown(host.runtime, 0);

    rlimit old;
    getrlimit(RLIMIT_NOFILE, &old);
    const int free = dup(0); // the lowest number that is free: one descriptor more, one step further
    close(free);
    int refused = 0;
    for (int more = 0; more < 12; more++) {
        rlimit few = old;
        few.rlim_cur = rlim_t(free + more);
        setrlimit(RLIMIT_NOFILE, &few);
        const int status = host.init();
        const std::string why = status == QI_OK ? "" : qi_last_error()->message;
        if (status == QI_OK)
            qi_runtime_shutdown(host.runtime, 0);
        setrlimit(RLIMIT_NOFILE, &old);
        refused += status != QI_OK;
        INFO(more << " descriptors: " << why);
        if (status != QI_OK) {
            CHECK(status != QI_ERR_INTERNAL);
            CHECK_FALSE(why.empty());
        }
        CHECK(qi_runtime_current() == nullptr);
        REQUIRE(host.init() == QI_OK);
        qi_runtime_shutdown(host.runtime, 0);
    }
    CHECK(refused > 1);
}

TEST_CASE("nobody_is_given_a_runtime_before_it_has_started")
{
    static qi_runtime *seen[2];
    static int asked, nested;
    const char *paths[] = {
        "/nowhere/at/all"}; // of which the log is told while qi_runtime_init() is under way
    Embedding host;
    host.config.module_paths = paths;
    host.config.module_path_count = 1;
    host.config.handle_sigint = true;
    host.config.log = [](const qi_log_record *, void *) {
        qi_runtime *second = nullptr;
        asked++;
        seen[0] = qi_runtime_current();
        std::thread([] { seen[1] = qi_runtime_current(); }).join();
        nested = qi_runtime_init(nullptr, &second);
        QCoreApplication::processEvents();
    };

    SECTION("which starts")
    {
        REQUIRE(host.init() == QI_OK);
        CHECK(qi_runtime_current() == host.runtime);
    }
    SECTION("which fails to")
    {
        REQUIRE(host.init() == QI_OK); // the interpreter has its descriptors
        qi_runtime_shutdown(host.runtime, 0);
        rlimit old, few;
        getrlimit(RLIMIT_NOFILE, &old);
        few = old;
        few.rlim_cur = rlim_t(dup(0)); // the lowest number that is free
        close(int(few.rlim_cur));
        asked = 0;
        setrlimit(RLIMIT_NOFILE, &few);
        const int status = host.init();
        setrlimit(RLIMIT_NOFILE, &old);
        CHECK(status < 0);
        CHECK(qi_runtime_current() == nullptr);
    }
    CHECK(asked == 1);
    CHECK(seen[0] == nullptr);
    CHECK(seen[1] == nullptr);
    CHECK(nested == QI_ERR_STATE);
}

TEST_CASE("what_a_runtime_has_broken_does_not_keep_the_next_from_starting")
{
    Embedding host;
    std::string how;
    SECTION("streams that are closed")
    {
        how = "sys.stdout.close(); sys.stderr.close(); sys.stdin.close()\n";
    }
    SECTION("streams that are gone")
    {
        how = "del sys.stdout, sys.stderr, sys.stdin\n";
    }
    SECTION("modules that are gone")
    {
        how = "sys.modules.clear()\n";
    }
    SECTION("other modules")
    {
        how = "sys.modules = {}\n";
    }
    SECTION("modules that are none")
    {
        how = "for name in ('asyncio', 'threading', 'logging', 'io', '_qi', 'qi'): "
              "sys.modules[name] = None\n";
    }
    SECTION("hooks that raise")
    {
        how = "sys.excepthook = sys.unraisablehook = threading.excepthook = fail\n";
    }
    SECTION("hooks that are gone")
    {
        how = "del sys.excepthook, sys.unraisablehook, threading.excepthook, sys.__excepthook__\n";
    }
    SECTION("an import that raises")
    {
        how = "builtins.__import__ = fail\n";
    }
    SECTION("builtins that are gone")
    {
        how = "del builtins.__import__, builtins.len, builtins.open, builtins.isinstance\n";
    }
    SECTION("no finders")
    {
        how = "sys.meta_path.clear(); sys.path_hooks.clear(); sys.path.clear()\n";
    }
    SECTION("finders that are none")
    {
        how = "sys.meta_path = sys.path_hooks = sys.path_importer_cache = None\n";
    }
    SECTION("a finder that raises")
    {
        how = "class Finder:\n"
              "    find_spec = fail\n"
              "sys.meta_path.insert(0, Finder())\n";
    }
    SECTION("hardly any stack")
    {
        how = "sys.setrecursionlimit(len(__import__('inspect').stack()) + 20)\n";
    }

    REQUIRE(host.init() == QI_OK);
    host.exec("import builtins, sys, threading\n"
              "def fail(*arguments, **keywords): raise RuntimeError('broken')\n" +
              how);
    qi_runtime_shutdown(host.runtime, 0);
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);

    host.take_output();
    for (int round = 0; round < 2; round++) {
        const int status = host.init();
        INFO(qi_last_error()->message);
        REQUIRE(status == QI_OK);
        host.exec("import asyncio, json, sys\n"
                  "async def wait(): await asyncio.sleep(0.001); print('here'); return len([1])\n"
                  "task = asyncio.get_running_loop().create_task(wait())\n");
        CHECK(host.until_true("task.done()"));
        CHECK(host.eval("task.result()") == "1");
        CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    }
    CHECK(host.out == std::vector<std::string>{"here", "here"});
}
