/* SPDX-License-Identifier: BSD-3-Clause */
// Checked readers: what a value holds, or a failure that says what it is.
#include <cstring>
#include <string>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::describe;
using tests::Host;
using tests::take;

namespace
{

std::string message()
{
    return qi_last_error()->message;
}

bool mentions(const char *text)
{
    return message().find(text) != std::string::npos;
}

qi_value evaluate(Host &host, const char *expression)
{
    qi_value value = qi_none();
    const int status = qi_eval(host.runtime, expression, &value);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    return value;
}

} // namespace

TEST_CASE("readers read their own kind")
{
    const qi_value yes = qi_bool(true), number = qi_int(-5), natural = qi_uint(UINT64_MAX),
                   real = qi_real(0.5), text = qi_text("text"), bytes = qi_bytes("a\0b", 3);
    bool boolean = false;
    int64_t integer = 0;
    uint64_t large = 0;
    double fraction = 0;
    const char *data = nullptr;
    const void *memory = nullptr;
    size_t size = 0;

    CHECK(qi_value_to_bool(&yes, &boolean) == QI_OK);
    CHECK(boolean);
    CHECK(qi_value_to_int(&number, &integer) == QI_OK);
    CHECK(integer == -5);
    CHECK(qi_value_to_uint(&natural, &large) == QI_OK);
    CHECK(large == UINT64_MAX);
    CHECK(qi_value_to_real(&real, &fraction) == QI_OK);
    CHECK(fraction == 0.5);
    CHECK(qi_value_to_text(&text, &data, &size) == QI_OK);
    CHECK(std::string(data, size) == "text");
    CHECK(qi_value_to_bytes(&bytes, &memory, &size) == QI_OK);
    CHECK((size == 3 && std::memcmp(memory, "a\0b", 3) == 0));
}

TEST_CASE("another kind is refused with what it is, and nothing is written")
{
    const qi_value text = qi_text("12"), number = qi_int(1), none = qi_none();
    bool boolean = true;
    int64_t integer = 7;
    uint64_t large = 7;
    double fraction = 7;
    const char *data = nullptr;
    const void *memory = nullptr;
    size_t size = 7;

    CHECK(qi_value_to_int(&text, &integer) == QI_ERR_TYPE);
    CHECK(mentions("an int was expected"));
    CHECK(mentions("'12', of the kind text"));
    CHECK(qi_value_to_bool(&number, &boolean) == QI_ERR_TYPE);
    CHECK(qi_value_to_uint(&none, &large) == QI_ERR_TYPE);
    CHECK(mentions("None, of the kind none"));
    CHECK(qi_value_to_real(&text, &fraction) == QI_ERR_TYPE);
    CHECK(qi_value_to_text(&number, &data, &size) == QI_ERR_TYPE);
    CHECK(qi_value_to_bytes(&text, &memory, &size) == QI_ERR_TYPE);
    CHECK((boolean && integer == 7 && large == 7 && fraction == 7 && !data && !memory && size == 7));

    const qi_value long_text = qi_text("a text of which no message of an error should show all "
                                       "that there is, since it is so very long");
    CHECK(qi_value_to_int(&long_text, &integer) == QI_ERR_TYPE);
    CHECK(mentions("..., of the kind text"));
}

TEST_CASE("nothing at all is told from another kind")
{
    const qi_value none = qi_none();
    bool boolean;
    int64_t integer;

    CHECK(qi_value_to_int(nullptr, &integer) == QI_ERR_NOT_FOUND);
    CHECK(mentions("there is no value"));
    CHECK(qi_value_to_text(nullptr, nullptr, nullptr) == QI_ERR_NOT_FOUND);
    CHECK(qi_value_to_bool(&none, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_value_to_bool(qi_value_get(&none, "key"), &boolean) == QI_ERR_NOT_FOUND);
}

TEST_CASE("numbers that would be bent are refused")
{
    Host host;
    const int64_t exact = int64_t(1) << 53;
    int64_t integer = 0;
    uint64_t large = 0;
    double fraction = 0;
    qi_value value = qi_uint(uint64_t(INT64_MAX) + 1);

    CHECK(qi_value_to_int(&value, &integer) == QI_ERR_RANGE);
    CHECK(mentions("9223372036854775808"));
    CHECK(qi_value_to_real(&value, &fraction) == QI_OK); // a power of two
    CHECK(fraction == 9223372036854775808.0);
    value = qi_uint(UINT64_MAX);
    CHECK(qi_value_to_real(&value, &fraction) == QI_ERR_RANGE);
    value = qi_int(-1);
    CHECK(qi_value_to_uint(&value, &large) == QI_ERR_RANGE);
    value = qi_int(exact);
    CHECK(qi_value_to_real(&value, &fraction) == QI_OK);
    CHECK(fraction == double(exact));
    for (const int64_t bent : {exact + 1, -exact - 1, INT64_MAX, INT64_MIN + 1}) {
        value = qi_int(bent);
        CHECK(qi_value_to_real(&value, &fraction) == QI_ERR_RANGE);
    }
    value = qi_int(INT64_MIN);
    CHECK(qi_value_to_real(&value, &fraction) == QI_OK);
    CHECK(fraction == -9223372036854775808.0);

    value = evaluate(host, "2**64");
    CHECK(qi_value_to_int(&value, &integer) == QI_ERR_RANGE);
    CHECK(qi_value_to_uint(&value, &large) == QI_ERR_RANGE);
    CHECK(qi_value_to_real(&value, &fraction) == QI_ERR_RANGE);
    qi_value_clear(&value);
    value = evaluate(host, "object()");
    CHECK(qi_value_to_int(&value, &integer) == QI_ERR_TYPE);
    CHECK(mentions("of the kind python"));
    qi_value_clear(&value);
}

TEST_CASE("text with a NUL inside is no C string")
{
    const qi_value cut = qi_text_n("a\0b", 3), empty = qi_text_n(nullptr, 0),
                   broken = qi_text_n(nullptr, 2);
    const char *data = nullptr;
    size_t size = 0;

    CHECK(qi_value_to_text(&cut, &data, nullptr) == QI_ERR_ENCODING);
    CHECK(qi_value_to_text(&cut, &data, &size) == QI_OK);
    CHECK(size == 3);
    CHECK(qi_value_to_text(&empty, &data, nullptr) == QI_OK);
    CHECK(std::string(data).empty());
    CHECK(qi_value_to_text(&broken, &data, &size) == QI_ERR_ARGUMENT);
}

TEST_CASE("a path through nested values is one line")
{
    Host host;
    qi_value order = evaluate(
        host, "{'legs': [{}, {'px': 1.25}], ('a', 1): 'tuple', 3: 'three', 'n\\0l': 4}");
    double price = 0;
    int64_t number = 0;

    CHECK(qi_value_to_real(qi_value_get(qi_value_at(qi_value_get(&order, "legs"), 1), "px"),
                           &price) == QI_OK);
    CHECK(price == 1.25);
    CHECK(qi_value_to_real(qi_value_get(qi_value_at(qi_value_get(&order, "legs"), 2), "px"),
                           &price) == QI_ERR_NOT_FOUND);
    CHECK(qi_value_to_int(qi_value_get_n(&order, "n\0l", 3), &number) == QI_OK);
    CHECK(number == 4);
    CHECK_FALSE(qi_value_get(&order, "n"));

    const qi_value parts[] = {qi_text("a"), qi_int(1)}, pair = qi_tuple(parts, 2),
                   three = qi_int(3), other = qi_real(3);
    REQUIRE(qi_value_find(&order, &pair));
    CHECK(describe(*qi_value_find(&order, &pair)) == "'tuple'");
    CHECK(describe(*qi_value_find(&order, &three)) == "'three'");
    CHECK_FALSE(qi_value_find(&order, &other)); // of another kind
    CHECK_FALSE(qi_value_find(&order, nullptr));
    CHECK_FALSE(qi_value_find(nullptr, &three));
    CHECK_FALSE(qi_value_at(&order, 0)); // a map has keys
    CHECK_FALSE(qi_value_at(nullptr, 0));
    CHECK_FALSE(qi_value_get_n(&order, nullptr, 2));
    qi_value_clear(&order);
}

TEST_CASE("large ints and tuples cross as what they are")
{
    Host host;
    qi_value value = evaluate(host, "2**63");
    CHECK(value.kind == QI_KIND_UINT);
    CHECK(take(value) == "9223372036854775808");
    value = evaluate(host, "2**63 - 1");
    CHECK(value.kind == QI_KIND_INT);
    CHECK(qi_uint(5).kind == QI_KIND_INT);
    CHECK(qi_uint(uint64_t(INT64_MAX)).kind == QI_KIND_INT);
    value = evaluate(host, "((), (1,), (1, [2, (3,)]))");
    CHECK(value.kind == QI_KIND_TUPLE);
    CHECK(take(value) == "((), (1,), (1, [2, (3,)]))");

    const qi_value items[] = {qi_uint(UINT64_MAX), qi_text("x")}, pair = qi_tuple(items, 2);
    host.exec("import __main__\ndef spell(value): return repr(value)");
    REQUIRE(qi_call(host.runtime, "__main__:spell", &pair, 1, nullptr, 0, &value) == QI_OK);
    CHECK(take(value) == "\"(18446744073709551615, 'x')\"");
}

TEST_CASE("kinds that are reserved are refused by all")
{
    Host host;

    for (const int kind : {int(QI_KIND_SET), int(QI_KIND_CALLABLE), 99}) {
        qi_value value = qi_none(), out = qi_int(5);
        value.kind = kind;
        CHECK(qi_value_copy(&out, &value) == QI_ERR_TYPE);
        CHECK(qi_call(host.runtime, "builtins:repr", &value, 1, nullptr, 0, &out) == QI_ERR_TYPE);
        CHECK(out.as.integer == 5);
        CHECK_FALSE(qi_value_equal(&value, &value));
    }
    CHECK(std::string(qi_kind_name(QI_KIND_CALLABLE)) == "callable");
}
