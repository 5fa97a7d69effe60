/* SPDX-License-Identifier: BSD-3-Clause */
// QFuture: awaiting what the host computes, with its results, errors, progress and cancellation.
#include <memory>
#include <stdexcept>

#include <QtCore/qexception.h>
#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>
#include <QtCore/qthread.h>

#include <qi/qi.h>
#include <qi/qt.hpp>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"
#include "tests/support/thing.h"

using tests::Host;
using tests::raises;
using tests::show;

namespace
{

/* A type whose name Qt's type system has never been told. */
struct Secret {
    int value = 0;
};

/* Hands out futures that the test fulfils. */
class Lab : public QObject
{
    Q_OBJECT

  public:
    Lab()
    {
        number.start();
        text.start();
        anything.start();
        nothing.start();
        secret.start();
        parcel.start();
    }
    ~Lab() override
    {
        number.finish();
        text.finish();
        anything.finish();
        nothing.finish();
        secret.finish();
        parcel.finish();
    }

    Q_INVOKABLE QFuture<int> compute() { return number.future(); }
    Q_INVOKABLE QFuture<QString> read() { return text.future(); }
    Q_INVOKABLE QFuture<QVariant> look() { return anything.future(); }
    Q_INVOKABLE QFuture<void> work() { return nothing.future(); }
    Q_INVOKABLE QFuture<Secret> whisper() { return secret.future(); }
    Q_INVOKABLE QFuture<tests::Parcel> pack() { return parcel.future(); }
    Q_INVOKABLE bool same(const QFuture<int> &future) { return future.isFinished(); }

    QPromise<int> number;
    QPromise<QString> text;
    QPromise<QVariant> anything;
    QPromise<void> nothing;
    QPromise<Secret> secret;
    QPromise<tests::Parcel> parcel;

  Q_SIGNALS:
    void begun(const QFuture<int> &future);
};

/* A task that awaits `awaited` and puts what came of it into `got`. */
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

TEST_CASE("result of a future is awaited")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    wait_for(host, "lab.compute()");
    host.settle();
    CHECK(host.eval("got, lab.compute().done(), lab.compute().running()") == "([], False, True)");
    lab.number.addResult(42);
    lab.number.finish();
    until_done(host);
    CHECK(host.eval("got") == "[42]");

    /* One that is done already needs no event loop. */
    wait_for(host, "lab.compute()");
    CHECK(host.eval("got, task.done()") == "([42], True)");
    CHECK(host.eval("lab.compute().result(), lab.compute().exception(), repr(lab.compute())") ==
          "(42, None, '<qi.HostFuture QFuture<int> finished>')");
}

TEST_CASE("result computed in another thread arrives in the loop's")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);
    std::unique_ptr<QThread> worker(QThread::create([&] {
        lab.text.addResult(QStringLiteral("done"));
        lab.text.finish();
    }));

    host.exec("got = []\n"
              "async def wait():\n"
              "    got.append(await lab.read()); got.append(threading.current_thread() is "
              "threading.main_thread())\n"
              "task = qi.run_task(wait())");
    worker->start();
    until_done(host);
    worker->wait();
    CHECK(host.eval("got") == "['done', True]");
}

TEST_CASE("futures of void, QVariant and types of the host's")
{
    Host host;
    Lab lab;
    qRegisterMetaType<tests::Parcel>();
    show(host, "lab", &lab);

    wait_for(host, "asyncio.gather(lab.work(), lab.look(), lab.pack())");
    lab.nothing.finish();
    lab.anything.addResult(QVariant(QVariantList{1, QStringLiteral("a")}));
    lab.anything.finish();
    lab.parcel.addResult(tests::Parcel{9});
    lab.parcel.finish();
    until_done(host);
    CHECK(host.eval("got[0][:2], got[0][2].type_name") == "([None, [1, 'a']], 'tests::Parcel')");
}

TEST_CASE("several results are a list, and none are an empty one")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    lab.number.addResult(1);
    lab.number.future();
    QFutureInterface<int> behind(QFutureInterfaceBase::get(lab.number.future()));
    behind.reportResults(QList<int>{20, 300}); /* these two lie in one list */
    lab.text.finish();
    CHECK(host.eval("lab.compute().result_count(), lab.compute().results(), "
                    "lab.compute().result_at(2)") == "(3, [1, 20, 300], 300)");
    lab.number.finish();
    wait_for(host, "asyncio.gather(lab.compute(), lab.read())");
    until_done(host);
    CHECK(host.eval("got") == "[[[1, 20, 300], []]]");
    CHECK(raises(host, "lab.compute().result_at(3)").find("IndexError: QFuture<int> has no") == 0);
}

TEST_CASE("results are iterated over as they come")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    host.exec("got = []\n"
              "async def wait():\n"
              "    async for number in lab.compute(): got.append(number)\n"
              "    got.append('end')\n"
              "task = qi.run_task(wait())");
    for (int number : {1, 2, 3}) {
        lab.number.addResult(number);
        host.until([&] { return host.eval("len(got)") == std::to_string(number); });
    }
    lab.number.addResult(4);
    lab.number.finish();
    until_done(host);
    CHECK(host.eval("got") == "[1, 2, 3, 4, 'end']");
}

TEST_CASE("cancelling the task that awaits cancels the future")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    wait_for(host, "lab.compute()");
    host.settle();
    host.exec("task.cancel()");
    until_done(host);
    CHECK(lab.number.isCanceled());
    CHECK(host.eval("got") == "[CancelledError()]");

    /* A timeout is a cancellation, too; shield() keeps it from the future. */
    wait_for(host, "asyncio.wait_for(asyncio.shield(lab.read()), 0.001)");
    until_done(host);
    CHECK_FALSE(lab.text.isCanceled());
    CHECK(host.eval("type(got[0])") == "<class 'TimeoutError'>");
    CHECK(host.eval("lab.read().cancel(), lab.read().cancel(), lab.read().cancelled()") ==
          "(True, False, True)");
    CHECK(lab.text.isCanceled());
    host.settle();
}

TEST_CASE("future that the host cancels raises CancelledError")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    wait_for(host, "lab.compute()");
    host.settle();
    lab.number.future().cancel();
    until_done(host);
    CHECK(host.eval("got") == "[CancelledError('QFuture<int> was cancelled')]");

    /* A promise that is broken is a cancellation. */
    auto promise = std::make_unique<QPromise<void>>();
    promise->start();
    lab.nothing.swap(*promise);
    wait_for(host, "lab.work()");
    std::swap(lab.nothing, *promise);
    promise.reset();
    lab.nothing.finish();
    until_done(host);
    CHECK(host.eval("type(got[0])") == "<class 'asyncio.exceptions.CancelledError'>");
}

TEST_CASE("exceptions in a future are Python's")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    wait_for(host, "lab.compute()");
    host.settle();
    lab.number.setException(std::make_exception_ptr(std::runtime_error("out of paper")));
    lab.number.finish();
    until_done(host);
    CHECK(host.eval("got") == "[RuntimeError('the host threw a C++ exception: out of paper')]");
    CHECK(host.eval("type(lab.compute().exception()), lab.compute().cancelled()") ==
          "(<class 'RuntimeError'>, False)");

    lab.text.setException(QUnhandledException(std::make_exception_ptr(std::logic_error("odd"))));
    lab.text.finish();
    wait_for(host, "lab.read()");
    until_done(host);
    CHECK(host.eval("got") == "[RuntimeError('the host threw a C++ exception: odd')]");

    lab.nothing.setException(std::make_exception_ptr(7));
    lab.nothing.finish();
    wait_for(host, "lab.work()");
    until_done(host);
    CHECK(host.eval("'no std::exception' in str(got[0])") == "True");
}

TEST_CASE("progress is read and told of")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    lab.number.setProgressRange(0, 10);
    host.exec("future = lab.compute(); told = []\n"
              "future.watcher.progressValueChanged.connect(told.append)");
    lab.number.setProgressValueAndText(4, QStringLiteral("halfway"));
    host.until([&] { return host.eval("4 in told") == "True"; });
    CHECK(host.eval("future.progress") ==
          "Progress(value=4, minimum=0, maximum=10, text='halfway')");
    host.exec("watcher = future.watcher; del future; gc.collect()");
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    CHECK(host.eval("watcher.alive") == "False");
}

TEST_CASE("future of a type that is not declared says what to register")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    lab.secret.addResult(Secret{1});
    lab.secret.finish();
    CHECK(raises(host, "lab.whisper()").find("Secret>() of <qi/qt.hpp>") != std::string::npos);
    qi::registerFuture<Secret>();
    CHECK(host.eval("'Secret' in lab.whisper().result().type_name") == "True");
    qi::registerFuture<Secret>();
    CHECK(host.eval("lab.whisper().result() is None") == "False");
}

TEST_CASE("futures come by signals, and go back to the host")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    host.exec("got = []; lab.begun.connect(got.append)");
    Q_EMIT lab.begun(lab.number.future());
    CHECK(host.eval("lab.same(got[0])") == "False");
    lab.number.finish();
    CHECK(host.eval("lab.same(got[0]), lab.same(lab.compute())") == "(True, True)");
    CHECK(raises(host, "lab.same(3)").find("TypeError") == 0);
}

TEST_CASE("unfinished future and another thread are told so")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    CHECK(raises(host, "lab.compute().result()")
              .find("InvalidStateError: QFuture<int> has not finished") != std::string::npos);
    host.exec("future = lab.compute(); told = []\n"
              "def work():\n"
              "    try: asyncio.run(wait())\n"
              "    except RuntimeError as error: told.append(str(error))\n"
              "async def wait(): return await future\n"
              "thread = threading.Thread(target=work); thread.start(); thread.join()");
    CHECK(host.eval("'GUI thread' in told[0]") == "True");
}

TEST_CASE("future that nobody fulfils does not hinder the shutdown")
{
    Host host;
    Lab lab;
    show(host, "lab", &lab);

    wait_for(host, "lab.compute()");
    host.settle();
    CHECK(host.shutdown() == QI_OK);
    CHECK(lab.number.isCanceled());
}

#include "futures.moc"
