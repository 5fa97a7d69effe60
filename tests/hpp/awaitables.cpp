/* SPDX-License-Identifier: BSD-3-Clause */
// Types of the application that Python awaits: qi::registerAwaitable().
#include <stdexcept>
#include <tuple>

#include <QtCore/qpromise.h>

#include "tests/support/modern.h"

using tests::value_of;

namespace
{

class Job : public QObject
{
    Q_OBJECT

  public:
    bool isFinished() const { return m_finished; }
    QString total() const { return QStringLiteral("total"); }
    void abort()
    {
        aborted++;
        end();
    }
    void end()
    {
        m_finished = true;
        Q_EMIT finished();
    }
    void begin() { m_finished = false; }

    int aborted = 0;

  Q_SIGNALS:
    void finished();
    void failed(const QString &why, int code);
    void failed(int code);

  private:
    bool m_finished = false;
};

/* Awaiting qi.host.job, in coroutines. */
class Awaiting : public tests::Modern
{
  public:
    Awaiting()
    {
        REQUIRE(python.registerObject(QStringLiteral("job"), &job));
        exec("import qi\n"
             "async def wait(): return await qi.host.job\n"
             "async def told():\n"
             "    try: return repr(await qi.host.job)\n"
             "    except Exception as error: return f'{type(error).__name__}: {error}'\n");
    }
    ~Awaiting() { qi::unregisterAwaitable<Job>(); }

    template <typename T = QString> qi::Task<T> wait() { return python.run<T>("__main__:wait"); }
    qi::Task<QString> told() { return python.run<QString>("__main__:told"); }

    Job job;
};

} // namespace

TEST_CASE("an awaitable of members: its end, its result, and its cancellation")
{
    REQUIRE(qi::registerAwaitable<Job>(&Job::finished, &Job::isFinished, &Job::total, &Job::abort));
    Awaiting host;
    const auto task = host.wait();
    CHECK_FALSE(task.isFinished());
    host.job.end();
    CHECK(value_of(host.ended(task).result()) == QLatin1String("total"));
    CHECK(value_of(host.ended(host.wait()).result()) == QLatin1String("total"));

    host.job.begin();
    const auto cancelled = host.wait();
    cancelled.cancel();
    CHECK(host.ended(cancelled).result().error().isCancelled());
    CHECK(host.job.aborted == 1);
}

TEST_CASE("an awaitable of functions, with results, errors and exceptions of C++")
{
    int asked = 0;
    REQUIRE(qi::registerAwaitable<Job>(
        &Job::finished, [](const Job &job) { return job.isFinished(); },
        [&asked](Job *) -> qi::Result<QVariantMap> {
            if (asked++)
                return qi::Error::make(QI_ERR_NOT_FOUND, QStringLiteral("nothing there"));
            return QVariantMap{{QStringLiteral("a"), 1}};
        }));
    Awaiting host;
    host.job.end();
    CHECK(value_of(host.ended(host.wait<QVariantMap>()).result()) ==
          QVariantMap{{QStringLiteral("a"), 1}});
    CHECK(value_of(host.ended(host.told()).result()) ==
          QLatin1String("LookupError: nothing there"));

    REQUIRE(qi::registerAwaitable<Job>(&Job::finished, &Job::isFinished,
                                       [](Job &) { throw std::runtime_error("thrown"); }));
    CHECK(value_of(host.ended(host.told()).result()) ==
          QLatin1String("RuntimeError: the host threw a C++ exception: thrown"));
    REQUIRE(qi::registerAwaitable<Job>(&Job::finished, &Job::isFinished));
    CHECK(value_of(host.ended(host.told()).result()) == QLatin1String("None"));
    const auto goes_on = host.wait();
    goes_on.cancel();
    host.ended(goes_on);
    CHECK(host.job.aborted == 0);
}

TEST_CASE("an awaitable of signals alone gives their arguments")
{
    void (Job::*const failed)(const QString &, int) = &Job::failed;
    REQUIRE(qi::registerAwaitable<Job>(std::tuple(&Job::finished, failed), nullptr));
    Awaiting host;
    auto task = host.told();
    Q_EMIT host.job.failed(3); /* another overload */
    host.settle();
    CHECK_FALSE(task.isFinished());
    Q_EMIT host.job.failed(QStringLiteral("why"), 4);
    CHECK(value_of(host.ended(task).result()) == QLatin1String("('why', 4)"));

    REQUIRE(qi::registerAwaitable<Job>(&Job::finished, nullptr, [](Job &job) { return job.aborted; }));
    task = host.told();
    host.job.end();
    CHECK(value_of(host.ended(task).result()) == QLatin1String("0"));
}

namespace
{

/* A value that stands for something under way. */
struct Ticket {
    QFuture<int> future;
};

} // namespace

Q_DECLARE_METATYPE(Ticket)

TEST_CASE("a value is awaited by the future that is made of it")
{
    REQUIRE(qi::registerAwaitable<Ticket>([](const Ticket &ticket) { return ticket.future; }));
    CHECK_FALSE(qi::registerAwaitable<QString>([](const QString &) { return QFuture<void>(); }));
    CHECK(qi_last_error()->status == QI_ERR_ARGUMENT);
    tests::Modern host;
    QPromise<int> promise;
    promise.start();
    REQUIRE(host.python.registerFunction("draw", [&] { return Ticket{promise.future()}; }));
    host.exec("import qi\n"
              "async def wait(): return await qi.host.draw()");
    const auto task = host.python.run<int>("__main__:wait");
    promise.addResult(12);
    promise.finish();
    CHECK(value_of(host.ended(task).result()) == 12);
    CHECK(qi::unregisterConverter<Ticket>());
}

#include "awaitables.moc"
