// SPDX-License-Identifier: BSD-3-Clause
// The ready queue's ring: first in, first out, whatever wraps or grows in between.
#include <cstdint>
#include <deque>
#include <random>

#include "core/ring.h"
#include "tests/support/catch.h"

namespace
{
void *item(std::uintptr_t number)
{
    return reinterpret_cast<void *>(number);
}
} // namespace

TEST_CASE("an empty ring has nothing to give")
{
    qip_ring ring = {};
    CHECK(qip_ring_pop(&ring) == nullptr);
    CHECK(ring.count == 0);
    qip_ring_free(&ring);
}

TEST_CASE("items come out in the order in which they went in, across growth and wrapping")
{
    qip_ring ring = {};
    std::deque<std::uintptr_t> model;
    std::mt19937 random(7);
    std::uintptr_t next = 1;

    for (int step = 0; step < 20000; step++) {
        const bool push = model.empty() || random() % 5 < 3;
        if (push && model.size() < 3000) {
            REQUIRE(qip_ring_push(&ring, item(next)));
            model.push_back(next++);
        } else if (!model.empty()) {
            REQUIRE(qip_ring_pop(&ring) == item(model.front()));
            model.pop_front();
        }
        REQUIRE(ring.count == model.size());
    }
    for (std::size_t i = 0; i < model.size(); i++)
        REQUIRE(qip_ring_at(&ring, i) == item(model[i]));
    qip_ring_free(&ring);
    CHECK(ring.capacity == 0);
}

TEST_CASE("growing in the middle of a wrapped ring keeps the order")
{
    qip_ring ring = {};
    for (std::uintptr_t i = 1; i <= QIP_RING_FIRST_CAPACITY; i++)
        REQUIRE(qip_ring_push(&ring, item(i)));
    for (std::uintptr_t i = 1; i <= 10; i++)
        REQUIRE(qip_ring_pop(&ring) == item(i));
    for (std::uintptr_t i = 1; i <= 11; i++)
        REQUIRE(qip_ring_push(&ring, item(QIP_RING_FIRST_CAPACITY + i)));
    CHECK(ring.capacity == 2 * QIP_RING_FIRST_CAPACITY);
    for (std::uintptr_t i = 11; i <= QIP_RING_FIRST_CAPACITY + 11; i++)
        REQUIRE(qip_ring_pop(&ring) == item(i));
    qip_ring_free(&ring);
}
