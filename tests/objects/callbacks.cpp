/* SPDX-License-Identifier: BSD-3-Clause */
// Callables of Python where the host takes a callback: std::function and qi::Callable.
#include <functional>
#include <memory>
#include <thread>

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <qi/qi.h>
#include <qi/qt.hpp>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"

using tests::Host;
using tests::raises;
using tests::show;

using Filter = std::function<bool(int, const QString &)>;
using Notice = std::function<void(int)>;
using Unknown = std::function<void(double)>;

namespace
{

class Grid : public QObject
{
    Q_OBJECT
    Q_PROPERTY(qi::Callable hook READ getHook WRITE setHook)

  public:
    Q_INVOKABLE void setFilter(const Filter &given) { filter = given; }
    Q_INVOKABLE void onNotice(const Notice &given) { notice = given; }
    Q_INVOKABLE void onUnknown(const Unknown &) {}
    Q_INVOKABLE QVariant apply(const qi::Callable &callable, const QVariant &value)
    {
        return callable.call<QVariant>(value);
    }
    qi::Callable getHook() const { return hook; }
    void setHook(const qi::Callable &given) { hook = given; }

    Filter filter;
    Notice notice;
    qi::Callable hook;
};

void begin(Host &host, Grid &grid)
{
    qi::registerCallback<bool(int, const QString &)>();
    qi::registerCallback<void(int)>();
    show(host, "grid", &grid);
    host.exec("got = []");
}

} // namespace

TEST_CASE("callable is what a std::function calls")
{
    Host host;
    Grid grid;
    begin(host, grid);

    host.exec("grid.setFilter(lambda number, text: got.append((number, text)) or number > 2)\n"
              "grid.onNotice(got.append)");
    CHECK_FALSE(grid.filter(1, QStringLiteral("a")));
    CHECK(grid.filter(3, QStringLiteral("b")));
    grid.notice(7);
    CHECK(host.eval("got") == "[(1, 'a'), (3, 'b'), 7]");

    /* It takes fewer arguments, is a method, a method of the host's, or none. */
    host.exec("grid.setFilter(lambda: True)\n"
              "class C:\n"
              "    def method(self, number): got.append(number)\n"
              "grid.onNotice(C().method)");
    CHECK(grid.filter(0, QString()));
    grid.notice(8);
    CHECK(host.eval("got[-1]") == "8");
    host.exec("grid.setFilter(None)");
    CHECK_FALSE(bool(grid.filter));
}

TEST_CASE("coroutine function runs at once up to its first suspension")
{
    Host host;
    Grid grid;
    begin(host, grid);

    host.exec("async def notice(number):\n"
              "    got.append(number); await asyncio.sleep(0); got.append('end')\n"
              "grid.onNotice(notice)");
    grid.notice(5);
    CHECK(host.eval("got") == "[5]");
    host.until([&] { return host.eval("got") == "[5, 'end']"; });

    host.exec("async def fails(number): raise ValueError(number)\ngrid.onNotice(fails)");
    grid.notice(6);
    host.exec("gc.collect()");
    host.settle();
    const auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type.find("ValueError") != std::string::npos);
}

TEST_CASE("exceptions and wrong results are reported, and the host gets an empty result")
{
    Host host;
    Grid grid;
    begin(host, grid);

    host.exec("def bad(number, text): raise LookupError(text)\ngrid.setFilter(bad)");
    CHECK_FALSE(grid.filter(1, QStringLiteral("x")));
    host.exec("grid.setFilter(lambda number, text: 'yes')");
    CHECK_FALSE(grid.filter(1, QString()));
    host.exec("grid.onNotice(lambda a, b: None)");
    grid.notice(1);
    const auto reports = host.take_reports();
    REQUIRE(reports.size() == 3);
    CHECK(reports[0].type.find("LookupError") != std::string::npos);
    CHECK(reports[0].target == "__main__:bad");
    CHECK(reports[1].message.find("bool expected, got str") != std::string::npos);
    CHECK(reports[2].message.find("wants 2 arguments, but the application gives 1") !=
          std::string::npos);
}

TEST_CASE("callbacks from other threads run in the GUI thread")
{
    Host host;
    Grid grid;
    begin(host, grid);

    host.exec("def here(): return threading.current_thread() is threading.main_thread()\n"
              "grid.onNotice(lambda number: got.append((number, here())))\n"
              "grid.setFilter(lambda number, text: got.append((number, here())) or True)");
    bool answer = false, done = false;
    std::thread worker([&] {
        grid.notice(1);
        answer = grid.filter(2, QString());
        QMetaObject::invokeMethod(&grid, [&] { done = true; });
    });
    host.until([&] { return done; });
    worker.join();
    CHECK(answer);
    CHECK(host.eval("got") == "[(1, True), (2, True)]");
}

TEST_CASE("callable goes with the last copy of it, in whatever thread")
{
    Host host;
    Grid grid;
    begin(host, grid);

    host.exec("def notice(number): pass\n"
              "alive = weakref.ref(notice); grid.onNotice(notice); grid.hook = notice; del notice");
    Notice copy = grid.notice;
    grid.notice = nullptr;
    grid.hook = qi::Callable();
    CHECK(host.eval("alive() is None") == "False");
    std::thread([&copy] { copy = nullptr; }).join();
    CHECK(host.eval("alive() is None") == "True");
}

TEST_CASE("qi::Callable is a type of its own, for properties and the C API")
{
    Host host;
    Grid grid;
    begin(host, grid);

    CHECK(host.eval("grid.apply(lambda value: value * 2, 21), grid.apply(str.upper, 'a'), "
                    "grid.apply(lambda: {'a': [1]}, 0)") == "(42, 'A', {'a': [1]})");
    host.exec("async def work(number): await asyncio.sleep(0); got.append(number)\n"
              "grid.hook = got.append");
    qi_value argument = qi_int(4);
    qi_task_options options;
    qi_task_options_init(&options);
    options.callable = grid.hook.handle();
    options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
    REQUIRE(qi_run_task(host.runtime, nullptr, &argument, 1, &options, nullptr) == QI_OK);
    CHECK(host.eval("got") == "[4]");
    host.exec("grid.hook = None");
    CHECK_FALSE(bool(grid.hook));
}

TEST_CASE("what is no callable, or no registered callback, is refused")
{
    Host host;
    Grid grid;
    begin(host, grid);

    CHECK(raises(host, "grid.setFilter(3)") ==
          "TypeError: Grid.setFilter(), argument 1: a callable expected, got int");
    CHECK(raises(host, "grid.hook = 'x'") == "TypeError: Grid.hook: a callable expected, got str");
    CHECK(raises(host, "grid.onUnknown(print)").find("qi::registerCallback<") != std::string::npos);
}

TEST_CASE("callback that outlives the runtime does nothing")
{
    Grid grid;
    {
        Host host;
        begin(host, grid);
        host.exec("grid.setFilter(lambda number, text: True); grid.onNotice(print)");
        CHECK(grid.filter(1, QString()));
    }
    CHECK_FALSE(grid.filter(1, QString()));
    grid.notice(1);
    CHECK(qi_callable_call(nullptr, nullptr, 0, nullptr) == QI_ERR_HANDLE); /* as at any time */
}

TEST_CASE("call that is on its way when the runtime shuts down is not made")
{
    Host host;
    Grid grid;
    begin(host, grid);

    host.exec("sys.told = []; grid.onNotice(sys.told.append)");
    std::thread([&] { grid.notice(1); }).join();
    CHECK(host.shutdown() == QI_OK);
    host.settle();
    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    CHECK(host.eval("__import__('sys').told") == "[]");
}

TEST_CASE("call that is on its way when the application ends lets go of its arguments")
{
    const auto cargo = std::make_shared<int>(1);
    {
        Host host;
        Grid grid;
        begin(host, grid);
        host.exec("grid.hook = print");
        std::thread([&] { grid.hook.call(QVariant::fromValue(cargo)); }).join();
        CHECK(cargo.use_count() > 1);
    }
    CHECK(cargo.use_count() == 1);
}

TEST_CASE("call that fails leaves an error record in the thread that made it")
{
    Host host;
    Grid grid;
    begin(host, grid);

    host.exec("def bad(): raise LookupError\ngrid.hook = bad");
    bool done = false;
    int status = QI_OK;
    std::string message;
    std::thread worker([&] {
        QVariant result;
        status = qi_callable_call(grid.hook.handle(), nullptr, 0, &result);
        message = qi_last_error()->message;
        QMetaObject::invokeMethod(&grid, [&] { done = true; });
    });
    host.until([&] { return done; });
    worker.join();
    CHECK(status == QI_ERR_PYTHON);
    CHECK(message.find("a callable of Python raised an exception") == 0);
    CHECK(host.take_reports().size() == 1);
}

#include "callbacks.moc"
