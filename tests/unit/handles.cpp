// SPDX-License-Identifier: BSD-3-Clause
// The set of live handles.
#include <string>
#include <thread>
#include <vector>

#include "handles.h"
#include "tests/support/catch.h"

TEST_CASE("a_handle_is_live_from_add_to_remove")
{
    int object;

    CHECK_FALSE(qi__handle_is(&object, QI__HANDLE_TASK));
    REQUIRE(qi__handle_add(&object, QI__HANDLE_TASK) == QI_OK);
    CHECK(qi__handle_is(&object, QI__HANDLE_TASK));
    CHECK_FALSE(qi__handle_is(&object, QI__HANDLE_RUNTIME));
    qi__handle_remove(&object);
    CHECK_FALSE(qi__handle_is(&object, QI__HANDLE_TASK));
    qi__handle_remove(&object); // once more does nothing
    qi__handle_remove(nullptr);
}

TEST_CASE("a_wrong_handle_is_refused_with_the_reason")
{
    const auto message = [] { return std::string(qi_last_error()->message); };
    int object;

    CHECK(qi__handle_check(nullptr, QI__HANDLE_TASK, "task") == QI_ERR_HANDLE);
    CHECK(message().find("NULL") != std::string::npos);
    CHECK(qi__handle_check(&object, QI__HANDLE_TASK, "task") == QI_ERR_HANDLE);
    CHECK(message().find("released") != std::string::npos);
    qi__handle_add(&object, QI__HANDLE_CONNECTION);
    CHECK(qi__handle_check(&object, QI__HANDLE_TASK, "task") == QI_ERR_HANDLE);
    CHECK(message().find("a connection") != std::string::npos);
    CHECK(qi__handle_check(&object, QI__HANDLE_CONNECTION, "connection") == QI_OK);
    qi__handle_remove(&object);
}

TEST_CASE("many_handles_come_and_go_in_any_order")
{
    std::vector<char> objects(5000);

    for (char &object : objects)
        REQUIRE(qi__handle_add(&object, QI__HANDLE_TASK) == QI_OK);
    for (size_t i = 0; i < objects.size(); i += 2)
        qi__handle_remove(&objects[i]);
    size_t wrong = 0;
    for (size_t i = 0; i < objects.size(); i++)
        wrong += qi__handle_is(&objects[i], QI__HANDLE_TASK) != (i % 2 == 1);
    CHECK(wrong == 0);
    for (size_t i = 0; i < objects.size(); i += 2)
        qi__handle_add(&objects[i], QI__HANDLE_CALLABLE);
    for (size_t i = objects.size(); i-- > 0;)
        wrong += !qi__handle_is(&objects[i], i % 2 ? QI__HANDLE_TASK : QI__HANDLE_CALLABLE);
    CHECK(wrong == 0);
    for (char &object : objects)
        qi__handle_remove(&object);
    for (char &object : objects)
        wrong += qi__handle_is(&object, QI__HANDLE_TASK);
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
                qi__handle_add(&object, QI__HANDLE_TASK);
            for (char &object : objects)
                wrong[number] += !qi__handle_is(&object, QI__HANDLE_TASK);
            for (char &object : objects)
                qi__handle_remove(&object);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    for (int count : wrong)
        CHECK(count == 0);
}
