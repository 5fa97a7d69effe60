/* SPDX-License-Identifier: BSD-3-Clause */
// Functions of C++ that answer Python later: qi::Promise.
#include <optional>
#include <thread>

#include <QtCore/qthreadpool.h>
#include <QtCore/qtimer.h>

#include "tests/support/modern.h"

using tests::value_of;

namespace
{

class Answering : public tests::Modern
{
  public:
    Answering()
    {
        exec("import asyncio, inspect, qi\n"
             "async def ask(*args): return await qi.host.later(*args)\n"
             "async def told(*args):\n"
             "    try: await qi.host.later(*args)\n"
             "    except Exception as error: return f'{type(error).__name__}: {error}'\n");
    }
};

} // namespace

TEST_CASE("a function with a promise answers after it has returned")
{
    Answering host;
    QTimer timer;
    timer.setSingleShot(true);
    REQUIRE(host.python.registerFunction(
        "later",
        [&](qi::Promise<QString> promise, const QString &text, int count) {
            QObject::connect(&timer, &QTimer::timeout, &timer,
                             [=] { CHECK(promise.resolve(text.repeated(count))); });
            timer.start(1);
        },
        {{"text", {"count", 2}}, QStringLiteral("Answers later.")}));
    const auto task = host.python.run<QString>("__main__:ask", "ab");
    CHECK_FALSE(task.isFinished());
    CHECK(value_of(host.ended(task).result()) == QLatin1String("abab"));
    CHECK(value_of(
              host.python.eval<QString>(QStringLiteral("str(inspect.signature(qi.host.later))"))) ==
          QLatin1String("(text: str, count: int = 2) -> 'HostFuture'"));
    CHECK(host.python.eval(QStringLiteral("qi.host.later(3)")).error().type ==
          QLatin1String("TypeError"));
}

TEST_CASE("the answer may come from another thread, and in the call itself")
{
    Answering host;
    std::thread worker;
    REQUIRE(host.python.registerFunction("later", [&](const qi::Promise<int> &promise, int number) {
        if (number < 0)
            CHECK(promise.resolve(number));
        else
            worker = std::thread([promise, number] { CHECK(promise.resolve(number * 2)); });
    }));
    CHECK(value_of(host.ended(host.python.run<int>("__main__:ask", 4)).result()) == 8);
    worker.join();
    CHECK(value_of(host.ended(host.python.run<int>("__main__:ask", -1)).result()) == -1);
}

TEST_CASE("a promise is rejected with the error that fits, and is answered once")
{
    Answering host;
    std::optional<qi::Promise<>> promise;
    REQUIRE(host.python.registerFunction("later", [&](qi::Promise<> given) { promise = given; }));

    auto task = host.python.run<QString>("__main__:told");
    CHECK(promise->reject(qi::Error::make(QI_ERR_RANGE, QStringLiteral("too far"))));
    CHECK(value_of(host.ended(task).result()) == QLatin1String("OverflowError: too far"));
    CHECK(promise->resolve().status() == QI_ERR_HANDLE);
    CHECK(promise->handle() == nullptr);
    CHECK_FALSE(promise->isCancelled());

    const auto done = host.python.run<qi::Value>("__main__:ask");
    CHECK(promise->resolve());
    CHECK(host.ended(done).result().expect("None").isNone());
}

TEST_CASE("a promise that is given up is an error in Python, and so is what cannot be given")
{
    Answering host;
    REQUIRE(host.python.registerFunction("later", [](qi::Promise<QVariant> promise, bool drop) {
        QVariant deep = 1;
        for (int i = 0; i < 300; i++)
            deep = QVariantList{deep};
        if (!drop)
            CHECK(promise.resolve(deep).status() < 0);
    }));
    CHECK(value_of(host.ended(host.python.run<QString>("__main__:told", true)).result()) ==
          QLatin1String("RuntimeError: the function that was called has given up its promise "
                        "without an answer"));
    const auto told = host.ended(host.python.run<QString>("__main__:told", false)).result();
    CHECK(value_of(told).contains(QLatin1String("Error")));
}

TEST_CASE("a promise tells of cancellation and progress")
{
    Answering host;
    std::optional<qi::Promise<int>> promise;
    REQUIRE(host.python.registerFunction("later", [&](qi::Promise<int> given) { promise = given; }));
    const auto task = host.python.run<int>("__main__:ask");
    REQUIRE(promise);
    CHECK(promise->report(1, 4, QStringLiteral("a quarter")));
    CHECK(promise->report(-1).status() == QI_ERR_RANGE);
    CHECK_FALSE(promise->isCancelled());
    task.cancel();
    host.ended(task);
    CHECK(promise->isCancelled());
    CHECK(promise->resolve(3));
}

TEST_CASE("an argument that does not fit rejects the promise")
{
    Answering host;
    REQUIRE(host.python.registerFunction(
        "later", [](qi::Promise<int> promise, quint8 small) { CHECK(promise.resolve(small)); },
        {{"small"}}));
    CHECK(value_of(host.ended(host.python.run<QString>("__main__:told", 300)).result()) ==
          QLatin1String("OverflowError: later(), argument 'small': 300 is out of range for uchar"));
    CHECK(value_of(host.ended(host.python.run<int>("__main__:ask", 200)).result()) == 200);
}
