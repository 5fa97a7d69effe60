/* SPDX-License-Identifier: BSD-3-Clause */
// co_await of a task in coroutines of QCoro.
#include <QCoro/QCoroTask>

#include "tests/support/modern.h"

using tests::Modern;

namespace
{

QCoro::Task<int> doubled(Modern *host, int number)
{
    const qi::Result<int> answer = co_await host->python.run<int>("launches:returns_later", number);
    co_return answer.value_or(-1) * 2;
}

QCoro::Task<> collect(Modern *host, QList<int> *numbers)
{
    numbers->append(co_await doubled(host, 1));
    const qi::Task<int> task = host->python.run<int>("launches:returns", 5);
    numbers->append((co_await task).value_or(-1));
    numbers->append((co_await host->python.run<int>("launches:raises_later")).status());
}

} // namespace

TEST_CASE("coroutines of QCoro await tasks")
{
    Modern host;
    QList<int> numbers;
    const QCoro::Task<> task = collect(&host, &numbers);

    CHECK(numbers.isEmpty());
    host.until([&] { return task.isReady(); });
    CHECK(numbers == QList<int>{2, 5, QI_ERR_PYTHON});
}

TEST_CASE("continuation of QCoro gets what a task has made")
{
    Modern host;
    int seen = 0;

    doubled(&host, 21).then([&](int number) { seen = number; });
    host.until([&] { return seen == 42; });
}
