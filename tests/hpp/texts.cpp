/* SPDX-License-Identifier: BSD-3-Clause */
// Texts that C cannot have are refused, wherever C++ takes one, and neither cut nor bent.
#include "tests/support/modern.h"
#include "tests/support/thing.h"

using tests::Modern;
using tests::value_of;

namespace
{

QString cut(const QString &before)
{
    return before + QChar(u'\0') + QStringLiteral("; syntax error");
}

QString half(const QString &before)
{
    return before + QChar(0xd83d);
}

template <typename T> void check_refused(const qi::Result<T> &result, int status)
{
    CHECK(result.status() == status);
    CHECK(result.error().message.contains(status == QI_ERR_ENCODING ? QLatin1String("surrogate")
                                                                    : QLatin1String("U+0000")));
}

} // namespace

TEST_CASE("source and expressions are refused, and nothing of them runs")
{
    Modern host;
    const QString ran = QStringLiteral("ran = 1");

    check_refused(host.python.exec(cut(ran)), QI_ERR_ARGUMENT);
    check_refused(host.python.exec(half(ran)), QI_ERR_ENCODING);
    check_refused(host.python.exec(ran, cut(QStringLiteral("x.py"))), QI_ERR_ARGUMENT);
    check_refused(host.python.exec(ran, half(QStringLiteral("x.py"))), QI_ERR_ENCODING);
    CHECK(host.eval("'ran' in globals()") == "False");
    check_refused(host.python.eval(cut(QStringLiteral("1"))), QI_ERR_ARGUMENT);
    check_refused(host.python.eval<int>(half(QStringLiteral("1"))), QI_ERR_ENCODING);
    check_refused(host.python.execFile(cut(QStringLiteral("/x.py"))), QI_ERR_ARGUMENT);
    check_refused(host.python.execFile(half(QStringLiteral("/x.py"))), QI_ERR_ENCODING);
}

TEST_CASE("names of objects, and documentation")
{
    Modern host;
    tests::Thing thing;
    qi::FunctionOptions options;

    check_refused(host.python.registerObject(cut(QStringLiteral("thing")), &thing), QI_ERR_ARGUMENT);
    check_refused(host.python.registerObject(half(QStringLiteral("thing")), &thing), QI_ERR_ENCODING);
    CHECK(host.eval("hasattr(__import__('qi').host, 'thing')") == "False");
    check_refused(host.python.unregisterObject(cut(QStringLiteral("thing"))), QI_ERR_ARGUMENT);
    options.doc = half(QStringLiteral("what it does"));
    check_refused(host.python.registerFunction(
                      "act", [] {}, options),
                  QI_ERR_ENCODING);
    options.doc = cut(QStringLiteral("what it does"));
    check_refused(host.python.registerFunction(
                      "act", [] {}, options),
                  QI_ERR_ARGUMENT);
}

TEST_CASE("targets, however they are written, and names of tasks")
{
    Modern host;
    tests::Thing thing;
    const QString name = QStringLiteral("launches:returns");
    const std::string standard = std::string("launches:returns") + '\0' + "more";
    qi::TaskOptions task;
    qi::ConnectOptions connection;

    for (const qi::Result<void> &result :
         {host.python.run(cut(name)).result(), host.python.run(QStringView(cut(name))).result(),
          host.python.run(standard).result(), host.python.run(std::string_view(standard)).result(),
          host.python.run(QByteArray(standard.data(), qsizetype(standard.size()))).result()})
        check_refused(result, QI_ERR_ARGUMENT);
    check_refused(host.python.run(half(name)).result(), QI_ERR_ENCODING);
    check_refused(host.python.resolve(half(name)), QI_ERR_ENCODING);
    check_refused(host.python.connect(&thing, &QObject::objectNameChanged, cut(name)),
                  QI_ERR_ARGUMENT);
    task.name = cut(QStringLiteral("n"));
    check_refused(host.python.run(task, name).result(), QI_ERR_ARGUMENT);
    connection.taskName = half(QStringLiteral("n"));
    check_refused(host.python.connect(&thing, &QObject::objectNameChanged, name, connection),
                  QI_ERR_ENCODING);
}

TEST_CASE("values cross whole: U+0000 is a character, and half a pair is half a pair")
{
    Modern host;
    const QString zero = cut(QStringLiteral("a")), torn = half(QStringLiteral("a"));

    CHECK(value_of(host.python.run<QString>("launches:returns", zero).result()) == zero);
    CHECK(value_of(host.python.run<QString>("launches:returns", torn).result()) == torn);
    CHECK(value_of(host.python.run<QStringList>("launches:returns", QStringList{torn, zero}).result()) ==
          QStringList{torn, zero});
    CHECK(value_of(host.python.eval<QString>(QStringLiteral("'a' + chr(0xd83d)"))) == torn);
    CHECK(host.python.eval<QString>(QStringLiteral("object()")).status() == QI_ERR_TYPE);
}

TEST_CASE("configuration is refused before Python starts")
{
    int argc = 1;
    char name[] = "host", *argv[] = {name, nullptr};
    const QCoreApplication application(argc, argv);
    const QString bad = half(QStringLiteral("x")), zero = cut(QStringLiteral("x"));
    using qi::Config;
    using qi::Runtime;

    check_refused(Runtime::start(Config().modulePaths({QStringLiteral("a"), bad})), QI_ERR_ENCODING);
    check_refused(Runtime::start(Config().argv({zero})), QI_ERR_ARGUMENT);
    check_refused(Runtime::start(Config().home(zero)), QI_ERR_ARGUMENT);
    check_refused(Runtime::start(Config().venv(bad)), QI_ERR_ENCODING);
    check_refused(Runtime::start(Config().programName(zero)), QI_ERR_ARGUMENT);
    check_refused(Runtime::start(Config().executable(bad)), QI_ERR_ENCODING);
    CHECK(Runtime::start(Config()));
}
