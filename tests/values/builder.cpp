/* SPDX-License-Identifier: BSD-3-Clause */
// qi_builder: values of a length that is not known beforehand, and what is done wrong on the way.
#include <functional>
#include <string>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::take;

namespace
{

struct Builder {
    Builder() { REQUIRE(qi_builder_new(&handle) == QI_OK); }
    ~Builder() { qi_builder_release(handle); }
    qi_builder *handle = nullptr;
};

} // namespace

TEST_CASE("builder builds what is nested, of any length")
{
    Builder builder;
    qi_value built = qi_none();

    qi_builder_begin_list(builder.handle);
    for (int i = 0; i < 1000; i++) {
        std::string gone = "item " + std::to_string(i);
        qi_builder_begin_map(builder.handle);
        qi_builder_key(builder.handle, qi_text("name"));
        qi_builder_add(builder.handle, qi_text(gone.c_str()));
        qi_builder_key(builder.handle, qi_int(i));
        qi_builder_begin_tuple(builder.handle);
        qi_builder_add(builder.handle, qi_real(0.5));
        qi_builder_end(builder.handle);
        qi_builder_end(builder.handle);
    }
    qi_builder_end(builder.handle);
    REQUIRE(qi_builder_finish(builder.handle, &built) == QI_OK);
    REQUIRE(built.as.list.count == 1000);
    CHECK(tests::describe(*qi_value_at(&built, 999)) == "{'name': 'item 999', 999: (0.5,)}");
    CHECK(built.flags != 0);
    CHECK(qi_value_at(&built, 0)->flags == 0);
    qi_value_clear(&built);
}

TEST_CASE("builder is empty after each value, and builds the next")
{
    Builder builder;
    qi_value built = qi_none();

    qi_builder_add(builder.handle, qi_text("alone"));
    REQUIRE(qi_builder_finish(builder.handle, &built) == QI_OK);
    CHECK(take(built) == "'alone'");
    qi_builder_begin_list(builder.handle);
    qi_builder_end(builder.handle);
    REQUIRE(qi_builder_finish(builder.handle, &built) == QI_OK);
    CHECK(take(built) == "[]");
}

TEST_CASE("builder takes what an owning value holds as a copy")
{
    Builder builder;
    qi_value text = qi_text("text"), owned, built = qi_none();

    REQUIRE(qi_value_copy(&owned, &text) == QI_OK);
    qi_builder_begin_list(builder.handle);
    qi_builder_add(builder.handle, owned);
    qi_value_clear(&owned);
    qi_builder_end(builder.handle);
    REQUIRE(qi_builder_finish(builder.handle, &built) == QI_OK);
    CHECK(take(built) == "['text']");
}

TEST_CASE("the first error sticks until the value is finished")
{
    using Steps = std::function<void(qi_builder *)>;
    const struct {
        const char *what;
        int status;
        Steps steps;
    } cases[] = {
        {"nothing", QI_ERR_STATE, [](qi_builder *) {}},
        {"not ended", QI_ERR_STATE, [](qi_builder *b) { qi_builder_begin_list(b); }},
        {"not begun", QI_ERR_STATE, [](qi_builder *b) { qi_builder_end(b); }},
        {"two values", QI_ERR_STATE,
         [](qi_builder *b) {
             qi_builder_add(b, qi_int(1));
             qi_builder_add(b, qi_int(2));
         }},
        {"no key", QI_ERR_STATE,
         [](qi_builder *b) {
             qi_builder_begin_map(b);
             qi_builder_add(b, qi_int(1));
         }},
        {"no value", QI_ERR_STATE,
         [](qi_builder *b) {
             qi_builder_begin_map(b);
             qi_builder_key(b, qi_int(1));
             qi_builder_end(b);
         }},
        {"two keys", QI_ERR_STATE,
         [](qi_builder *b) {
             qi_builder_begin_map(b);
             qi_builder_key(b, qi_int(1));
             qi_builder_key(b, qi_int(2));
         }},
        {"key of a list", QI_ERR_STATE,
         [](qi_builder *b) {
             qi_builder_begin_list(b);
             qi_builder_key(b, qi_int(1));
         }},
        {"no UTF-8", QI_ERR_ENCODING,
         [](qi_builder *b) {
             qi_builder_begin_list(b);
             qi_builder_add(b, qi_text("kept?"));
             qi_builder_add(b, qi_text("\xff"));
             qi_builder_end(b);
             qi_builder_end(b); // not what is told
         }},
        {"too deep", QI_ERR_TYPE,
         [](qi_builder *b) {
             for (int i = 0; i < 300; i++)
                 qi_builder_begin_list(b);
         }},
    };

    Builder builder;
    for (const auto &one : cases) {
        INFO(one.what);
        qi_value out = qi_int(5);
        one.steps(builder.handle);
        CHECK(qi_builder_finish(builder.handle, &out) == one.status);
        CHECK(qi_last_error()->status == one.status);
        CHECK(out.as.integer == 5);
        qi_builder_add(builder.handle, qi_int(1)); // and it begins anew
        REQUIRE(qi_builder_finish(builder.handle, &out) == QI_OK);
        CHECK(take(out) == "1");
    }
}

TEST_CASE("what is no builder is refused, and one that is dropped half-way leaves nothing")
{
    qi_builder *builder = nullptr;
    qi_value out = qi_int(5);
    int nothing = 0;

    CHECK(qi_builder_new(nullptr) == QI_ERR_ARGUMENT);
    REQUIRE(qi_builder_new(&builder) == QI_OK);
    qi_builder_add(builder, qi_text("lost"));
    CHECK(qi_builder_finish(builder, nullptr) == QI_ERR_ARGUMENT);
    qi_builder_begin_map(builder);
    qi_builder_key(builder, qi_text("key"));
    qi_builder_release(builder); // the sanitizer would tell of memory
    CHECK(qi_builder_finish(builder, &out) == QI_ERR_HANDLE);
    qi_builder_add(builder, qi_int(1));
    qi_builder_release(builder);
    qi_builder_release(nullptr);
    CHECK(qi_builder_finish(reinterpret_cast<qi_builder *>(&nothing), &out) == QI_ERR_HANDLE);
    CHECK(qi_builder_finish(nullptr, &out) == QI_ERR_HANDLE);
    CHECK(out.as.integer == 5);
}
