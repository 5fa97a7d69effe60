/* SPDX-License-Identifier: BSD-3-Clause */
// qi.progress(): from a coroutine and what it starts to the host's callback.
#include <functional>
#include <string>
#include <vector>

#include <qi/qi.h>

#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"

using tests::Host;
using tests::raises;

namespace
{

struct Step {
    int64_t value, maximum;
    std::string text;

    bool operator==(const Step &other) const
    {
        return value == other.value && maximum == other.maximum && text == other.text;
    }
};

std::ostream &operator<<(std::ostream &out, const Step &step)
{
    return out << step.value << " of " << step.maximum << " \"" << step.text << '"';
}

/* A task of __main__ that the host launched, and what it heard of it. */
struct Job {
    static void on_progress(qi_task *, const qi_task_progress *report, void *user)
    {
        Job *job = static_cast<Job *>(user);
        CHECK_FALSE(job->is_done);
        job->steps.push_back({report->value, report->maximum, report->text});
        if (job->react)
            job->react();
    }
    static void on_done(qi_task *, const qi_task_end *end, void *user)
    {
        static_cast<Job *>(user)->status = end->status;
        static_cast<Job *>(user)->is_done = true;
    }

    void launch(Host &host, const char *target, unsigned flags = 0)
    {
        qi_task_options options;
        qi_task_options_init(&options);
        options.progress = on_progress;
        options.done = on_done;
        options.user = this;
        options.flags = flags;
        int launched = qi_run_task(host.runtime, target, nullptr, 0, &options, &task);
        INFO(qi_last_error()->message);
        REQUIRE(launched == QI_OK);
    }
    ~Job() { qi_task_release(task); }

    std::vector<Step> steps;
    std::function<void()> react;
    bool is_done = false;
    int status = QI_OK;
    qi_task *task = nullptr;
};

void define(Host &host, const char *body)
{
    host.exec((std::string("import asyncio, contextvars, gc, qi, threading\n") + body).c_str());
}

} // namespace

TEST_CASE("first report is told at once, the last one before the end")
{
    Host host;
    Job job;

    define(host, "async def work():\n"
                 "    qi.progress(0, 3, 'reading')\n"
                 "    await asyncio.sleep(0)\n"
                 "    for step in range(4): qi.progress(step, 3, text=f'step {step}')\n");
    job.launch(host, "__main__:work");
    CHECK(job.steps == std::vector<Step>{{0, 3, "reading"}});
    host.until([&] { return job.is_done; });
    CHECK(job.steps.back() == Step{3, 3, "step 3"});
    CHECK(job.status == QI_OK);
}

TEST_CASE("tight loop does not flood the host")
{
    Host host;
    Job job;

    define(host, "async def work():\n"
                 "    for step in range(100001): qi.progress(step, 100000)\n");
    job.launch(host, "__main__:work");
    REQUIRE(job.is_done);
    CHECK(job.steps.size() < 10000);
    CHECK(job.steps.front() == Step{0, 100000, ""});
    CHECK(job.steps.back() == Step{100000, 100000, ""});
}

TEST_CASE("report that came too soon is told while the coroutine waits")
{
    Host host;
    Job job;

    define(host, "event = asyncio.Event()\n"
                 "async def work():\n"
                 "    qi.progress(1)\n"
                 "    qi.progress(2)\n"
                 "    qi.progress(3)\n"
                 "    await event.wait()\n");
    job.launch(host, "__main__:work");
    CHECK(job.steps.front() == Step{1, 0, ""});
    host.until([&] { return job.steps.back() == Step{3, 0, ""}; });
    const size_t told = job.steps.size();
    host.exec("event.set()");
    host.until([&] { return job.is_done; });
    CHECK(job.steps.size() == told);
}

TEST_CASE("a task that ends while the timer of its report is set leaves nothing behind")
{
    Job job;
    Host host;
    qi_function function;
    qi_function_init(&function);
    function.call = [](const qi_value *, size_t, qi_value *, void *) -> int {
        QEventLoop inner;
        QTimer::singleShot(1, &inner, &QEventLoop::quit);
        inner.exec();
        return QI_OK;
    };
    REQUIRE(qi_function_register(host.runtime, "spin", &function) == QI_OK);
    define(host,
           "import time, weakref\n"
           "made = []\n"
           "async def work():\n"
           "    loop = asyncio.get_running_loop()\n"
           "    real = loop.call_later; task = asyncio.current_task()\n"
           "    await asyncio.sleep(0)\n"
           "    def call_later(delay, callback, *args):\n"
           "        del loop.call_later\n"
           "        handle = real(delay, callback, *args)\n"
           "        made.append(weakref.ref(handle))\n"
           "        end = time.monotonic() + 20\n"
           "        while not task.done() and time.monotonic() < end: qi.host.spin()\n"
           "        return handle\n"
           "    loop.call_later = call_later\n"
           "    threading.Thread(target=contextvars.copy_context().run, args=(report,)).start()\n"
           "    while not made: await asyncio.sleep(0)\n"
           "def report():\n"
           "    for step in range(10000):\n"
           "        if made: break\n"
           "        qi.progress(step)\n"
           "        time.sleep(0.001)\n");
    job.launch(host, "__main__:work");
    host.until([&] { return job.is_done; });
    host.exec("gc.collect()\n");
    CHECK(host.eval("len(made)") == "1");
    CHECK(host.eval("made[0]() is None or made[0]().cancelled()") == "True");
}

TEST_CASE("tasks and threads that the host's task starts report for it")
{
    Host host;
    Job job, other;

    define(host, "async def child(step): qi.progress(step, 9, 'child')\n"
                 "async def through_task():\n"
                 "    await asyncio.create_task(child(4))\n"
                 "async def through_thread():\n"
                 "    await asyncio.to_thread(qi.progress, 5, 9, 'thread')\n"
                 "async def through_group():\n"
                 "    async with asyncio.TaskGroup() as group:\n"
                 "        for step in range(8): group.create_task(child(step))\n");
    job.launch(host, "__main__:through_task");
    host.until([&] { return job.is_done; });
    CHECK(job.steps == std::vector<Step>{{4, 9, "child"}});
    other.launch(host, "__main__:through_thread");
    host.until([&] { return other.is_done; });
    CHECK(other.steps == std::vector<Step>{{5, 9, "thread"}});
    Job group;
    group.launch(host, "__main__:through_group");
    host.until([&] { return group.is_done; });
    CHECK(group.steps.back() == Step{7, 9, "child"});
    CHECK(job.steps.size() == 1);
}

TEST_CASE("flood from a thread arrives in the GUI thread, the latest last")
{
    Host host;
    Job job;

    define(host, "def count():\n"
                 "    for step in range(20001): qi.progress(step, 20000, 'x')\n"
                 "async def work(): await asyncio.to_thread(count)\n");
    job.launch(host, "__main__:work");
    host.until([&] { return job.is_done; });
    CHECK(job.steps.size() < 5000);
    CHECK(job.steps.back() == Step{20000, 20000, "x"});
}

TEST_CASE("plain function reports too")
{
    Host host;
    Job job;

    define(host, "def work(): qi.progress(1, 2, 'half')\n");
    job.launch(host, "__main__:work", QI_TASK_FLAG_ALLOW_PLAIN);
    CHECK(job.is_done);
    CHECK(job.steps == std::vector<Step>{{1, 2, "half"}});
}

TEST_CASE("nested tasks of the host report each for itself")
{
    Host host;
    Job outer, inner;

    define(host,
           "async def inside(): qi.progress(1, 1, 'inner')\n"
           "async def outside():\n"
           "    qi.progress(0, 1, 'outer'); await asyncio.sleep(0); qi.progress(1, 1, 'end')\n");
    outer.react = [&] {
        if (!inner.task)
            inner.launch(host, "__main__:inside");
    };
    outer.launch(host, "__main__:outside");
    host.until([&] { return outer.is_done; });
    CHECK(inner.steps == std::vector<Step>{{1, 1, "inner"}});
    CHECK(outer.steps == std::vector<Step>{{0, 1, "outer"}, {1, 1, "end"}});
}

TEST_CASE("without a task of the host's it does nothing, and bad input is refused all the same")
{
    Host host;
    Job job;

    define(host, "async def work(): return contextvars.copy_context()\n");
    host.exec("qi.progress(3, 4, 'nobody listens'); qi.progress(value=1, maximum=2, text='')");
    CHECK(raises(host, "qi.progress('1')") ==
          "TypeError: progress(): value is a number, and not of type str");
    CHECK(raises(host, "qi.progress(1, [2])") ==
          "TypeError: progress(): maximum is a number, and not of type list");
    CHECK(raises(host, "qi.progress(1, 2, 3)").find("TypeError") == 0);
    CHECK(raises(host, "qi.progress()").find("TypeError") == 0);
}

TEST_CASE("numbers of any kind are clamped as a bar clamps them")
{
    struct {
        const char *given;
        Step told;
    } const cases[] = {
        {"-1, 10", {0, 10, ""}},
        {"11, 10", {10, 10, ""}},
        {"1, -2", {1, 0, ""}},
        {"2**70, 5", {5, 5, ""}},
        {"-2**70", {0, 0, ""}},
        {"7, None", {7, 0, ""}},
        {"True, 2", {1, 2, ""}},
        {"3.0, 4.0", {3, 4, ""}},
        {"0.25, 1", {250, 1000, ""}},
        {"0.5, 0.75", {667, 1000, ""}},
        {"1.5, 1", {1000, 1000, ""}},
        {"2.5", {2, 0, ""}},
        {"float('nan'), 3", {0, 3, ""}},
        {"float('inf'), 3", {3, 3, ""}},
        {"1, float('inf')", {1, 9007199254740992, ""}},
        {"Fraction(1, 3), 1", {333, 1000, ""}},
        {"Decimal('0.1'), Decimal('0.2')", {500, 1000, ""}},
        {"qi.Progress(9, 2, 5, '')", {3, 3, ""}},
    };

    Host host;
    host.exec("from decimal import Decimal\nfrom fractions import Fraction");
    for (const auto &each : cases) {
        Job job;
        define(host, (std::string("async def work(): qi.progress(") + each.given + ")\n").c_str());
        job.launch(host, "__main__:work");
        host.until([&] { return job.is_done; });
        INFO(each.given);
        CHECK(job.steps == std::vector<Step>{each.told});
    }
}

TEST_CASE("reports after the end reach nobody")
{
    Host host;
    Job job;

    define(host, "async def straggler(): \n"
                 "    await event.wait(); qi.progress(9, 9, 'late'); late.append(1)\n"
                 "async def work():\n"
                 "    global event, kept; event = asyncio.Event()\n"
                 "    kept = asyncio.create_task(straggler()); qi.progress(1, 9)\n"
                 "late = []\n");
    job.launch(host, "__main__:work");
    REQUIRE(job.is_done);
    host.settle();
    host.exec("event.set()");
    host.until([&] { return host.eval("late") == "[1]"; });
    host.settle();
    CHECK(job.steps == std::vector<Step>{{1, 9, ""}});
}

TEST_CASE("callback may cancel the task, and text may be anything")
{
    Host host;
    Job job;

    define(host, "async def work():\n"
                 "    qi.progress(1, 2, 'b\\xe4d \\ud800')\n"
                 "    await asyncio.sleep(3600)\n");
    job.react = [&] { qi_task_cancel(job.task); };
    job.launch(host, "__main__:work");
    CHECK(job.steps == std::vector<Step>{{1, 2,
                                          "b\xc3\xa4"
                                          "d \\ud800"}});
    qi_task_cancel(job.task);
    host.until([&] { return job.is_done; });
    CHECK(job.status == QI_ERR_CANCELLED);
}

TEST_CASE("callback of the last report may shut the runtime down")
{
    Host host;
    Job job;

    define(host, "async def work():\n"
                 "    qi.progress(1, 2); await asyncio.sleep(0); qi.progress(2, 2)\n");
    job.react = [&] {
        if (job.steps.size() == 2)
            host.shutdown();
    };
    job.launch(host, "__main__:work");
    host.until([&] { return qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED; });
    CHECK(job.is_done);
    CHECK(job.steps.back() == Step{2, 2, ""});
}

TEST_CASE("progress of a HostFuture is passed on as it is")
{
    Host host;
    Job job;

    define(host, "async def work(): qi.progress(qi.Progress(15, 10, 20, 'half'))\n");
    job.launch(host, "__main__:work");
    CHECK(job.steps == std::vector<Step>{{5, 10, "half"}});
}

TEST_CASE("progress beyond what numbers hold is as far as they go")
{
    Host host;
    Job job;

    define(host, "async def work(): qi.progress((2**63 - 1, -2**63, 2**63 - 1, ''))\n");
    job.launch(host, "__main__:work");
    CHECK(job.steps == std::vector<Step>{{INT64_MAX, INT64_MAX, ""}});
}
