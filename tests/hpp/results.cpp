/* SPDX-License-Identifier: BSD-3-Clause */
// qi::Result and qi::Error: a value or why there is none.
#include <memory>

#include <QtCore/qdebug.h>

#include "tests/support/modern.h"

using qi::Error;
using qi::Result;

namespace
{

const Error no_paper = Error::make(QI_ERR_STATE, QStringLiteral("no paper"));

Result<int> half(int number)
{
    if (number % 2)
        return Error::make(QI_ERR_RANGE, QStringLiteral("odd"));
    return number / 2;
}

} // namespace

TEST_CASE("result holds a value or an error")
{
    Result<int> good = 4, bad = no_paper;

    CHECK(good);
    CHECK(good.has_value());
    CHECK(good.value() == 4);
    CHECK(*good == 4);
    CHECK(good.status() == QI_OK);
    CHECK(good.error().status == QI_OK);
    CHECK(good.error().message.isEmpty());
    CHECK_FALSE(bad);
    CHECK(bad.status() == QI_ERR_STATE);
    CHECK(bad.error().message == QLatin1String("no paper"));
    CHECK(good.value_or(7) == 4);
    CHECK(bad.value_or(7) == 7);
    *good = 5;
    CHECK(std::move(good).expect("five") == 5);
}

TEST_CASE("result holds what can only be moved, and converts what converts")
{
    Result<std::unique_ptr<int>> number = std::make_unique<int>(3);
    const Result<QString> text = QLatin1String("x");

    CHECK(**number == 3);
    CHECK(*std::move(number).value() == 3);
    CHECK(text->size() == 1);
    CHECK(Result<std::unique_ptr<int>>(no_paper).value_or(nullptr) == nullptr);
}

TEST_CASE("results are chained, and the first error is what comes out")
{
    const Result<int> eight = 8, bad = no_paper;
    int calls = 0;

    CHECK(eight.and_then(half).and_then(half).value() == 2);
    CHECK(eight.and_then(half).and_then(half).and_then(half).and_then(half).error().message ==
          QLatin1String("odd"));
    CHECK(bad.and_then(half).status() == QI_ERR_STATE);
    CHECK(eight.map([](int number) { return QString::number(number); }).value() == QLatin1String("8"));
    CHECK_FALSE(bad.map([&](int) { return ++calls; }));
    CHECK(eight.map([&](int) { calls++; }));
    CHECK(calls == 1);
    CHECK(Result<int>(no_paper).or_else([](const Error &) -> Result<int> { return 1; }).value() == 1);
    CHECK(Result<int>(3).or_else([](const Error &) -> Result<int> { return 1; }).value() == 3);
}

TEST_CASE("result of nothing tells success from failure")
{
    const Result<void> good, bad = no_paper;

    CHECK(good);
    CHECK_FALSE(bad);
    CHECK(bad.status() == QI_ERR_STATE);
    good.expect("success");
    good.value();
    CHECK(good.map([] { return 3; }).value() == 3);
    CHECK(good.and_then([] { return half(3); }).error().message == QLatin1String("odd"));
    CHECK(bad.map([] { return 3; }).error().message == QLatin1String("no paper"));
    CHECK(bad.or_else([](const Error &) { return Result<void>(); }));
    CHECK(Result<void>::of(QI_OK));
    CHECK(Result<void>::of(qi_exec(nullptr, "1", nullptr)).status() == QI_ERR_HANDLE);
}

TEST_CASE("error copies the record of the thread, and shows it")
{
    QString text;

    (void)qi_exec(nullptr, "1", nullptr);
    const Error error = Error::last();
    (void)qi_exec(nullptr, nullptr, nullptr);
    CHECK(error.status == QI_ERR_HANDLE);
    CHECK(error.message.contains(QLatin1String("runtime")));
    CHECK(error.traceback.isEmpty());
    CHECK_FALSE(error.isCancelled());
    CHECK(Error::make(QI_ERR_TIMEOUT, QString()).isCancelled());
    QDebug(&text) << no_paper;
    CHECK(text == QLatin1String("QI_ERR_STATE: no paper "));
}
