/* SPDX-License-Identifier: BSD-3-Clause */
// What qi_tasks_list() and qi_loop_counters_read() tell of a loop that works.
#include <thread>

#include "tests/monitor/watched.h"

using tests::Host;
using tests::Stuck;

namespace
{

struct Scene : Host {
    Scene()
    {
        REQUIRE(qi_object_register(runtime, "stuck", &stuck) == QI_OK);
        exec("import asyncio, launches, qi, stalls");
        REQUIRE(qi_tasks_list(runtime, &list) == QI_OK);
    }
    ~Scene() { qi_value_clear(&list); }

    void look()
    {
        qi_value_clear(&list);
        REQUIRE(qi_tasks_list(runtime, &list) == QI_OK);
        REQUIRE(list.kind == QI_KIND_LIST);
    }

    /* The task of that name. */
    const qi_value *task(const char *name)
    {
        look();
        for (size_t i = 0; i < list.as.list.count; i++) {
            const qi_value *found = qi_value_get(&list.as.list.items[i], "name");
            if (found && tests::describe(*found) == std::string("'") + name + "'")
                return &list.as.list.items[i];
        }
        FAIL("no task named " << name);
        return nullptr;
    }

    std::string text(const char *name, const char *key)
    {
        const qi_value *value = qi_value_get(task(name), key);
        REQUIRE(value);
        return tests::describe(*value);
    }

    qi_loop_counters counters()
    {
        qi_loop_counters read;
        qi_loop_counters_init(&read);
        REQUIRE(qi_loop_counters_read(runtime, &read) == QI_OK);
        return read;
    }

    Stuck stuck;
    qi_value list = qi_none();
};

} // namespace

TEST_CASE("a list tells where each task waits, through awaits and generators")
{
    Scene scene;
    scene.exec("async def numbers():\n"
               "    yield 1\n"
               "    await asyncio.Event().wait()\n"
               "async def deep():\n"
               "    async for number in numbers(): pass\n"
               "async def outer():\n"
               "    await deep()\n"
               "task = asyncio.get_running_loop().create_task(outer(), name='deep one')");
    CHECK(scene.text("deep one", "state") == "'ready'");
    scene.settle();
    CHECK(scene.text("deep one", "state") == "'waiting'");
    CHECK(scene.text("deep one", "coroutine") == "'__main__:outer'");
    CHECK(scene.text("deep one", "current") == "False");
    CHECK(scene.text("deep one", "waiting_for") == "'Event.wait()'");
    std::vector<std::string> functions;
    const qi_value *stack = qi_value_get(scene.task("deep one"), "stack");
    for (size_t i = 0; i < stack->as.list.count; i++)
        functions.push_back(tests::describe(*qi_value_get(&stack->as.list.items[i], "function")));
    CHECK(functions == std::vector<std::string>{"'outer'", "'deep'", "'numbers'", "'Event.wait'"});
    const qi_value *first = &stack->as.list.items[0];
    CHECK(tests::describe(*qi_value_get(first, "line")) == "7");
    CHECK(tests::describe(*qi_value_get(first, "text")) == "'await deep()'");
    scene.exec("task.cancel()");
    CHECK(scene.text("deep one", "state") == "'cancelling'");
}

TEST_CASE("a task that a signal launched is listed with it, and its age")
{
    Scene scene;
    scene.exec("async def waits(number):\n"
               "    asyncio.current_task().set_name('by signal')\n"
               "    await asyncio.Event().wait()\n"
               "qi.host.stuck.numbered.connect(qi.asyncslot(waits))");
    Q_EMIT scene.stuck.numbered(1);
    CHECK(scene.text("by signal", "signal") == "'tests::Stuck::numbered(int)'");
    CHECK(scene.text("by signal", "target") == "'__main__:waits'");
    CHECK(scene.text("by signal", "age_known") == "True");
    double age = qi_value_get(scene.task("by signal"), "age")->as.real;
    CHECK(age >= 0);
    CHECK(qi_value_get(scene.task("by signal"), "age")->as.real > age);
}

TEST_CASE("a task that the host launched is listed with what it was asked to run")
{
    Scene scene;
    qi_task_options options;
    qi_task_options_init(&options);
    options.name = "by host";
    REQUIRE(qi_run_task(scene.runtime, "launches:waits", nullptr, 0, &options, nullptr) == QI_OK);
    CHECK(scene.text("by host", "target") == "'launches:waits'");
    CHECK(scene.text("by host", "signal") == "None");
    CHECK(scene.text("by host", "age_known") == "True");
    CHECK(scene.text("by host", "parent") == "None");
}

TEST_CASE("parents are those that await, and with trace those that have launched")
{
    Scene scene;
    scene.exec("async def child(): await asyncio.Event().wait()\n"
               "async def gathers():\n"
               "    await asyncio.gather(asyncio.create_task(child(), name='gathered'))\n"
               "async def launches_one():\n"
               "    global kept\n"
               "    kept = asyncio.create_task(child(), name='launched')\n"
               "    await asyncio.Event().wait()\n"
               "loop = asyncio.get_running_loop()\n"
               "tasks = [loop.create_task(gathers(), name='gathers'),\n"
               "         loop.create_task(launches_one(), name='launches')]");
    scene.settle();
    CHECK(scene.text("gathered", "parent") == scene.text("gathers", "id"));
    CHECK(scene.text("gathers", "waiting_for") == "'1 of 1 tasks'");
    CHECK(scene.text("launched", "parent") == "None");
    CHECK(scene.text("launched", "age_known") == "False");

    REQUIRE(qi_tasks_trace(scene.runtime, true) == QI_OK);
    REQUIRE(qi_tasks_trace(scene.runtime, true) == QI_OK);
    REQUIRE(qi_tasks_trace(scene.runtime, false) == QI_OK);
    scene.exec("kept.cancel()\n"
               "tasks.append(loop.create_task(launches_one(), name='traced'))");
    scene.settle();
    CHECK(scene.text("launched", "parent") == scene.text("traced", "id"));
    CHECK(scene.text("launched", "age_known") == "True");
    REQUIRE(qi_tasks_trace(scene.runtime, false) == QI_OK);
    CHECK(scene.eval("'create_task' in loop.__dict__") == "False");
}

TEST_CASE("tasks on the stack are running, the innermost is current")
{
    Scene scene;
    scene.exec("async def inner():\n"
               "    def look():\n"
               "        global seen\n"
               "        seen = {t['name']: t for t in qi.monitor.tasks()}\n"
               "    look()\n"
               "    qi.host.stuck.quit()\n"
               "async def outer():\n"
               "    task = asyncio.create_task(inner(), name='inner')\n"
               "    qi.host.stuck.exec()\n"
               "task = asyncio.get_running_loop().create_task(outer(), name='outer')");
    scene.until([&] { return scene.eval("task.done()") == "True"; });
    CHECK(scene.eval("seen['inner']['state'], seen['inner']['current']") == "('running', True)");
    CHECK(scene.eval("seen['outer']['state'], seen['outer']['current']") == "('running', False)");
    CHECK(scene.eval("[f['function'].split('.')[-1] for f in seen['inner']['stack']]") ==
          "['inner', 'look']");
    CHECK(scene.eval("[f['function'] for f in seen['outer']['stack']]") == "['outer']");
}

TEST_CASE("a task is cancelled by its id, from any thread")
{
    Scene scene;
    scene.exec("loop = asyncio.get_running_loop()\n"
               "a = loop.create_task(asyncio.sleep(1000), name='a')\n"
               "b = loop.create_task(asyncio.sleep(1000), name='b')");
    int64_t a = qi_value_get(scene.task("a"), "id")->as.integer;
    int64_t b = qi_value_get(scene.task("b"), "id")->as.integer;
    CHECK(a != b);
    CHECK(qi_tasks_cancel(scene.runtime, a) == QI_OK);
    std::thread([&] { CHECK(qi_tasks_cancel(scene.runtime, b) == QI_OK); }).join();
    scene.until([&] { return scene.eval("a.cancelled() and b.cancelled()") == "True"; });
    CHECK(qi_tasks_cancel(scene.runtime, a) == QI_ERR_NOT_FOUND);
    CHECK(std::string(qi_last_error()->message).find("qi_tasks_list()") != std::string::npos);
}

TEST_CASE("tasks are listed from other threads while they come and go")
{
    Scene scene;
    std::atomic<int> lists{0};
    std::atomic<bool> failed{false}; /* assertions belong to the main thread */
    std::thread thread([&] {
        for (; lists < 50; lists++) {
            qi_value list = qi_none();
            failed = failed || qi_tasks_list(scene.runtime, &list) != QI_OK;
            qi_value_clear(&list);
        }
    });
    scene.exec("async def busy():\n"
               "    while True: await asyncio.gather(*(asyncio.sleep(0) for _ in range(20)))\n"
               "task = asyncio.get_running_loop().create_task(busy())");
    scene.until([&] { return lists >= 50; });
    thread.join();
    CHECK(!failed);
    scene.exec("task.cancel()");
}

TEST_CASE("counters count what the loop does")
{
    Scene scene;
    qi_loop_counters before = scene.counters();
    scene.exec("loop = asyncio.get_running_loop()\n"
               "done = []\n"
               "for n in range(100): loop.call_soon(done.append, n)\n"
               "timers = [loop.call_later(1000, print) for _ in range(7)]");
    qi_loop_counters waiting = scene.counters();
    CHECK(waiting.ready == 100);
    CHECK(waiting.timers == before.timers + 7);
    CHECK(waiting.callbacks == before.callbacks);
    scene.until([&] { return scene.eval("len(done)") == "100"; });
    qi_loop_counters after = scene.counters();
    CHECK(after.callbacks == before.callbacks + 100);
    CHECK(after.turns > before.turns);
    CHECK(after.ready == 0);
    CHECK(after.busy_ns > before.busy_ns);
    CHECK(after.idle_ns > 0);
    CHECK(after.descriptors == before.descriptors);
    CHECK(after.lag_max_ns >= after.lag_ns);
    CHECK(after.lag_max_ns > 0);
    scene.exec("tasks = [loop.create_task(asyncio.sleep(1000)) for _ in range(3)]\n"
               "connection = qi.host.stuck.plain.connect(print)");
    CHECK(scene.counters().tasks == after.tasks + 3);
    CHECK(scene.counters().connections == after.connections + 1);
    scene.exec("for task in tasks: task.cancel()\n"
               "for timer in timers: timer.cancel()");
    CHECK(scene.eval("qi.monitor.counters()['connections']") == std::to_string(after.connections + 1));

    qi_loop_counters wrong = {};
    CHECK(qi_loop_counters_read(scene.runtime, &wrong) == QI_ERR_ABI);
    CHECK(qi_loop_counters_read(scene.runtime, nullptr) == QI_ERR_ARGUMENT);
}

TEST_CASE(
    "a callback that takes long is the longest step and overruns its slice, a dialog does not")
{
    Scene scene;
    scene.exec("loop = asyncio.get_running_loop()\n"
               "loop.call_soon(stalls.slow, 30)");
    scene.until([&] { return scene.counters().ready == 0; });
    qi_loop_counters slow = scene.counters();
    CHECK(slow.longest_step_ns >= 30000000);
    CHECK(slow.slice_overruns >= 1);
    CHECK(slow.busy_ns >= 30000000);

    QTimer::singleShot(10 * (unsigned)(slow.longest_step_ns / 1000000), &scene.stuck,
                       [&] { scene.stuck.quit(); });
    scene.exec("ended = []\n"
               "loop.call_soon(lambda: (qi.host.stuck.exec(), ended.append(1)))\n"
               "loop.call_later(0.01, ended.append, 2)");
    scene.until([&] { return scene.eval("len(ended)") == "2"; });
    qi_loop_counters dialog = scene.counters();
    CHECK(dialog.longest_step_ns < 10 * slow.longest_step_ns);
    CHECK(dialog.nested_turns >= 1);
    CHECK(dialog.busy_ns < slow.busy_ns + 10 * slow.longest_step_ns);
}

TEST_CASE("who traces tasks does not keep a runtime that has ended")
{
    Scene scene;
    const char counted[] =
        "(__import__('gc').collect(), sum(type(it).__name__ == 'QiSelectorEventLoop'"
        " for it in __import__('gc').get_objects()))[1]";

    REQUIRE(qi_tasks_trace(scene.runtime, true) == QI_OK);
    CHECK(scene.eval(counted) == "1");
    CHECK(scene.shutdown() == QI_OK);
    REQUIRE(qi_runtime_init(nullptr, &scene.runtime) == QI_OK);
    CHECK(scene.eval(counted) == "1");
    CHECK(scene.eval("'create_task' in __import__('asyncio').get_running_loop().__dict__") ==
          "False");
}
