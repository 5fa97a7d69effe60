/* SPDX-License-Identifier: BSD-3-Clause */
// Steps that take longer than the watchdog's slow_step_ms are told when they have ended.
#include "tests/monitor/watched.h"

using tests::Watched;

namespace
{

struct Step {
    uint64_t microseconds;
    std::string task, coroutine, plugin, signal, target;
};

struct Slow : Watched {
    Slow()
        : Watched([this](qi_watchdog_options &options) {
              options.limit_ms = 60000;
              options.slow_step_ms = 40;
              options.slow = on_slow;
              options.slow_user = this;
          })
    {
    }

    static void on_slow(const qi_slow_step *step, void *user)
    {
        auto text = [](const char *text) { return std::string(text ? text : ""); };
        CHECK(step->size == sizeof *step);
        static_cast<Slow *>(user)->steps.push_back({step->microseconds, text(step->task),
                                                    text(step->coroutine), text(step->plugin),
                                                    text(step->signal), text(step->target)});
    }

    /* The first step told whose target is this. */
    Step wait_for(const char *target)
    {
        until([&] {
            for (const Step &step : steps) {
                if (step.target == target)
                    return true;
            }
            return false;
        });
        for (const Step &step : steps) {
            if (step.target == target)
                return step;
        }
        return {};
    }

    std::vector<Step> steps;
};

} // namespace

TEST_CASE("a slow callback is told with its name and how long it took")
{
    Slow host;
    host.exec("asyncio.get_running_loop().call_soon(stalls.slow, 60)");
    Step step = host.wait_for("stalls:slow");
    CHECK(step.microseconds >= 60000);
    CHECK(step.task == "");
    CHECK(step.coroutine == "");
    qi_loop_counters counters;
    qi_loop_counters_init(&counters);
    REQUIRE(qi_loop_counters_read(host.runtime, &counters) == QI_OK);
    CHECK(counters.slow_steps >= 1);
    CHECK(counters.longest_step_ns >= 60000000);
}

TEST_CASE("a slow step of a task is told with the task, and the signal that launched it")
{
    Slow host;
    host.exec("async def later(number):\n"
              "    asyncio.current_task().set_name('slow one')\n"
              "    await asyncio.sleep(0)\n"
              "    stalls.slow(60)\n"
              "    await asyncio.sleep(0)\n"
              "qi.host.stuck.numbered.connect(qi.asyncslot(later))");
    Q_EMIT host.stuck.numbered(1);
    Step step = host.wait_for("__main__:later");
    CHECK(step.task == "slow one");
    CHECK(step.coroutine == "__main__:later");
    CHECK(step.signal == "tests::Stuck::numbered(int)");
    CHECK(step.microseconds >= 60000);
}

TEST_CASE("a slow first step is told when the emission ends")
{
    Slow host;
    host.exec("async def at_once(number): stalls.slow(60)\n"
              "qi.host.stuck.numbered.connect(qi.asyncslot(at_once))");
    Q_EMIT host.stuck.numbered(1);
    REQUIRE(!host.steps.empty());
    CHECK(host.steps[0].target == "__main__:at_once");
    CHECK(host.steps[0].signal == "tests::Stuck::numbered(int)");
    CHECK(host.steps[0].microseconds >= 40000);
}

TEST_CASE("what is quick is not told, nor what runs an event loop")
{
    Slow host;
    int ticks = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, [&] {
        if (++ticks == 20)
            host.stuck.quit();
    });
    timer.start(10);
    host.exec("ended = []\n"
              "loop = asyncio.get_running_loop()\n"
              "loop.call_soon(lambda: (qi.host.stuck.exec(), ended.append(1)))");
    host.until([&] { return host.eval("ended") == "[1]"; });
    for (const Step &step : host.steps) {
        INFO(step.target);
        CHECK(step.target.find("lambda") == std::string::npos);
    }
}

TEST_CASE("who hears of a slow step may stop the watchdog, and goes after that")
{
    struct Stops {
        Watched *host = nullptr;
        int calls = 0;
        bool in_call = false, in_call_at_the_end = false, is_over = false;

        static void on_slow(const qi_slow_step *, void *user)
        {
            auto *self = static_cast<Stops *>(user);
            self->calls++;
            self->in_call = true;
            CHECK(qi_watchdog_stop(self->host->runtime) == QI_OK);
            CHECK_FALSE(self->is_over);
            self->in_call = false;
        }
        static void end(void *user)
        {
            auto *self = static_cast<Stops *>(user);
            self->in_call_at_the_end = self->in_call;
            self->is_over = true;
        }
    } stops;
    Watched host([&](qi_watchdog_options &options) {
        options.limit_ms = 60000;
        options.slow_step_ms = 40;
        options.slow = Stops::on_slow;
        options.slow_user = &stops;
        options.slow_destroy = Stops::end;
    });
    stops.host = &host;
    host.exec("asyncio.get_running_loop().call_soon(stalls.slow, 60)");
    host.until([&] { return stops.calls > 0; });
    CHECK(stops.calls == 1);
    CHECK(stops.is_over);
    CHECK_FALSE(stops.in_call_at_the_end);
}
