/* SPDX-License-Identifier: BSD-3-Clause */
// Several tasks as one: whenAll() and whenAny().
#include <atomic>
#include <memory>
#include <thread>

#include "tests/support/modern.h"

using tests::Modern;
using tests::value_of;

using namespace std::chrono_literals;

TEST_CASE("all of several tasks, whatever they come to, each by its type and in its place")
{
    Modern host;
    const auto all = qi::whenAll(host.python.run<int>("launches:returns_later", 1),
                                 host.python.run<QString>("launches:returns_later", "two"),
                                 host.python.run("launches:raises_later"),
                                 host.python.run<int>("launches:no_such_name"));
    CHECK(all.state() == qi::TaskState::Pending);
    const auto results = value_of(host.ended(all).result());
    CHECK(value_of(std::get<0>(results)) == 1);
    CHECK(value_of(std::get<1>(results)) == QLatin1String("two"));
    CHECK(std::get<2>(results).error().type == QLatin1String("ValueError"));
    CHECK(std::get<3>(results).status() == QI_ERR_NOT_FOUND);
    CHECK(all.state() == qi::TaskState::Done);
    CHECK(host.take_reports().empty());
}

TEST_CASE("all of a list, an empty one, and of what has ended")
{
    Modern host;
    std::vector<qi::Task<int>> tasks;
    for (int i = 0; i < 20; i++)
        tasks.push_back(
            host.python.run<int>(i % 2 ? "launches:returns_later" : "launches:returns", i));
    const auto results = value_of(host.ended(qi::whenAll(tasks)).result());
    REQUIRE(results.size() == 20);
    for (int i = 0; i < 20; i++)
        CHECK(value_of(results[std::size_t(i)]) == i);
    const auto again = qi::whenAll(tasks);
    CHECK(again.isFinished());
    CHECK(value_of(again.result()).size() == 20);
    const auto none = qi::whenAll(std::vector<qi::Task<int>>());
    CHECK(none.isFinished());
    CHECK(value_of(none.result()).empty());
}

TEST_CASE("it goes on with then(), and is itself one of several")
{
    Modern host;
    QObject context;
    const auto sum = qi::whenAll(host.python.run<int>("launches:returns_later", 1),
                                 host.python.run<int>("launches:returns_later", 2))
                         .then(&context, [](const auto &all) {
                             return *std::get<0>(*all) + *std::get<1>(*all);
                         });
    const auto both = qi::whenAll(
        sum, qi::whenAll(std::vector{host.python.run<int>("launches:returns", 3)}));
    const auto results = value_of(host.ended(both).result());
    CHECK(value_of(std::get<0>(results)) == 3);
    CHECK(value_of(value_of(std::get<1>(results)).front()) == 3);
}

TEST_CASE("cancelling all cancels each that has not ended")
{
    Modern host;
    const auto done = host.python.run<int>("launches:returns", 1);
    const auto waits = host.python.run("launches:waits");
    const auto all = qi::whenAll(done, waits);
    all.cancel();
    const auto results = value_of(host.ended(all).result());
    CHECK(value_of(std::get<0>(results)) == 1);
    CHECK(std::get<1>(results).error().isCancelled());
    CHECK(waits.state() == qi::TaskState::Cancelled);
}

TEST_CASE("the first of several tasks, by its number and with its result, while the others go on")
{
    Modern host;
    const auto slow = host.python.run<int>("launches:waits");
    const auto first = qi::whenAny(slow, host.python.run<int>("launches:returns_later", 7));
    const auto found = value_of(host.ended(first).result());
    CHECK(found.index == 1);
    CHECK(value_of(found.result) == 7);
    CHECK_FALSE(slow.isFinished());
    slow.cancel();
    host.ended(slow);

    const auto failed = qi::whenAny(std::vector{host.python.run<int>("launches:raises_later")});
    const auto error = value_of(host.ended(failed).result());
    CHECK(error.index == 0);
    CHECK(error.result.error().type == QLatin1String("ValueError"));
}

TEST_CASE("the first of tasks of different types tells whether it has a result")
{
    Modern host;
    const auto text = host.python.run<QString>("launches:returns", "text");
    const auto slow = host.python.run<int>("launches:waits");
    const auto first = qi::whenAny(slow, text);
    CHECK(first.isFinished());
    CHECK(value_of(first.result()).index == 1);
    CHECK(value_of(first.result()).result);
    slow.cancel();
    host.ended(slow);
}

TEST_CASE("of no tasks there is no first, and cancelling who waits for the first cancels all")
{
    Modern host;
    CHECK(qi::whenAny(std::vector<qi::Task<int>>()).result().status() == QI_ERR_ARGUMENT);
    std::vector<qi::Task<void>> tasks;
    for (int i = 0; i < 3; i++)
        tasks.push_back(host.python.run("launches:waits"));
    const auto first = qi::whenAny(tasks);
    first.cancel();
    CHECK(value_of(host.ended(first).result()).result.error().isCancelled());
    for (const auto &task : tasks)
        CHECK(host.ended(task).state() == qi::TaskState::Cancelled);
}

TEST_CASE("other threads put tasks together, and wait for them")
{
    Modern host;
    std::atomic<int> sum{0};
    std::atomic<bool> over{false};
    std::thread worker([&] {
        std::vector<qi::Task<int>> tasks;
        for (int i = 0; i < 10; i++)
            tasks.push_back(host.python.run<int>("launches:returns_later", i));
        const auto all = qi::whenAll(tasks).wait();
        for (const auto &one : all ? *all : std::vector<qi::Result<int>>())
            sum += one.value_or(1000);
        over = true;
    });
    host.until([&] { return over.load(); });
    worker.join();
    CHECK(sum == 45);
}

TEST_CASE("as a future, and with a runtime that ends before the tasks do")
{
    auto host = std::make_unique<Modern>();
    const auto future = qi::whenAll(host->python.run<int>("launches:returns_later", 4)).future();
    CHECK(value_of(std::get<0>(host->ended(future).result())) == 4);

    const auto all = qi::whenAll(host->python.run("launches:waits"));
    const auto first = qi::whenAny(host->python.run("launches:waits"));
    CHECK(host->shutdown() == QI_OK);
    REQUIRE(all.isFinished());
    CHECK_FALSE(std::get<0>(value_of(all.result())));
    REQUIRE(first.isFinished());
    CHECK_FALSE(value_of(first.result()).result);
}
