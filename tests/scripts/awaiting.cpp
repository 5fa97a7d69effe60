/* SPDX-License-Identifier: BSD-3-Clause */
// qi_exec_async(): source with an await at its top level, as a task.
#include <cstring>
#include <string>
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;
using tests::take;

namespace
{

qi_task *run(Host &host, qi_scope *scope, const char *source, const qi_task_options *options = nullptr)
{
    qi_task *task = nullptr;
    const int status = qi_exec_async(host.runtime, scope, source, std::strlen(source), "work.py",
                                     options, &task);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    REQUIRE(task);
    return task;
}

std::string end_of(Host &host, qi_task *task)
{
    qi_value value = qi_none();

    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    const int status = qi_task_result(task, &value);
    qi_task_release(task);
    return status == QI_OK ? take(value) : qi_status_name(status);
}

} // namespace

TEST_CASE("source runs before the call returns, up to its first await, and its last expression is "
          "the result")
{
    Host host;

    qi_task *task = run(host, nullptr,
                        "import asyncio\nx = 1\nawait asyncio.sleep(0)\nx += 1\nx * 10");
    CHECK(host.eval("x") == "1");
    CHECK(end_of(host, task) == "20");
    CHECK(host.eval("x") == "2");
    CHECK(end_of(host, run(host, nullptr, "y = 3")) == "None");
    CHECK(end_of(host, run(host, nullptr, "asyncio.current_task() is not None")) == "True");
    CHECK(end_of(host, run(host, nullptr, "")) == "None");
}

TEST_CASE("source runs in a scope, which may be released meanwhile")
{
    Host host;
    qi_scope *scope = nullptr;
    const qi_value width = qi_int(4);

    REQUIRE(qi_scope_new(host.runtime, &scope) == QI_OK);
    REQUIRE(qi_scope_set(scope, "width", &width) == QI_OK);
    qi_task *task = run(host, scope,
                        "import asyncio\nasync def area():\n    await asyncio.sleep(0)\n"
                        "    return width * width\nawait area()");
    qi_scope_release(scope);
    CHECK(end_of(host, task) == "16");
    CHECK(host.eval("'area' in globals()") == "False");
    task = nullptr;
    CHECK(qi_exec_async(host.runtime, scope, "1", 1, nullptr, nullptr, &task) == QI_ERR_HANDLE);
    CHECK_FALSE(task);
}

TEST_CASE("exceptions and syntax errors are the task's, with the lines of the source")
{
    Host host;
    qi_task *task = run(host, nullptr, "import asyncio\nawait asyncio.sleep(0)\n1 / 0");

    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->traceback).find("\"work.py\", line 3") != std::string::npos);
    CHECK(std::string(qi_last_error()->traceback).find("1 / 0") != std::string::npos);
    qi_task_release(task);
    task = run(host, nullptr, "def :");
    CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "SyntaxError");
    qi_task_release(task);
}

TEST_CASE("the options of a task hold, and the file is its name where they give none")
{
    Host host;
    qi_task_options options;

    qi_task_options_init(&options);
    qi_task *task = run(host, nullptr, "import asyncio\nawait asyncio.sleep(60)");
    CHECK(std::string(qi_task_name(task)) == "work.py");
    CHECK(qi_task_cancel(task) == QI_OK);
    CHECK(end_of(host, task) == "QI_ERR_CANCELLED");
    options.name = "nightly";
    options.timeout_ms = 1;
    task = run(host, nullptr, "await asyncio.sleep(60)", &options);
    CHECK(std::string(qi_task_name(task)) == "nightly");
    CHECK(end_of(host, task) == "QI_ERR_TIMEOUT");
}

TEST_CASE("source comes from any thread, and what is malformed is refused at once")
{
    Host host;
    qi_task *task = nullptr, *refused = nullptr;
    const char source[] = "import threading\nthreading.current_thread() is threading.main_thread()";

    std::thread([&] {
        REQUIRE(qi_exec_async(host.runtime, nullptr, source, std::strlen(source), nullptr, nullptr,
                              &task) == QI_OK);
    }).join();
    CHECK(end_of(host, task) == "True");
    CHECK(qi_exec_async(host.runtime, nullptr, "1\0", 2, nullptr, nullptr, &refused) ==
          QI_ERR_ENCODING);
    CHECK(qi_exec_async(host.runtime, nullptr, nullptr, 2, nullptr, nullptr, &refused) ==
          QI_ERR_ARGUMENT);
    CHECK(qi_exec_async(host.runtime, nullptr, "1", 1, "\xff", nullptr, &refused) == QI_ERR_ENCODING);
    CHECK(qi_exec_async(nullptr, nullptr, "1", 1, nullptr, nullptr, &refused) == QI_ERR_HANDLE);
    CHECK_FALSE(refused);
}
