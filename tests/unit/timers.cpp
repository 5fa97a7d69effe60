// SPDX-License-Identifier: BSD-3-Clause
// The timers' heap: the earliest first, equal ones in order, and a cancelled one leaves at once.
#include <algorithm>
#include <random>
#include <vector>

#include "tests/support/catch.h"
#include "core/timers.h"

namespace
{

qip_timer *pop(qip_timers &timers)
{
    qip_timer *first = qip_timers_first(&timers);
    if (first)
        qip_timers_remove(&timers, first);
    return first;
}

void check_places(const qip_timers &timers)
{
    for (size_t i = 0; i < timers.count; i++) {
        REQUIRE(timers.slots[i].timer->place == i + 1);
        if (i > 0)
            REQUIRE_FALSE(qip_timers_before(&timers.slots[i], &timers.slots[(i - 1) / 4]));
    }
}

} // namespace

TEST_CASE("timers come out by deadline")
{
    qip_timers timers = {};
    qip_timer late = {}, early = {}, never = {};
    REQUIRE(qip_timers_add(&timers, &late, 2.0));
    REQUIRE(qip_timers_add(&timers, &never, 1e300));
    REQUIRE(qip_timers_add(&timers, &early, -1.0));
    CHECK(qip_timers_deadline(&timers) == -1.0);
    CHECK(pop(timers) == &early);
    CHECK(pop(timers) == &late);
    CHECK(pop(timers) == &never);
    CHECK(pop(timers) == nullptr);
    qip_timers_free(&timers);
}

TEST_CASE("timers with the same deadline come out in the order of their addition (T28)")
{
    qip_timers timers = {};
    std::vector<qip_timer> all(500);
    for (qip_timer &timer : all)
        REQUIRE(qip_timers_add(&timers, &timer, 1.0));
    for (qip_timer &timer : all)
        REQUIRE(pop(timers) == &timer);
    qip_timers_free(&timers);
}

TEST_CASE("removing any timer leaves the others in order (T31)")
{
    qip_timers timers = {};
    std::vector<qip_timer> all(2000);
    std::vector<double> when(all.size());
    std::vector<size_t> alive;
    std::mt19937 random(11);

    for (size_t i = 0; i < all.size(); i++) {
        when[i] = random() % 300;
        REQUIRE(qip_timers_add(&timers, &all[i], when[i]));
        alive.push_back(i);
    }
    std::shuffle(alive.begin(), alive.end(), random);
    for (int i = 0; i < 1500; i++) {
        qip_timer &timer = all[alive.back()];
        alive.pop_back();
        qip_timers_remove(&timers, &timer);
        REQUIRE(timer.place == 0);
        qip_timers_remove(&timers, &timer); // once more does nothing
        if (i % 100 == 0)
            check_places(timers);
    }
    REQUIRE(timers.count == alive.size());
    std::sort(alive.begin(), alive.end(), [&](size_t a, size_t b) {
        return when[a] < when[b] || (when[a] == when[b] && a < b);
    });
    for (size_t index : alive)
        REQUIRE(pop(timers) == &all[index]);
    qip_timers_free(&timers);
}

TEST_CASE("a removed timer may be added again")
{
    qip_timers timers = {};
    qip_timer a = {}, b = {};
    REQUIRE(qip_timers_add(&timers, &a, 1.0));
    REQUIRE(qip_timers_add(&timers, &b, 2.0));
    qip_timers_remove(&timers, &a);
    REQUIRE(qip_timers_add(&timers, &a, 3.0));
    CHECK(pop(timers) == &b);
    CHECK(pop(timers) == &a);
    qip_timers_free(&timers);
}
