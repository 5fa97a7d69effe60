/* SPDX-License-Identifier: BSD-3-Clause */
// qi::Scope, source with an `await` at its top level, modules, and functions that are posted to the GUI thread.
#include <thread>

#include <QtCore/qthread.h>

#include "tests/support/modern.h"

using tests::value_of;

TEST_CASE("scopes share no names, with each other and with __main__")
{
    tests::Modern host;
    qi::Scope one = host.python.newScope().expect("a scope");
    qi::Scope two = host.python.newScope().expect("a scope");
    CHECK(one.set("width", 2.5));
    CHECK(two.set("width", QStringList{QStringLiteral("a")}));
    CHECK(one.exec(QStringLiteral("area = width * 2"), QStringLiteral("formula.py")));
    CHECK(value_of(one.get<double>("area")) == 5.0);
    CHECK(value_of(one.eval<double>(QStringLiteral("area + 1"))) == 6.0);
    CHECK(value_of(two.eval<QStringList>(QStringLiteral("width"))) ==
          QStringList{QStringLiteral("a")});
    CHECK(two.get("area").status() == QI_ERR_NOT_FOUND);
    CHECK(host.python.eval(QStringLiteral("width")).error().type == QLatin1String("NameError"));
    CHECK(one.exec(QStringLiteral("1 +"), QStringLiteral("formula.py"))
              .error()
              .traceback.contains(QLatin1String("formula.py")));
    CHECK(one.eval<int>(QStringLiteral("'x'")).status() == QI_ERR_TYPE);
    CHECK(one.set("not a name", 1).status() == QI_ERR_ARGUMENT);
    CHECK(one.unset("area"));
    CHECK(one.unset("area").status() == QI_ERR_NOT_FOUND);
    CHECK(one.eval(QString(QChar(u'\0'))).status() == QI_ERR_ARGUMENT);
    CHECK(qi::Scope().exec(QStringLiteral("1")).status() == QI_ERR_HANDLE);
}

TEST_CASE(
    "source with an await at its top level is a task, whose value is that of its last expression")
{
    tests::Modern host;
    qi::Scope scope = host.python.newScope().expect("a scope");
    CHECK(scope.set("n", 20));
    auto task = scope.execAsync<int>(QStringLiteral("import asyncio\n"
                                                    "await asyncio.sleep(0)\n"
                                                    "n + 1"),
                                     QStringLiteral("script.py"));
    CHECK_FALSE(task.isFinished());
    CHECK(value_of(host.ended(task).result()) == 21);
    qi::TaskOptions options;
    options.name = QStringLiteral("mine");
    auto other = host.python.execAsync<QString>(
        QStringLiteral("import asyncio\nasyncio.current_task().get_name()"), QString(), options);
    CHECK(value_of(host.ended(other).result()) == QLatin1String("mine"));
    auto wrong = host.python.execAsync(QStringLiteral("1 +"), QStringLiteral("wrong.py"));
    CHECK(host.ended(wrong).result().error().type == QLatin1String("SyntaxError"));
    auto zero = host.python.execAsync(QString(QChar(u'\0')));
    CHECK(zero.result().status() == QI_ERR_ARGUMENT);
}

TEST_CASE("a module is imported once, and asked as a value")
{
    tests::Modern host;
    const qi::Value module = host.python.importModule(QStringLiteral("json")).expect("json");
    CHECK(value_of(module.callMethod<QString>("dumps", QVariantMap{{QStringLiteral("a"), 1}})) ==
          QStringLiteral("{\"a\": 1}"));
    CHECK(host.python.importModule(QStringLiteral("jsno")).status() == QI_ERR_NOT_FOUND);
    CHECK(host.python.importModule(QString(QChar(u'\0'))).status() == QI_ERR_ARGUMENT);
}

TEST_CASE(
    "a function that any thread posts runs in the GUI thread, and may hold what cannot be copied")
{
    tests::Modern host;
    int sum = 0;
    QThread *where = nullptr;
    std::thread worker([&] {
        CHECK(host.python.post([&, number = std::make_unique<int>(3)] {
            where = QThread::currentThread();
            sum += *number;
        }));
    });
    worker.join();
    CHECK(sum == 0);
    host.until([&] { return sum == 3; });
    CHECK(where == QThread::currentThread());

    CHECK(host.python.post([] { throw std::runtime_error("upside down"); }));
    std::vector<tests::Report> reports;
    host.until([&] {
        reports = host.take_reports();
        return !reports.empty();
    });
    CHECK(reports[0].message.find("upside down") != std::string::npos);
    CHECK(qi::Runtime().post([] {}).status() == QI_ERR_HANDLE);
}

TEST_CASE("tasks have a number and a name, and threads wait for all or any of them")
{
    tests::Modern host;
    host.exec("import asyncio\n"
              "gate = asyncio.Event()\n"
              "async def wait(number):\n"
              "    await gate.wait()\n"
              "    return number\n"
              "async def forever(): await asyncio.Event().wait()\n");
    qi::TaskOptions options;
    options.name = QStringLiteral("the wait");
    const qi::Task<int> one = host.python.run<int>(options, "__main__:wait", 1);
    const qi::Task<int> two = host.python.run<int>("__main__:wait", 2);
    const qi::Task<> never = host.python.run("__main__:forever");
    CHECK(one.name() == QLatin1String("the wait"));
    CHECK(one.target() == QLatin1String("__main__:wait"));
    CHECK_FALSE(one.progress());
    CHECK(one.id() != 0);
    CHECK(one.id() != two.id());
    CHECK(qi::Task<>().id() == 0);
    CHECK(qi::waitForAll({one, two}).status() == QI_ERR_WRONG_THREAD);

    std::atomic<int> waited{0};
    std::thread worker([&] {
        CHECK(qi::waitForAny({never, two}, std::chrono::milliseconds(1)).status() == QI_ERR_PENDING);
        waited = 1;
        CHECK(value_of(qi::waitForAny({never, one, two})) != 0);
        CHECK(qi::waitForAll({one, two}));
        CHECK(qi::waitForAll({}));
        CHECK(value_of(qi::waitForAny({never, qi::Task<>()})) == 1);
        waited = 2;
    });
    host.until([&] { return waited == 1; });
    host.exec("gate.set()");
    host.until([&] { return waited == 2; });
    worker.join();
    CHECK(value_of(one.result()) == 1);
    never.cancel();
    host.ended(never);
}
