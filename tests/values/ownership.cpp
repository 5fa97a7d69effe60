/* SPDX-License-Identifier: BSD-3-Clause */
// Who owns what a qi_value points at: the root, and nobody who looks at a part of it or holds a copy of the view.
#include <string>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::describe;
using tests::Host;
using tests::take;

namespace
{

/* Copies and clears all that a value holds, as a host does that clears whatever it sees. */
void clear_every_part(const qi_value &value)
{
    const bool is_list = value.kind == QI_KIND_LIST || value.kind == QI_KIND_TUPLE;

    for (size_t i = 0; is_list && i < value.as.list.count; i++) {
        qi_value item = value.as.list.items[i];
        CHECK(item.flags == 0);
        clear_every_part(item);
        qi_value_clear(&item);
        CHECK(item.kind == QI_KIND_NONE);
    }
    for (size_t i = 0; value.kind == QI_KIND_MAP && i < value.as.map.count; i++) {
        qi_entry entry = value.as.map.entries[i];
        CHECK(entry.key.flags == 0);
        CHECK(entry.value.flags == 0);
        clear_every_part(entry.value);
        qi_value_clear(&entry.key);
        qi_value_clear(&entry.value);
    }
}

int greedy(const qi_value *args, size_t count, qi_value *result, void *user)
{
    for (size_t i = 0; i < count; i++) {
        qi_value argument = args[i];
        CHECK(argument.flags == 0);
        clear_every_part(argument);
        qi_value_clear(&argument);
        *static_cast<std::string *>(user) += describe(args[i]) + " ";
    }
    *result = args[0];
    return QI_OK;
}

} // namespace

TEST_CASE("parts of a copy are harmless to clear")
{
    qi_value inner[] = {qi_text("text"), qi_bytes("bytes", 5), qi_int(1)};
    qi_entry entries[] = {{qi_text("key"), qi_list(inner, 3)}, {qi_int(2), qi_tuple(inner, 2)}};
    qi_value items[] = {qi_map(entries, 2), qi_text("last")}, list = qi_list(items, 2), copy;

    REQUIRE(qi_value_copy(&copy, &list) == QI_OK);
    CHECK(copy.flags != 0);
    clear_every_part(copy);
    CHECK(take(copy) == "[{'key': ['text', b'bytes', 1], 2: ('text', b'bytes')}, 'last']");
}

TEST_CASE("parts of a result of Python's are harmless to clear")
{
    Host host;
    qi_value result = qi_none();

    REQUIRE(qi_eval(host.runtime, "['text', {'key': [b'bytes', (1.5, object())]}, 2**64, 'end']",
                    &result) == QI_OK);
    clear_every_part(result);
    CHECK(describe(result).rfind("['text', {'key': [b'bytes', (1.5, <object object at ", 0) == 0);
    CHECK(describe(*qi_value_at(&result, 3)) == "'end'");
    qi_value_clear(&result);
}

TEST_CASE("an item outlives its list as a copy only")
{
    Host host;
    qi_value list = qi_none(), item;

    REQUIRE(qi_eval(host.runtime, "['a text that is long enough for memory of its own', object()]",
                    &list) == QI_OK);
    REQUIRE(qi_value_copy(&item, qi_value_at(&list, 0)) == QI_OK);
    qi_value_clear(&list);
    CHECK(take(item) == "'a text that is long enough for memory of its own'");
}

TEST_CASE("arguments of an exposed function belong to the call")
{
    Host host;
    std::string seen;
    qi_function function;

    qi_function_init(&function);
    function.call = greedy;
    function.user = &seen;
    function.signature = "(a, b)";
    REQUIRE(qi_function_register(host.runtime, "greedy", &function) == QI_OK);
    CHECK(host.eval("__import__('qi').host.greedy(['one', {'two': b'2'}], ('three', 'four'))") ==
          "['one', {'two': b'2'}]");
    CHECK(seen == "['one', {'two': b'2'}] ('three', 'four') ");
}

TEST_CASE("result of a task may be read again and again")
{
    Host host;
    qi_task_options options;
    qi_task *task = nullptr;
    qi_value first = qi_none(), second = qi_none();

    host.exec("import __main__\ndef names(): return ['one', 'two']");
    qi_task_options_init(&options);
    options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
    REQUIRE(qi_run_task(host.runtime, "__main__:names", nullptr, 0, &options, &task) == QI_OK);
    REQUIRE(qi_task_result(task, &first) == QI_OK);
    clear_every_part(first);
    CHECK(take(first) == "['one', 'two']");
    REQUIRE(qi_task_result(task, &second) == QI_OK);
    qi_task_release(task);
    CHECK(take(second) == "['one', 'two']");
}

TEST_CASE("result that a done callback gets belongs to the task")
{
    Host host;
    qi_task_options options;
    qi_task *task = nullptr;
    std::string seen;
    qi_value result = qi_none();

    host.exec("import __main__\nasync def names(): return ['one', ('two', 3)]");
    qi_task_options_init(&options);
    options.user = &seen;
    options.done = [](qi_task *, const qi_task_end *end, void *user) {
        qi_value copy = *end->result;
        CHECK(copy.flags == 0);
        clear_every_part(copy);
        qi_value_clear(&copy);
        *static_cast<std::string *>(user) = describe(*end->result);
    };
    REQUIRE(qi_run_task(host.runtime, "__main__:names", nullptr, 0, &options, &task) == QI_OK);
    CHECK(seen == "['one', ('two', 3)]");
    REQUIRE(qi_task_result(task, &result) == QI_OK);
    CHECK(take(result) == "['one', ('two', 3)]");
    qi_task_release(task);
}

TEST_CASE("take moves a value with its ownership")
{
    qi_value text = qi_text("text"), copy, moved;

    REQUIRE(qi_value_copy(&copy, &text) == QI_OK);
    const char *data = copy.as.text.data;
    moved = qi_value_take(&copy);
    CHECK(copy.kind == QI_KIND_NONE);
    CHECK(copy.flags == 0);
    CHECK(moved.as.text.data == data);
    qi_value_clear(&copy); // does nothing
    CHECK(take(moved) == "'text'");

    moved = qi_value_take(&text); // what borrows goes on borrowing
    CHECK(moved.flags == 0);
    CHECK(text.kind == QI_KIND_NONE);
    CHECK(qi_value_take(nullptr).kind == QI_KIND_NONE);
}

TEST_CASE("structures have the size that the header promises")
{
    CHECK(sizeof(qi_value) == 24);
    CHECK(sizeof(qi_entry) == 48);
    CHECK(sizeof(qi_value{}.as) == 16);
}
