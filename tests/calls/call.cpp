/* SPDX-License-Identifier: BSD-3-Clause */
// qi_call() and its sisters: the answer is there when the call returns, or the exception is.
#include <string>
#include <thread>

#include <QtCore/qobject.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::describe;
using tests::Host;
using tests::take;

namespace
{

const char *const source = R"(
import __main__, asyncio
def shown(*args, **kwargs): return f'{args} {kwargs}'
def only(*, side): return side
def fails(): return {}['rec']
def cancelled(): raise asyncio.CancelledError
async def later(): return 1
def makes(): return later()
def nests():
    import qi
    return qi.host.again()
class Desk:
    open = True
    def __init__(self, name='desk'): self.name = name
    def send(self, what, *, times=1): return f'{self.name}: {what}' * times
    async def wait(self): pass
    def __str__(self): return f'the {self.name}'
    @property
    def broken(self): raise ValueError('no view')
desk = Desk()
)";

std::string message()
{
    return qi_last_error()->message;
}

qi_value evaluate(Host &host, const char *expression)
{
    qi_value value = qi_none();
    const int status = qi_eval(host.runtime, expression, &value);
    INFO(message());
    REQUIRE(status == QI_OK);
    return value;
}

} // namespace

TEST_CASE("a call gives the result at once, with arguments and keywords")
{
    Host host;
    host.exec(source);
    const qi_value args[] = {qi_text("EURUSD"), qi_int(100)};
    const qi_entry named[] = {{qi_text("side"), qi_text("buy")},
                              {qi_text("n\xC3\xA4her"), qi_none()}};
    qi_value out = qi_none();

    REQUIRE(qi_call(host.runtime, "__main__:shown", args, 2, named, 2, &out) == QI_OK);
    CHECK(take(out) == "\"('EURUSD', 100) {'side': 'buy', 'n\xC3\xA4her': None}\"");
    REQUIRE(qi_call(host.runtime, "__main__:only", nullptr, 0, named, 1, &out) == QI_OK);
    CHECK(take(out) == "'buy'");
    CHECK(qi_call(host.runtime, "__main__:only", nullptr, 0, named, 1, nullptr) == QI_OK);
    REQUIRE(qi_call(host.runtime, "__main__:Desk.send", nullptr, 0, nullptr, 0, &out) ==
            QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "TypeError");
}

TEST_CASE("an exception is the failure of the call, and goes nowhere else")
{
    Host host;
    host.exec(source);
    qi_value out = qi_int(5);

    CHECK(qi_call(host.runtime, "__main__:fails", nullptr, 0, nullptr, 0, &out) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "KeyError");
    CHECK(std::string(qi_last_error()->traceback).find("in fails") != std::string::npos);
    CHECK(qi_call(host.runtime, "__main__:cancelled", nullptr, 0, nullptr, 0, &out) ==
          QI_ERR_CANCELLED);
    CHECK(out.as.integer == 5);
    CHECK(host.take_reports().empty());
}

TEST_CASE("a coroutine function is refused and points to where it runs")
{
    Host host;
    host.exec(source);
    qi_value out = qi_int(5);

    for (const char *target : {"__main__:later", "__main__:makes", "__main__:desk.wait"}) {
        INFO(target);
        CHECK(qi_call(host.runtime, target, nullptr, 0, nullptr, 0, &out) == QI_ERR_TYPE);
        CHECK(message().find("qi_run_task()") != std::string::npos);
    }
    host.settle(); // no coroutine complains of never having been awaited
    CHECK(host.log.empty());
    CHECK(out.as.integer == 5);
}

TEST_CASE("what cannot be called or given is refused before anything runs")
{
    Host host;
    host.exec(source);
    QObject *object = new QObject;
    const qi_value dead = qi_qobject(object);
    qi_value owned;
    REQUIRE(qi_value_copy(&owned, &dead) == QI_OK);
    delete object;
    const qi_value bad_text = qi_text("\xff");
    const qi_entry unnamed[] = {{qi_int(1), qi_int(2)}};
    const qi_entry twice[] = {{qi_text("a"), qi_int(1)}, {qi_text("a"), qi_int(2)}};
    const qi_entry bad_name[] = {{qi_text("\xff"), qi_int(1)}};
    const qi_entry bad_value[] = {{qi_text("a"), bad_text}};
    const char *const shown = "__main__:shown";

    CHECK(qi_call(host.runtime, nullptr, nullptr, 0, nullptr, 0, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_call(host.runtime, "shown", nullptr, 0, nullptr, 0, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_call(host.runtime, "__main__:show", nullptr, 0, nullptr, 0, nullptr) == QI_ERR_NOT_FOUND);
    CHECK(message().find("'shown'") != std::string::npos);
    CHECK(qi_call(host.runtime, "__main__:desk", nullptr, 0, nullptr, 0, nullptr) == QI_ERR_TYPE);
    CHECK(qi_call(host.runtime, shown, nullptr, 1, nullptr, 0, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_call(host.runtime, shown, nullptr, 0, nullptr, 1, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_call(host.runtime, shown, &bad_text, 1, nullptr, 0, nullptr) == QI_ERR_ENCODING);
    CHECK(qi_call(host.runtime, shown, &owned, 1, nullptr, 0, nullptr) == QI_ERR_DEAD_OBJECT);
    CHECK(qi_call(host.runtime, shown, nullptr, 0, unnamed, 1, nullptr) == QI_ERR_TYPE);
    CHECK(message().find("of the kind int") != std::string::npos);
    CHECK(qi_call(host.runtime, shown, nullptr, 0, twice, 2, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_call(host.runtime, shown, nullptr, 0, bad_name, 1, nullptr) == QI_ERR_ENCODING);
    CHECK(qi_call(host.runtime, shown, nullptr, 0, bad_value, 1, nullptr) == QI_ERR_ENCODING);
    CHECK(message().find("keyword argument 1") != std::string::npos);
    CHECK(qi_call(nullptr, shown, nullptr, 0, nullptr, 0, nullptr) == QI_ERR_HANDLE);
    qi_value_clear(&owned);
}

TEST_CASE("calls belong to the GUI thread and to a runtime that runs")
{
    Host host;
    host.exec(source);
    int there = QI_OK, value_there = QI_OK;
    const qi_value number = qi_int(1);
    qi_value out = qi_none();
    qi_callable *callable = nullptr;

    std::thread([&] {
        there = qi_call(host.runtime, "__main__:shown", nullptr, 0, nullptr, 0, nullptr);
        value_there = qi_value_text(&number, &out);
    }).join();
    CHECK(there == QI_ERR_WRONG_THREAD);
    CHECK(value_there == QI_ERR_WRONG_THREAD);
    REQUIRE(qi_callable_resolve(host.runtime, "__main__:shown", &callable) == QI_OK);
    host.shutdown();
    CHECK(qi_call(host.runtime, "__main__:shown", nullptr, 0, nullptr, 0, nullptr) ==
          QI_ERR_NOT_RUNNING);
    CHECK(qi_callable_call_values(callable, nullptr, 0, nullptr, 0, nullptr) == QI_ERR_NOT_RUNNING);
    CHECK(qi_value_text(&number, &out) == QI_ERR_NOT_RUNNING);
    qi_callable_release(callable);
}

TEST_CASE("a handle is called as its target is")
{
    Host host;
    host.exec(source);
    const qi_value what = qi_text("sold");
    const qi_entry named[] = {{qi_text("times"), qi_int(2)}};
    qi_callable *callable = nullptr;
    qi_value out = qi_none();

    REQUIRE(qi_callable_resolve(host.runtime, "__main__:desk.send", &callable) == QI_OK);
    host.exec("desk = None"); // the handle has the method
    REQUIRE(qi_callable_call_values(callable, &what, 1, named, 1, &out) == QI_OK);
    CHECK(take(out) == "'desk: solddesk: sold'");
    qi_callable_release(callable);
    CHECK(qi_callable_call_values(callable, &what, 1, nullptr, 0, &out) == QI_ERR_HANDLE);
}

TEST_CASE("calls may nest")
{
    Host host;
    host.exec(source);
    qi_function again;
    qi_value out = qi_none();

    qi_function_init(&again);
    again.user = host.runtime;
    again.call = [](const qi_value *, size_t, qi_value *result, void *user) {
        return qi_call(static_cast<qi_runtime *>(user), "__main__:shown", nullptr, 0, nullptr, 0,
                       result);
    };
    again.signature = "()";
    REQUIRE(qi_function_register(host.runtime, "again", &again) == QI_OK);
    REQUIRE(qi_call(host.runtime, "__main__:nests", nullptr, 0, nullptr, 0, &out) == QI_OK);
    CHECK(take(out) == "'() {}'");
}

TEST_CASE("keywords reach a coroutine, also from another thread")
{
    Host host;
    host.exec(
        "import __main__\nasync def order(symbol, *, side, n=1): return f'{symbol} {side} {n}'");
    const qi_value symbol = qi_text("EURUSD");
    qi_task_options options;
    qi_task *here = nullptr, *there = nullptr;
    qi_value out = qi_none();

    qi_task_options_init(&options);
    {
        std::string side = "buy";
        const qi_entry named[] = {{qi_text("side"), qi_text(side.c_str())},
                                  {qi_text("n"), qi_int(3)}};
        options.kwargs = named;
        options.kwarg_count = 2;
        REQUIRE(qi_run_task(host.runtime, "__main__:order", &symbol, 1, &options, &here) == QI_OK);
        std::thread([&] {
            REQUIRE(qi_run_task(host.runtime, "__main__:order", &symbol, 1, &options, &there) ==
                    QI_OK);
        }).join();
        side = "gone";
    }
    host.until([&] { return qi_task_state(there) != QI_TASK_STATE_PENDING; });
    for (qi_task *task : {here, there}) {
        REQUIRE(qi_task_result(task, &out) == QI_OK);
        CHECK(take(out) == "'EURUSD buy 3'");
        qi_task_release(task);
    }
    const qi_entry unnamed[] = {{qi_none(), qi_none()}};
    options.kwargs = unnamed;
    options.kwarg_count = 1;
    CHECK(qi_run_task(host.runtime, "__main__:order", &symbol, 1, &options, &here) == QI_ERR_TYPE);
    options.kwargs = nullptr;
    CHECK(qi_run_task(host.runtime, "__main__:order", &symbol, 1, &options, &here) == QI_ERR_ARGUMENT);
}

TEST_CASE("attributes and methods of an opaque object")
{
    Host host;
    host.exec(source);
    qi_value desk = evaluate(host, "desk"), out = qi_none();
    const qi_value what = qi_text("bought");
    const qi_entry named[] = {{qi_text("times"), qi_int(2)}};

    REQUIRE(desk.kind == QI_KIND_PYTHON);
    REQUIRE(qi_value_attribute(&desk, "name", &out) == QI_OK);
    CHECK(take(out) == "'desk'");
    REQUIRE(qi_value_call(&desk, "send", &what, 1, named, 1, &out) == QI_OK);
    CHECK(take(out) == "'desk: boughtdesk: bought'");
    REQUIRE(qi_value_text(&desk, &out) == QI_OK);
    CHECK(take(out) == "'the desk'");

    out = qi_int(5);
    CHECK(qi_value_attribute(&desk, "nam", &out) == QI_ERR_NOT_FOUND);
    CHECK(message().find("near names: 'name'") != std::string::npos);
    CHECK(qi_value_attribute(&desk, "broken", &out) == QI_ERR_PYTHON);
    CHECK(qi_value_call(&desk, "sent", nullptr, 0, nullptr, 0, &out) == QI_ERR_NOT_FOUND);
    CHECK(qi_value_call(&desk, "name", nullptr, 0, nullptr, 0, &out) == QI_ERR_TYPE);
    CHECK(qi_value_call(&desk, nullptr, nullptr, 0, nullptr, 0, &out) == QI_ERR_TYPE);
    CHECK(qi_value_call(&desk, "wait", nullptr, 0, nullptr, 0, &out) == QI_ERR_TYPE);
    CHECK(qi_value_attribute(&desk, nullptr, &out) == QI_ERR_ARGUMENT);
    CHECK(qi_value_attribute(nullptr, "name", &out) == QI_ERR_ARGUMENT);
    CHECK(qi_value_attribute(&desk, "name", nullptr) == QI_ERR_ARGUMENT);
    CHECK(out.as.integer == 5);
    qi_value_clear(&desk);
}

TEST_CASE("a value may be called itself, and any kind has the methods of its type")
{
    Host host;
    host.exec(source);
    qi_value type = evaluate(host, "Desk"), desk = qi_none(), out = qi_none();
    const qi_value name = qi_text("shop"), lower = qi_text("abc");

    REQUIRE(qi_value_call(&type, nullptr, &name, 1, nullptr, 0, &desk) == QI_OK);
    REQUIRE(qi_value_attribute(&desk, "name", &out) == QI_OK);
    CHECK(take(out) == "'shop'");
    REQUIRE(qi_value_call(&lower, "upper", nullptr, 0, nullptr, 0, &out) == QI_OK);
    CHECK(take(out) == "'ABC'");
    qi_value_clear(&desk);
    qi_value_clear(&type);
}

TEST_CASE("items of whatever can be iterated over")
{
    Host host;
    qi_value out = qi_none();
    const struct {
        const char *expression, *items;
    } cases[] = {
        {"{3}", "[3]"},
        {"frozenset()", "[]"},
        {"range(3)", "[0, 1, 2]"},
        {"(n * n for n in (1, 2))", "[1, 4]"},
        {"(1, [2])", "[1, [2]]"},
        {"{'a': 1}", "['a']"},
        {"'ab'", "['a', 'b']"},
        {"{'a': 1}.items()", "[('a', 1)]"},
    };

    for (const auto &one : cases) {
        INFO(one.expression);
        qi_value value = evaluate(host, one.expression);
        REQUIRE(qi_value_items(&value, &out) == QI_OK);
        CHECK(take(out) == one.items);
        qi_value_clear(&value);
    }
    qi_value number = qi_int(1), broken = evaluate(host, "(1 // 0 for n in (1, 2))");
    out = qi_int(5);
    CHECK(qi_value_items(&number, &out) == QI_ERR_TYPE);
    CHECK(message().find("type int") != std::string::npos);
    CHECK(qi_value_items(&broken, &out) == QI_ERR_PYTHON);
    CHECK(out.as.integer == 5);
    qi_value_clear(&broken);
}

TEST_CASE("text is what str() says, whatever is in it")
{
    Host host;
    qi_value out = qi_none(), value = evaluate(host, "'\\ud800'");
    const qi_value bad = qi_text("\xff");

    REQUIRE(qi_value_text(&value, &out) == QI_OK);
    CHECK(take(out) == "'\\\\ud800'");
    qi_value_clear(&value);
    value = evaluate(host, "{1}");
    REQUIRE(qi_value_text(&value, &out) == QI_OK);
    CHECK(take(out) == "'{1}'");
    CHECK(describe(value).rfind("<set object at ", 0) == 0);
    qi_value_clear(&value);
    CHECK(qi_value_text(&bad, &out) == QI_ERR_ENCODING);
}
