/* SPDX-License-Identifier: BSD-3-Clause */
// qi_value_next(): asynchronous generators, an item at a time.
#include <string>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;
using tests::take;

namespace
{

const char *const source = R"(
import __main__, asyncio
log, go = [], asyncio.Event()
async def count(to):
    try:
        for i in range(to):
            if i == 1: await go.wait()
            yield i
    except asyncio.CancelledError: log.append('cancelled'); raise
    finally: log.append('closed')
async def fails():
    yield 1
    raise ValueError('no more')
)";

class Counting : public Host
{
  public:
    Counting() { exec(source); }

    qi_value call(const char *target, int64_t argument)
    {
        const qi_value arguments[] = {qi_int(argument)};
        qi_value made = qi_none();
        REQUIRE(qi_call(runtime, target, arguments, argument < 0 ? 0 : 1, nullptr, 0, &made) == QI_OK);
        return made;
    }
    qi_task *next(const qi_value &iterator)
    {
        qi_task *task = nullptr;
        const int status = qi_value_next(runtime, &iterator, nullptr, &task);
        INFO(qi_last_error()->message);
        REQUIRE(status == QI_OK);
        return task;
    }
    /* What a task came to: "[0]", "[]", or the name of the status. */
    std::string ended(qi_task *task)
    {
        qi_value list = qi_none();
        until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
        const int status = qi_task_result(task, &list);
        qi_task_release(task);
        return status == QI_OK ? take(list) : qi_status_name(status);
    }
};

} // namespace

TEST_CASE("an asynchronous generator gives an item after another, and none at its end")
{
    Counting host;
    qi_value counter = host.call("__main__:count", 2);
    qi_task *first = host.next(counter);
    CHECK(qi_task_state(first) == QI_TASK_STATE_DONE); /* it did not have to wait */
    CHECK(host.ended(first) == "[0]");
    qi_task *second = host.next(counter);
    CHECK(qi_task_state(second) == QI_TASK_STATE_PENDING);
    host.exec("go.set()");
    CHECK(host.ended(second) == "[1]");
    CHECK(host.eval("log") == "[]");
    CHECK(host.ended(host.next(counter)) == "[]");
    CHECK(host.eval("log") == "['closed']");
    CHECK(host.ended(host.next(counter)) == "[]"); /* and so it stays */
    qi_value_clear(&counter);
}

TEST_CASE("what a generator raises is the task's result")
{
    Counting host;
    qi_value fails = host.call("__main__:fails", -1);
    CHECK(host.ended(host.next(fails)) == "[1]");
    CHECK(host.ended(host.next(fails)) == "QI_ERR_PYTHON");
    CHECK(std::string(qi_last_error()->traceback).find("no more") != std::string::npos);
    CHECK(host.ended(host.next(fails)) == "[]");
    qi_value_clear(&fails);
}

TEST_CASE("a generator is closed by cancelling, and when nobody has it any more")
{
    Counting host;
    qi_value counter = host.call("__main__:count", 2);
    CHECK(host.ended(host.next(counter)) == "[0]");
    qi_task *waits = host.next(counter);
    CHECK(qi_task_cancel(waits) == QI_OK);
    CHECK(host.ended(waits) == "QI_ERR_CANCELLED");
    CHECK(host.eval("log") == "['cancelled', 'closed']");
    qi_value_clear(&counter);

    host.exec("log.clear()");
    counter = host.call("__main__:count", 2);
    qi_task *kept = qi_task_retain(host.next(counter)); /* holds the item, and not the generator */
    CHECK(host.ended(kept) == "[0]");
    qi_value_clear(&counter);
    host.until([&] { return host.eval("log") == "['closed']"; });
    qi_task_release(kept);
}

TEST_CASE("what is no asynchronous iterator is refused")
{
    Counting host;
    qi_task *task = nullptr;
    const qi_value number = qi_int(1), list = qi_list(nullptr, 0);
    CHECK(qi_value_next(host.runtime, &number, nullptr, &task) == QI_ERR_TYPE);
    CHECK(std::string(qi_last_error()->message).find("int is no asynchronous iterator") !=
          std::string::npos);
    CHECK(qi_value_next(host.runtime, &list, nullptr, &task) == QI_ERR_TYPE);
    CHECK(qi_value_next(host.runtime, nullptr, nullptr, &task) == QI_ERR_ARGUMENT);
    CHECK(qi_value_next(nullptr, &list, nullptr, &task) == QI_ERR_HANDLE);
    CHECK(task == nullptr);
}
