// SPDX-License-Identifier: BSD-3-Clause
// The error record of each thread, and the check of text.
#include <cstring>
#include <string>
#include <thread>

#include <qi/base.h>

#include "core/status.h"
#include "tests/support/catch.h"

TEST_CASE("a_thread_without_failures_has_an_empty_record")
{
    const qi_error *error = qi_last_error();

    CHECK(error->status == QI_OK);
    CHECK(std::string(error->message).empty());
    CHECK(error->python_type == nullptr);
    CHECK(error->traceback == nullptr);
}

TEST_CASE("a_failure_leaves_its_code_and_message")
{
    CHECK(qip_fail(QI_ERR_STATE, "%d is %s", 7, "odd") == QI_ERR_STATE);
    CHECK(qi_last_error()->status == QI_ERR_STATE);
    CHECK(std::string(qi_last_error()->message) == "7 is odd");
}

TEST_CASE("a_long_message_is_kept_whole")
{
    const std::string text(5000, 'x');

    qip_fail(QI_ERR_ARGUMENT, "<%s>", text.c_str());
    CHECK(std::string(qi_last_error()->message) == "<" + text + ">");
    qip_fail(QI_ERR_STATE, "short");
    CHECK(std::string(qi_last_error()->message) == "short");
}

TEST_CASE("a_message_may_be_made_of_the_one_before")
{
    const std::string text(2000, 'y');

    qip_fail(QI_ERR_STATE, "first");
    qip_fail(QI_ERR_STATE, "second: %s", qi_last_error()->message);
    CHECK(std::string(qi_last_error()->message) == "second: first");
    qip_fail(QI_ERR_STATE, "%s", text.c_str());
    qip_fail(QI_ERR_STATE, "then %s", qi_last_error()->message);
    CHECK(std::string(qi_last_error()->message) == "then " + text);
}

TEST_CASE("an_exception_brings_its_type_and_traceback")
{
    qip_fail_exception(QI_ERR_PYTHON, "message", "ValueError", "Traceback …");
    CHECK(std::string(qi_last_error()->python_type) == "ValueError");
    CHECK(std::string(qi_last_error()->traceback) == "Traceback …");
    qip_fail_again(qi_last_error());
    CHECK(std::string(qi_last_error()->message) == "message");
    CHECK(std::string(qi_last_error()->traceback) == "Traceback …");
    qip_fail(QI_ERR_STATE, "no exception");
    CHECK(qi_last_error()->python_type == nullptr);
    CHECK(qi_last_error()->traceback == nullptr);
}

TEST_CASE("a_kept_record_outlives_the_next_failure")
{
    qip_fail_exception(QI_ERR_PYTHON, "kept", "TypeError", nullptr);
    qi_error *kept = qip_error_copy(qi_last_error());
    qip_fail(QI_ERR_STATE, "another");
    REQUIRE(kept);
    CHECK(std::string(kept->message) == "kept");
    CHECK(kept->traceback == nullptr);
    CHECK(qip_fail_again(kept) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message) == "kept");
    qip_error_free(kept);
}

TEST_CASE("each_thread_has_a_record_of_its_own")
{
    qip_fail(QI_ERR_STATE, "here");
    std::string there;
    std::thread([&] {
        qip_fail(QI_ERR_RANGE, "%s", std::string(3000, 'z').c_str()); // its block goes with the thread
        there = qi_last_error()->message;
    }).join();
    CHECK(there.size() == 3000);
    CHECK(std::string(qi_last_error()->message) == "here");
}

TEST_CASE("every_status_has_a_name_and_a_text")
{
    CHECK(std::string(qi_status_name(QI_OK)) == "QI_OK");
    CHECK(std::string(qi_status_name(QI_ERR_INTERNAL)) == "QI_ERR_INTERNAL");
    CHECK(std::string(qi_status_name(-999)) == "QI_ERR_UNKNOWN");
    CHECK(std::string(qi_status_name(1)) == "QI_ERR_UNKNOWN");
    for (int status = QI_ERR_INTERNAL; status <= QI_OK; status++)
        CHECK(std::strlen(qi_status_text(status)) > 0);
    CHECK(qi_status_text(12345) != nullptr);
}

TEST_CASE("the_version_is_that_of_the_headers")
{
    CHECK(qi_version() == QI_VERSION_HEX);
    CHECK(std::string(qi_version_string()) == QI_VERSION_STRING);
}

TEST_CASE("text_is_checked_to_be_utf8")
{
    const auto valid = [](const char *text) { return qip_utf8_valid(text, std::strlen(text)); };

    CHECK(valid("") == 0);
    CHECK(valid("plain") == 5);
    CHECK(valid("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x90\x8D") == 9);
    CHECK(valid("\xF4\x8F\xBF\xBF") == 4); // the last character there is
    CHECK(valid("ab\xFF") == 2);
    CHECK(valid("\xC3") == 0); // cut short
    CHECK(valid("\xE2\x82") == 0);
    CHECK(valid("\xC0\xAF") == 0); // overlong
    CHECK(valid("\xE0\x80\xAF") == 0);
    CHECK(valid("\xED\xA0\x80") == 0);     // a surrogate
    CHECK(valid("\xF4\x90\x80\x80") == 0); // beyond Unicode
    CHECK(valid("\x80") == 0);
}

TEST_CASE("a_text_that_does_not_fit_says_what_it_was")
{
    CHECK(qip_check_text("fine", "the name") == QI_OK);
    CHECK(qip_check_text(nullptr, "the name") == QI_ERR_ARGUMENT);
    CHECK(std::string(qi_last_error()->message).find("the name") != std::string::npos);
    CHECK(qip_check_text("ab\xFF", "the path") == QI_ERR_ENCODING);
    CHECK(std::string(qi_last_error()->message).find("the path") != std::string::npos);
    CHECK(std::string(qi_last_error()->message).find("offset 2") != std::string::npos);
}
