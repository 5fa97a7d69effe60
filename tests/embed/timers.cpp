// SPDX-License-Identifier: BSD-3-Clause
// Timers of the host: qi_timer_start() and what one may do with it.
#include <climits>
#include <thread>

#include <QtCore/qelapsedtimer.h>

#include "tests/embed/embedding.h"

namespace
{

/* What a timer of a test has seen, and what it is to do in its calls. */
struct Ticks {
    int calls = 0, ends = 0;
    qi_timer *timer = nullptr, *given = nullptr;
    std::function<void(Ticks &)> act = [](Ticks &) {};

    static void call(qi_timer *timer, void *user)
    {
        auto *self = static_cast<Ticks *>(user);
        CHECK(QThread::currentThread() == QCoreApplication::instance()->thread());
        CHECK(self->ends == 0);
        self->given = timer;
        self->calls++;
        self->act(*self);
    }
    static void end(void *user) { static_cast<Ticks *>(user)->ends++; }

    int start(qi_runtime *runtime, unsigned after_ms, unsigned repeat_ms)
    {
        return qi_timer_start(runtime, after_ms, repeat_ms, call, this, end, &timer);
    }
};

/* Another timer's time has come, so that one of the same time would have fired. */
void pass(Embedding &host, int milliseconds)
{
    QElapsedTimer clock;
    clock.start();
    CHECK(host.until([&] { return clock.hasExpired(milliseconds); }));
}

} // namespace

TEST_CASE("a_single_shot_fires_once_and_not_early_and_can_be_started_again")
{
    Embedding host;
    Ticks ticks;
    QElapsedTimer clock;
    REQUIRE(host.init() == QI_OK);
    clock.start();
    REQUIRE(ticks.start(host.runtime, 30, 0) == QI_OK);
    CHECK(qi_timer_is_active(ticks.timer));
    CHECK(host.until([&] { return ticks.calls == 1; }));
    CHECK(clock.elapsed() >= 30);
    CHECK(ticks.given == ticks.timer);
    CHECK_FALSE(qi_timer_is_active(ticks.timer));
    pass(host, 60);
    CHECK(ticks.calls == 1);
    CHECK(qi_timer_restart(ticks.timer, 0, 0) == QI_OK);
    CHECK(host.until([&] { return ticks.calls == 2; }));
    CHECK(ticks.ends == 0);
    CHECK(qi_timer_release(ticks.timer) == QI_OK);
    CHECK(ticks.ends == 1);
    CHECK(qi_timer_release(ticks.timer) == QI_ERR_HANDLE);
}

TEST_CASE("a_repeating_timer_fires_until_it_is_stopped_also_in_its_own_call")
{
    Embedding host;
    Ticks ticks;
    REQUIRE(host.init() == QI_OK);
    ticks.act = [](Ticks &self) {
        if (self.calls == 3)
            CHECK(qi_timer_stop(self.timer) == QI_OK);
    };
    REQUIRE(ticks.start(host.runtime, 0, 2) == QI_OK);
    CHECK(host.until([&] { return ticks.calls == 3; }));
    pass(host, 20);
    CHECK(ticks.calls == 3);
    CHECK_FALSE(qi_timer_is_active(ticks.timer));
    CHECK(ticks.ends == 0);
    CHECK(qi_timer_restart(ticks.timer, 1, 1) == QI_OK);
    CHECK(host.until([&] { return ticks.calls >= 5; }));
    CHECK(qi_timer_release(ticks.timer) == QI_OK);
}

TEST_CASE("a_timer_released_in_its_own_call_ends_when_that_has_returned")
{
    Embedding host;
    Ticks ticks;
    REQUIRE(host.init() == QI_OK);
    ticks.act = [](Ticks &self) {
        CHECK(qi_timer_release(self.timer) == QI_OK);
        CHECK(self.ends == 0);
    };
    REQUIRE(ticks.start(host.runtime, 0, 1) == QI_OK);
    CHECK(host.until([&] { return ticks.ends == 1; }));
    pass(host, 10);
    CHECK(ticks.calls == 1);
}

TEST_CASE("a_timer_without_a_handle_ends_by_itself")
{
    Embedding host;
    Ticks once, often;
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_timer_start(host.runtime, 1, 0, Ticks::call, &once, Ticks::end, nullptr) == QI_OK);
    REQUIRE(qi_timer_start(host.runtime, 1, 1, Ticks::call, &often, Ticks::end, nullptr) == QI_OK);
    CHECK(host.until([&] { return once.ends == 1 && often.calls >= 3; }));
    CHECK(once.calls == 1);
    CHECK(once.given == nullptr);
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(often.ends == 1);
}

TEST_CASE("the_end_of_the_runtime_ends_timers_and_their_handles_can_still_be_released")
{
    Embedding host;
    Ticks ticks;
    REQUIRE(host.init() == QI_OK);
    ticks.act = [&](Ticks &self) {
        CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
        CHECK(self.ends == 0);
    };
    REQUIRE(ticks.start(host.runtime, 0, 1) == QI_OK);
    CHECK(host.until([&] { return ticks.ends == 1; }));
    CHECK(ticks.calls == 1);
    CHECK_FALSE(qi_timer_is_active(ticks.timer));
    CHECK(qi_timer_restart(ticks.timer, 1, 0) == QI_ERR_NOT_RUNNING);
    CHECK(qi_timer_stop(ticks.timer) == QI_OK);
    CHECK(qi_timer_release(ticks.timer) == QI_OK);
    CHECK(ticks.ends == 1);
}

TEST_CASE("timers_fire_inside_event_loops_and_one_that_throws_goes_on")
{
    Embedding host;
    Ticks outer, inner;
    REQUIRE(host.init() == QI_OK);
    outer.act = [&](Ticks &) { CHECK(host.until([&] { return inner.calls >= 3; })); };
    inner.act = [](Ticks &) { throw std::runtime_error("thrown by a timer"); };
    REQUIRE(inner.start(host.runtime, 1, 1) == QI_OK);
    REQUIRE(outer.start(host.runtime, 0, 0) == QI_OK);
    CHECK(host.until([&] { return outer.calls == 1; }));
    CHECK(host.errors.size() >= 3);
    CHECK(host.errors[0].message.find("thrown by a timer") != std::string::npos);
    CHECK(qi_timer_release(outer.timer) == QI_OK);
    CHECK(qi_timer_release(inner.timer) == QI_OK);
}

TEST_CASE("timers_refuse_what_they_cannot_do")
{
    Embedding host;
    Ticks ticks;
    REQUIRE(host.init() == QI_OK);
    qi_runtime *rt = host.runtime;
    CHECK(qi_timer_start(rt, 0, 0, nullptr, nullptr, Ticks::end, &ticks.timer) == QI_ERR_ARGUMENT);
    CHECK(ticks.start(rt, unsigned(INT_MAX) + 1, 0) == QI_ERR_RANGE);
    CHECK(ticks.start(nullptr, 0, 0) == QI_ERR_HANDLE);
    CHECK(ticks.timer == nullptr);
    REQUIRE(ticks.start(rt, 1000000, 0) == QI_OK);
    CHECK(qi_timer_restart(ticks.timer, 0, UINT_MAX) == QI_ERR_RANGE);
    std::thread([&] {
        Ticks other;
        CHECK(other.start(rt, 0, 0) == QI_ERR_WRONG_THREAD);
        CHECK(qi_timer_stop(ticks.timer) == QI_ERR_WRONG_THREAD);
        CHECK(qi_timer_release(ticks.timer) == QI_ERR_WRONG_THREAD);
        CHECK(qi_timer_is_active(ticks.timer));
    }).join();
    CHECK(qi_timer_restart(nullptr, 0, 0) == QI_ERR_HANDLE);
    CHECK(qi_timer_release(nullptr) == QI_OK);
    CHECK_FALSE(qi_timer_is_active(reinterpret_cast<qi_timer *>(rt)));
    CHECK(qi_timer_release(ticks.timer) == QI_OK);
    CHECK(ticks.ends == 1);
    CHECK(ticks.calls == 0);
}
