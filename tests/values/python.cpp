/* SPDX-License-Identifier: BSD-3-Clause */
// qi_value to Python and back: what is lossless, what stays Python's, what is refused.
#include <cmath>
#include <memory>
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::describe;
using tests::Host;
using tests::take;

namespace
{

/* What comes back of a value that Python code was given, by launching a plain function. */
qi_value through_python(Host &host, const qi_value &value, const char *function = "same")
{
    host.exec("import sys, types\n"
              "values = types.ModuleType('values'); sys.modules['values'] = values\n"
              "values.same = lambda value: value\n"
              "values.spelled = repr\n");
    qi_task_options options;
    qi_task_options_init(&options);
    options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
    qi_task *task = nullptr;
    std::string target = std::string("values:") + function;
    int status = qi_run_task(host.runtime, target.c_str(), &value, 1, &options, &task);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    qi_value result = qi_none();
    status = qi_task_result(task, &result);
    qi_task_release(task);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    return result;
}

qi_value evaluate(Host &host, const char *expression)
{
    qi_value value = qi_none();
    int status = qi_eval(host.runtime, expression, &value);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    return value;
}

} // namespace

TEST_CASE("values come back from Python as they were") // T23
{
    Host host;
    QObject object;
    qi_value inner[] = {qi_none(), qi_bool(false), qi_qobject(&object)};
    qi_entry entries[] = {
        {qi_text("z"), qi_int(1)}, {qi_int(3), qi_list(inner, 3)}, {qi_none(), qi_none()}};
    qi_value values[] = {
        qi_none(),
        qi_bool(true),
        qi_int(INT64_MAX),
        qi_int(INT64_MIN),
        qi_real(0.1),
        qi_text("é𝄞"),
        qi_text_n("a\0b", 3),
        qi_text(""),
        qi_bytes("\0\xff", 2),
        qi_list(inner, 3),
        qi_map(entries, 3),
        qi_qobject(&object),
    };

    for (const qi_value &value : values) {
        INFO(describe(value));
        qi_value back = through_python(host, value);
        CHECK(qi_value_equal(&back, &value));
        qi_value_clear(&back);
    }
}

TEST_CASE("Python sees its own types")
{
    Host host;
    qi_value items[] = {qi_bool(true), qi_int(1),        qi_real(1),
                        qi_text("1"),  qi_bytes("1", 1), qi_none()};

    qi_value spelled = through_python(host, qi_list(items, 6), "spelled");
    CHECK(take(spelled) == "\"[True, 1, 1.0, '1', b'1', None]\"");
}

TEST_CASE("what has no counterpart stays the same object")
{
    Host host;
    host.exec("import collections\nclass Mine(list): pass\nkept = {}");
    for (const char *expression : {"{1, 2}", "2**64", "-2**63-1", "__import__('time').gmtime(0)",
                                   "'\\ud800'", "bytearray(b'x')", "memoryview(b'x')", "Mine()",
                                   "collections.OrderedDict()", "object()", "1j", "print"}) {
        INFO(expression);
        std::string keep = std::string("kept.setdefault('it', ") + expression + ")";
        host.exec("kept.clear()");
        qi_value value = evaluate(host, keep.c_str());
        CHECK(value.kind == QI_KIND_PYTHON);
        qi_value copy;
        REQUIRE(qi_value_copy(&copy, &value) == QI_OK);
        qi_value_clear(&value);
        host.exec("import __main__\ndef check(value): return value is __main__.kept['it']\n"
                  "__main__.check = check");
        qi_task_options options;
        qi_task_options_init(&options);
        options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
        qi_task *task = nullptr;
        REQUIRE(qi_run_task(host.runtime, "__main__:check", &copy, 1, &options, &task) == QI_OK);
        qi_value same = qi_none();
        REQUIRE(qi_task_result(task, &same) == QI_OK);
        CHECK(same.kind == QI_KIND_BOOL);
        CHECK(same.as.boolean);
        qi_task_release(task);
        qi_value_clear(&copy);
    }
}

TEST_CASE("scalars of derived types are the scalars they are")
{
    Host host;
    host.exec("import http\nclass Text(str): pass");

    qi_value status = evaluate(host, "http.HTTPStatus.NOT_FOUND");
    CHECK(status.kind == QI_KIND_INT);
    CHECK(take(status) == "404");
    qi_value text = evaluate(host, "Text('x')");
    CHECK(take(text) == "'x'");
}

TEST_CASE("cycles and great depth are errors")
{
    Host host;
    qi_value out = qi_int(5);

    host.exec("cycle = []; cycle.append(cycle)\ndeep = 1\nfor _ in range(201): deep = [deep]\n"
              "fits = 1\nfor _ in range(200): fits = {0: fits}");
    CHECK(qi_eval(host.runtime, "cycle", &out) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "RecursionError");
    CHECK(qi_eval(host.runtime, "[1, 'text', deep]", &out) == QI_ERR_PYTHON);
    qi_value fits = evaluate(host, "fits");
    CHECK(fits.kind == QI_KIND_MAP);
    qi_value_clear(&fits);
}

TEST_CASE("opaque values are counted, in any thread") // T45
{
    Host host;
    host.exec("import sys\nclass It: pass\nit = It(); before = sys.getrefcount(it)");
    qi_value value = evaluate(host, "it");

    std::thread([&value] {
        for (int turn = 0; turn < 100; turn++) {
            qi_value copy;
            if (qi_value_copy(&copy, &value) == QI_OK)
                qi_value_clear(&copy);
        }
    }).join();
    CHECK(host.eval("sys.getrefcount(it) - before") == "1");
    std::thread([&value] { qi_value_clear(&value); }).join();
    CHECK(host.eval("sys.getrefcount(it) - before") == "0");
}

TEST_CASE("value of a destroyed QObject raises ReferenceError") // T20
{
    Host host;
    auto object = std::make_unique<QObject>();
    qi_value borrowed = qi_qobject(object.get()), copy;
    REQUIRE(qi_value_copy(&copy, &borrowed) == QI_OK);
    object.reset();

    host.exec("def take(value): pass");
    qi_task_options options;
    qi_task_options_init(&options);
    options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
    CHECK(qi_run_task(host.runtime, "__main__:take", &copy, 1, &options, nullptr) < 0);
    qi_value_clear(&copy);
}
