/* SPDX-License-Identifier: BSD-3-Clause */
// Values of Qt's types and Python's: the round trip through a method of each type, and what is refused.
#include <QtCore/qtimezone.h>

#include <qi/qi.h>

#include "tests/support/cargo.h"
#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"
#include "tests/support/thing.h"

using tests::Cargo;
using tests::Host;
using tests::raises;
using tests::show;

namespace
{

/* Begins with a host whose Python code has `cargo`, and `trip`, which tells what comes back. */
void begin(Host &host, Cargo &cargo)
{
    show(host, "cargo", &cargo);
    host.exec(
        "import datetime, uuid, zoneinfo\nfrom datetime import date, time, timedelta, timezone\n"
        "def trip(method, *values):\n"
        "    'The values that do not come back as they were.'\n"
        "    back = [(value, getattr(cargo, method)(value)) for value in values]\n"
        "    return [pair for pair in back if pair[0] != pair[1] or type(pair[0]) is not "
        "type(pair[1])]");
}

} // namespace

TEST_CASE("integers keep their whole range, and not more")
{
    Host host;
    Cargo cargo;
    begin(host, cargo);
    struct {
        const char *method;
        const char *least, *most;
    } kinds[] = {
        {"signed_char", "-128", "127"},     {"unsigned_char", "0", "255"},
        {"short_int", "-2**15", "2**15-1"}, {"unsigned_short", "0", "2**16-1"},
        {"integer", "-2**31", "2**31-1"},   {"unsigned_int", "0", "2**32-1"},
        {"long_int", "-2**63", "2**63-1"},  {"unsigned_long", "0", "2**64-1"},
        {"long_long", "-2**63", "2**63-1"}, {"unsigned_long_long", "0", "2**64-1"},
    };

    for (const auto &kind : kinds) {
        INFO(kind.method);
        std::string method = kind.method, least = kind.least, most = kind.most;
        CHECK(host.eval(("trip('" + method + "', " + least + ", 0, 1, " + most + ")").c_str()) ==
              "[]");
        CHECK(raises(host, ("cargo." + method + "(" + least + " - 1)").c_str()).find("OverflowError") ==
              0);
        CHECK(raises(host, ("cargo." + method + "(" + most + " + 1)").c_str())
                  .find("is out of range for") != std::string::npos);
        CHECK(raises(host, ("cargo." + method + "(1.0)").c_str()).find("TypeError") == 0);
        CHECK(raises(host, ("cargo." + method + "('1')").c_str()).find("int expected for") !=
              std::string::npos);
    }
    host.exec("class Index:\n    def __index__(self): return 6");
    CHECK(host.eval("cargo.integer(Index()), cargo.integer(True)") == "(6, 1)");
}

TEST_CASE("other scalars")
{
    Host host;
    Cargo cargo;
    begin(host, cargo);

    CHECK(host.eval("trip('boolean', True, False), trip('real', 0.1, -0.0, 1e308, float('inf')), "
                    "trip('single', 0.5)") == "([], [], [])");
    CHECK(host.eval("cargo.real(3), cargo.nothing(), cargo.null(None)") == "(3.0, None, None)");
    CHECK(raises(host, "cargo.single(1e39)").find("OverflowError") == 0);
    CHECK(raises(host, "cargo.real('1')").find("float expected, got str") != std::string::npos);
    CHECK(raises(host, "cargo.boolean('yes')").find("bool expected, got str") != std::string::npos);
    host.exec("class Neither(int):\n    def __bool__(self): raise ValueError('neither')");
    CHECK(raises(host, "cargo.boolean(Neither(1))").find("neither") != std::string::npos);
    CHECK(raises(host, "cargo.null(0)").find("None expected, got int") != std::string::npos);
}

TEST_CASE("text and bytes")
{
    Host host;
    Cargo cargo;
    begin(host, cargo);

    CHECK(host.eval("trip('text', '', 'a', 'é', '€', '𝄞', 'a\\0b', 'x' * 100000, '𝄞€' * 1000, "
                    "'\\ud800')") == "[]");
    CHECK(host.eval("trip('character', 'a', '€', '\\0')") == "[]");
    CHECK(host.eval("trip('bytes', b'', b'\\0\\xff', b'x' * 100000)") == "[]");
    CHECK(host.eval("cargo.bytes(bytearray(b'a')), cargo.bytes(memoryview(b'b'))") ==
          "(b'a', b'b')");
    CHECK(raises(host, "cargo.text(b'a')").find("str expected, got bytes") != std::string::npos);
    CHECK(raises(host, "cargo.bytes('a')").find("bytes expected, got str") != std::string::npos);
    CHECK(raises(host, "cargo.character('ab')").find("str of one character expected") !=
          std::string::npos);
    CHECK(raises(host, "cargo.character('𝄞')").find("OverflowError") == 0);
}

TEST_CASE("containers")
{
    Host host;
    Cargo cargo;
    begin(host, cargo);

    CHECK(host.eval("trip('text_list', [], ['a', 'é']), trip('bytes_list', [b'a'])") == "([], [])");
    CHECK(host.eval("trip('list', [], [1, 'a', None, [True, {'b': 0.5}]])") == "[]");
    CHECK(host.eval("trip('map', {}, {'a': 1, 'b': [None]}), trip('hash', {'é': b'x'})") ==
          "([], [])");
    CHECK(host.eval("trip('reals', [], [0.5, 1.0]), trip('names', {}, {1: 'a', 2: 'b'})") ==
          "([], [])");
    CHECK(host.eval("cargo.text_list(('a', 'b')), cargo.list((1,))") == "(['a', 'b'], [1])");
    CHECK(raises(host, "cargo.text_list(['a', 1])").find("str expected, got int") !=
          std::string::npos);
    CHECK(raises(host, "cargo.text_list('ab')").find("list expected, got str") != std::string::npos);
    CHECK(raises(host, "cargo.map({1: 2})").find("str expected, got int") != std::string::npos);
    CHECK(raises(host, "cargo.reals([0.5, 'x'])").find("float expected, got str") !=
          std::string::npos);
    CHECK(raises(host, "cycle = []; cycle.append(cycle); cargo.list(cycle)").find("RecursionError") ==
          0);
}

TEST_CASE("dates and times")
{
    Host host;
    Cargo cargo;
    begin(host, cargo);

    CHECK(host.eval("trip('date', date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31), None)") ==
          "[]");
    CHECK(host.eval("trip('time', time(23, 59, 59, 999000), time(0), None)") == "[]");
    CHECK(host.eval("trip('moment', datetime.datetime(2024, 6, 1, 12, 30, 15, 250000), None)") ==
          "[]");
    CHECK(host.eval("cargo.time(time(1, 2, 3, 456789))") == "datetime.time(1, 2, 3, 456000)");
    CHECK(raises(host, "cargo.date(datetime.datetime(2024, 1, 1))").find("a date expected") !=
          std::string::npos);
    CHECK(raises(host, "cargo.moment(date(2024, 1, 1))").find("a datetime expected") !=
          std::string::npos);
    CHECK(raises(host, "cargo.time('1:00')").find("a time expected, got str") != std::string::npos);
}

TEST_CASE("time zones are kept")
{
    Host host;
    Cargo cargo;
    begin(host, cargo);

    host.exec("utc = datetime.datetime(2024, 6, 1, 12, tzinfo=timezone.utc)\n"
              "fixed = datetime.datetime(2024, 6, 1, 12, tzinfo=timezone(timedelta(hours=5, "
              "minutes=30)))");
    CHECK(host.eval("cargo.moment(utc) == utc, cargo.moment(utc).tzinfo is timezone.utc") ==
          "(True, True)");
    CHECK(
        host.eval(
            "cargo.moment(fixed) == fixed, cargo.moment(fixed).utcoffset() == fixed.utcoffset()") ==
        "(True, True)");
    CHECK(host.eval("cargo.milliseconds(utc) == utc.timestamp() * 1000, "
                    "cargo.milliseconds(fixed) == fixed.timestamp() * 1000") == "(True, True)");
    if (!QTimeZone("Europe/Berlin").isValid())
        return;
    host.exec("berlin = zoneinfo.ZoneInfo('Europe/Berlin')\n"
              "summer = datetime.datetime(2024, 7, 1, 12, tzinfo=berlin)\n"
              "twice = [datetime.datetime(2024, 10, 27, 2, 30, fold=fold, tzinfo=berlin) for fold "
              "in (0, 1)]");
    CHECK(host.eval("cargo.moment(summer) == summer, cargo.moment(summer).tzinfo is berlin") ==
          "(True, True)");
    CHECK(host.eval("[cargo.moment(one).fold for one in twice]") == "[0, 1]");
    CHECK(host.eval("[cargo.milliseconds(one) == one.timestamp() * 1000 for one in twice]") ==
          "[True, True]");
}

TEST_CASE("shapes are named tuples")
{
    Host host;
    Cargo cargo;
    begin(host, cargo);

    CHECK(host.eval("trip('point', qi.Point(1, -2)), trip('size', qi.Size(3, 4)), trip('rect', "
                    "qi.Rect(1, 2, 3, 4))") == "([], [], [])");
    CHECK(host.eval("trip('point_f', qi.PointF(0.5, 1)), trip('size_f', qi.SizeF(3, 4)), "
                    "trip('rect_f', qi.RectF(1, 2, 3, 4.5))") == "([], [], [])");
    CHECK(host.eval("cargo.point((1, 2)), cargo.rect_f([1, 2, 3, 4]).width") ==
          "(Point(x=1, y=2), 3.0)");
    CHECK(raises(host, "cargo.point((1,))").find("a tuple of 2 numbers expected") !=
          std::string::npos);
    CHECK(raises(host, "cargo.point((1, 0.5))").find("int expected") != std::string::npos);
    CHECK(raises(host, "cargo.rect(5)").find("a tuple of 4 numbers expected") != std::string::npos);
}

TEST_CASE("addresses, identifiers and JSON")
{
    Host host;
    Cargo cargo;
    begin(host, cargo);

    CHECK(host.eval("trip('url', '', 'https://example.org/a%20b?c=d#e', 'file:///tmp/x'), "
                    "trip('uuid', uuid.uuid4())") == "([], [])");
    CHECK(host.eval("cargo.uuid('12345678-1234-5678-1234-567812345678').hex[:8]") == "'12345678'");
    CHECK(raises(host, "cargo.uuid('nonsense')").find("ValueError") == 0);
    CHECK(raises(host, "cargo.url('http://[')").find("ValueError") == 0);
    CHECK(raises(host, "cargo.url(1)").find("str expected, got int") != std::string::npos);
    CHECK(host.eval("trip('json', None, True, 2, 0.5, 'a', [1, {'b': None}]), trip('json_object', "
                    "{'a': [1]}), "
                    "trip('json_array', [1, 'a'])") == "([], [], [])");
    CHECK(raises(host, "cargo.json_object([1])").find("dict expected, got list") != std::string::npos);
}

TEST_CASE("anything goes through a QVariant") // lossless
{
    Host host;
    Cargo cargo;
    begin(host, cargo);

    host.exec(
        "values = [None, True, 1, -2**31, 2**31, 2**63, 2**64, 0.5, 'a', b'b', [1, 'x'], {'k': "
        "[None]},\n"
        "    date(2024, 1, 1), time(1), datetime.datetime(2024, 1, 1, tzinfo=timezone.utc), "
        "uuid.uuid4(),\n"
        "    qi.Point(1, 2), qi.PointF(1, 2), qi.Size(1, 2), qi.SizeF(1, 2), qi.Rect(1, 2, 3, 4),\n"
        "    qi.RectF(1, 2, 3, 4), {1: 2}, {1, 2}, 1j, object(), cargo, print]");
    CHECK(host.eval("trip('variant', *values)") == "[]");
    CHECK(host.eval("[cargo.type_in_variant(value) for value in values[1:12]]") ==
          "['bool', 'int', 'int', 'qlonglong', 'qulonglong', 'qi::PythonObject', 'double', "
          "'QString', 'QByteArray', "
          "'QVariantList', 'QVariantMap']");
    host.exec(
        "it = object(); before = sys.getrefcount(it)\nfor _ in range(10): cargo.list([it, it])");
    CHECK(host.eval("sys.getrefcount(it) - before") == "0");
}
