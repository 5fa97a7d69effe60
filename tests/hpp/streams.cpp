/* SPDX-License-Identifier: BSD-3-Clause */
// qi::Stream: asynchronous generators of Python, item after item.
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/support/modern.h"

#ifdef __cpp_impl_coroutine
#include <coroutine>
#include <exception>
#endif

using tests::Modern;
using tests::value_of;

namespace
{

class Counting : public Modern
{
  public:
    Counting()
    {
        exec("import asyncio\n"
             "log = []\n"
             "async def count(to, pause=0):\n"
             "    try:\n"
             "        for i in range(to):\n"
             "            await asyncio.sleep(pause)\n"
             "            yield i\n"
             "    finally: log.append('closed')\n"
             "async def mixed():\n"
             "    yield 1\n"
             "    yield 'two'\n"
             "class Range:\n"
             "    def __aiter__(self): return count(2)\n");
    }
};

} // namespace

TEST_CASE("a stream gives one item after another, and nothing at its end")
{
    Counting host;
    const auto stream = value_of(qi::Stream<int>::open(host.python, "__main__:count", 2));
    for (int i = 0; i < 2; i++) {
        const qi::Next<int> item = value_of(host.ended(stream.next()).result());
        REQUIRE(item);
        CHECK(*item == i);
    }
    CHECK_FALSE(value_of(host.ended(stream.next()).result()));
    CHECK(host.eval("log") == "['closed']");
    CHECK(qi::Stream<int>::open(host.python, "__main__:conut").error().status == QI_ERR_NOT_FOUND);
    CHECK_FALSE(qi::Stream<int>::open(host.python, "builtins:list"));
}

TEST_CASE("a function is called with each item, and what follows hears of the end")
{
    Counting host;
    QObject context;
    std::vector<int> items;
    const auto end = value_of(qi::Stream<int>::open(host.python, "__main__:Range"))
                         .forEach(&context, [&](int item) { items.push_back(item); });
    CHECK(host.ended(end).result());
    CHECK(items == std::vector<int>{0, 1});

    items.clear();
    const auto wrong = value_of(qi::Stream<int>::open(host.python, "__main__:mixed"))
                           .forEach(&context, [&](int item) { items.push_back(item); });
    CHECK(host.ended(wrong).result().status() == QI_ERR_TYPE);
    CHECK(items == std::vector<int>{1});

    const auto thrown = value_of(qi::Stream<int>::open(host.python, "__main__:count", 5))
                            .forEach(&context, [](int) { throw std::runtime_error("enough"); });
    CHECK(host.ended(thrown).result().status() == QI_ERR_STATE);
    CHECK(host.take_reports().size() == 1);
}

TEST_CASE("a stream ends with its receiver, and by cancelling")
{
    Counting host;
    auto context = std::make_unique<QObject>();
    const auto stream = value_of(qi::Stream<int>::open(host.python, "__main__:count", 5, 1000));
    const auto end = stream.forEach(context.get(), [](int) {});
    context.reset();
    CHECK(host.ended(end).result().status() == QI_ERR_CANCELLED);
    host.until([&] { return host.eval("log") == "['closed']"; });

    QObject other;
    host.exec("log.clear()");
    const auto again = value_of(qi::Stream<int>::open(host.python, "__main__:count", 5, 1000))
                           .forEach(&other, [](int) {});
    again.cancel();
    CHECK(host.ended(again).result().status() == QI_ERR_CANCELLED);
    host.until([&] { return host.eval("log") == "['closed']"; });
}

TEST_CASE("a generator that is given up is closed")
{
    Counting host;
    {
        const auto stream = value_of(qi::Stream<int>::open(host.python, "__main__:count", 5));
        CHECK(value_of(host.ended(stream.next()).result()));
    }
    host.until([&] { return host.eval("log") == "['closed']"; });
}

#ifdef __cpp_impl_coroutine

namespace
{

struct Job {
    struct promise_type {
        Job get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

Job sum(qi::Stream<int> stream, int *total, bool *over)
{
    while (const auto item = (co_await stream.next()).value_or({}))
        *total += *item;
    *over = true;
}

} // namespace

TEST_CASE("a coroutine of C++ loops over a stream")
{
    Counting host;
    int total = 0;
    bool over = false;
    sum(value_of(qi::Stream<int>::open(host.python, "__main__:count", 4)), &total, &over);
    host.until([&] { return over; });
    CHECK(total == 6);
}

#endif
