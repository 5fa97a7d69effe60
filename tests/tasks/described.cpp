/* SPDX-License-Identifier: BSD-3-Clause */
// qi_task_describe(): what a handle's task is, and how far.
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;

namespace
{

struct Described : Host {
    Described()
    {
        exec("import asyncio, qi\n"
             "go = asyncio.get_running_loop().create_future()\n"
             "async def work():\n"
             "    qi.progress(1, 3, 'first')\n"
             "    qi.progress(2, 3, 'second')\n"
             "    await go\n"
             "async def fails(): raise ValueError('no')");
    }
    /* A launch with these flags. */
    qi_task *run(const char *target, unsigned flags)
    {
        qi_task_options options;
        qi_task *task = nullptr;
        qi_task_options_init(&options);
        options.name = "the work";
        options.flags = flags;
        REQUIRE(qi_run_task(runtime, target, nullptr, 0, &options, &task) == QI_OK);
        return task;
    }
    static std::string part(const qi_task *task, const char *key)
    {
        qi_value map;
        char text[300];
        REQUIRE(qi_task_describe(task, &map) == QI_OK);
        REQUIRE(qi_value_get(&map, key));
        qi_value_describe(qi_value_get(&map, key), text, sizeof text);
        qi_value_clear(&map);
        return text;
    }
};

} // namespace

TEST_CASE("task is described with what it has told last")
{
    Described host;
    qi_task *task = host.run("__main__:work", QI_TASK_FLAG_PROGRESS);
    CHECK(host.part(task, "name") == "'the work'");
    CHECK(host.part(task, "state") == "'pending'");
    CHECK(host.part(task, "target") == "'__main__:work'");
    CHECK(host.part(task, "plugin") == "None");
    CHECK(host.part(task, "progress") == "{'value': 2, 'maximum': 3, 'text': 'second'}");
    CHECK(host.part(task, "id") == std::to_string(qi_task_id(task)));
    std::thread([&] { CHECK(host.part(task, "state") == "'pending'"); }).join();
    CHECK(qi_task_cancel(task) == QI_OK);
    host.until([&] { return qi_task_state(task) == QI_TASK_STATE_CANCELLED; });
    CHECK(host.part(task, "state") == "'cancelled'");
    CHECK(host.part(task, "progress") == "{'value': 2, 'maximum': 3, 'text': 'second'}");
    qi_task_release(task);
}

TEST_CASE("progress that nobody asked for is not kept, and a task that has failed is described")
{
    Described host;
    qi_task *task = host.run("__main__:work", 0), *failed = host.run("__main__:fails", 0);
    qi_value out = qi_none();
    CHECK(host.part(task, "progress") == "None");
    CHECK(host.part(failed, "state") == "'failed'");
    CHECK(qi_task_describe(task, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_task_describe(nullptr, &out) == QI_ERR_HANDLE);
    qi_task_release(failed);
    qi_task_release(task);
    CHECK(qi_task_describe(task, &out) == QI_ERR_HANDLE);
}
