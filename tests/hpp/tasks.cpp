/* SPDX-License-Identifier: BSD-3-Clause */
// qi::Task: what run() launches, and what comes of it.
#include <memory>
#include <thread>

#include <QtCore/qthread.h>

#include "tests/support/modern.h"

using tests::Modern;
using tests::value_of;

using namespace std::chrono_literals;

TEST_CASE("first step has run, and a result of it is there, when run() returns")
{
    Modern host;

    host.python.launch("launches:record", 1, "two", QStringLiteral("three"), true, nullptr, 0.5);
    CHECK(host.eval("__import__('launches').calls") == "[(1, 'two', 'three', True, None, 0.5)]");
    qi::Task<QString> task = host.python.run<QString>("launches:returns", "at once");
    CHECK(task.state() == qi::TaskState::Done);
    CHECK(value_of(task.result()) == QLatin1String("at once"));
}

TEST_CASE("targets are text of every kind, or were looked up before")
{
    Modern host;
    const qi::Callable returns = value_of(host.python.resolve("launches:returns"));
    const std::string standard = "launches:returns";

    CHECK(value_of(host.python.run<int>(QStringLiteral("launches:returns"), 1).result()) == 1);
    CHECK(value_of(host.python.run<int>(u"launches:returns", 2).result()) == 2);
    CHECK(value_of(host.python.run<int>(QStringView(u"launches:returnsX").chopped(1), 3).result()) ==
          3);
    CHECK(value_of(host.python.run<int>(QLatin1String("launches:returns"), 4).result()) == 4);
    CHECK(value_of(host.python.run<int>(standard, 5).result()) == 5);
    CHECK(value_of(host.python.run<int>(std::string_view(standard), 6).result()) == 6);
    CHECK(value_of(host.python.run<int>(returns, 7).result()) == 7);
    CHECK(value_of(qi::run<int>("launches:returns", 8).result()) == 8);
    CHECK(host.python.resolve("launches:retruns").error().message.contains(QLatin1String("returns")));
}

TEST_CASE("task that waits is pending, then done")
{
    Modern host;
    const qi::Task<int> task = host.python.run<int>("launches:returns_later", 5);

    CHECK(task.state() == qi::TaskState::Pending);
    CHECK(task.result().status() == QI_ERR_PENDING);
    CHECK(value_of(host.ended(task).result()) == 5);
}

TEST_CASE("result of another type says what came, and what was wanted")
{
    Modern host;
    const qi::Error error = host.python.run<int>("launches:returns", "five").result().error();

    CHECK(error.status == QI_ERR_TYPE);
    CHECK(error.message ==
          QLatin1String("the result of launches:returns: int expected, got text 'five'"));
}

TEST_CASE("exception is the error of the result, with type and traceback")
{
    Modern host;
    const qi::Error error = host.python.run("launches:raises", "no paper").result().error();

    CHECK(error.status == QI_ERR_PYTHON);
    CHECK(error.type == QLatin1String("ValueError"));
    CHECK(error.message.contains(QLatin1String("no paper")));
    CHECK(error.traceback.contains(QLatin1String("launches.py")));
}

TEST_CASE("launch that fails is a task that has failed")
{
    Modern host;
    const qi::Task<int> task = host.python.run<int>("launches:retruns", 1);

    CHECK(task.state() == qi::TaskState::Failed);
    CHECK(task.handle() == nullptr);
    CHECK(task.result().status() == QI_ERR_NOT_FOUND);
    CHECK(task.result().error().message.contains(QLatin1String("returns")));
}

TEST_CASE("what nobody has asked for is reported, once") // T26
{
    Modern host;

    {
        auto dropped = host.python.run("launches:raises");
        auto copy = dropped;
    }
    (void)host.python.run("launches:raises_later");
    host.python.launch("launches:nothing");
    CHECK(host.take_reports().size() == 2);
    host.settle();
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type == "ValueError");
    CHECK(reports[0].target == "launches:raises_later");
    CHECK(reports[0].traceback.find("launches.py") != std::string::npos);
}

TEST_CASE("what somebody has asked for, and cancellations, are not reported")
{
    Modern host;
    QObject context;
    int calls = 0;

    CHECK_FALSE(host.python.run("launches:raises").result());
    host.python.run("launches:raises_later").then(&context, [&](qi::Result<void> result) {
        calls += result ? 0 : 1;
    });
    host.python.run("launches:waits").cancel();
    host.until([&] { return calls == 1; });
    host.settle();
    CHECK(host.take_reports().empty());
}

TEST_CASE("task of nothing has failed, whoever asks")
{
    Modern host;
    QObject context;
    const qi::Task<int> none;
    int status = QI_OK;

    CHECK(none.isFinished());
    CHECK(none.result().status() == QI_ERR_HANDLE);
    CHECK(none.future().isFinished());
    CHECK(none.future().isCanceled());
    none.then(&context, [&](const qi::Result<int> &result) { status = result.status(); });
    host.until([&] { return status != QI_OK; });
    CHECK(status == QI_ERR_HANDLE);
}

TEST_CASE("task that was moved may still be asked")
{
    Modern host;
    qi::Task<int> task = host.python.run<int>("launches:returns_later", 4);
    const qi::Task<int> taken = std::move(task);
    qi::Task<int> &same = task;

    CHECK_FALSE(task.isFinished()); // NOLINT(bugprone-use-after-move): that is what is tested
    task = std::move(same);
    CHECK(host.ended(task).result().value_or(0) == 4);
    CHECK(taken.isFinished());
}
