/* SPDX-License-Identifier: BSD-3-Clause */
// qi::registerConverter(): an application's own types, wherever values cross.
#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <QtCore/qobject.h>

#include <qi/convert.hpp>
#include <qi/qi.hpp>

#include "tests/support/catch.h"
#include "tests/support/modern.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"

using tests::Host;
using tests::Modern;
using tests::raises;
using tests::show;

/* Not in a namespace without a name, which compilers spell differently in messages. */
struct Money {
    qint64 cents = 0;

    bool operator==(const Money &other) const { return cents == other.cents; }
    bool operator!=(const Money &other) const { return cents != other.cents; }
};

struct Id {
    Id() = default;
    explicit Id(int number) : number(number) {}
    int number = 0;
};

struct Span {
    double from = 0, to = 0;
};

struct Sealed {
    int value = 0;
};

struct Wrapped {
    Money money;
};

class Mood
{
    Q_GADGET

  public:
    enum Kind { Sad, Glad };
    Q_ENUM(Kind)
};

Q_DECLARE_METATYPE(Money)
Q_DECLARE_METATYPE(Span)
Q_DECLARE_METATYPE(Sealed)
Q_DECLARE_METATYPE(Wrapped)
Q_DECLARE_METATYPE(Id)

namespace
{

QString text_of(const Money &money)
{
    return QStringLiteral("%1.%2").arg(money.cents / 100).arg(money.cents % 100, 2, 10, QLatin1Char('0'));
}

std::optional<Money> parse(const QString &text)
{
    bool ok = false;
    const double amount = text.toDouble(&ok);
    return ok ? std::optional<Money>(Money{qRound64(amount * 100)}) : std::nullopt;
}

void register_all()
{
    qi::registerConverter<Money>(text_of, parse);
    qi::registerConverter<Span>(
        [](const Span &span) {
            return QVariantMap{{QStringLiteral("from"), span.from}, {QStringLiteral("to"), span.to}};
        },
        [](const QVariantMap &map) -> Span {
            if (!map.contains(QStringLiteral("to")))
                throw std::invalid_argument("a span wants 'to'");
            return {map.value(QStringLiteral("from")).toDouble(),
                    map.value(QStringLiteral("to")).toDouble()};
        });
    qi::registerConverter<Id>([](const Id &id) { return id.number; },
                              [](int number) -> qi::Result<Id> {
                                  if (number < 1)
                                      return qi::Error::make(QI_ERR_RANGE,
                                                             QStringLiteral("ids begin at 1"));
                                  return Id(number);
                              });
    /* By way of another type that has one. */
    qi::registerConverter<Wrapped>([](const Wrapped &wrapped) { return wrapped.money; },
                                   [](const Money &money) { return Wrapped{money}; });
}

class Shop : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Money price MEMBER price NOTIFY priced)

  public:
    Q_INVOKABLE Money twice(const Money &money) const { return {2 * money.cents}; }
    Q_INVOKABLE QList<Money> all(const QList<Money> &given) const { return given; }
    Q_INVOKABLE QMap<QString, Money> named(const QMap<QString, Money> &given) const
    {
        return given;
    }
    Q_INVOKABLE Span widen(const Span &span) const { return {span.from - 1, span.to + 1}; }
    Q_INVOKABLE Id next(const Id &id) const { return Id(id.number + 1); }
    Q_INVOKABLE Wrapped wrap(const Wrapped &wrapped) const { return wrapped; }
    Q_INVOKABLE QVariant any() const { return QVariant::fromValue(price); }
    Q_INVOKABLE Sealed sealed() const { return {7}; }
    Q_INVOKABLE int unseal(const Sealed &sealed) const { return sealed.value; }
    Q_INVOKABLE Mood::Kind mood(Mood::Kind kind) const { return kind; }

    Money price{1999};

  Q_SIGNALS:
    void priced(const Money &money);
    void opened(const Sealed &sealed);
};

} // namespace

TEST_CASE("own types cross in calls, properties, signals, containers and variants")
{
    register_all();
    Host host;
    Shop shop;
    show(host, "shop", &shop);

    CHECK(host.eval("shop.twice('1.50'), shop.price, shop.any()") == "('3.00', '19.99', '19.99')");
    host.exec("got = []; shop.priced.connect(got.append); shop.price = '5'");
    CHECK(shop.price == Money{500});
    Q_EMIT shop.priced({42});
    CHECK(host.eval("got") == "['5.00', '0.42']");
    host.exec("shop.priced.emit('7.25')");
    CHECK(host.eval("got[-1]") == "'7.25'");
    CHECK(host.eval("shop.all(['1', '2.5']), shop.named({'a': '3'})") ==
          "(['1.00', '2.50'], {'a': '3.00'})");
    CHECK(host.eval("shop.widen({'from': 1, 'to': 2})") == "{'from': 0.0, 'to': 3.0}");
    CHECK(host.eval("shop.next(4), shop.wrap('2')") == "(5, '2.00')");
}

TEST_CASE("what does not convert is refused by the type's name")
{
    register_all();
    Host host;
    Shop shop;
    show(host, "shop", &shop);

    CHECK(raises(host, "shop.twice(3)") ==
          "TypeError: Shop.twice(), argument 1: Money: str expected, got int");
    CHECK(raises(host, "shop.twice('dear')") ==
          "TypeError: Shop.twice(), argument 1: Money expected, got 'dear'");
    CHECK(raises(host, "shop.next(0)") ==
          "ValueError: Shop.next(), argument 1: Id: ids begin at 1");
    CHECK(raises(host, "shop.widen({})") ==
          "ValueError: Shop.widen(), argument 1: Span: a span wants 'to'");
    CHECK(raises(host, "shop.all(['1', 2])").find("Money: str expected, got int") !=
          std::string::npos);
    CHECK(raises(host, "shop.price = []") ==
          "TypeError: Shop.price: Money: str expected, got list");
}

TEST_CASE("converter that comes late counts from then on, the last one wins")
{
    Host host;
    Shop shop;
    show(host, "shop", &shop);

    host.exec("got = []; shop.opened.connect(got.append); before = shop.sealed()");
    CHECK(host.eval("type(before) is qi.Variant, shop.unseal(before)") == "(True, 7)");
    REQUIRE(qi::registerConverter<Sealed>([](const Sealed &sealed) { return sealed.value; },
                                          [](int value) { return Sealed{value}; }));
    Q_EMIT shop.opened({3});
    CHECK(host.eval("got, shop.sealed(), shop.unseal(4), shop.unseal(before)") == "([3], 7, 4, 7)");
    REQUIRE(
        qi::registerConverter<Sealed>([](const Sealed &sealed) { return -sealed.value; }, nullptr));
    CHECK(host.eval("shop.sealed()") == "-7");
    CHECK(host.eval("shop.unseal(before)") == "7");
    CHECK(raises(host, "shop.unseal(4)").find("TypeError") == 0);
}

TEST_CASE("a converter that is taken out leaves values opaque, and is destroyed")
{
    Host host;
    Shop shop;
    auto alive = std::make_shared<int>(0);
    show(host, "shop", &shop);
    CHECK_FALSE(qi::unregisterConverter<Sealed>());
    REQUIRE(qi::registerConverter<Sealed>([alive](const Sealed &sealed) { return sealed.value; },
                                          nullptr));
    CHECK(host.eval("shop.sealed()") == "7");
    CHECK(qi::unregisterConverter<Sealed>());
    CHECK(alive.use_count() == 1);
    CHECK(host.eval("type(shop.sealed()).__name__") == "'Variant'");
}

TEST_CASE("enumeration may have a conversion of its own")
{
    qi::registerConverter<Mood::Kind>(
        [](Mood::Kind kind) {
            return kind == Mood::Glad ? QStringLiteral(":)") : QStringLiteral(":(");
        },
        [](const QString &face) { return face == QStringLiteral(":)") ? Mood::Glad : Mood::Sad; });
    Host host;
    Shop shop;
    show(host, "shop", &shop);

    CHECK(host.eval("shop.mood(':)'), shop.mood(':(')") == "(':)', ':(')");
}

TEST_CASE("conversions serve exposed functions and results of tasks")
{
    register_all();
    Modern host;
    host.exec("import qi\nfrom qi import host\n"
              "async def cost(money): return money + '1'\n");

    REQUIRE(host.python.registerFunction("sum",
                                         [](const Money &money, const std::vector<Money> &more) {
                                             Money sum = money;
                                             for (const Money &one : more)
                                                 sum.cents += one.cents;
                                             return sum;
                                         },
                                         {{"money", "more"}}));
    CHECK(host.eval("host.sum('1', ['2', '3.5'])") == "'6.50'");
    CHECK(host.eval("str(__import__('inspect').signature(host.sum))") ==
          "\"(money: 'Money', more: list['Money']) -> 'Money'\"");
    CHECK(raises(host, "host.sum(1, [])") ==
          "TypeError: sum(), argument 'money': Money: str expected, got int");
    const auto task = host.python.run<Money>("__main__:cost", Money{210});
    CHECK(tests::value_of(host.ended(task).result()) == Money{210}); /* '2.10' + '1' */
}

TEST_CASE("libqi's own types cannot be replaced, and a circle ends")
{
    CHECK_FALSE(qi::registerConverter<QString>([](const QString &) { return 1; }, nullptr));
    CHECK(qi_last_error()->status == QI_ERR_ARGUMENT);
    CHECK(std::string(qi_last_error()->message).find("QString has a conversion") == 0);
    CHECK_FALSE(qi::registerConverter<int>([](int) { return 1; }, nullptr));

    qi::registerConverter<Sealed>([](const Sealed &sealed) { return Id(sealed.value); }, nullptr);
    qi::registerConverter<Id>([](const Id &id) { return Sealed{id.number}; }, nullptr);
    Host host;
    Shop shop;
    show(host, "shop", &shop);
    CHECK(raises(host, "shop.sealed()").find("RecursionError") == 0);
}

TEST_CASE("a value that its converter leaves as it is stays opaque, and goes back")
{
    qi::registerConverter<Sealed>([](const Sealed &sealed) { return sealed; }, nullptr);
    Host host;
    Shop shop;
    show(host, "shop", &shop);
    CHECK(host.eval("type(shop.sealed()).__name__, shop.unseal(shop.sealed())") ==
          "('Variant', 7)");
}

TEST_CASE("conversion runs without the GIL")
{
    Host host;
    Shop shop;
    show(host, "shop", &shop);
    std::atomic<bool> ran{false};
    int status = QI_ERR_INTERNAL;

    qi::registerConverter<Sealed>(
        [&](const Sealed &sealed) {
            /* Another thread of Python's has to get on for this to end. */
            while (!ran)
                std::this_thread::yield();
            return sealed.value;
        },
        nullptr);
    std::thread other([&] {
        const qi_value number = qi_int(1);
        QVariant wanted(QMetaType::fromType<int>());
        status = qi_value_to_variant(&number, &wanted); /* takes the GIL */
        ran = true;
    });
    CHECK(host.eval("shop.sealed()") == "7");
    other.join();
    CHECK(status == QI_OK);
}

#include "converters.moc"
