/* SPDX-License-Identifier: BSD-3-Clause */
// QFutureWatcher: awaiting what one watches, whatever the type of its results.
#include <QtCore/qfuture.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qpromise.h>
#include <QtCore/qthread.h>

#include <qi/qi.h>
#include <qi/qt.hpp>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"

using tests::Host;
using tests::raises;
using tests::show;

namespace
{

/* A type whose name Qt's type system has never been told. */
struct Sealed {
    int value = 0;
};

/* What an application makes of the template, as one does for its own slots. */
class Named : public QFutureWatcher<QString>
{
};

/* A promise with a watcher, shown to Python under a name. */
template <typename T, typename Watcher = QFutureWatcher<T>> struct Watched {
    Watched(Host &host, const char *name)
    {
        promise.start();
        watcher.setFuture(promise.future());
        show(host, name, &watcher);
    }
    ~Watched() { promise.finish(); }

    void finish(const T &result)
    {
        promise.addResult(result);
        promise.finish();
    }

    QPromise<T> promise;
    Watcher watcher;
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

TEST_CASE("what a watcher watches is awaited, and has its type")
{
    Host host;
    Watched<int> number(host, "number");
    Watched<QString, Named> text(host, "text");
    Watched<QVariantMap> map(host, "map");

    wait_for(host, "asyncio.gather(number.future, text.future, map.future)");
    host.settle();
    CHECK(host.eval("got") == "[]");
    number.finish(42);
    text.finish(QStringLiteral("named"));
    map.finish({{QStringLiteral("a"), 1}});
    until_done(host);
    CHECK(host.eval("got") == "[[42, 'named', {'a': 1}]]");

    wait_for(host, "number");
    CHECK(host.eval("got, type(number)") == "([42], <class '_qi.FutureWatcher'>)");
    CHECK(host.eval("isinstance(number, qi.Object), number.alive") == "(True, True)");
}

TEST_CASE("watcher of nothing but an end")
{
    Host host;
    QPromise<void> promise;
    QFutureWatcher<void> watcher;
    promise.start();
    watcher.setFuture(promise.future());
    show(host, "watcher", &watcher);

    wait_for(host, "watcher");
    promise.finish();
    until_done(host);
    CHECK(host.eval("got") == "[None]");
}

TEST_CASE("results of a watcher come one by one")
{
    Host host;
    Watched<int> number(host, "number");

    host.exec("got = []\n"
              "async def wait():\n"
              "    async for result in number: got.append(result)\n"
              "task = qi.run_task(wait())");
    for (int i : {1, 2}) {
        number.promise.addResult(i);
        host.until([&] { return host.eval("len(got)") == std::to_string(i); });
    }
    number.finish(3);
    until_done(host);
    CHECK(host.eval("got") == "[1, 2, 3]");
}

TEST_CASE("cancelling who awaits a watcher cancels the future")
{
    Host host;
    Watched<int> number(host, "number");

    wait_for(host, "number");
    host.settle();
    host.exec("task.cancel()");
    until_done(host);
    CHECK(number.promise.isCanceled());
    CHECK(host.eval("got") == "[CancelledError()]");
}

TEST_CASE("watcher without a future counts as cancelled")
{
    Host host;
    QFutureWatcher<int> watcher;
    show(host, "watcher", &watcher);

    wait_for(host, "watcher");
    until_done(host);
    CHECK(host.eval("type(got[0]).__name__") == "'CancelledError'");
}

TEST_CASE("watcher of a type that is not known says what to register")
{
    Host host;
    Watched<Sealed> sealed(host, "sealed");
    sealed.finish(Sealed{1});

    CHECK(raises(host, "sealed.future").find("registerFuture<T>()") != std::string::npos);
    qi::registerFuture<Sealed>();
    qi::registerFuture<Sealed>();
    CHECK(host.eval("'Sealed' in sealed.future.result().type_name") == "True");
    CHECK(qi_watched_future_register(nullptr, nullptr) == QI_ERR_ARGUMENT);
}

TEST_CASE("what registers a watcher can be undone, but not for the types that libqi knows")
{
    Host host;
    Watched<Sealed> sealed(host, "sealed");
    sealed.finish(Sealed{1});
    qi::registerFuture<Sealed>();
    CHECK(host.eval("'Sealed' in sealed.future.result().type_name") == "True");
    CHECK(qi::unregisterWatcher<Sealed>());
    CHECK(raises(host, "sealed.future").find("registerFuture<T>()") != std::string::npos);
    CHECK_FALSE(qi::unregisterWatcher<Sealed>());
    CHECK(std::string(qi_last_error()->message).find("not registered") != std::string::npos);
    CHECK_FALSE(qi::unregisterWatcher<int>());
    CHECK(qi_watched_future_unregister(nullptr) == QI_ERR_ARGUMENT);
    qi::registerFuture<Sealed>();
    CHECK(host.eval("'Sealed' in sealed.future.result().type_name") == "True");
}

TEST_CASE("watcher that was destroyed, or lives in another thread, is told so")
{
    Host host;
    QThread thread;
    auto *watcher = new QFutureWatcher<int>;
    QFutureWatcher<int> there;
    show(host, "watcher", watcher);
    show(host, "there", &there);

    delete watcher;
    CHECK(raises(host, "watcher.future").find("ReferenceError") == 0);
    there.moveToThread(&thread);
    CHECK(raises(host, "there.future").find("RuntimeError") == 0);
}
