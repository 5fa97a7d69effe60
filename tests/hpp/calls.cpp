/* SPDX-License-Identifier: BSD-3-Clause */
// Runtime::call(), keyword arguments, and what a qi::Value answers of an object that is opaque to C++.
#include <memory>

#include <QtCore/qset.h>

#include <array>
#include <vector>
#if __has_include(<span>)
#include <span>
#endif

#include "tests/support/modern.h"

using qi::named;
using tests::value_of;

namespace
{

class Calling : public tests::Modern
{
  public:
    Calling()
    {
        exec("import asyncio\n"
             "def best(symbol, *, side='sell', count=1): return f'{count} {symbol} {side}'\n"
             "async def later(symbol, *, side='sell'):\n"
             "    await asyncio.sleep(0)\n"
             "    return f'{symbol} {side}'\n"
             "def fails(): raise KeyError('none of these')\n"
             "class Desk:\n"
             "    count = 3\n"
             "    def add(self, number, *, twice=False): return self.count + number * (1 + twice)\n"
             "    def __call__(self, text): return text + '!'\n"
             "    def __str__(self): return 'a desk'\n"
             "desk = Desk()");
    }

    qi::Value value(const char *expression) const
    {
        return python.eval(QString::fromUtf8(expression)).expect(expression);
    }
};

} // namespace

TEST_CASE("a call gives what a plain function returns")
{
    Calling host;
    CHECK(value_of(host.python.call<QString>("__main__:best", "ACME")) ==
          QLatin1String("1 ACME sell"));
    CHECK(value_of(host.python.call<QList<int>>("builtins:sorted", QList<int>{3, 1, 2})) ==
          QList<int>{1, 2, 3});
    CHECK(host.python.call("__main__:best", "dropped"));
    const qi::Callable best = value_of(host.python.resolve("__main__:best"));
    CHECK(value_of(host.python.call<QString>(best, QStringView(u"Ä"))) ==
          QStringLiteral("1 Ä sell"));
}

TEST_CASE("arguments go by name, wherever they stand, in calls and tasks")
{
    Calling host;
    CHECK(value_of(host.python.call<QString>("__main__:best", named("count", 2), "ACME",
                                             named("side", QStringLiteral("buy")))) ==
          QLatin1String("2 ACME buy"));
    CHECK(value_of(host.ended(host.python.run<QString>("__main__:later", "A", named("side", "buy")))
                       .result()) == QLatin1String("A buy"));
    CHECK(host.python.call("__main__:best", "A", named("nonsense", 1)).error().type ==
          QLatin1String("TypeError"));
}

TEST_CASE(
    "arguments whose number is known at run time only are spread, and the answer is a variant")
{
    Calling host;
    host.exec("def any(*args, **kwargs): return [list(args), kwargs]\n"
              "async def later_any(*args, **kwargs): return any(*args, **kwargs)");
    const QVariantList list = {2, QStringLiteral("three"), QVariantList{4}};
    const QVariantMap map = {{QStringLiteral("a"), 1.5}, {QStringLiteral("ä"), true}};
    const QVariant answer = value_of(host.python.call<QVariant>(
        "__main__:any", 1, qi::spread(list, map), named("last", "x"), "end"));
    CHECK(answer.toList()[0].toList() ==
          QVariantList{1, 2, QStringLiteral("three"), QVariantList{4}, QStringLiteral("end")});
    CHECK(answer.toList()[1].toMap()[QStringLiteral("ä")] == QVariant(true));
    CHECK(answer.toList()[1].toMap().size() == 3);
    const auto task = host.python.run<QVariant>("__main__:later_any", qi::spread(list));
    CHECK(value_of(host.ended(task).result()).toList()[0].toList() == list);
    CHECK(value_of(host.python.call<QVariant>("__main__:any", qi::spread({}), qi::spread({}, {})))
              .toList()
              .size() == 2);
}

TEST_CASE("the items of any range are arguments, or a list")
{
    Calling host;
    host.exec("def any(*args): return list(args)");
    std::vector<qi::Value> values;
    values.push_back(qi::Value::of(1).expect("a value"));
    values.push_back(qi::Value::of(QStringLiteral("two")).expect("a value"));
    CHECK(value_of(host.python.call<QVariantList>("__main__:any", qi::spread(values), 3)) ==
          QVariantList{1, QStringLiteral("two"), 3});
    CHECK(value_of(host.python.call<std::vector<int>>(
              "__main__:any", 0, qi::spread(std::array<int, 2>{1, 2}), qi::spread(QList<int>{3}))) ==
          std::vector<int>{0, 1, 2, 3});
#ifdef __cpp_lib_span
    const std::span<qi::Value> span(values);
    CHECK(value_of(host.python.call<QVariantList>("__main__:any", qi::spread(span), span)).size() ==
          3);
#endif
}

TEST_CASE("a call fails with the exception, and where its arguments or result do not fit")
{
    Calling host;
    const qi::Error error = host.python.call<int>("__main__:fails").error();
    CHECK(error.status == QI_ERR_PYTHON);
    CHECK(error.type == QLatin1String("KeyError"));
    CHECK(error.traceback.contains(QLatin1String("in fails")));
    CHECK(host.python.call<int>("__main__:best", "A")
              .error()
              .message.startsWith(QLatin1String("the result of __main__:best: ")));
    CHECK(host.python.call("__main__:later", "A").status() == QI_ERR_TYPE);
    CHECK(host.python.call("__main__:nobody").status() == QI_ERR_NOT_FOUND);
    CHECK(host.python.call(QStringView(u"a\0b", 3)).status() == QI_ERR_ARGUMENT);
    CHECK(qi::Runtime().call("builtins:print").status() == QI_ERR_HANDLE);
    CHECK(host.take_reports().empty());
}

TEST_CASE("an opaque object is asked for attributes, called, and shown as text")
{
    Calling host;
    const qi::Value desk = host.value("desk");
    CHECK(desk.kind() == QI_KIND_PYTHON);
    CHECK(value_of(desk.attribute<int>("count")) == 3);
    CHECK(desk.attribute<QString>("count").error().message.startsWith(
        QLatin1String("the result of count: ")));
    CHECK(desk.attribute("cuont").status() == QI_ERR_NOT_FOUND);
    CHECK(value_of(desk.callMethod<int>("add", 2)) == 5);
    CHECK(value_of(desk.callMethod<int>("add", 2, named("twice", true))) == 7);
    CHECK(desk.callMethod("nothing").status() == QI_ERR_NOT_FOUND);
    CHECK(value_of(desk.call<QString>("hello")) == QLatin1String("hello!"));
    CHECK(value_of(desk.text()) == QLatin1String("a desk"));
    const qi::Value made = host.value("Desk").call<qi::Value>().expect("a desk");
    CHECK(value_of(made.attribute<int>("count")) == 3);
}

TEST_CASE("a key that cannot be given is an error, and not None")
{
    Calling host;
    const qi::Value map = host.value("{None: 1}");
    CHECK(value_of(map.find<int>(nullptr)) == 1);
    struct Throws {
        operator QString() const { throw 1; }
    };
    std::variant<int, QString> key = 1;
    try {
        key.emplace<1>(Throws());
    } catch (int) {
    }
    REQUIRE(key.valueless_by_exception());
    CHECK(map.find<int>(key).status() == QI_ERR_TYPE);
    CHECK(map.find<int>(key).error().message.contains(QLatin1String("std::variant")));
}

TEST_CASE("a set, a generator and the keys of a map are items")
{
    Calling host;
    const qi::Value set = host.value("{1, 2, 3}");
    CHECK(value_of(set.items<QSet<int>>()) == QSet<int>{1, 2, 3});
    CHECK(value_of(host.value("(n * n for n in range(4))").items<QList<int>>()) ==
          QList<int>{0, 1, 4, 9});
    const qi::Value map = host.value("{'a': 1, 2: 'two', (1, 2): [3]}");
    CHECK(map.items().expect("keys").size() == 3);
    CHECK(map.size() == 3);
    CHECK(value_of(map.at<int>("a")) == 1);
    CHECK(value_of(map.find<QString>(2)) == QLatin1String("two"));
    CHECK(value_of(map.find<QList<int>>(std::make_pair(1, 2))) == QList<int>{3});
    CHECK(value_of(map.find<std::optional<int>>("none")) == std::nullopt);
    const qi::Value list = host.value("[4, 'five']");
    CHECK(list.size() == 2);
    CHECK(value_of(list.item<QString>(1)) == QLatin1String("five"));
    CHECK(value_of(list.item<std::optional<int>>(2)) == std::nullopt);
    CHECK(qi::Value().items().status() == QI_ERR_TYPE);
}

TEST_CASE("a builder makes values of several types, and tells of the first thing that was wrong")
{
    Calling host;
    qi::Builder builder;
    builder.beginList().add(1).add("two").beginMap().entry("a", 3.5).key(4).beginTuple();
    builder.add(nullptr).add(QByteArray("x")).end().end().end();
    CHECK(builder.finish().expect("a value").describe() ==
          QLatin1String("[1, 'two', {'a': 3.5, 4: (None, b'x')}]"));
    CHECK(builder.add(7).finish().expect("a value").describe() == QLatin1String("7"));
    CHECK(builder.beginMap().add(1).end().finish().status() == QI_ERR_STATE);
    CHECK(builder.add(QVariant::fromValue<QObject *>(nullptr)).finish());
    qi::Builder moved = std::move(builder);
    CHECK(moved.add(true).finish().expect("a value").describe() == QLatin1String("True"));
    CHECK(builder.add(1).finish().status() == QI_ERR_HANDLE); // NOLINT(bugprone-use-after-move)
}
