/* SPDX-License-Identifier: BSD-3-Clause */
// then() and what follows it: each function gets what the one before has made.
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <QtCore/qthread.h>

#include "tests/support/modern.h"

using tests::Modern;
using tests::value_of;

using namespace std::chrono_literals;

TEST_CASE("each function gets what the one before has made: a value, a Result, a task, nothing")
{
    Modern host;
    QObject context;
    QStringList steps;
    const auto note = [&](const QString &text) { steps << text; };

    const qi::Task<void> end =
        host.python.run<int>("launches:returns_later", 1)
            .then(&context, [](qi::Result<int> number) { return *number + 0.5; })
            .then(&context,
                  [&](qi::Result<double> number) -> qi::Result<QString> {
                      note(QString::number(*number));
                      return QStringLiteral("text");
                  })
            .then(&context,
                  [&](qi::Result<QString> text) {
                      note(*text);
                      return host.python.run<QString>("launches:returns_later",
                                                      *text + QLatin1Char('!'));
                  })
            .then(&context, [&](qi::Result<QString> text) { note(*text); })
            .then(&context,
                  [&](qi::Result<void> nothing) {
                      note(nothing ? QStringLiteral("nothing") : nothing.error().message);
                      return std::make_unique<int>(1); /* cannot be copied, so nobody gets it */
                  })
            .then(&context, [&](qi::Result<void> nothing) {
                note(nothing ? QStringLiteral("the end") : nothing.error().message);
            });
    CHECK(end.state() == qi::TaskState::Pending);
    CHECK(end.result().status() == QI_ERR_PENDING);
    CHECK(end.handle() == nullptr);
    CHECK(host.ended(end).result());
    CHECK(steps == QStringList{QStringLiteral("1.5"), QStringLiteral("text"), QStringLiteral("text!"),
                               QStringLiteral("nothing"), QStringLiteral("the end")});
    CHECK(end.state() == qi::TaskState::Done);
    CHECK(end.target() == QLatin1String("launches:returns_later"));
}

TEST_CASE("an error goes to the next function, and is reported where nobody asks for it")
{
    Modern host;
    QObject context;
    int status = 0;
    host.python.run<int>("launches:raises", "no paper")
        .then(&context, [](qi::Result<int> number) { return number; })
        .then(&context, [&](qi::Result<int> number) { status = number.status(); });
    host.until([&] { return status != 0; });
    CHECK(status == QI_ERR_PYTHON);

    host.python.run<int>("launches:returns", 1).then(&context, [](qi::Result<int>) {
        return qi::Error::make(QI_ERR_RANGE, QStringLiteral("out of paper"));
    });
    std::vector<tests::Report> reports;
    host.until([&] { return !(reports = host.take_reports()).empty(); });
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].status == QI_ERR_RANGE);
    CHECK(reports[0].target == "launches:returns");
}

TEST_CASE("a function that throws is reported once, and what follows it has failed")
{
    Modern host;
    QObject context;
    const auto thrown = host.python.run<int>("launches:returns_later", 1)
                            .then(&context, [](qi::Result<int>) -> int {
                                throw std::runtime_error("no ink");
                            });
    int status = 0;
    thrown.then(&context, [&](qi::Result<int> number) { status = number.status(); });
    host.until([&] { return status != 0; });
    CHECK(status == QI_ERR_STATE);
    CHECK(thrown.state() == qi::TaskState::Failed);
    CHECK(host.take_reports().size() == 1);
}

TEST_CASE("a receiver that goes ends what follows it as cancelled, without a report")
{
    Modern host;
    std::optional<QObject> context(std::in_place);
    QObject other;
    int status = 0;
    bool called = false;
    host.python.run<int>("launches:returns_later", 1)
        .then(&*context, [&](qi::Result<int>) { called = true; })
        .then(&other, [&](qi::Result<void> end) { status = end.status(); });
    context.reset();
    host.until([&] { return status != 0; });
    CHECK(status == QI_ERR_CANCELLED);
    CHECK_FALSE(called);
}

TEST_CASE(
    "cancelling what follows cancels what runs: the first task, then the one that a function gave")
{
    Modern host;
    QObject context;
    const qi::Task<int> first = host.python.run<int>("launches:waits");
    const auto after = first.then(&context, [](qi::Result<int> number) { return number; });
    after.cancel();
    CHECK(host.ended(after).result().status() == QI_ERR_CANCELLED);
    CHECK(first.state() == qi::TaskState::Cancelled);
    CHECK(after.state() == qi::TaskState::Cancelled);

    std::optional<qi::Task<int>> second;
    const auto both = host.python.run<int>("launches:returns_later", 1)
                          .then(&context, [&](qi::Result<int>) {
                              second = host.python.run<int>("launches:waits");
                              return *second;
                          });
    host.until([&] { return second.has_value(); });
    both.cancel();
    CHECK(host.ended(both).result().status() == QI_ERR_CANCELLED);
    CHECK(second->state() == qi::TaskState::Cancelled);
}

TEST_CASE("what follows is a future, and worker threads wait for it")
{
    Modern host;
    QObject context;
    const auto after = host.python.run<int>("launches:returns_later", 20)
                           .then(&context, [](qi::Result<int> number) { return *number + 1; });
    const QFuture<int> future = after;
    CHECK(after.wait().status() == QI_ERR_WRONG_THREAD);
    std::atomic<int> waited{0}, all{-1}, any{-1};
    std::thread worker([&] {
        any = qi::waitForAny({after}).status();
        waited = after.wait().value_or(-1);
        all = qi::waitForAll({after, after}, 1s).status();
    });
    CHECK(value_of(host.ended(after).result()) == 21);
    host.until([&] { return all >= 0; });
    worker.join();
    CHECK(waited == 21);
    CHECK((any == QI_OK || any == QI_ERR_ARGUMENT));
    CHECK(host.ended(future).result() == 21);
}

TEST_CASE("functions run in the threads of their contexts, and what follows ends in the GUI thread")
{
    Modern host;
    QThread thread;
    auto *there = new QObject;
    QObject here;
    there->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, there, &QObject::deleteLater);
    thread.start();
    QThread *first = nullptr, *second = nullptr;
    int number = 0;
    host.python.run<int>("launches:returns_later", 1)
        .then(there,
              [&](qi::Result<int> given) {
                  first = QThread::currentThread();
                  return *given + 1;
              })
        .then(&here, [&](qi::Result<int> given) {
            second = QThread::currentThread();
            number = *given;
        });
    host.until([&] { return number != 0; });
    CHECK(number == 2);
    CHECK(first == &thread);
    CHECK(second == QThread::currentThread());
    thread.quit();
    thread.wait();
}

TEST_CASE("what a chain holds goes with its end")
{
    Modern host;
    QObject context;
    auto alive = std::make_shared<int>(0);
    host.python.run<int>("launches:returns_later", 1)
        .then(&context, [alive](qi::Result<int>) { return *alive + 1; })
        .then(&context, [alive](qi::Result<int>) {});
    host.until([&] { return alive.use_count() == 1; });
    CHECK(alive.use_count() == 1);
}
