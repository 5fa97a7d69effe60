// SPDX-License-Identifier: BSD-3-Clause
// qi_runtime_post(): from any thread to the GUI thread; and how callbacks of the host fail.
#include <atomic>
#include <thread>
#include <vector>

#include <QtCore/qthread.h>

#include "tests/embed/embedding.h"

#include <qi/expose.h>
#include <qi/task.h>

namespace
{

struct Posted {
    std::vector<int> *order;
    int number;
    std::atomic<int> *ends;

    static void call(void *user)
    {
        auto *self = static_cast<Posted *>(user);
        CHECK(QThread::currentThread() == QCoreApplication::instance()->thread());
        self->order->push_back(self->number);
    }
    static void end(void *user)
    {
        (*static_cast<Posted *>(user)->ends)++;
        delete static_cast<Posted *>(user);
    }
};

} // namespace

TEST_CASE("calls_come_to_the_gui_thread_in_the_order_in_which_a_thread_posts_them")
{
    Embedding host;
    std::vector<int> order;
    std::atomic<int> ends{0};
    REQUIRE(host.init() == QI_OK);
    std::thread([&] {
        for (int i = 0; i < 50; i++)
            CHECK(qi_runtime_post(host.runtime, Posted::call, new Posted{&order, i, &ends},
                                  Posted::end) == QI_OK);
    }).join();
    CHECK(order.empty());
    CHECK(host.until([&] { return ends == 50; }));
    for (int i = 0; i < 50; i++)
        CHECK(order[size_t(i)] == i);
}

TEST_CASE("what_was_posted_to_a_runtime_that_has_ended_is_not_called_and_its_user_ends")
{
    Embedding host;
    std::vector<int> order;
    std::atomic<int> ends{0};
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_post(host.runtime, Posted::call, new Posted{&order, 1, &ends}, Posted::end) ==
          QI_OK);
    qi_runtime *first = host.runtime;
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    REQUIRE(host.init() == QI_OK); /* not what the call was posted to */
    CHECK(host.until([&] { return ends == 1; }));
    CHECK(order.empty());
    Posted kept{&order, 2, &ends};
    CHECK(qi_runtime_post(first, Posted::call, &kept, Posted::end) == QI_ERR_NOT_RUNNING);
    CHECK(qi_runtime_post(nullptr, Posted::call, &kept, Posted::end) == QI_ERR_HANDLE);
    CHECK(qi_runtime_post(host.runtime, nullptr, &kept, Posted::end) == QI_ERR_ARGUMENT);
    CHECK(ends == 1);
}

TEST_CASE("a_posted_call_that_throws_is_reported")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_post(
              host.runtime, [](void *) { throw std::runtime_error("thrown by a posted call"); },
              nullptr, nullptr) == QI_OK);
    CHECK(host.until([&] {
        return std::any_of(host.errors.begin(), host.errors.end(), [](const auto &error) {
            return error.message.find("thrown by a posted call") != std::string::npos;
        });
    }));
}

TEST_CASE("callbacks_fail_with_a_format_or_with_an_error_from_before")
{
    CHECK(qi_failf(QI_ERR_RANGE, "%d of %s", 7, "five") == QI_ERR_RANGE);
    CHECK(std::string(qi_last_error()->message) == "7 of five");
    CHECK(qi_failf(QI_OK, "%d", 7) == QI_ERR_ARGUMENT);

    Embedding host;
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_exec(host.runtime, "{}['rec']", nullptr) == QI_ERR_PYTHON);
    const std::string message = qi_last_error()->message, traceback = qi_last_error()->traceback;
    CHECK(qi_fail_again(qi_last_error()) == QI_ERR_PYTHON);
    CHECK(qi_last_error()->message == message);
    CHECK(qi_last_error()->traceback == traceback);
    CHECK(std::string(qi_last_error()->python_type) == "KeyError");
    qi_error error;
    qi_error_init(&error);
    CHECK(qi_fail_again(&error) == QI_ERR_ARGUMENT);
    CHECK(qi_fail_again(nullptr) == QI_ERR_ARGUMENT);
    error.status = QI_ERR_STATE;
    error.message = nullptr;
    CHECK(qi_fail_again(&error) == QI_ERR_ARGUMENT);
}
