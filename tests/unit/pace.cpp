// SPDX-License-Identifier: BSD-3-Clause
// The length of a turn, by what the host has had to do.
#include "core/pace.h"
#include "tests/support/catch.h"

namespace
{

constexpr uint64_t MS = 1000000, SLICE = 2 * MS, START = 1000 * MS;

struct Paced {
    qip_pace pace = {};
    uint64_t now = START;

    Paced() { pace.slice_ns = SLICE; }

    // A turn that begins after so much time of the host's, and leaves work.
    uint64_t turn(unsigned news, uint64_t host_ns = MS / 100)
    {
        now += host_ns;
        const uint64_t given = qip_pace_begin(&pace, news, now);
        now += given;
        qip_pace_end(&pace, true, now);
        return given;
    }
};

constexpr unsigned WINDOW = QIP_HOST_EVENTS | QIP_HOST_WINDOW_EVENTS;

} // namespace

TEST_CASE("a turn has its slice while the host has events of any kind")
{
    Paced paced;
    for (int i = 0; i < 1000; i++)
        REQUIRE(paced.turn(QIP_HOST_EVENTS) == SLICE);
}

TEST_CASE("a turn is short for a while after an event of a window")
{
    Paced paced;
    CHECK(paced.turn(WINDOW) == SLICE / 4);
    CHECK(paced.turn(0, QIP_PACE_WINDOW_NS / 2) > SLICE / 4); // Qt was busy for long: asyncio's share
    paced.turn(WINDOW);
    CHECK(paced.turn(0) == SLICE / 4);
    CHECK(paced.turn(0, QIP_PACE_WINDOW_NS) == SLICE);
}

TEST_CASE("slow frames leave asyncio an eighth of their time, and no more than its slice")
{
    Paced paced;
    paced.turn(WINDOW);
    CHECK(paced.turn(WINDOW, 8 * MS) == MS);
    CHECK(paced.turn(WINDOW, 80 * MS) == SLICE);
}

TEST_CASE("time in which asyncio had nothing to do is not the host's")
{
    Paced paced;
    paced.turn(WINDOW);
    qip_pace_end(&paced.pace, false, paced.now);
    CHECK(paced.turn(WINDOW, 80 * MS) == SLICE / 4);
}

TEST_CASE("a turn is long when the host has had nothing to do for a second")
{
    Paced paced;
    paced.turn(QIP_HOST_EVENTS);
    CHECK(paced.turn(0, QIP_PACE_QUIET_NS / 2) == SLICE);
    CHECK(paced.turn(0, QIP_PACE_QUIET_NS) == 2 * SLICE);
    CHECK(paced.turn(QIP_HOST_EVENTS) == SLICE);
}
