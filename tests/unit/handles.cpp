// SPDX-License-Identifier: BSD-3-Clause
// The set of live handles.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/handles.h"
#include "tests/support/catch.h"

TEST_CASE("a_handle_is_live_from_add_to_remove")
{
    int object;

    CHECK_FALSE(qip_handle_is(&object, QIP_HANDLE_TASK));
    REQUIRE(qip_handle_add(&object, QIP_HANDLE_TASK) == QI_OK);
    CHECK(qip_handle_is(&object, QIP_HANDLE_TASK));
    CHECK_FALSE(qip_handle_is(&object, QIP_HANDLE_RUNTIME));
    qip_handle_remove(&object);
    CHECK_FALSE(qip_handle_is(&object, QIP_HANDLE_TASK));
    qip_handle_remove(&object); // once more does nothing
    qip_handle_remove(nullptr);
}

TEST_CASE("a_wrong_handle_is_refused_with_the_reason")
{
    const auto message = [] { return std::string(qi_last_error()->message); };
    int object;

    CHECK(qip_handle_check(nullptr, QIP_HANDLE_TASK, "task") == QI_ERR_HANDLE);
    CHECK(message().find("NULL") != std::string::npos);
    CHECK(qip_handle_check(&object, QIP_HANDLE_TASK, "task") == QI_ERR_HANDLE);
    CHECK(message().find("released") != std::string::npos);
    qip_handle_add(&object, QIP_HANDLE_CONNECTION);
    CHECK(qip_handle_check(&object, QIP_HANDLE_TASK, "task") == QI_ERR_HANDLE);
    CHECK(message().find("a connection") != std::string::npos);
    CHECK(qip_handle_check(&object, QIP_HANDLE_CONNECTION, "connection") == QI_OK);
    qip_handle_remove(&object);
}

TEST_CASE("many_handles_come_and_go_in_any_order")
{
    std::vector<char> objects(5000);

    for (char &object : objects)
        REQUIRE(qip_handle_add(&object, QIP_HANDLE_TASK) == QI_OK);
    for (size_t i = 0; i < objects.size(); i += 2)
        qip_handle_remove(&objects[i]);
    size_t wrong = 0;
    for (size_t i = 0; i < objects.size(); i++)
        wrong += qip_handle_is(&objects[i], QIP_HANDLE_TASK) != (i % 2 == 1);
    CHECK(wrong == 0);
    for (size_t i = 0; i < objects.size(); i += 2)
        qip_handle_add(&objects[i], QIP_HANDLE_CALLABLE);
    for (size_t i = objects.size(); i-- > 0;)
        wrong += !qip_handle_is(&objects[i], i % 2 ? QIP_HANDLE_TASK : QIP_HANDLE_CALLABLE);
    CHECK(wrong == 0);
    for (char &object : objects)
        qip_handle_remove(&object);
    for (char &object : objects)
        wrong += qip_handle_is(&object, QIP_HANDLE_TASK);
    CHECK(wrong == 0);
}

TEST_CASE("handles_are_added_and_asked_for_from_many_threads")
{
    std::vector<std::thread> threads;
    std::vector<int> wrong(4);

    for (int number = 0; number < 4; number++) {
        threads.emplace_back([number, &wrong] {
            std::vector<char> objects(500);
            for (char &object : objects)
                qip_handle_add(&object, QIP_HANDLE_TASK);
            for (char &object : objects)
                wrong[number] += !qip_handle_is(&object, QIP_HANDLE_TASK);
            for (char &object : objects)
                qip_handle_remove(&object);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    for (int count : wrong)
        CHECK(count == 0);
}

TEST_CASE("a_handle_lives_until_it_was_released_as_often_as_it_is_held")
{
    static int kept;
    const auto keep = [](void *) { kept++; };
    int object;

    kept = 0;
    REQUIRE(qip_handle_add(&object, QIP_HANDLE_TASK) == QI_OK);
    CHECK(qip_handle_take(&object, QIP_HANDLE_TASK, "task", keep) == QI_OK);
    CHECK(qip_handle_retain(&object, QIP_HANDLE_TASK, "task", keep) == QI_OK);
    CHECK(kept == 2);
    CHECK(qip_handle_take(&object, QIP_HANDLE_CONNECTION, "connection", keep) == QI_ERR_HANDLE);
    CHECK_FALSE(qip_handle_give_up(&object, QIP_HANDLE_CONNECTION));
    CHECK(qip_handle_give_up(&object, QIP_HANDLE_TASK));
    CHECK(qip_handle_is(&object, QIP_HANDLE_TASK));
    CHECK(qip_handle_give_up(&object, QIP_HANDLE_TASK));
    CHECK_FALSE(qip_handle_is(&object, QIP_HANDLE_TASK));
    CHECK_FALSE(qip_handle_give_up(&object, QIP_HANDLE_TASK));
    CHECK(qip_handle_retain(&object, QIP_HANDLE_TASK, "task", keep) == QI_ERR_HANDLE);
    CHECK(qip_handle_take(nullptr, QIP_HANDLE_TASK, "task", keep) == QI_ERR_HANDLE);
    CHECK(kept == 2);
}

TEST_CASE("of_many_threads_that_release_a_handle_one_does")
{
    std::atomic<int> released{0}, kept{0};
    static std::atomic<int> *counter;
    int object;

    counter = &kept;
    for (int round = 0; round < 200; round++) {
        std::vector<std::thread> threads;
        qip_handle_add(&object, QIP_HANDLE_TASK);
        for (int number = 0; number < 4; number++) {
            threads.emplace_back([&] {
                if (qip_handle_take_quietly(&object, QIP_HANDLE_TASK, [](void *) { ++*counter; }))
                    --kept;
                released += qip_handle_give_up(&object, QIP_HANDLE_TASK);
            });
        }
        for (std::thread &thread : threads)
            thread.join();
    }
    CHECK(released == 200);
    CHECK(kept == 0);
}
