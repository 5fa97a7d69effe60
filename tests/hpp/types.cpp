/* SPDX-License-Identifier: BSD-3-Clause */
// Which types cross, both ways, and what is said of those that do not fit.
#include <array>
#include <deque>
#include <filesystem>
#include <limits>
#include <list>
#include <map>
#include <set>
#include <unordered_map>

#include <QtCore/qdatetime.h>
#include <QtCore/qhash.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qmap.h>
#include <QtCore/qpoint.h>
#include <QtCore/qrect.h>
#include <QtCore/qset.h>
#include <QtCore/qtimer.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include "tests/support/modern.h"
#include "tests/support/thing.h"

using tests::Modern;
using tests::Thing;
using tests::value_of;

/* A type that crosses as its author says. */
struct Money {
    int cents = 0;
    friend bool operator==(const Money &a, const Money &b) { return a.cents == b.cents; }
};

template <> struct qi::Converter<Money> {
    static QString name() { return QStringLiteral("Money"); }
    static qi_value write(const Money &money, qi::Storage &storage)
    {
        return storage.write(QStringLiteral("%1 ct").arg(money.cents));
    }
    static qi::Result<Money> read(const qi_value &value)
    {
        return qi::read<QString>(value).and_then([&](const QString &text) -> qi::Result<Money> {
            if (text.endsWith(QLatin1String(" ct")))
                return Money{text.chopped(3).toInt()};
            return qi::Error::make(QI_ERR_TYPE, QStringLiteral("Money expected, got ") + text);
        });
    }
};

/* One that Qt's type system knows, and libqi does not. */
struct Sealed {
    int number = 0;
};
Q_DECLARE_METATYPE(Sealed)

namespace
{

enum class Plain : quint8 { None, One, Two };

/* How Python sees a value. */
template <typename T> std::string seen(Modern &host, const T &value)
{
    host.exec("import launches; launches.calls.clear()");
    host.python.launch("launches:record", value);
    return host.eval("launches.calls[0][0]");
}

/* What comes back of it. */
template <typename T> T round(Modern &host, const T &value)
{
    return value_of(host.python.run<T>("launches:returns", value).result());
}

/* What Python makes of source code, as a T, or the message of the error. */
template <typename T> qi::Result<T> made(Modern &host, const char *source)
{
    return host.python.eval<T>(QString::fromUtf8(source));
}

template <typename T> std::string refused(Modern &host, const char *source)
{
    const qi::Result<T> result = made<T>(host, source);
    CHECK_FALSE(result);
    CHECK((result.status() == QI_ERR_TYPE || result.status() == QI_ERR_RANGE));
    return result.error().message.toStdString();
}

} // namespace

TEST_CASE("numbers keep their value, or are refused")
{
    Modern host;

    CHECK(seen(host, true) == "True");
    CHECK(seen(host, 'x') == "120");
    CHECK(seen(host, qint8(-1)) == "-1");
    CHECK(seen(host, 1.5f) == "1.5");
    CHECK(seen(host, std::numeric_limits<qint64>::min()) == "-9223372036854775808");
    CHECK(seen(host, std::numeric_limits<quint64>::max()) == "18446744073709551615");
    CHECK(round(host, std::numeric_limits<quint64>::max()) == std::numeric_limits<quint64>::max());
    CHECK(round(host, std::numeric_limits<long>::min()) == std::numeric_limits<long>::min());
    CHECK(round(host, quint16(65535)) == 65535);
    CHECK(round(host, 0.1) == 0.1);

    CHECK(value_of(made<double>(host, "2**53")) == 9007199254740992.0);
    CHECK(value_of(made<int>(host, "True")) == 1);
    CHECK(refused<bool>(host, "1") == "bool expected, got int 1");
    CHECK(refused<int>(host, "1.0") == "int expected, got real 1.0");
    CHECK(refused<int>(host, "None") == "int expected, got none None");
    CHECK(refused<quint8>(host, "256") == "256 is out of range for uchar");
    CHECK(refused<quint64>(host, "-1") == "-1 is out of range for qulonglong");
    CHECK(refused<qint64>(host, "2**63").find("out of range") != std::string::npos);
    CHECK(refused<quint64>(host, "2**64").find("out of range") != std::string::npos);
    CHECK(refused<double>(host, "2**53 + 1") == "9007199254740993 is out of range for double");
    CHECK(refused<float>(host, "1e300") == "1e+300 is out of range for float");
    CHECK(refused<float>(host, "2**24 + 1") == "16777217 is out of range for float");
}

TEST_CASE("text of every kind, and bytes")
{
    Modern host;
    const QString text = QStringLiteral("a\u00fc\U0001F40D");
    const QByteArray bytes("a\0b", 3);

    CHECK(seen(host, text) == "'a\u00fc\U0001F40D'");
    CHECK(seen(host, "literal") == "'literal'");
    CHECK(seen(host, static_cast<const char *>(nullptr)) == "None");
    CHECK(seen(host, std::string("a\0b", 3)) == "'a\\x00b'");
    CHECK(seen(host, std::string_view("view")) == "'view'");
    CHECK(seen(host, QStringView(u"view")) == "'view'");
    CHECK(seen(host, QLatin1String("latin")) == "'latin'");
    CHECK(seen(host, QLatin1Char('c')) == "'c'");
    CHECK(seen(host, char32_t(0x1F40D)) == "'\U0001F40D'");
    CHECK(seen(host, QChar(0xfc)) == "'\u00fc'");
    CHECK(seen(host, bytes) == "b'a\\x00b'");
    CHECK(seen(host, QByteArrayView(bytes)) == "b'a\\x00b'");
    CHECK(round(host, text) == text);
    CHECK(round(host, std::string("a\0b", 3)) == std::string("a\0b", 3));
    CHECK(round(host, bytes) == bytes);
    CHECK(value_of(made<QByteArray>(host, "bytearray(b'x')")) == "x");
    CHECK(refused<QString>(host, "b'x'") == "QString expected, got bytes b'x'");
    CHECK(refused<QByteArray>(host, "'x'") == "QByteArray expected, got text 'x'");
    CHECK(refused<std::string>(host, "3") == "std::string expected, got int 3");
}

TEST_CASE("lists of any container, and from any sequence")
{
    Modern host;

    CHECK(seen(host, QStringList{QStringLiteral("a"), QStringLiteral("b")}) == "['a', 'b']");
    CHECK(seen(host, std::vector<bool>{true, false}) == "[True, False]");
    CHECK(seen(host, std::array<int, 3>{1, 2, 3}) == "[1, 2, 3]");
    CHECK(seen(host, std::list<std::string>{"a"}) == "['a']");
    CHECK(seen(host, std::set<int>{3, 1}) == "[1, 3]");
    CHECK(seen(host, std::vector<std::vector<double>>{{1.5}, {}}) == "[[1.5], []]");
    CHECK(round(host, QList<int>{1, 2}) == QList<int>{1, 2});
    CHECK(round(host, std::deque<QString>{QStringLiteral("x")}) ==
          std::deque<QString>{QStringLiteral("x")});
    CHECK(round(host, std::vector<bool>{true, false}) == std::vector<bool>{true, false});
    CHECK(round(host, QSet<int>{3, 4}) == QSet<int>{3, 4});
    CHECK(round(host, std::array<int, 2>{1, 2}) == std::array<int, 2>{1, 2});
    CHECK(value_of(made<std::vector<int>>(host, "(1, 2)")) == std::vector<int>{1, 2});
    CHECK(value_of(made<std::set<std::string>>(host, "{'b', 'a'}")) ==
          std::set<std::string>{"a", "b"});
    CHECK(value_of(made<QList<quint64>>(host, "[2**64 - 1]")) ==
          QList<quint64>{std::numeric_limits<quint64>::max()});

    CHECK(refused<QList<int>>(host, "[1, 'b']") == "item 1: int expected, got text 'b'");
    CHECK(refused<QList<QList<int>>>(host, "[[1], [2, 3.5]]") ==
          "item 1: item 1: int expected, got real 3.5");
    CHECK(refused<QList<int>>(host, "'abc'") == "list of int expected, got text 'abc'");
    CHECK(refused<QList<int>>(host, "3") == "list of int expected, got int 3");
    CHECK(refused<std::array<int, 2>>(host, "[1]") == "list of 2 int expected, got list [1]");
    CHECK(refused<std::array<int, 1>>(host, "[1, 2]") == "item 1: one too many");
    CHECK(refused<std::vector<int>>(host, "object()")
              .find("list of int expected, got python <object object at") == 0);
}

TEST_CASE("maps of any container, with keys of any type")
{
    Modern host;
    const QMap<QString, int> map{{QStringLiteral("a"), 1}};
    const QHash<int, QString> hash{{7, QStringLiteral("x")}};
    const std::map<std::string, std::vector<int>> nested{{"a", {1, 2}}, {"b", {}}};
    const std::unordered_map<std::string, double> unordered{{"pi", 3.0}};

    CHECK(seen(host, map) == "{'a': 1}");
    CHECK(seen(host, hash) == "{7: 'x'}");
    CHECK(seen(host, nested) == "{'a': [1, 2], 'b': []}");
    CHECK(round(host, map) == map);
    CHECK(round(host, hash) == hash);
    CHECK(round(host, nested) == nested);
    CHECK(round(host, unordered) == unordered);
    CHECK(value_of(made<QMap<QString, int>>(host, "__import__('collections').OrderedDict(a=1)")) ==
          map);
    CHECK(refused<QMap<QString, int>>(host, "{'a': 'b'}") == "key 'a': int expected, got text 'b'");
    CHECK(refused<QMap<QString, int>>(host, "{1: 1}") == "a key: QString expected, got int 1");
    CHECK(refused<QMap<QString, int>>(host, "[1]") ==
          "map of QString to int expected, got list [1]");
}

TEST_CASE("tuples, and values that may be missing")
{
    Modern host;
    using Triple = std::tuple<int, QString, std::optional<double>>;

    CHECK(seen(host, std::pair<int, QString>(1, QStringLiteral("x"))) == "(1, 'x')");
    CHECK(seen(host, Triple(1, QStringLiteral("x"), std::nullopt)) == "(1, 'x', None)");
    CHECK(seen(host, std::optional<int>(3)) == "3");
    CHECK(seen(host, std::optional<int>()) == "None");
    CHECK(round(host, Triple(1, QStringLiteral("x"), 2.5)) == Triple(1, QStringLiteral("x"), 2.5));
    CHECK(value_of(made<std::pair<int, int>>(host, "[1, 2]")) == std::pair<int, int>(1, 2));
    CHECK(value_of(made<std::optional<int>>(host, "None")) == std::nullopt);
    CHECK(value_of(made<std::optional<int>>(host, "4")) == 4);
    CHECK(refused<std::pair<int, int>>(host, "(1, 'x')") == "item 1: int expected, got text 'x'");
    CHECK(refused<std::pair<int, int>>(host, "(1, 2, 3)") == "item 2: one too many");
    CHECK(refused<std::pair<int, int>>(host, "(1,)").find("tuple of int, int expected, got tuple (1,)") ==
          0);
    CHECK(refused<std::optional<int>>(host, "'x'") == "int expected, got text 'x'");
}

TEST_CASE("paths of the standard library are text, and come from a pathlib.Path, too")
{
    Modern host;
    using std::filesystem::path;
    CHECK(round(host, path("/tmp/ä b")) == path("/tmp/ä b"));
    CHECK(value_of(host.python.call<QString>("builtins:str", path("a/b"))) == QLatin1String("a/b"));
    CHECK(value_of(made<path>(host, "__import__('pathlib').PurePosixPath('a') / 'b'")) ==
          path("a/b"));
    CHECK(value_of(made<std::vector<path>>(host, "['a', 'b']")).size() == 2);
    CHECK(refused<path>(host, "7").rfind("std::filesystem::path expected, got int", 0) == 0);
    CHECK(refused<path>(host, "{1}").rfind("std::filesystem::path expected, got", 0) == 0);
}

TEST_CASE("variants hold the first type that takes the value")
{
    Modern host;
    using Any = std::variant<std::monostate, bool, int, QString, std::vector<int>>;

    CHECK(seen(host, Any(3)) == "3");
    CHECK(seen(host, Any(QStringLiteral("x"))) == "'x'");
    CHECK(seen(host, Any()) == "None");
    for (const Any &value :
         {Any(), Any(true), Any(3), Any(QStringLiteral("x")), Any(std::vector<int>{1})})
        CHECK(round(host, value) == value);
    CHECK(value_of(made<std::variant<qint8, double>>(host, "300")) ==
          std::variant<qint8, double>(300.0));
    CHECK(refused<std::variant<int, QString>>(host, "2.5") ==
          "int or QString expected, got real 2.5");
}

TEST_CASE("durations are seconds")
{
    Modern host;
    using namespace std::chrono_literals;
    using Short = std::chrono::duration<qint8, std::milli>;

    CHECK(seen(host, 1500ms) == "1.5");
    CHECK(round(host, std::chrono::microseconds(-7)) == std::chrono::microseconds(-7));
    CHECK(round(host, 2h) == 2h);
    CHECK(value_of(made<std::chrono::milliseconds>(host, "2")) == 2s);
    CHECK(value_of(made<std::chrono::seconds>(host, "1.6")) == 2s);
    CHECK(value_of(made<Short>(host, "-0.128")).count() == -128);
    CHECK(made<Short>(host, "0.128").status() == QI_ERR_RANGE);
    CHECK(made<std::chrono::nanoseconds>(host, "1e30").status() == QI_ERR_RANGE);
    CHECK(made<std::chrono::nanoseconds>(host, "float('nan')").status() == QI_ERR_RANGE);
    using Unsigned = std::chrono::duration<quint32>;
    CHECK(value_of(made<Unsigned>(host, "2**32 - 1")) == Unsigned(0xffffffffu));
    CHECK(made<Unsigned>(host, "2**32").status() == QI_ERR_RANGE);
    CHECK(made<Unsigned>(host, "-1").status() == QI_ERR_RANGE);
    CHECK(refused<std::chrono::seconds>(host, "'soon'") == "seconds expected, got text 'soon'");
}

TEST_CASE("types of Qt are what properties of these types are")
{
    Modern host;
    const QDateTime moment(QDate(2026, 11, 21), QTime(15, 30));

    CHECK(seen(host, moment) == "datetime.datetime(2026, 11, 21, 15, 30)");
    CHECK(seen(host, QUrl(QStringLiteral("https://qt.io"))) == "'https://qt.io'");
    CHECK(seen(host, QPoint(1, 2)) == "Point(x=1, y=2)");
    CHECK(seen(host, QVariant(QVariantList{1, QStringLiteral("a")})) == "[1, 'a']");
    CHECK(seen(host, QVariantMap{{QStringLiteral("a"), moment.date()}}) ==
          "{'a': datetime.date(2026, 11, 21)}");
    CHECK(seen(host, QJsonObject{{QStringLiteral("a"), QJsonArray{1}}}) == "{'a': [1]}");
    CHECK(seen(host, QList<QPoint>{QPoint(1, 2)}) == "[Point(x=1, y=2)]");
    CHECK(round(host, moment) == moment);
    CHECK(round(host, QRectF(1, 2, 3, 4)) == QRectF(1, 2, 3, 4));
    CHECK(round(host, QList<QDateTime>{moment}) == QList<QDateTime>{moment});
    CHECK(round(host, QVariant(5)) == QVariant(5));
    CHECK(round(host, QJsonArray{1, QStringLiteral("x")}) == QJsonArray{1, QStringLiteral("x")});
    CHECK(value_of(made<QUrl>(host, "'https://qt.io'")) == QUrl(QStringLiteral("https://qt.io")));
    CHECK(value_of(made<QDate>(host, "__import__('datetime').date(2026, 1, 2)")) == QDate(2026, 1, 2));
    CHECK(refused<QDate>(host, "'today'").find("date") != std::string::npos);
    CHECK(refused<QPoint>(host, "(1, 2, 3)").find("a tuple of 2 numbers") != std::string::npos);
    CHECK(refused<QUuid>(host, "'x'").find("not a UUID") != std::string::npos);
}

TEST_CASE("enums are numbers, those of Qt's meta-objects have names")
{
    Modern host;

    CHECK(seen(host, Plain::Two) == "2");
    CHECK(round(host, Plain::Two) == Plain::Two);
    CHECK(seen(host, Thing::Glad) == "<tests.Thing.Mood.Glad: 5>");
    CHECK(round(host, Thing::Glad) == Thing::Glad);
    CHECK(value_of(made<Thing::Mood>(host, "'Glad'")) == Thing::Glad);
    CHECK(round(host, Thing::Traits(Thing::Fast | Thing::Loud)) == (Thing::Fast | Thing::Loud));
    CHECK(refused<Plain>(host, "256").find("out of range") != std::string::npos);
    CHECK(refused<Plain>(host, "'Two'").find("int expected") != std::string::npos);
}

TEST_CASE("objects are proxies, of the class that is asked for")
{
    Modern host;
    Thing thing;
    const QTimer timer;
    host.python.registerObject(QStringLiteral("thing"), &thing).expect("the thing");

    CHECK(seen(host, &thing).find("Thing") != std::string::npos);
    CHECK(seen(host, &timer).find("QTimer") != std::string::npos);
    CHECK(seen(host, static_cast<QObject *>(nullptr)) == "None");
    CHECK(value_of(host.python.run<QObject *>("launches:returns", &thing).result()) == &thing);
    CHECK(value_of(host.python.run<const Thing *>("launches:returns", &thing).result()) == &thing);
    CHECK(value_of(host.python.run<Thing *>("launches:returns", nullptr).result()) == nullptr);
    CHECK(host.python.run<QTimer *>("launches:returns", &thing).result().error().message ==
          QLatin1String("the result of launches:returns: QTimer * expected, got a tests::Thing"));
    CHECK(refused<QTimer *>(host, "3") == "QTimer * expected, got int 3");

    auto *gone = new Thing;
    const qi::Task<Thing *> task = host.python.run<Thing *>("launches:returns", gone);
    delete gone;
    CHECK(task.result().status() == QI_ERR_DEAD_OBJECT);
}

TEST_CASE("types of the application's own")
{
    Modern host;

    CHECK(seen(host, Money{250}) == "'250 ct'");
    CHECK(round(host, Money{250}) == Money{250});
    CHECK(round(host, QList<Money>{Money{1}, Money{2}}) == QList<Money>{Money{1}, Money{2}});
    CHECK(refused<std::vector<Money>>(host, "['1 ct', '2 EUR']") ==
          "item 1: Money expected, got 2 EUR");
    CHECK(seen(host, Sealed{3}).find("Sealed") != std::string::npos);
    CHECK(round(host, Sealed{3}).number == 3);
}

TEST_CASE("values of any type, looked at later")
{
    Modern host;
    qi::Value value = value_of(host.python.eval(QStringLiteral("{'a': [1, 2], 'b': None}"))
                                   .map([](qi::Value &&made) {
                                       return std::make_shared<qi::Value>(std::move(made));
                                   }))
                          ->copy()
                          .expect("a copy");

    CHECK(value.kind() == QI_KIND_MAP);
    CHECK(value.describe() == QLatin1String("{'a': [1, 2], 'b': None}"));
    CHECK(value_of(value.at<QList<int>>("a")) == QList<int>{1, 2});
    CHECK(value_of(value.at<std::optional<int>>("b")) == std::nullopt);
    CHECK(value.at<int>("c").status() == QI_ERR_TYPE);
    CHECK(qi::Value::of(std::map<std::string, int>{{"a", 1}}).expect("a map").describe() ==
          QLatin1String("{'a': 1}"));
    CHECK(seen(host, value) == "{'a': [1, 2], 'b': None}");
    CHECK(value == value);
    CHECK(value != qi::Value());
    CHECK(qi::Value().isNone());
}

TEST_CASE("arguments that cannot be written fail the launch, and say which")
{
    Modern host;
    auto *object = new QObject;
    QVariant variant = QVariant::fromValue(object);
    const qi::Task<> gone = [&] {
        const QVariant holds = variant;
        delete object;
        return host.python.run("launches:record", QPointer<QObject>(nullptr).data());
    }();

    CHECK(gone.result());
    qi_value wrong = qi_text("\xff");
    CHECK(host.python.run("launches:record", wrong).result().status() == QI_ERR_ENCODING);
    CHECK(host.python.run("launches:record", "\xff")
              .result()
              .error()
              .message.contains(QLatin1String("UTF-8"), Qt::CaseInsensitive));
}

TEST_CASE("variants of the C API refuse what is missing")
{
    Modern host;
    qi_value value = qi_none();
    QVariant variant;

    CHECK(qi_value_from_variant(nullptr, &value) == QI_ERR_ARGUMENT);
    CHECK(qi_value_to_variant(&value, nullptr) == QI_ERR_ARGUMENT);
    variant = QVariant(7);
    value = qi_text("x");
    CHECK(qi_value_to_variant(&value, &variant) == QI_ERR_TYPE);
    CHECK(variant == QVariant(7));
}
