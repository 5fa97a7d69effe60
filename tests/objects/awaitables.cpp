/* SPDX-License-Identifier: BSD-3-Clause */
// Objects that Python awaits: QtCore's own, and classes that the host registers in C.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <QtCore/qbuffer.h>
#include <QtCore/qprocess.h>
#include <QtCore/qstringlistmodel.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/show.h"

using tests::Host;
using tests::show;

namespace
{

/* What the host of these tests has to wait for. */
class Job : public QObject
{
    Q_OBJECT

  public:
    void end(int with)
    {
        total = with;
        is_finished = true;
        Q_EMIT finished();
    }

    int total = 0, cancelled = 0;
    bool is_finished = false, has_failed = false;
    QThread *looked_in = nullptr;

  Q_SIGNALS:
    void finished();
    void progress(int percent);
    void pressed(int x, const QString &text);
    void overloaded(int);
    void overloaded(const QString &);
};

/* One that nobody has registered. */
class SpecialJob : public Job
{
    Q_OBJECT
};

class Rows : public QStringListModel
{
    Q_OBJECT

  Q_SIGNALS:
    void loaded();
};

int look(qi_object *object, const qi_emission *, qi_value *result, void *)
{
    auto *job = static_cast<Job *>(object);
    job->looked_in = QThread::currentThread();
    if (!job->is_finished)
        return QI_ERR_PENDING;
    if (job->has_failed)
        return qi_fail(QI_ERR_RANGE, "the job went too far");
    *result = qi_int(job->total);
    return QI_OK;
}

void cancel(qi_object *object, void *)
{
    static_cast<Job *>(object)->cancelled++;
    static_cast<Job *>(object)->end(-1); /* as QNetworkReply::abort() does: it emits within */
}

/* A registration that ends with the test. */
class Registered
{
  public:
    explicit Registered(const char *class_name, qi_awaitable_look_fn looks = look,
                        std::vector<const char *> signal_names = {"progress", "finished()"})
        : names(std::move(signal_names))
    {
        qi_awaitable_init(&awaitable);
        awaitable.class_name = class_name;
        awaitable.signal_names = names.data();
        awaitable.signal_count = names.size();
        awaitable.look = looks;
        awaitable.cancel = cancel;
        awaitable.user = &destroyed;
        awaitable.destroy = [](void *user) { ++*static_cast<std::atomic<int> *>(user); };
        REQUIRE(qi_awaitable_register(&awaitable) == QI_OK);
    }
    ~Registered() { qi_awaitable_unregister(awaitable.class_name); }

    std::vector<const char *> names;
    qi_awaitable awaitable;
    std::atomic<int> &destroyed = *counters().emplace_back(std::make_unique<std::atomic<int>>(0));

  private:
    /* They outlive the tests: a traceback may keep what is awaited. */
    static std::vector<std::unique_ptr<std::atomic<int>>> &counters()
    {
        static std::vector<std::unique_ptr<std::atomic<int>>> all;
        return all;
    }
};

void wait_for(Host &host, const char *awaited)
{
    host.exec(("got = []\n"
               "async def wait():\n"
               "    try: got.append(await " +
               std::string(awaited) +
               ")\n"
               "    except BaseException as error: got.append(error)\n"
               "task = qi.run_task(wait())\n")
                  .c_str());
}

void until_done(Host &host)
{
    host.until([&] { return host.eval("task.done()") == "True"; });
}

} // namespace

// -- QtCore's own ---------------------------------------------------------------------------------------

TEST_CASE("a timer is awaited until it fires, and one that does not run has fired")
{
    Host host;
    QTimer timer;
    timer.setSingleShot(true);
    show(host, "timer", &timer);

    wait_for(host, "timer");
    until_done(host);
    CHECK(host.eval("got") == "[None]");

    timer.start(1);
    wait_for(host, "timer");
    CHECK(host.eval("got, type(timer), isinstance(timer, qi.Object)") ==
          "([], <class '_qi.Awaitable'>, True)");
    until_done(host);
    CHECK(host.eval("got") == "[None]");
    CHECK_FALSE(timer.isActive());
}

TEST_CASE(
    "a timer that repeats is awaited for each time, and goes on when who awaits it is cancelled")
{
    Host host;
    QTimer timer;
    show(host, "timer", &timer);
    timer.start(1);
    host.exec("async def thrice():\n"
              "    for _ in range(3): await timer\n"
              "task = qi.run_task(thrice())");
    until_done(host);
    wait_for(host, "timer");
    host.exec("task.cancel()");
    until_done(host);
    CHECK(host.eval("got") == "[CancelledError()]");
    CHECK(timer.isActive());
}

TEST_CASE("a process is awaited for its exit code, also before it is started and after its end")
{
    Host host;
    QProcess process;
    show(host, "process", &process);

    wait_for(host, "process");
    host.settle();
    CHECK(host.eval("got") == "[]");
    process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), QStringLiteral("exit 3")});
    until_done(host);
    CHECK(host.eval("got") == "[3]");
    wait_for(host, "process");
    until_done(host);
    CHECK(host.eval("got") == "[3]");
}

TEST_CASE("a process that cannot be started, or crashes, raises what Qt says")
{
    Host host;
    QProcess process;
    show(host, "process", &process);

    process.setProgram(QStringLiteral("/nowhere/at/all"));
    wait_for(host, "process");
    process.start();
    until_done(host);
    CHECK_THAT(host.eval("repr(got[0])"),
               Catch::Matchers::Matches("\"RuntimeError\\('/nowhere/at/all: .*'\\)\""));

    process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), QStringLiteral("kill -9 $$")});
    wait_for(host, "process");
    until_done(host);
    CHECK(host.eval("got") == "[RuntimeError('/bin/sh: Process crashed')]");
}

TEST_CASE("cancelling who awaits a process asks it to end")
{
    Host host;
    QProcess process;
    show(host, "process", &process);
    process.start(QStringLiteral("/bin/sleep"), {QStringLiteral("1000")});
    REQUIRE(process.waitForStarted());

    wait_for(host, "process");
    host.exec("task.cancel()");
    until_done(host);
    CHECK(host.eval("got") == "[CancelledError()]");
    host.until([&] { return process.state() == QProcess::NotRunning; });
    CHECK(process.exitStatus() == QProcess::CrashExit);
}

TEST_CASE("a device gives what there is to read, and nothing at its end")
{
    Host host;
    QByteArray data("some bytes");
    QBuffer buffer(&data);
    REQUIRE(buffer.open(QIODevice::ReadOnly));
    show(host, "buffer", &buffer);

    host.exec("async def read():\n"
              "    while data := await buffer: got.append(data)\n"
              "    return got\n"
              "got = []; task = qi.run_task(read())");
    until_done(host);
    CHECK(host.eval("got") == "[b'some bytes']");
    buffer.close();
    wait_for(host, "buffer");
    until_done(host);
    CHECK(host.eval("got") == "[b'']");

    REQUIRE(buffer.open(QIODevice::WriteOnly));
    wait_for(host, "buffer");
    until_done(host);
    CHECK_THAT(
        host.eval("repr(got[0])"),
        Catch::Matchers::Matches("\"RuntimeError\\('the QBuffer is .*not open for reading'\\)\""));
}

namespace
{

/* A device that others write to, as a socket or a serial line. */
class Pipe : public QIODevice
{
    Q_OBJECT

  public:
    Pipe() { open(QIODevice::ReadOnly | QIODevice::Unbuffered); }
    bool isSequential() const override { return true; }
    qint64 bytesAvailable() const override { return m_data.size(); }
    void put(const QByteArray &data)
    {
        m_data += data;
        Q_EMIT readyRead();
    }
    void end() { Q_EMIT readChannelFinished(); }

  protected:
    qint64 readData(char *data, qint64 size) override
    {
        const qint64 count = qMin(size, qint64(m_data.size()));
        memcpy(data, m_data.constData(), size_t(count));
        m_data.remove(0, qsizetype(count));
        return count;
    }
    qint64 writeData(const char *, qint64) override { return -1; }

  private:
    QByteArray m_data;
};

} // namespace

TEST_CASE("a device of the host's is awaited as it fills, until its channel has finished")
{
    Host host;
    Pipe pipe;
    show(host, "pipe", &pipe);

    wait_for(host, "pipe");
    host.settle();
    CHECK(host.eval("got") == "[]");
    pipe.put(""); /* tells of nothing */
    host.settle();
    CHECK(host.eval("got") == "[]");
    pipe.put("ab");
    until_done(host);
    CHECK(host.eval("got") == "[b'ab']");

    pipe.put("cd");
    wait_for(host, "pipe");
    until_done(host);
    CHECK(host.eval("got") == "[b'cd']");
    for (const bool closes : {false, true}) {
        wait_for(host, "pipe");
        closes ? pipe.close() : pipe.end();
        until_done(host);
        CHECK(host.eval("got") == "[b'']");
    }
}

// -- classes of the host ----------------------------------------------------------------------------------

TEST_CASE("an object of a class that is registered is awaited, and so is one of a derived class")
{
    Host host;
    Registered registered("Job");
    Job job;
    SpecialJob special;
    show(host, "job", &job);
    show(host, "special", &special);

    wait_for(host, "asyncio.wait_for(job, 60)");
    Q_EMIT job.progress(50); /* is looked at, and has not ended */
    host.settle();
    CHECK(host.eval("got") == "[]");
    job.end(42);
    until_done(host);
    CHECK(host.eval("got") == "[42]");
    wait_for(host, "job"); /* has ended already */
    until_done(host);
    CHECK(host.eval("got") == "[42]");

    special.has_failed = true;
    special.end(0);
    wait_for(host, "special");
    until_done(host);
    CHECK(host.eval("got") == "[OverflowError('the job went too far')]");
    CHECK(host.eval("__import__('inspect').isawaitable(job)") == "True");
}

TEST_CASE("several tasks await one object, each for its own")
{
    Host host;
    Registered registered("Job");
    Job job;
    show(host, "job", &job);

    wait_for(host, "asyncio.gather(job, job, job)");
    job.end(7);
    until_done(host);
    CHECK(host.eval("got") == "[[7, 7, 7]]");
}

TEST_CASE("cancelling who awaits an object asks it to end, once, and only if it has not")
{
    Host host;
    Registered registered("Job");
    Job job;
    show(host, "job", &job);

    wait_for(host, "job");
    host.exec("task.cancel()");
    until_done(host);
    CHECK(host.eval("got") == "[CancelledError()]");
    CHECK(job.cancelled == 1);

    job.is_finished = false;
    wait_for(host, "job");
    job.end(1);
    host.exec("task.cancel()"); /* the result is there, but the task has not got it */
    until_done(host);
    CHECK(job.cancelled == 1);

    job.is_finished = false;
    wait_for(host, "asyncio.shield(job)");
    host.exec("task.cancel()");
    until_done(host);
    CHECK(job.cancelled == 1);
}

TEST_CASE("an object that is destroyed while it is awaited raises, and one that was is not awaited")
{
    Host host;
    Registered registered("Job");
    auto *job = new Job;
    show(host, "job", job);

    wait_for(host, "job");
    delete job;
    until_done(host);
    CHECK(host.eval("got") == "[SenderDestroyed('the Job was destroyed while it was awaited')]");
    wait_for(host, "job");
    until_done(host);
    CHECK(host.eval("type(got[0]).__name__") == "'ReferenceError'");
}

TEST_CASE("what an object has come to is read before the host does away with it")
{
    Host host;
    Registered registered("Job");
    auto *job = new Job;
    show(host, "job", job);
    wait_for(host, "job");
    QObject::connect(job, &Job::finished, job, &QObject::deleteLater);
    job->end(8);
    until_done(host);
    CHECK(host.eval("got") == "[8]");

    job = new Job;
    show(host, "job", job);
    wait_for(host, "job");
    job->end(9);
    delete job;
    until_done(host);
    CHECK(host.eval("got") == "[9]");
}

TEST_CASE(
    "without a function that looks, each emission is an end, and its arguments are the result")
{
    Host host;
    Job job;
    {
        Registered registered("Job", nullptr, {"pressed", "finished", "overloaded(QString)"});
        show(host, "job", &job);
        wait_for(host, "job");
        Q_EMIT job.pressed(3, QStringLiteral("here"));
        until_done(host);
        CHECK(host.eval("got") == "[(3, 'here')]");
        wait_for(host, "job");
        Q_EMIT job.overloaded(1);
        host.settle();
        CHECK(host.eval("got") == "[]");
        Q_EMIT job.overloaded(QStringLiteral("text"));
        until_done(host);
        CHECK(host.eval("got") == "['text']");
        wait_for(host, "job");
        Q_EMIT job.finished();
        until_done(host);
        CHECK(host.eval("got") == "[None]");
    }
}

TEST_CASE("an object in another thread is looked at there, before it can be gone")
{
    Host host;
    Registered registered("Job");
    QThread thread;
    thread.start();
    auto *job = new Job;
    job->moveToThread(&thread);
    show(host, "job", job);

    wait_for(host, "job");
    CHECK(job->looked_in == &thread);
    QMetaObject::invokeMethod(job, [job] {
        job->end(5);
        delete job;
    });
    until_done(host);
    CHECK(host.eval("got") == "[5]");

    job = new Job;
    job->moveToThread(&thread);
    show(host, "job", job);
    wait_for(host, "job");
    QMetaObject::invokeMethod(job, [job] { delete job; });
    until_done(host);
    CHECK(host.eval("type(got[0]).__name__") == "'SenderDestroyed'");

    job = new Job;
    job->moveToThread(&thread);
    show(host, "job", job);
    wait_for(host, "job");
    host.exec("task.cancel()");
    until_done(host);
    CHECK(host.eval("got") == "[CancelledError()]");
    CHECK(job->cancelled == 1);
    job->deleteLater();
    thread.quit();
    thread.wait();
}

TEST_CASE("a model of a class that is registered is awaited, and is a model as before")
{
    Host host;
    Registered registered("Rows",
                          [](qi_object *object, const qi_emission *, qi_value *result, void *) {
                              const auto *rows = static_cast<Rows *>(object);
                              *result = qi_int(rows->rowCount());
                              return int(rows->rowCount() ? QI_OK : QI_ERR_PENDING);
                          },
                          {"loaded"});
    registered.awaitable.cancel = nullptr;
    REQUIRE(qi_awaitable_register(&registered.awaitable) == QI_OK);
    Rows rows;
    show(host, "rows", &rows);

    wait_for(host, "rows");
    rows.setStringList({QStringLiteral("a"), QStringLiteral("b")});
    Q_EMIT rows.loaded();
    until_done(host);
    CHECK(host.eval("got, len(rows), [row[0] for row in rows]") == "([2], 2, ['a', 'b'])");
    CHECK(host.eval("isinstance(rows, qi.Model)") == "True");
    wait_for(host, "rows");
    host.exec("task.cancel()");
    until_done(host);
}

TEST_CASE("the class nearest to the object's counts, a later registration replaces one, and it "
          "ends when nobody waits")
{
    Host host;
    Registered registered("Job");
    Job job;
    SpecialJob special;
    show(host, "job", &job);
    show(host, "special", &special);
    job.is_finished = special.is_finished = true;
    {
        Registered nearer("SpecialJob",
                          [](qi_object *, const qi_emission *, qi_value *result, void *) {
                              *result = qi_text("special");
                              return int(QI_OK);
                          });
        wait_for(host, "asyncio.gather(job, special)");
        until_done(host);
        CHECK(host.eval("got") == "[[0, 'special']]");
        CHECK(nearer.destroyed == 0);
        REQUIRE(qi_awaitable_unregister("SpecialJob") == QI_OK);
        CHECK(nearer.destroyed == 1);
    }
    wait_for(host, "special");
    until_done(host);
    CHECK(host.eval("got") == "[0]");

    job.is_finished = false;
    wait_for(host, "job");
    REQUIRE(qi_awaitable_unregister("Job") == QI_OK);
    CHECK(registered.destroyed == 0); /* it is waited by */
    job.end(3);
    until_done(host);
    CHECK(host.eval("got") == "[3]");
    host.exec("del task; gc.collect()");
    CHECK(registered.destroyed == 1);
    wait_for(host, "job");
    until_done(host);
    CHECK(host.eval("got") == "[TypeError('Job cannot be awaited any more: the application has "
                              "unregistered the class')]");
}

TEST_CASE("what the host's functions throw, and signals that there are not, are raised")
{
    Host host;
    Job job;
    {
        Registered throwing("Job", [](qi_object *, const qi_emission *, qi_value *, void *) -> int {
            throw std::runtime_error("the look has failed");
        });
        show(host, "job", &job);
        wait_for(host, "job");
        until_done(host);
        CHECK(host.eval("str(got[0])") == "'the host threw a C++ exception: the look has failed'");
    }
    {
        Registered misspelt("Job", look, {"finnished"});
        wait_for(host, "job");
        until_done(host);
        CHECK_THAT(host.eval("repr(got[0])"),
                   Catch::Matchers::Matches(".*TypeError.*Job cannot be awaited: .*finnished.*"));
    }
    {
        Registered nobody("Job");
        nobody.awaitable.cancel = [](qi_object *, void *) { throw std::runtime_error("no end"); };
        REQUIRE(qi_awaitable_register(&nobody.awaitable) == QI_OK);
        wait_for(host, "job");
        host.exec("task.cancel()");
        until_done(host);
        CHECK(host.eval("got") == "[CancelledError()]");
        const auto reports = host.take_reports();
        REQUIRE(reports.size() == 1);
        CHECK(reports[0].message == "RuntimeError: the host threw a C++ exception: no end");
    }
}

TEST_CASE("objects are awaited in the GUI thread's event loop only")
{
    Host host;
    QTimer timer;
    show(host, "timer", &timer);
    timer.start(1000000);
    host.exec("async def wait(): await timer\n"
              "def elsewhere():\n"
              "    try: asyncio.run(wait())\n"
              "    except RuntimeError as error: return str(error)\n"
              "async def start(): return await asyncio.to_thread(elsewhere)\n"
              "task = qi.run_task(start())");
    until_done(host);
    CHECK_THAT(host.eval("task.result()"), Catch::Matchers::Matches("'.*GUI thread.*'"));
}

TEST_CASE("an awaitable wants a class and a signal")
{
    qi_awaitable awaitable;
    qi_awaitable_init(nullptr);
    qi_awaitable_init(&awaitable);
    CHECK(qi_awaitable_register(nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_awaitable_register(&awaitable) == QI_ERR_ARGUMENT);
    awaitable.class_name = "Job";
    CHECK(qi_awaitable_register(&awaitable) == QI_ERR_ARGUMENT);
    const char *names[] = {"finished", nullptr};
    awaitable.signal_names = names;
    awaitable.signal_count = 2;
    CHECK(qi_awaitable_register(&awaitable) == QI_ERR_ARGUMENT);
    names[1] = "";
    CHECK(qi_awaitable_register(&awaitable) == QI_ERR_ARGUMENT);
    names[1] = "\xff";
    CHECK(qi_awaitable_register(&awaitable) == QI_ERR_ENCODING);
    awaitable.signal_count = 1;
    awaitable.size = 3;
    CHECK(qi_awaitable_register(&awaitable) == QI_ERR_ABI);
    CHECK(qi_awaitable_unregister("Job") == QI_ERR_NOT_FOUND);
    CHECK(qi_awaitable_unregister("QTimer") == QI_ERR_NOT_FOUND); /* libqi's own stays */
    CHECK(qi_awaitable_unregister(nullptr) == QI_ERR_ARGUMENT);
}

#include "awaitables.moc"
