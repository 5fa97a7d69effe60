// SPDX-License-Identifier: BSD-3-Clause
// Texts that steer no terminal.
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/plain.h"
#include "core/status.h"
#include "tests/support/catch.h"

static std::string plain(const std::string &text, bool one_line = false)
{
    char *copy = qip_plain_copy(text.c_str(), one_line);
    REQUIRE(copy);
    std::string result = copy;
    free(copy);
    return result;
}

TEST_CASE("what can be read stays as it is")
{
    for (const char *text :
         {"", "plain", "a\n\tb", "“Grüße” → 漢字 😀", "שלום \xE2\x80\x8F", "50 % \\x1b"})
        CHECK(plain(text) == text);
    CHECK(plain("a\n\tb", true) == "a\\n\\tb");
    CHECK(qip_plain_copy(nullptr, false) == nullptr);
}

TEST_CASE("what steers a terminal is written out")
{
    CHECK(plain("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m");
    CHECK(plain("over\rwritten\b\a\x7f") == "over\\x0dwritten\\x08\\x07\\x7f");
    CHECK(plain("\xC2\x9B"
                "31m") == "\\x9b31m"); // CSI in one character
    CHECK(plain("a\xE2\x80\xA8"
                "b\xE2\x80\xA9") == "a\\u2028b\\u2029"); // ends of lines
    CHECK(plain("\xE2\x80\xAE"
                "evil\xE2\x81\xA6") == "\\u202eevil\\u2066");
}

TEST_CASE("what is no UTF-8 is written out")
{
    CHECK(plain("caf\xE9") == "caf\\xe9");
    CHECK(plain("\x9B"
                "31m") == "\\x9b31m");
    CHECK(plain("\xED\xB3\xBF") == "\\xed\\xb3\\xbf"); // half of a surrogate pair
    CHECK(plain("\xF0\x9F\x98") == "\\xf0\\x9f\\x98");
}

TEST_CASE("a text that does not fit is cut between characters")
{
    char place[8];
    const char *text = "ab\x1b"
                       "ä";

    CHECK(qip_plain_put(place, sizeof place, text, false) == 8);
    CHECK(std::string(place) == "ab\\x1b");
    CHECK(qip_plain_put(place, 5, text, false) == 8);
    CHECK(std::string(place) == "ab");
    CHECK(qip_plain_put(place, 1, text, false) == 8);
    CHECK(std::string(place).empty());
    CHECK(qip_plain_put(nullptr, 0, text, false) == 8);
}

TEST_CASE("messages of errors are plain, short ones and long ones")
{
    const std::string many(200, '\x1b');
    std::string out;

    for (size_t i = 0; i < many.size(); i++)
        out += "\\x1b";
    qip_fail(QI_ERR_STATE, "odd \x1b]0;title\a");
    CHECK(std::string(qi_last_error()->message) == "odd \\x1b]0;title\\x07");
    qip_fail(QI_ERR_STATE, "%s", many.c_str()); // short before, and long when it is written out
    CHECK(qi_last_error()->message == out);
    qip_fail(QI_ERR_STATE, "again: %s", qi_last_error()->message);
    CHECK(qi_last_error()->message == "again: " + out);
    qip_fail_exception(QI_ERR_PYTHON, "a\nb\r", "Odd\x1b", "Traceback\n  \x1b[2J\n");
    CHECK(std::string(qi_last_error()->message) == "a\nb\\x0d");
    CHECK(std::string(qi_last_error()->python_type) == "Odd\\x1b");
    CHECK(std::string(qi_last_error()->traceback) == "Traceback\n  \\x1b[2J\n");
}
