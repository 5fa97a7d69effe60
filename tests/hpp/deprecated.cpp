/* SPDX-License-Identifier: BSD-3-Clause */
// The names of before still work, until the next minor version. That each warns, tests/packaging/deprecated.py checks.
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>

#include <qi/image.hpp>

#include "tests/support/modern.h"
#include "tests/support/thing.h"

#pragma GCC diagnostic ignored "-Wunknown-pragmas" /* of compilers that know none of the next */
#ifndef QI_SHOW_DEPRECATED
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif

using tests::value_of;

namespace
{

struct Coin {
    int cents = 0;
};

struct Purse {
    int sum(int a, int b) const { return a + b; }
};

int plus(int a, int b)
{
    return a + b;
}

} // namespace

TEST_CASE("a configuration takes the old names of its settings")
{
    int argc = 1;
    char name[] = "test", *argv[] = {name, nullptr};
    QCoreApplication application(argc, argv);
    QStringList heard;
    qi::ShutdownReport told;
    bool shut_down = false;
    {
        qi::Config config;
        config.module_paths({QStringLiteral(QI_TEST_PLUGINS)})
            .program_name(QStringLiteral("old"))
            .use_environment(false)
            .nested_limit(3)
            .handle_sigint(false)
            .on_log([&](qi::LogLevel, const QString &, const QString &text) { heard << text; })
            .on_error([&](const qi::Error &error, const qi::Origin &) {
                heard << QString::fromLatin1(qi_status_name(error.status));
            })
            .on_output([&](const QString &line) { heard << line; })
            .on_error_output([&](const QString &line) { heard << line; })
            .on_shutdown([&](const qi::ShutdownReport &report) {
                shut_down = true;
                told = report;
            })
            .keep_on_quit()
            .cancel_time(std::chrono::seconds(2))
            .executor_time(std::chrono::seconds(2));
        qi::Runtime python = qi::Runtime::start(config).expect("Python");
        CHECK(python.is_running());
        CHECK(python.set_slice(std::chrono::milliseconds(2)));
        python
            .exec(QStringLiteral("import sys, logging, launches\n"
                                 "print('out'); print('err', file=sys.stderr)\n"
                                 "logging.getLogger('old').warning('logged')"))
            .expect("the script");
        python.launch("nowhere:at_all");
    }
    CHECK(heard == QStringList{QStringLiteral("out"), QStringLiteral("err"),
                               QStringLiteral("logged"), QStringLiteral("QI_ERR_NOT_FOUND")});
    CHECK(shut_down);
    CHECK(told.clean);
}

TEST_CASE("objects, functions and files go by the old names of a runtime")
{
    tests::Modern host;
    tests::Thing thing;
    const Purse purse;
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("old.py")));

    REQUIRE(host.python.show(QStringLiteral("thing"), &thing));
    CHECK(value_of(host.python.eval<int>(QStringLiteral("__import__('qi').host.thing.fixed"))) == 42);
    REQUIRE(host.python.hide(QStringLiteral("thing")));
    CHECK_FALSE(host.python.hide(QStringLiteral("thing")));

    const qi::ExposeOptions options = {{"a", {"b", 2}}, QStringLiteral("Adds."), nullptr, false};
    REQUIRE(host.python.expose("plus", plus, options));
    REQUIRE(host.python.expose("sum", &purse, &Purse::sum));
    REQUIRE(qi::expose(host.runtime, "also", plus));
    REQUIRE(qi::expose(host.runtime, "more", &purse, &Purse::sum));
    CHECK(value_of(host.python.eval<QList<int>>(
              QStringLiteral("[f(1, 3) for f in (lambda q: (q.plus, q.sum, q.also, q.more))"
                             "(__import__('qi').host)] + [__import__('qi').host.plus(1)]"))) ==
          QList<int>{4, 4, 4, 4, 3});
    REQUIRE(host.python.unexpose("plus"));
    CHECK_FALSE(host.python.unexpose("plus"));
    CHECK(qi::Parameter("b", 2).default_text() == "2");
    CHECK(qi::Parameter("b", 2).is_literal());

    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write("answer = 42");
    file.close();
    REQUIRE(host.python.exec_file(file.fileName()));
    CHECK(value_of(host.python.eval<int>(QStringLiteral("answer"))) == 42);
}

TEST_CASE("tasks and connections are asked by their old names")
{
    tests::Modern host;
    tests::Thing thing;
    QList<qint64> values;
    const auto wait = host.python.exec(QStringLiteral("import asyncio, qi\n"
                                                      "async def work(*args):\n"
                                                      "    qi.progress(1, 2)\n"
                                                      "    await asyncio.sleep(0)\n"));
    REQUIRE(wait);

    qi::Task<> task = host.python.run("__main__:work");
    const qi::TaskPhase pending = task.phase();
    CHECK(pending == qi::TaskState::Pending);
    CHECK_FALSE(task.is_done());
    task.on_progress(&thing, [&](const qi::Progress &progress) { values << progress.value; });
    host.ended(task);
    CHECK(task.is_done());
    CHECK(values == QList<qint64>{1});
    CHECK(task.progress()->maximum == 2);
    CHECK_FALSE(task.result().error().is_cancelled());

    qi::ScopedConnection scoped = value_of(host.python
                                               .connect(&thing, &QObject::objectNameChanged,
                                                        "__main__:work")
                                               .map([](qi::Connection &&made) {
                                                   CHECK(made.is_connected());
                                                   return std::make_shared<qi::ScopedConnection>(
                                                       std::move(made));
                                               }))
                                      ->detach();
    CHECK(scoped.is_connected());
}

TEST_CASE("values, buffers and types go by their old names")
{
    tests::Modern host;
    static_assert(qi::is_writable<int> && qi::is_readable<int> && !qi::is_readable<QStringView>);
    CHECK(qi::type_name<int>() == QLatin1String("int"));
    CHECK(value_of(qi::Value::copy_of(qi_int(3)).map([](qi::Value &&value) {
              return value.is_none() ? 0 : value.to<int>().value_or(0);
          })) == 3);
    const qi::Buffer buffer(QByteArray("abc"));
    CHECK(buffer.is_contiguous());
    CHECK(buffer.writable_data() == nullptr);
    CHECK(buffer.copy().writable_data() != nullptr);
    CHECK(value_of(qi::c_text(QStringView(u"ä"), "it")) == QByteArray("ä"));
    CHECK(value_of(qi::c_text(QByteArray("b"), "it")) == QByteArray("b"));
    CHECK_FALSE(qi::c_text(QByteArray("b\0c", 3), "it"));

    CHECK(qi::register_converter<Coin>([](const Coin &coin) { return coin.cents; },
                                       [](int cents) { return Coin{cents}; }));
    qi::register_image();
    qi::register_callback<int(int)>();
    qi::register_future<Coin>();
    QFutureWatcher<int> watcher;
    QVariant future;
    qi::watched_future<int>(&watcher, &future);
    CHECK(future.canConvert<QFuture<int>>());
}
