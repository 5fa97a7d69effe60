// SPDX-License-Identifier: BSD-3-Clause
// Exceptions that nobody awaits reach the host, once, and never end the process.
#include "tests/embed/embedding.h"

TEST_CASE("a_tasks_exception_arrives_once_with_its_name_and_place") // T26
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def fail():\n"
              "    await asyncio.sleep(0)\n"
              "    raise ValueError('broken')\n"
              "asyncio.get_running_loop().create_task(fail(), name='order 7')\n");
    CHECK(host.until([&] { return !host.errors.empty(); }));
    host.exec("import gc; gc.collect()");
    REQUIRE(host.errors.size() == 1);
    CHECK(host.errors[0].type == "ValueError");
    CHECK(host.errors[0].message == "ValueError: broken");
    CHECK(host.errors[0].task == "order 7");
    CHECK(host.errors[0].target == "__main__:fail");
    CHECK(host.errors[0].on_gui_thread);
    CHECK(host.errors[0].traceback.find("raise ValueError('broken')") != std::string::npos);
    CHECK(host.errors[0].traceback.find("test.py") != std::string::npos);
}

TEST_CASE("a_callbacks_exception_arrives_with_the_callbacks_name") // T26
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "def callback(): raise KeyError('x')\n"
              "asyncio.get_running_loop().call_soon(callback)\n");
    CHECK(host.until([&] { return !host.errors.empty(); }));
    REQUIRE(host.errors.size() == 1);
    CHECK(host.errors[0].type == "KeyError");
    CHECK(host.errors[0].target == "__main__:callback");
}

TEST_CASE("what an exception and its task say steers no terminal")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, logging\n"
              "async def fail():\n"
              "    await asyncio.sleep(0)\n"
              "    raise ValueError('red \\x1b[31m\\r\\u202e\\nnext')\n"
              "asyncio.get_running_loop().create_task(fail(), name='odd\\x1b]0;\\nname')\n"
              "logging.getLogger('lo\\ng').warning('said \\x1b[2J\\nmore')\n");
    CHECK(host.until([&] { return !host.errors.empty(); }));
    REQUIRE(host.errors.size() == 1);
    CHECK(host.errors[0].message == "ValueError: red \\x1b[31m\\x0d\\u202e\nnext");
    CHECK(host.errors[0].task == "odd\\x1b]0;\\nname");
    CHECK(host.errors[0].traceback.find('\x1b') == std::string::npos);
    REQUIRE(!host.log.empty());
    CHECK(host.log.back().find("lo\\ng") != std::string::npos);
    CHECK(host.log.back().find("said \\x1b[2J\nmore") != std::string::npos);
    CHECK(qi_exec(host.runtime, "raise ValueError('\\x1b[2J')", nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message) == "ValueError: \\x1b[2J");
}

TEST_CASE("cancellation_is_silent") // T26
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "task = asyncio.get_running_loop().create_task(asyncio.sleep(100))\n"
              "asyncio.get_running_loop().call_soon(task.cancel)\n");
    CHECK(host.until_true("task.cancelled()"));
    host.exec("del task; import gc; gc.collect()");
    CHECK(host.errors.empty());
}

TEST_CASE("a_script_that_exits_does_not_end_the_host") // T53
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_exec(host.runtime, "import sys\nsys.exit(3)", nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "SystemExit");
    CHECK(host.eval("1 + 1") == "2");
}

TEST_CASE("a_task_or_callback_that_exits_is_reported_and_the_loop_goes_on") // T53
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, sys\n"
              "async def leave(): sys.exit(4)\n"
              "async def stay():\n"
              "    await asyncio.sleep(0.01)\n"
              "    return 1\n"
              "loop = asyncio.get_running_loop()\n"
              "loop.call_soon(sys.exit, 5)\n"
              "gone, stays = loop.create_task(leave()), loop.create_task(stay())\n");
    CHECK(host.until_true("stays.done()"));
    size_t exits = 0;
    for (const Embedding::Error &error : host.errors)
        exits += error.type == "SystemExit";
    CHECK(exits == 2);
    CHECK(host.eval("stays.result()") == "1");
}

TEST_CASE("threads_and_destructors_report_too")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import threading\n"
              "def work(): raise OSError('in a thread')\n"
              "thread = threading.Thread(target=work)\n"
              "thread.start(); thread.join()\n");
    REQUIRE(host.errors.size() == 1);
    CHECK(host.errors[0].type == "OSError");
    CHECK(host.errors[0].target == "__main__:work");
    CHECK_FALSE(host.errors[0].on_gui_thread);
    host.exec("class Bad:\n"
              "    def __del__(self): raise RuntimeError('dying')\n"
              "Bad()\n");
    REQUIRE(host.errors.size() == 2);
    CHECK(host.errors[1].message == "RuntimeError: dying");
}

TEST_CASE("without_an_error_callback_the_log_gets_it")
{
    Embedding host;
    host.config.error = nullptr;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "async def fail(): raise ValueError('logged')\n"
              "asyncio.get_running_loop().create_task(fail(), name='lonely')\n");
    CHECK(host.until([&] { return Embedding::contains(host.log, "ValueError: logged"); }));
    CHECK(Embedding::contains(host.log, "lonely"));
    CHECK(Embedding::contains(host.log, "Traceback"));
}

TEST_CASE("an_exception_that_cannot_be_described_is_described_all_the_same")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_exec(host.runtime,
                  "class Odd(Exception):\n"
                  "    def __str__(self): raise ValueError\n"
                  "raise Odd\n",
                  nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "Odd");
    CHECK(qi_exec(host.runtime, "raise ValueError('\\udcff')", nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message) == "ValueError: \\udcff");
    CHECK(qi_exec(host.runtime,
                  "import sys\n"
                  "old, sys.modules['traceback'] = sys.modules['traceback'], None\n"
                  "raise ValueError('plain')\n",
                  nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message) == "ValueError: plain");
    CHECK(qi_last_error()->traceback != nullptr);
    CHECK(qi_exec(host.runtime, "sys.modules['traceback'] = old", nullptr) == QI_OK);
}

/* What dies with an exception may call libqi in turn, and fail there. */
TEST_CASE("a_failure_is_told_as_itself_whatever_dies_with_its_exception")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    qi_function function;
    qi_function_init(&function);
    function.user = &host;
    function.call = [](const qi_value *, size_t, qi_value *, void *user) {
        CHECK(qi_call(static_cast<Embedding *>(user)->runtime, "no target", nullptr, 0, nullptr, 0,
                      nullptr) == QI_ERR_ARGUMENT);
        return int(QI_OK);
    };
    REQUIRE(qi_function_register(host.runtime, "fails", &function) == QI_OK);
    host.exec("import qi\n"
              "class Dies:\n"
              "    def __del__(self, fails=qi.host.fails): fails()\n"
              "def raises():\n"
              "    it = Dies()\n"
              "    raise ValueError('mine')\n");
    CHECK(qi_exec(host.runtime, "raises()", nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message) == "ValueError: mine");
    CHECK(qi_call(host.runtime, "__main__:raises", nullptr, 0, nullptr, 0, nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "ValueError");
}

TEST_CASE("an_error_callback_may_call_back")
{
    static Embedding *self;
    Embedding host;
    self = &host;
    host.config.error = [](const qi_error *, const qi_origin *, void *) {
        self->out.push_back(self->eval("40 + 2"));
    };

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "def callback(): raise KeyError\n"
              "asyncio.get_running_loop().call_soon(callback)\n");
    CHECK(host.until([&] { return !host.out.empty(); }));
    CHECK(host.out[0] == "42");
}
