/* SPDX-License-Identifier: BSD-3-Clause */
// Tasks as QFutures: results, errors, cancellation and progress, both ways.
#include <atomic>
#include <thread>

#include <QtCore/qfuturewatcher.h>
#include <QtCore/qthread.h>

#include "tests/support/modern.h"
#include "tests/support/show.h"

using tests::Modern;
using tests::value_of;

namespace
{

/* What an application offers: what Python does, as a future of its own type. */
class Office : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE QFuture<QString> ask(const QString &text)
    {
        return qi::run<QString>("launches:returns_later", text);
    }
    Q_INVOKABLE QFuture<int> fail() { return qi::run<int>("launches:raises_later"); }
    Q_INVOKABLE QFuture<void> wait()
    {
        waiting = qi::run<void>("launches:waits");
        return waiting;
    }

    qi::Task<> waiting;
};

} // namespace

TEST_CASE("result of a future is the task's, at once or later")
{
    Modern host;
    const QFuture<QString> now = host.python.run<QString>("launches:returns", "x");
    const QFuture<std::vector<int>> later = host.python.run<std::vector<int>>(
        "launches:returns_later", QList<int>{1, 2});
    const QFuture<void> nothing = host.python.run("launches:returns_later", 3);

    CHECK(now.isFinished());
    CHECK(now.result() == QLatin1String("x"));
    CHECK(later.isRunning());
    CHECK(host.ended(later).result() == std::vector<int>{1, 2});
    host.ended(nothing);
    CHECK(nothing.isValid());
    CHECK_FALSE(nothing.isCanceled());
}

TEST_CASE("watcher hears of the end, and continuations follow")
{
    Modern host;
    QFutureWatcher<int> watcher;
    QObject context;
    int seen = 0, finished = 0;

    QObject::connect(&watcher, &QFutureWatcher<int>::finished, &context, [&] { finished++; });
    watcher.setFuture(host.python.run<int>("launches:returns_later", 20));
    host.python.run<int>("launches:returns_later", 21)
        .future()
        .then(&context, [](int number) { return number * 2; })
        .then(&context, [&](int number) { seen = number; });
    host.until([&] { return seen == 42 && finished == 1; });
    CHECK(watcher.result() == 20);
}

TEST_CASE("exception is a qi::Exception in the future")
{
    Modern host;
    const QFuture<int> failed = host.python.run<int>("launches:raises_later", "no paper");
    const QFuture<int> wrong = host.python.run<int>("launches:returns_later", "text");
    const QFuture<int> nowhere = host.python.run<int>("launches:nothing");
    QObject context;
    QString told, told_late;

    host.ended(failed);
    try {
        failed.result();
        FAIL("no exception");
    } catch (const qi::Exception &error) {
        CHECK(error.error().type == QLatin1String("ValueError"));
        CHECK(error.error().traceback.contains(QLatin1String("launches.py")));
        CHECK(std::string(error.what()).find("no paper") != std::string::npos);
    }
    host.ended(wrong);
    CHECK_THROWS_AS(wrong.result(), qi::Exception);
    CHECK(nowhere.isFinished());
    CHECK_THROWS_AS(nowhere.result(), QException);
    QFuture<int> late = host.python.run<int>("launches:raises_later",
                                             "no ink"); /* what is attached before the end */
    late.then(&context, [](int) { return QString(); })
        .onFailed(&context, [](const qi::Exception &error) { return error.error().type; })
        .then(&context, [&](const QString &type) { told_late = type; });
    host.until([&] { return !told_late.isEmpty(); });
    CHECK(told_late == QLatin1String("ValueError"));
    QFuture<int>(failed)
        .then(&context, [](int) { return QString(); })
        .onFailed(&context, [](const qi::Exception &error) { return error.error().type; })
        .then(&context, [&](const QString &type) { told = type; });
    host.until([&] { return !told.isEmpty(); });
    CHECK(told == QLatin1String("ValueError"));
}

TEST_CASE("cancelling the future cancels the task")
{
    Modern host;
    const qi::Task<> task = host.python.run("launches:waits");
    QFuture<void> future = task;

    CHECK(host.eval("__import__('launches').cancelled") == "[]");
    future.cancel();
    host.ended(future);
    CHECK(future.isCanceled());
    CHECK(task.state() == qi::TaskState::Cancelled);
    CHECK(host.eval("__import__('launches').cancelled") == "[None]");
}

TEST_CASE("cancelling the task cancels the future")
{
    Modern host;
    const qi::Task<int> task = host.python.run<int>("launches:waits");
    const QFuture<int> future = task, other = task;
    qi::TaskOptions options;
    options.timeout = std::chrono::milliseconds(1);
    const QFuture<int> late = host.python.run<int>(options, "launches:waits");

    task.cancel();
    host.ended(future);
    CHECK(future.isCanceled());
    CHECK(host.ended(other).isCanceled());
    CHECK(host.ended(late).isCanceled());
}

TEST_CASE("future that is left when the runtime shuts down is cancelled")
{
    Modern host;
    const QFuture<int> future = host.python.run<int>("launches:waits");

    CHECK(host.shutdown() == QI_OK);
    CHECK(future.isFinished());
    CHECK(future.isCanceled());
}

TEST_CASE("worker threads launch, and wait for the future or the task")
{
    Modern host;
    QString text;
    int number = 0;
    qi::Result<int> failed = 1;
    std::atomic<bool> done{false};
    std::thread worker([&] {
        QFuture<QString> future = qi::run<QString>("launches:returns_later", "from below");
        future.waitForFinished();
        text = future.result();
        number = qi::run<int>("launches:returns_later", 4).wait().value_or(0);
        failed = qi::run<int>("launches:raises").wait();
        done = true;
    });

    host.until([&] { return done.load(); });
    worker.join();
    CHECK(text == QLatin1String("from below"));
    CHECK(number == 4);
    CHECK(failed.error().type == QLatin1String("ValueError"));
    CHECK(host.python.run("launches:waits").wait().status() == QI_ERR_WRONG_THREAD);
}

TEST_CASE("future that a worker cancels ends the task")
{
    Modern host;
    std::unique_ptr<QThread> worker(QThread::create([&] {
        QFuture<int> future = qi::run<int>("launches:waits", 9);
        future.cancel();
        future.waitForFinished();
    }));

    worker->start();
    host.until([&] { return worker->isFinished(); });
    host.settle();
    CHECK(host.eval("len(__import__('asyncio').all_tasks())") == "0");
}

TEST_CASE("progress of the task is the future's")
{
    Modern host;
    QFutureWatcher<void> watcher;
    QObject context;
    QList<qint64> values;
    host.exec("import asyncio, qi, launches\n"
              "async def counts(gate):\n"
              "    qi.progress(0, 4, 'begun')\n"
              "    await asyncio.sleep(0)\n"
              "    qi.progress(3, 4, 'nearly')\n"
              "    await launches.waits()\n"
              "    qi.progress(2**40, 2**41)\n"
              "launches.counts = counts");
    const qi::Task<> task = host.python.run("launches:counts", nullptr);
    const QFuture<void> future = task;
    task.onProgress(&context, [&](const qi::Progress &progress) { values << progress.value; });

    watcher.setFuture(future);
    host.until([&] { return future.progressValue() == 3; });
    CHECK(future.progressMaximum() == 4);
    CHECK(future.progressText() == QLatin1String("nearly"));
    host.exec("launches.open_gate()");
    host.ended(future);
    CHECK(values.last() == (qint64(1) << 40));
    CHECK(future.progressMaximum() > 0);
    CHECK(qAbs(future.progressMaximum() - 2.0 * future.progressValue()) <= 2);
}

TEST_CASE("progress goes to the option, too")
{
    Modern host;
    QStringList told;
    qi::TaskOptions options;
    options.progress = [&](const qi::Progress &progress) { told << progress.text; };
    host.exec("import qi, launches\n"
              "async def says(): qi.progress(1, 2, 'half')\n"
              "launches.says = says");

    const qi::Task<> task = host.python.run(options, "launches:says");
    CHECK(host.ended(task).result());
    CHECK(told == QStringList{QStringLiteral("half")});
}

TEST_CASE("future that the application returns is awaited in Python, with its type")
{
    Modern host;
    Office office;
    tests::show(host, "office", &office);

    host.exec("got = []\n"
              "async def wait(awaited):\n"
              "    try: got.append(await awaited)\n"
              "    except BaseException as error: got.append(error)\n"
              "tasks = [qi.run_task(wait(office.ask('hello'))), qi.run_task(wait(office.fail()))]");
    host.until([&] { return host.eval("all(task.done() for task in tasks)") == "True"; });
    CHECK(host.eval("'hello' in got") == "True");
    CHECK(host.eval("[type(e).__name__ for e in got if e != 'hello']") == "['RuntimeError']");

    host.exec("task = qi.run_task(wait(office.wait()))");
    host.settle();
    host.exec("task.cancel()");
    host.until([&] { return office.waiting.isFinished(); });
    CHECK(office.waiting.state() == qi::TaskState::Cancelled);
}

#include "futures.moc"
