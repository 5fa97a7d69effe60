/* SPDX-License-Identifier: BSD-3-Clause */
// What a handle tells of its task, number and name, and waiting for several tasks.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;

namespace
{

const char *const source = R"(
import __main__, asyncio
gates = {}
async def waits(name):
    await gates.setdefault(name, asyncio.Event()).wait()
async def at_once(name): pass
)";

qi_task *launch(Host &host, const char *target, const char *gate, const char *name = nullptr)
{
    qi_task_options options;
    qi_task *task = nullptr;
    const qi_value argument = qi_text(gate);

    qi_task_options_init(&options);
    options.name = name;
    REQUIRE(qi_run_task(host.runtime, target, &argument, 1, &options, &task) == QI_OK);
    return task;
}

void open(Host &host, const char *gate)
{
    host.exec(("gates['" + std::string(gate) + "'].set()").c_str());
}

void end(Host &host, qi_task *task)
{
    CHECK(qi_task_cancel(task) == QI_OK);
    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    qi_task_release(task);
}

} // namespace

TEST_CASE("number of a handle is that of the list, and cancels")
{
    Host host;
    host.exec(source);
    qi_task *one = launch(host, "__main__:waits", "a", "one"),
            *two = launch(host, "__main__:waits", "a", "two");
    qi_value list = qi_none();
    const int64_t id = qi_task_id(two);
    int64_t listed = 0, there = 0;

    CHECK(id > 0);
    CHECK(qi_task_id(one) != id);
    std::thread([&] { there = qi_task_id(two); }).join();
    CHECK(there == id);
    REQUIRE(qi_tasks_list(host.runtime, &list) == QI_OK);
    for (size_t i = 0; i < list.as.list.count; i++) {
        const qi_value *task = qi_value_at(&list, i);
        const char *name = nullptr;
        REQUIRE(qi_value_to_text(qi_value_get(task, "name"), &name, nullptr) == QI_OK);
        if (std::string(name) == "two")
            REQUIRE(qi_value_to_int(qi_value_get(task, "id"), &listed) == QI_OK);
    }
    qi_value_clear(&list);
    CHECK(listed == id);
    REQUIRE(qi_tasks_cancel(host.runtime, id) == QI_OK);
    host.until([&] { return qi_task_state(two) == QI_TASK_STATE_CANCELLED; });
    CHECK(qi_task_id(two) == id); // once told, it stays
    CHECK(qi_task_state(one) == QI_TASK_STATE_PENDING);
    qi_task_release(two);
    CHECK(qi_task_id(two) == 0);
    CHECK(qi_task_id(nullptr) == 0);
    end(host, one);
}

TEST_CASE("task that has ended before anybody asked has no number")
{
    Host host;
    host.exec(source);
    qi_task *task = launch(host, "__main__:at_once", "a");

    CHECK(qi_task_id(task) == 0);
    CHECK(std::string(qi_task_name(task)) == "__main__:at_once");
    qi_task_release(task);
}

TEST_CASE("name is the given one, or asyncio's")
{
    Host host;
    host.exec(source);
    qi_task *given = launch(host, "__main__:waits", "a", "nightly"),
            *made = launch(host, "__main__:waits", "a");
    const char *there = nullptr;

    CHECK(std::string(qi_task_name(given)) == "nightly");
    const char *name = qi_task_name(made);
    CHECK(std::string(name).rfind("Task-", 0) == 0);
    std::thread([&] { there = qi_task_name(made); }).join();
    CHECK(there == name);
    end(host, given);
    CHECK(qi_task_cancel(made) == QI_OK);
    host.until([&] { return qi_task_state(made) != QI_TASK_STATE_PENDING; });
    CHECK(qi_task_name(made) == name);
    qi_task_release(made);
    CHECK(qi_task_name(made) == nullptr);
    CHECK(qi_task_name(nullptr) == nullptr);
}

TEST_CASE("waiting for any ends with the first, waiting for all with the last")
{
    Host host;
    host.exec(source);
    qi_task *const tasks[] = {launch(host, "__main__:waits", "a"),
                              launch(host, "__main__:waits", "b"),
                              launch(host, "__main__:waits", "c")};
    std::atomic<int> any{1}, all{1};
    std::thread for_any([&] { any = qi_tasks_wait(tasks, 3, QI_WAIT_ANY, -1); });
    std::thread for_all([&] { all = qi_tasks_wait(tasks, 3, QI_WAIT_ALL, -1); });

    open(host, "b");
    host.until([&] { return any != 1; });
    for_any.join();
    CHECK(any == QI_OK);
    CHECK(qi_task_state(tasks[1]) == QI_TASK_STATE_DONE);
    CHECK(all == 1);
    open(host, "a");
    open(host, "c");
    host.until([&] { return all != 1; });
    for_all.join();
    CHECK(all == QI_OK);
    for (qi_task *task : tasks)
        qi_task_release(task);
}

TEST_CASE("waiting for several says when the time is over, and what it cannot wait for")
{
    Host host;
    host.exec(source);
    qi_task *const tasks[] = {launch(host, "__main__:at_once", "a"),
                              launch(host, "__main__:waits", "b")};
    qi_task *const twice[] = {tasks[0], tasks[0]}, *const with_nothing[] = {tasks[0], nullptr};

    CHECK(qi_tasks_wait(tasks, 2, QI_WAIT_ALL, 0) == QI_ERR_WRONG_THREAD);
    std::thread([&] {
        CHECK(qi_tasks_wait(tasks, 2, QI_WAIT_ALL, 1) == QI_ERR_PENDING);
        CHECK(qi_tasks_wait(tasks + 1, 1, QI_WAIT_ANY, 0) == QI_ERR_PENDING);
        CHECK(qi_tasks_wait(tasks, 2, QI_WAIT_ANY, 0) == QI_OK);
        CHECK(qi_tasks_wait(twice, 2, QI_WAIT_ALL, -1) == QI_OK);
        CHECK(qi_tasks_wait(nullptr, 0, QI_WAIT_ALL, -1) == QI_OK);
        CHECK(qi_tasks_wait(nullptr, 0, QI_WAIT_ANY, -1) == QI_ERR_ARGUMENT);
        CHECK(qi_tasks_wait(nullptr, 2, QI_WAIT_ALL, -1) == QI_ERR_ARGUMENT);
        CHECK(qi_tasks_wait(tasks, 2, 7, -1) == QI_ERR_ARGUMENT);
        CHECK(qi_tasks_wait(with_nothing, 2, QI_WAIT_ALL, -1) == QI_ERR_HANDLE);
    }).join();
    qi_task_release(tasks[0]);
    end(host, tasks[1]);
}

TEST_CASE("shutdown wakes who waits for several")
{
    Host host;
    host.exec(source);
    qi_task *const tasks[] = {launch(host, "__main__:waits", "a"),
                              launch(host, "__main__:waits", "b")};
    int status = 1;
    std::thread waiter([&] { status = qi_tasks_wait(tasks, 2, QI_WAIT_ALL, -1); });

    host.shutdown();
    waiter.join();
    CHECK(status == QI_OK);
    for (qi_task *task : tasks)
        qi_task_release(task);
}
