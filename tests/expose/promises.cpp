// SPDX-License-Identifier: BSD-3-Clause
// Functions of the host that answer later.
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/host.h"

#include <qi/expose.h>

namespace
{

/* A device of the host's that has been asked, and answers when the test wants it. */
struct Device {
    std::vector<qi_promise *> asked;
    std::vector<int64_t> numbers;
    int ends = 0;

    static void ask(const qi_value *args, size_t count, qi_promise *promise, void *user)
    {
        auto *self = static_cast<Device *>(user);
        self->numbers.push_back(count ? args[0].as.integer : 0);
        self->asked.push_back(promise);
    }
    static void end(void *user) { static_cast<Device *>(user)->ends++; }
};

int show(tests::Host &host, const char *name, qi_function_later_fn ask, Device *device)
{
    qi_function function;
    qi_function_init(&function);
    function.call_later = ask;
    function.signature = "(number: int = 0)";
    function.user = device;
    function.destroy = Device::end;
    return qi_function_register(host.runtime, name, &function);
}

const char *const program = "import asyncio, qi\n"
                            "answers = []\n"
                            "async def ask(number):\n"
                            "    try:\n"
                            "        answers.append(await qi.host.ask(number))\n"
                            "    except BaseException as error:\n"
                            "        answers.append(f'{type(error).__name__}: {error}')\n"
                            "        raise\n";

void launch(tests::Host &host, int number, qi_task **task = nullptr)
{
    const qi_value value = qi_int(number);
    qi_task_options options;
    qi_task_options_init(&options);
    options.done = [](qi_task *, const qi_task_end *, void *) {
    }; /* failures are looked at in `answers` */
    REQUIRE(qi_run_task(host.runtime, "__main__:ask", &value, 1, &options, task) == QI_OK);
}

std::string answers(tests::Host &host)
{
    qi_value value = qi_none();
    char text[1000];
    REQUIRE(qi_eval(host.runtime, "answers", &value) == QI_OK);
    qi_value_describe(&value, text, sizeof text);
    qi_value_clear(&value);
    return text;
}

} // namespace

TEST_CASE("a promise is awaited, and ends with a result or a failure, from any thread")
{
    tests::Host host;
    Device device;
    host.exec(program);
    REQUIRE(show(host, "ask", Device::ask, &device) == QI_OK);
    for (int number : {1, 2, 3})
        launch(host, number);
    REQUIRE(device.asked.size() == 3);
    CHECK(device.numbers == std::vector<int64_t>{1, 2, 3});
    CHECK(answers(host) == "[]");

    const qi_value result = qi_text("done");
    CHECK(qi_promise_resolve(device.asked[1], &result) == QI_OK);
    host.until([&] { return answers(host) != "[]"; });
    CHECK(answers(host) == "['done']");
    std::thread([&] {
        CHECK(qi_promise_reject(device.asked[0], QI_ERR_RANGE, "too far") == QI_OK);
        CHECK(qi_promise_resolve(device.asked[2], nullptr) == QI_OK);
    }).join();
    host.until([&] {
        return answers(host).find("None") != std::string::npos &&
               answers(host).find("too far") != std::string::npos;
    });
    CHECK(answers(host).find("OverflowError: too far") != std::string::npos);
}

TEST_CASE("a promise may end inside the call")
{
    tests::Host host;
    Device device;
    host.exec(program);
    REQUIRE(show(
                host, "ask",
                [](const qi_value *args, size_t, qi_promise *promise, void *) {
                    const qi_value twice = qi_int(args[0].as.integer * 2);
                    CHECK(qi_promise_resolve(promise, &twice) == QI_OK);
                    CHECK(args[0].as.integer == 21); /* borrowed for the call, also after the end */
                },
                &device) == QI_OK);
    launch(host, 21);
    host.until([&] { return answers(host) != "[]"; });
    CHECK(answers(host) == "[42]");
}

TEST_CASE("a promise that has ended is no handle any more")
{
    tests::Host host;
    Device device;
    host.exec(program);
    REQUIRE(show(host, "ask", Device::ask, &device) == QI_OK);
    launch(host, 1);
    qi_promise *promise = device.asked.at(0);
    CHECK(qi_promise_reject(promise, QI_OK, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_promise_report(promise, -1, 5, nullptr) == QI_ERR_RANGE);
    CHECK(qi_promise_report(promise, 1, 5, "\xFF") == QI_ERR_ENCODING);
    CHECK(qi_promise_report(promise, 1, 5, "one") == QI_OK);
    CHECK(qi_promise_resolve(promise, nullptr) == QI_OK);
    CHECK(qi_promise_resolve(promise, nullptr) == QI_ERR_HANDLE);
    CHECK(qi_promise_reject(promise, QI_ERR_STATE, nullptr) == QI_ERR_HANDLE);
    CHECK(qi_promise_report(promise, 1, 5, nullptr) == QI_ERR_HANDLE);
    CHECK_FALSE(qi_promise_is_cancelled(promise));
    CHECK_FALSE(qi_promise_is_cancelled(nullptr));
    CHECK(qi_promise_resolve(nullptr, nullptr) == QI_ERR_HANDLE);
}

TEST_CASE("a result that cannot be copied rejects the promise")
{
    tests::Host host;
    Device device;
    host.exec(program);
    REQUIRE(show(host, "ask", Device::ask, &device) == QI_OK);
    launch(host, 1);
    const qi_value bad = qi_text("\xFF");
    CHECK(qi_promise_resolve(device.asked.at(0), &bad) == QI_ERR_ENCODING);
    host.until([&] { return answers(host) != "[]"; });
    CHECK(answers(host).find("Error") != std::string::npos);
}

TEST_CASE("the host sees that Python has cancelled the call")
{
    tests::Host host;
    Device device;
    qi_task *task = nullptr;
    host.exec(program);
    REQUIRE(show(host, "ask", Device::ask, &device) == QI_OK);
    launch(host, 1, &task);
    qi_promise *promise = device.asked.at(0);
    CHECK_FALSE(qi_promise_is_cancelled(promise));
    CHECK(qi_task_cancel(task) == QI_OK);
    host.until([&] { return qi_promise_is_cancelled(promise); });
    CHECK(qi_promise_resolve(promise, nullptr) == QI_OK);
    qi_task_release(task);
}

TEST_CASE("the user of the function is kept until its last promise has ended")
{
    tests::Host host;
    Device device;
    host.exec(program);
    REQUIRE(show(host, "ask", Device::ask, &device) == QI_OK);
    launch(host, 1);
    CHECK(qi_function_unregister(host.runtime, "ask") == QI_OK);
    CHECK(device.ends == 0);
    CHECK(qi_promise_resolve(device.asked.at(0), nullptr) == QI_OK);
    host.until([&] { return device.ends == 1; });
}

TEST_CASE("a promise may end when the runtime has")
{
    Device device;
    {
        tests::Host host;
        host.exec(program);
        REQUIRE(show(host, "ask", Device::ask, &device) == QI_OK);
        launch(host, 1);
        CHECK(host.shutdown() == QI_OK);
        CHECK(qi_promise_is_cancelled(device.asked.at(0)));
        CHECK(qi_promise_resolve(device.asked.at(0), nullptr) == QI_OK);
    }
    CHECK(device.ends == 1);
}

TEST_CASE("a function that throws has not promised anything")
{
    tests::Host host;
    Device device;
    host.exec(program);
    REQUIRE(show(
                host, "ask",
                [](const qi_value *, size_t, qi_promise *promise, void *user) {
                    static_cast<Device *>(user)->asked.push_back(promise);
                    throw std::runtime_error("no device");
                },
                &device) == QI_OK);
    launch(host, 1);
    host.until([&] { return answers(host) != "[]"; });
    CHECK(answers(host).find("no device") != std::string::npos);
    CHECK(qi_promise_resolve(device.asked.at(0), nullptr) == QI_ERR_HANDLE);
}

TEST_CASE("what cannot be is refused")
{
    tests::Host host;
    Device device;
    qi_function function;
    qi_function_init(&function);
    function.call_later = Device::ask;
    function.flags = QI_FUNCTION_FLAG_POOL;
    CHECK(qi_function_register(host.runtime, "f", &function) == QI_ERR_ARGUMENT);
    function.flags = 0;
    function.call = [](const qi_value *, size_t, qi_value *, void *) -> int { return QI_OK; };
    CHECK(qi_function_register(host.runtime, "f", &function) == QI_ERR_ARGUMENT);
}
