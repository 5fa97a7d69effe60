/* SPDX-License-Identifier: BSD-3-Clause */
// qi_value without Python and Qt's event loop: who owns what, what is refused, how it reads.
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <QtCore/qobject.h>
#include <QtCore/qtemporarydir.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::describe;
using tests::take;

TEST_CASE("copy owns all that it points at")
{
    std::string text = "text";
    qi_value items[] = {qi_int(1), qi_text_n(text.data(), text.size())};
    qi_entry entries[] = {{qi_text("key"), qi_list(items, 2)}, {qi_none(), qi_bytes("a\0b", 3)}};
    qi_value copy;
    REQUIRE(qi_value_copy(&copy, std::make_unique<qi_value>(qi_map(entries, 2)).get()) == QI_OK);

    text = "gone";
    items[0] = qi_none();
    entries[0].key = qi_none();
    CHECK(take(copy) == "{'key': [1, 'text'], None: b'a\\x00b'}");
    CHECK(copy.kind == QI_KIND_NONE);
}

TEST_CASE("owned text ends with a NUL that its size does not count")
{
    for (const qi_value &value : {qi_text_n("abc", 2), qi_bytes("abc", 2), qi_text_n(nullptr, 0)}) {
        qi_value copy;
        REQUIRE(qi_value_copy(&copy, &value) == QI_OK);
        CHECK(copy.as.text.size == value.as.text.size);
        CHECK(copy.as.text.data[copy.as.text.size] == '\0');
        CHECK(qi_value_equal(&copy, &value));
        qi_value_clear(&copy);
    }
}

TEST_CASE("what cannot be copied is refused, and nothing is written")
{
    std::vector<qi_value> nested(250);
    nested[0] = qi_int(1);
    for (size_t i = 1; i < nested.size(); i++)
        nested[i] = qi_list(&nested[i - 1], 1);
    qi_value bad_kind = qi_none();
    bad_kind.kind = 99;
    qi_value mixed[] = {qi_text("kept?"), qi_text("\xff")};
    struct {
        qi_value value;
        int status;
    } cases[] = {
        {qi_text("\xc3("), QI_ERR_ENCODING},
        {qi_text("\xed\xa0\x80"), QI_ERR_ENCODING},
        {qi_text_n(nullptr, 4), QI_ERR_ARGUMENT},
        {qi_list(nullptr, 1), QI_ERR_ARGUMENT},
        {qi_map(nullptr, 1), QI_ERR_ARGUMENT},
        {bad_kind, QI_ERR_TYPE},
        {nested[249], QI_ERR_TYPE},
        {qi_list(mixed, 2), QI_ERR_ENCODING},
    };

    for (const auto &one : cases) {
        qi_value out = qi_int(5);
        CHECK(qi_value_copy(&out, &one.value) == one.status);
        CHECK(qi_last_error()->status == one.status);
        CHECK(out.as.integer == 5);
    }
    qi_value out;
    CHECK(qi_value_copy(&out, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_value_copy(nullptr, &cases[0].value) == QI_ERR_ARGUMENT);
    REQUIRE(qi_value_copy(&out, &nested[200]) == QI_OK);
    qi_value_clear(&out);
}

TEST_CASE("clearing a borrowing value leaves the memory of others alone")
{
    qi_value items[] = {qi_text("a")};
    qi_value list = qi_list(items, 1);

    qi_value_clear(&list);
    qi_value_clear(nullptr);
    CHECK(list.kind == QI_KIND_NONE);
    CHECK(describe(items[0]) == "'a'");
}

TEST_CASE("copied QObject is watched") // T20
{
    auto object = std::make_unique<QObject>();
    qi_value value = qi_qobject(object.get()), copy, second;
    REQUIRE(qi_value_copy(&copy, &value) == QI_OK);
    REQUIRE(qi_value_copy(&second, &copy) == QI_OK);

    CHECK(qi_value_object(&second) == object.get());
    CHECK(qi_value_equal(&copy, &value));
    object.reset();
    CHECK(qi_value_object(&copy) == nullptr);
    CHECK(qi_value_object(&second) == nullptr);
    CHECK(describe(copy).find("destroyed") != std::string::npos);
    qi_value_clear(&copy);
    qi_value_clear(&second);
    CHECK(qi_qobject(nullptr).kind == QI_KIND_NONE);
}

TEST_CASE("values are copied and cleared in any thread") // T45
{
    QObject object;
    qi_value items[] = {qi_text("text"), qi_qobject(&object)};
    qi_value list = qi_list(items, 2), original;
    REQUIRE(qi_value_copy(&original, &list) == QI_OK);
    std::vector<std::thread> threads;

    for (int i = 0; i < 4; i++)
        threads.emplace_back([&original] {
            for (int turn = 0; turn < 1000; turn++) {
                qi_value copy;
                if (qi_value_copy(&copy, &original) == QI_OK)
                    qi_value_clear(&copy);
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    CHECK(qi_value_object(&original.as.list.items[1]) == &object);
    qi_value_clear(&original);
}

TEST_CASE("equality is of kind and content")
{
    qi_value one[] = {qi_int(1), qi_text("a")}, other[] = {qi_int(1), qi_text("b")};
    qi_value a = qi_list(one, 2), b = qi_list(other, 2), shorter = qi_list(one, 1);
    qi_value nan = qi_real(std::nan("")), number = qi_int(1), real = qi_real(1.0);
    qi_value text = qi_text("a"), bytes = qi_bytes("a", 1);

    CHECK(qi_value_equal(&a, &a));
    CHECK_FALSE(qi_value_equal(&a, &b));
    CHECK_FALSE(qi_value_equal(&a, &shorter));
    CHECK_FALSE(qi_value_equal(&nan, &nan));
    CHECK_FALSE(qi_value_equal(&number, &real));
    CHECK_FALSE(qi_value_equal(&text, &bytes));
    CHECK_FALSE(qi_value_equal(&text, nullptr));
}

TEST_CASE("maps are read by text keys")
{
    qi_entry entries[] = {{qi_int(1), qi_text("number")}, {qi_text("a"), qi_int(7)}};
    qi_value map = qi_map(entries, 2);

    REQUIRE(qi_value_get(&map, "a"));
    CHECK(qi_value_get(&map, "a")->as.integer == 7);
    CHECK(qi_value_get(&map, "b") == nullptr);
    CHECK(qi_value_get(&entries[0].key, "a") == nullptr);
    CHECK(qi_value_get(nullptr, "a") == nullptr);
    CHECK(qi_value_get(&map, nullptr) == nullptr);
}

TEST_CASE("descriptions read as in Python")
{
    CHECK(describe(qi_bool(true)) == "True");
    CHECK(describe(qi_int(INT64_MIN)) == "-9223372036854775808");
    CHECK(describe(qi_real(1.0)) == "1.0");
    CHECK(describe(qi_real(0.1)) == "0.1");
    CHECK(describe(qi_real(1e16)) == "1e+16");
    CHECK(describe(qi_real(123456789.125)) == "123456789.125");
    CHECK(describe(qi_real(1.5e-7)) == "1.5e-07");
    CHECK(describe(qi_real(-0.0)) == "-0.0");
    CHECK(describe(qi_real(-INFINITY)) == "-inf");
    CHECK(describe(qi_text("it's\n\\")) == "\"it's\\n\\\\\"");
    CHECK(describe(qi_text("é\x01")) == "'é\\x01'");
    CHECK(describe(qi_bytes("\xff'", 2)) == "b\"\\xff'\"");
    CHECK(describe(qi_list(nullptr, 0)) == "[]");
}

TEST_CASE("descriptions do not mind where the user lives")
{
    /* A locale with a comma where others have a point, made for this test, as none need be installed. */
    QTemporaryDir folder;
    const std::string made = folder.path().toStdString();
    const std::string command = "localedef --no-archive -i de_DE -f UTF-8 " + made + "/de_DE.UTF-8";
    if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) {
        WARN("there is no localedef with its sources, so nothing was tested");
        return;
    }
    REQUIRE(setenv("LOCPATH", made.c_str(), 1) == 0);
    REQUIRE(std::setlocale(LC_ALL, "de_DE.UTF-8"));
    char text[8];
    snprintf(text, sizeof text, "%.1f", 1.5);
    REQUIRE(std::string(text) == "1,5");
    CHECK(describe(qi_real(1.5)) == "1.5");
    CHECK(describe(qi_real(0.1)) == "0.1");
    CHECK(describe(qi_real(1.5e-7)) == "1.5e-07");
    snprintf(text, sizeof text, "%.1f", 1.5);
    CHECK(std::string(text) == "1,5");
}

TEST_CASE("long descriptions are cut at a character's border")
{
    qi_value text = qi_text("aé€𝄞");
    char buffer[32];

    CHECK(qi_value_describe(&text, nullptr, 0) == 12);
    CHECK(qi_value_describe(&text, buffer, sizeof buffer) == 12);
    CHECK(std::string(buffer) == "'aé€𝄞'");
    for (size_t size = 1; size < 14; size++) {
        CHECK(qi_value_describe(&text, buffer, size) == 12);
        std::string cut = buffer;
        CHECK(cut.size() < size);
        qi_value again = qi_text(cut.c_str()), copy;
        CHECK(qi_value_copy(&copy, &again) == QI_OK);
        qi_value_clear(&copy);
    }
}

TEST_CASE("kinds have names")
{
    CHECK(std::string(qi_kind_name(QI_KIND_TEXT)) == "text");
    CHECK(std::string(qi_kind_name(QI_KIND_PYTHON)) == "python");
    CHECK(std::string(qi_kind_name(-1)) == "unknown");
}

TEST_CASE("values that point at NULL are refused by all who read them")
{
    for (qi_value broken :
         {qi_list(nullptr, 3), qi_map(nullptr, 3), qi_text_n(nullptr, 3), qi_bytes(nullptr, 3)}) {
        qi_value same = broken, copy;

        CHECK(qi_value_copy(&copy, &broken) == QI_ERR_ARGUMENT);
        CHECK_FALSE(qi_value_equal(&broken, &same));
        CHECK(qi_value_get(&broken, "key") == nullptr);
        CHECK(describe(broken).size() <= 3); // "[]"
        qi_entry entry = {broken, qi_int(1)};
        qi_value map = qi_map(&entry, 1);
        CHECK(qi_value_get(&map, "key") == nullptr);
    }
}
