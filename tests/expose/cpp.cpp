/* SPDX-License-Identifier: BSD-3-Clause */
// rt.registerFunction(): functions of C++ with their types, as qi.host.<name>(…).
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <QtCore/qdatetime.h>
#include <QtCore/qobject.h>
#include <QtCore/qpromise.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>
#include <QtCore/qurl.h>

#include <qi/qi.hpp>

#include "tests/support/catch.h"
#include "tests/support/modern.h"
#include "tests/support/raises.h"

using tests::Modern;
using tests::raises;

namespace
{

class Desk : public QObject
{
    Q_OBJECT

  public:
    enum class Mood { Sad, Glad };
    Q_ENUM(Mood)

    int order(const QString &symbol, int count)
    {
        orders.append(symbol);
        return total += count;
    }
    int sum() const noexcept { return total; }

    QStringList orders;
    int total = 0;
};

double twice(double number)
{
    return 2 * number;
}

void begin(Modern &host)
{
    host.exec("import asyncio, inspect, threading, qi\nfrom qi import host");
}

std::string signature(Modern &host, const char *name)
{
    return host.eval(("str(inspect.signature(host." + std::string(name) + "))").c_str());
}

} // namespace

TEST_CASE("functions, lambdas and members, by place and by name")
{
    Modern host;
    Desk desk;
    begin(host);

    REQUIRE(host.python.registerFunction("twice", twice, {{"number"}}));
    REQUIRE(host.python.registerFunction("also", &twice));
    REQUIRE(host.python.registerFunction(
        "price", [](const QString &symbol, int count) { return symbol.size() * 10 * count; },
        {{"symbol", {"count", 1}}, QStringLiteral("What it costs.")}));
    REQUIRE(host.python.registerFunction("desk.order", &desk, &Desk::order, {{"symbol", "count"}}));
    REQUIRE(host.python.registerFunction("desk.sum", &desk, &Desk::sum));
    CHECK(host.eval("host.twice(2), host.twice(number=1.5), host.also(1)") == "(4.0, 3.0, 2.0)");
    CHECK(host.eval("host.price('AB'), host.price('A', 3), host.price(count=2, symbol='ABC')") ==
          "(20, 30, 60)");
    CHECK(host.eval(
              "host.desk.order('A', 3), host.desk.order(count=4, symbol='B'), host.desk.sum()") ==
          "(3, 7, 7)");
    CHECK(desk.orders == QStringList{QStringLiteral("A"), QStringLiteral("B")});
    CHECK(signature(host, "price") == "'(symbol: str, count: int = 1) -> int'");
    CHECK(signature(host, "also") == "'(arg1: float, /) -> float'");
    CHECK(signature(host, "desk.sum") == "'() -> int'");
    CHECK(host.eval("host.price.__doc__") == "'What it costs.'");
    REQUIRE(host.python.unregisterFunction("twice"));
    CHECK(raises(host, "host.twice(1)").find("AttributeError") == 0);
    CHECK(host.python.unregisterFunction("twice").status() == QI_ERR_NOT_FOUND);
}

TEST_CASE("Qt and std types cross, and their signatures say what they are")
{
    Modern host;
    begin(host);
    auto &python = host.python;

    REQUIRE(python.registerFunction("a", [](std::string text, const std::vector<int> &list) {
        return std::make_pair(text + "!", list);
    }));
    CHECK(host.eval("host.a('x', [1, 2]), host.a('y', (3,))") == "(('x!', [1, 2]), ('y!', [3]))");
    CHECK(signature(host, "a") == "'(arg1: str, arg2: list[int], /) -> tuple[str, list[int]]'");
    REQUIRE(
        python.registerFunction("b",
                                [](const std::map<QString, double> &map, std::optional<QString> key) {
                                    return key ? std::optional<double>(map.at(*key)) : std::nullopt;
                                },
                                {{"map", {"key", nullptr}}}));
    CHECK(host.eval("host.b({'x': 1}, 'x'), host.b({})") == "(1.0, None)");
    CHECK(signature(host, "b") ==
          "'(map: dict[str, float], key: str | None = None) -> float | None'");
    REQUIRE(python.registerFunction(
        "c", [](QByteArray bytes, bool flag, const QVariant &any, QStringList list) {
            return QVariantList{bytes, flag, any, list};
        }));
    CHECK(host.eval("host.c(b'x', True, {'a': 1}, ['l'])") == "[b'x', True, {'a': 1}, ['l']]");
    CHECK(signature(host, "c") ==
          "'(arg1: bytes, arg2: bool, arg3: object, arg4: list[str], /) -> list'");
    REQUIRE(python.registerFunction("d", [](QObject *object, Desk::Mood mood, qint64 number) {
        return std::make_tuple(object ? object->objectName() : QString(), mood, number + 1);
    }));
    QObject named;
    named.setObjectName(QStringLiteral("it"));
    REQUIRE(python.registerObject(QStringLiteral("named"), &named));
    CHECK(host.eval("host.d(host.named, 'Glad', 1 << 40)[::2], host.d(None, 0, 1)[0]") ==
          "(('it', 1099511627777), '')");
    REQUIRE(python.registerFunction("e", [](const QDateTime &time, QUrl url, std::array<int, 2> pair) {
        return QStringLiteral("%1 %2 %3").arg(time.date().year()).arg(url.host()).arg(pair[1]);
    }));
    CHECK(
        host.eval("host.e(__import__('datetime').datetime(2026, 1, 2), 'http://a.b/c', (1, 2))") ==
        "'2026 a.b 2'");
    REQUIRE(python.registerFunction("f", [](QSet<int> set) { return set.size(); }));
    CHECK(host.eval("host.f({1, 2, 3}), host.f([1, 1])") == "(3, 1)");
    REQUIRE(python.registerFunction("g", [] {}));
    CHECK(host.eval("host.g()") == "None");
    CHECK(signature(host, "g") == "'() -> None'");
    REQUIRE(python.registerFunction("h", [](qi::Value value) { return value; }));
    CHECK(host.eval("host.h({1}), host.h(print) is print") == "({1}, True)");
}

TEST_CASE("arguments of other types are refused with function and parameter")
{
    Modern host;
    begin(host);

    REQUIRE(
        host.python.registerFunction("desk.f",
                                     [](signed char small, const std::vector<int> &list,
                                        QDate day) { return small + int(list.size()) + day.year(); },
                                     {{"small", "list", "day"}}));
    CHECK(raises(host, "host.desk.f('x', [], None)") ==
          "TypeError: desk.f(), argument 'small': int expected, got str");
    CHECK(raises(host, "host.desk.f(300, [], None)").find("OverflowError: desk.f(), argument 'small': ") ==
          0);
    CHECK(raises(host, "host.desk.f(1, [1, 'b'], None)")
              .find("TypeError: desk.f(), argument 'list': item 1: ") == 0);
    CHECK(raises(host, "host.desk.f(1, 5, None)") ==
          "TypeError: desk.f(), argument 'list': list expected, got int");
    CHECK(raises(host, "host.desk.f(1, [], 5)").find("TypeError: desk.f(), argument 'day': ") == 0);
    CHECK(raises(host, "host.desk.f(1)").find("is missing the argument 'list'") != std::string::npos);
    REQUIRE(host.python.registerFunction("nameless", [](signed char small) { return small; }));
    CHECK(raises(host, "host.nameless(300)").find("OverflowError: nameless(), argument 1: ") == 0);
}

TEST_CASE("errors and exceptions of C++ are raised in Python")
{
    Modern host;
    begin(host);

    REQUIRE(host.python.registerFunction("pick", [](int number) -> qi::Result<QString> {
        if (number < 0)
            return qi::Error::make(QI_ERR_ARGUMENT, QStringLiteral("%1 is below 0").arg(number));
        return QStringLiteral("number %1").arg(number);
    }));
    CHECK(host.eval("host.pick(3)") == "'number 3'");
    CHECK(raises(host, "host.pick(-2)") == "ValueError: -2 is below 0");
    CHECK(signature(host, "pick") == "'(arg1: int, /) -> str'");
    REQUIRE(host.python.registerFunction("check", [](bool good) -> qi::Result<void> {
        if (good)
            return {};
        return qi::Error::make(QI_ERR_NOT_FOUND, QStringLiteral("nothing there"));
    }));
    CHECK(host.eval("host.check(True)") == "None");
    CHECK(raises(host, "host.check(False)") == "LookupError: nothing there");
    REQUIRE(host.python.registerFunction("throws",
                                         []() -> int { throw std::logic_error("upside down"); }));
    CHECK(raises(host, "host.throws()") ==
          "RuntimeError: the host threw a C++ exception: upside down");
    REQUIRE(host.python.registerFunction("throws_any", [] { throw 3; }));
    CHECK(raises(host, "host.throws_any()").find("RuntimeError") == 0);
}

TEST_CASE("function that returns a QFuture, and one on the pool, are awaited")
{
    Modern host;
    begin(host);
    QPromise<int> promise;
    promise.start();

    REQUIRE(host.python.registerFunction("compute", [&] { return promise.future(); }));
    CHECK(signature(host, "compute") == "\"() -> 'HostFuture'\"");
    host.exec("got = []\n"
              "async def wait(call):\n"
              "    try: got.append(await call())\n"
              "    except Exception as error: got.append(repr(error))\n"
              "task = qi.run_task(wait(host.compute))");
    promise.addResult(42);
    promise.finish();
    host.until([&] { return host.eval("got") == "[42]"; });

    const QThread *gui = QThread::currentThread();
    REQUIRE(host.python.registerFunction(
        "work",
        [gui](std::vector<int> list) -> qi::Result<int> {
            if (QThread::currentThread() == gui)
                return qi::Error::make(QI_ERR_STATE, QStringLiteral("the GUI thread"));
            int sum = 0;
            for (int number : list)
                sum += number;
            if (sum == 0)
                return qi::Error::make(QI_ERR_ARGUMENT, QStringLiteral("nothing to add"));
            return sum;
        },
        {{"list"}, {}, nullptr, true}));
    host.exec("got.clear(); one = qi.run_task(wait(lambda: host.work([1, 2, 3])))");
    host.until([&] { return host.eval("got") == "[6]"; });
    host.exec("two = qi.run_task(wait(lambda: host.work([])))");
    host.until([&] { return host.eval("got[1:]") == "[\"ValueError('nothing to add')\"]"; });

    CHECK(host.python
              .registerFunction("both", [&] { return promise.future(); }, {{}, {}, nullptr, true})
              .status() == QI_ERR_ARGUMENT);
    QThreadPool::globalInstance()->waitForDone();
}

TEST_CASE(
    "state that cannot be copied, and callables of Python, are held as long as they are needed")
{
    Modern host;
    begin(host);
    std::weak_ptr<int> state;
    std::function<int(int)> kept;
    {
        auto number = std::make_unique<std::shared_ptr<int>>(std::make_shared<int>(5));
        state = *number;
        REQUIRE(host.python.registerFunction(
            "f", [number = std::move(number)]() mutable { return ++**number; }));
    }
    CHECK(host.eval("host.f(), host.f()") == "(6, 7)");
    REQUIRE(host.python.unregisterFunction("f"));
    CHECK(state.expired());

    REQUIRE(host.python.registerFunction(
        "on", [&](const std::function<int(int)> &callback) { kept = callback; }, {{"callback"}}));
    host.exec("host.on(lambda number: number + 1)");
    CHECK(kept(4) == 5);
    host.exec("host.on(None)");
    CHECK_FALSE(bool(kept));
    CHECK(raises(host, "host.on(3)").find("TypeError: on(), argument 'callback': ") == 0);
    qi::Callable callable;
    REQUIRE(host.python.registerFunction("take",
                                         [&](qi::Callable given) { callable = std::move(given); }));
    host.exec("host.take(str.upper)");
    CHECK(callable.call<QString>(QStringLiteral("a")) == QStringLiteral("A"));
    callable = {};
}

TEST_CASE("member function ends with its object, and is called in the GUI thread")
{
    Modern host;
    begin(host);
    auto desk = std::make_unique<Desk>();
    QThread *ran_in = nullptr;

    REQUIRE(host.python.registerFunction("sum", desk.get(), &Desk::sum));
    REQUIRE(host.python.registerFunction("where", [&] { ran_in = QThread::currentThread(); }));
    host.exec("f = host.sum; f()\n"
              "got = []\n"
              "async def work(): got.append(await asyncio.to_thread(host.where))\n"
              "task = qi.run_task(work())");
    host.until([&] { return host.eval("got") == "[None]"; });
    CHECK(ran_in == QThread::currentThread());
    desk.reset();
    CHECK(raises(host, "f()") ==
          "ReferenceError: qi.host.sum() was the function of an object that was destroyed");
}

TEST_CASE("options that do not fit are errors")
{
    Modern host;
    begin(host);
    const auto function = [](int a, QDate b) { return a + b.day(); };

    CHECK(host.python.registerFunction("f", function, {{"a"}})
              .error()
              .message.contains(
                  QStringLiteral("the options name 1 parameters, but the function has 2")));
    CHECK(host.python.registerFunction("f", function, {{"a", {"b", QDate(2026, 1, 2)}}})
              .error()
              .message.contains(QStringLiteral("the default of the parameter \"b\"")));
    CHECK(host.python.registerFunction("f", function, {{{"a", 1}, "b"}}).status() == QI_ERR_ARGUMENT);
    CHECK(host.python.registerFunction("f", function, {{"a", "a"}}).status() == QI_ERR_ARGUMENT);
    CHECK(host.python.registerFunction("not a name", function).status() == QI_ERR_ARGUMENT);
    CHECK(qi::Runtime().registerFunction("f", function).status() == QI_ERR_HANDLE);
    REQUIRE(host.python.registerFunction(
        "defaults",
        [](QString a, double b, QStringList c, QVariantMap d, QByteArray e) {
            return QVariantList{a, b, c, d, e};
        },
        {{{"a", "it's"},
          {"b", 1e300},
          {"c", QStringList{QStringLiteral("x")}},
          {"d", QVariantMap{{QStringLiteral("k"), true}}},
          {"e", QByteArray("\x00\xff", 2)}}}));
    CHECK(host.eval("host.defaults()") == "[\"it's\", 1e+300, ['x'], {'k': True}, b'\\x00\\xff']");
}

#include "cpp.moc"
