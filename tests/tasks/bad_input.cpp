/* SPDX-License-Identifier: BSD-3-Clause */
// What qi_run_task() and its kin answer to what they cannot do. Every failure leaves a message.
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;

namespace
{

/* The status and the message of a call that must leave one. */
struct Failure {
    int status;
    std::string message;

    bool names(const char *text) const { return message.find(text) != std::string::npos; }
};

Failure failure(int status)
{
    REQUIRE(status < 0);
    CHECK(qi_last_error()->status == status);
    CHECK(!std::string(qi_last_error()->message).empty());
    return {status, qi_last_error()->message};
}

Failure run(Host &host, const char *target, const qi_value *args = nullptr, size_t count = 0,
            const qi_task_options *options = nullptr)
{
    qi_task *task = reinterpret_cast<qi_task *>(&host);
    int status = qi_run_task(host.runtime, target, args, count, options, &task);
    INFO((target ? target : "NULL"));
    CHECK(task == nullptr);
    return failure(status);
}

} // namespace

TEST_CASE("malformed targets show the form that is expected")
{
    Host host;

    for (const char *target : {"", ":", "launches", "launches:", ":returns", "launches:returns:",
                               "a..b:c", "launches:.returns", "launches:returns.",
                               "launches returns", "/a/b.py:c", "launches:returns()"}) {
        Failure bad = run(host, target);
        CHECK(bad.status == QI_ERR_ARGUMENT);
        CHECK(bad.names("module:callable"));
    }
    CHECK(run(host, nullptr).status == QI_ERR_ARGUMENT);
    CHECK(run(host, "launches:\xFF").status == QI_ERR_ENCODING);
}

TEST_CASE("names that are not there come with near ones")
{
    Host host;

    Failure module = run(host, "lanches:returns");
    CHECK(module.status == QI_ERR_NOT_FOUND);
    CHECK(module.names("'launches'"));

    REQUIRE(qi_run_task(host.runtime, "launches:returns", nullptr, 0, nullptr, nullptr) ==
            QI_OK); // now it is loaded, and still on the path
    const std::string twice = run(host, "lanches:returns").message;
    CHECK(twice.find("'launches'") == twice.rfind("'launches'"));

    Failure submodule = run(host, "shop.order:send");
    CHECK(submodule.status == QI_ERR_NOT_FOUND);
    CHECK(submodule.names("'shop.orders'"));

    Failure callable = run(host, "launches:retruns");
    CHECK(callable.status == QI_ERR_NOT_FOUND);
    CHECK(callable.names("'returns'"));

    Failure method = run(host, "launches:Desk.Inner.sned");
    CHECK(method.status == QI_ERR_NOT_FOUND);
    CHECK(method.names("'send'"));

    CHECK(run(host, "no_such_package.inner:f").status == QI_ERR_NOT_FOUND);
    CHECK(run(host, "launches.inner:f").status == QI_ERR_NOT_FOUND);
}

TEST_CASE("import that fails inside is Python's error, with its traceback")
{
    Host host;

    CHECK(run(host, "raises_at_import:f").status == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "RuntimeError");
    CHECK(std::string(qi_last_error()->traceback).find("raises_at_import.py") != std::string::npos);

    Failure missing = run(host, "imports_missing:f");
    CHECK(missing.status == QI_ERR_PYTHON);
    CHECK(missing.names("a_module_that_is_not_there"));
}

TEST_CASE("what cannot be called, or refuses the arguments")
{
    Host host;
    qi_value args[] = {qi_int(1)};

    CHECK(run(host, "launches:number").status == QI_ERR_TYPE);
    CHECK(run(host, "launches:plain").status == QI_ERR_NOT_COROUTINE);
    Failure refused = run(host, "launches:two", args, 1);
    CHECK(refused.status == QI_ERR_PYTHON);
    CHECK(refused.names("'b'"));
}

TEST_CASE("values that Python cannot have")
{
    Host host;
    qi_value bad_text = qi_text("\xC3\x28");
    qi_value unknown = qi_none();
    unknown.kind = 99;

    CHECK(run(host, "launches:record", &bad_text, 1).status == QI_ERR_ENCODING);
    CHECK(run(host, "launches:record", &unknown, 1).status == QI_ERR_TYPE);
    CHECK(run(host, "launches:record", nullptr, 2).status == QI_ERR_ARGUMENT);
    qi_value no_object = qi_none();
    no_object.kind = QI_KIND_PYTHON;
    for (qi_value broken : {qi_list(nullptr, 3), qi_map(nullptr, 3), qi_text_n(nullptr, 3),
                            qi_bytes(nullptr, 3), no_object})
        CHECK(run(host, "launches:record", &broken, 1).status == QI_ERR_ARGUMENT);
    qi_value endless = qi_bytes("", SIZE_MAX);
    CHECK(run(host, "launches:record", &endless, 1).status == QI_ERR_MEMORY);
    CHECK(host.eval("__import__('launches').calls") == "[]");
}

TEST_CASE("dead QObject as an argument")
{
    Host host;
    auto *object = new QObject;
    qi_value borrowed = qi_qobject(object), copy;

    REQUIRE(qi_value_copy(&copy, &borrowed) == QI_OK);
    delete object;
    CHECK(run(host, "launches:record", &copy, 1).status == QI_ERR_DEAD_OBJECT);
    qi_value_clear(&copy);
}

TEST_CASE("options that this library does not know")
{
    Host host;
    qi_task_options options = {};

    CHECK(run(host, "launches:returns", nullptr, 0, &options).status == QI_ERR_ABI);
    qi_task_options_init(&options);
    options.flags = 64;
    CHECK(run(host, "launches:returns", nullptr, 0, &options).status == QI_ERR_ARGUMENT);
    qi_task_options_init(&options);
    options.name = "\xFF";
    CHECK(run(host, "launches:returns", nullptr, 0, &options).status == QI_ERR_ENCODING);
    qi_task_options_init(nullptr);
}

TEST_CASE("handles that are none")
{
    Host host;
    int foreign = 0;
    auto *task = reinterpret_cast<qi_task *>(&foreign);
    auto *runtime = reinterpret_cast<qi_runtime *>(&foreign);

    CHECK(failure(qi_run_task(nullptr, "launches:returns", nullptr, 0, nullptr, nullptr)).status ==
          QI_ERR_HANDLE);
    CHECK(failure(qi_run_task(runtime, "launches:returns", nullptr, 0, nullptr, nullptr)).status ==
          QI_ERR_HANDLE);
    for (qi_task *wrong :
         {task, static_cast<qi_task *>(nullptr), reinterpret_cast<qi_task *>(host.runtime)}) {
        CHECK(qi_task_state(wrong) == QI_TASK_STATE_INVALID);
        CHECK(failure(qi_task_cancel(wrong)).status == QI_ERR_HANDLE);
        CHECK(failure(qi_task_result(wrong, nullptr)).status == QI_ERR_HANDLE);
        CHECK(failure(qi_task_wait(wrong, 0, nullptr)).status == QI_ERR_HANDLE);
        CHECK(qi_task_retain(wrong) == nullptr);
        qi_task_release(wrong);
    }
}

TEST_CASE("released handles are refused")
{
    Host host;
    qi_task *task = nullptr;
    qi_callable *callable = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:returns", nullptr, 0, nullptr, &task) == QI_OK);
    qi_task_release(task);
    CHECK(failure(qi_task_result(task, nullptr)).status == QI_ERR_HANDLE);
    qi_task_release(task);

    REQUIRE(qi_callable_resolve(host.runtime, "launches:returns", &callable) == QI_OK);
    qi_callable_release(callable);
    qi_callable_release(callable);
    qi_task_options options;
    qi_task_options_init(&options);
    options.callable = callable;
    CHECK(run(host, nullptr, nullptr, 0, &options).status == QI_ERR_HANDLE);
}

TEST_CASE("resolving what cannot be resolved")
{
    Host host;
    auto *callable = reinterpret_cast<qi_callable *>(&host);

    CHECK(failure(qi_callable_resolve(host.runtime, "launches:retruns", &callable)).status ==
          QI_ERR_NOT_FOUND);
    CHECK(callable == nullptr);
    CHECK(failure(qi_callable_resolve(host.runtime, "launches", &callable)).status == QI_ERR_ARGUMENT);
    CHECK(failure(qi_callable_resolve(host.runtime, nullptr, &callable)).status == QI_ERR_ARGUMENT);
    CHECK(failure(qi_callable_resolve(host.runtime, "launches:returns", nullptr)).status ==
          QI_ERR_ARGUMENT);
    CHECK(failure(qi_callable_resolve(nullptr, "launches:returns", &callable)).status ==
          QI_ERR_HANDLE);
    int elsewhere = 1;
    std::thread([&] {
        elsewhere = qi_callable_resolve(host.runtime, "launches:returns", &callable);
    }).join();
    CHECK(elsewhere == QI_ERR_WRONG_THREAD);
    qi_callable_release(nullptr);
}

TEST_CASE("waiting on the GUI thread is refused, not a deadlock")
{
    Host host;
    qi_task *task = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:waits", nullptr, 0, nullptr, &task) == QI_OK);
    CHECK(failure(qi_task_wait(task, -1, nullptr)).status == QI_ERR_WRONG_THREAD);
    qi_task_release(task);
}

TEST_CASE("after the shutdown")
{
    Host host;
    qi_callable *callable = nullptr;

    REQUIRE(qi_callable_resolve(host.runtime, "launches:returns", &callable) == QI_OK);
    REQUIRE(host.shutdown() == QI_OK);
    CHECK(run(host, "launches:returns").status == QI_ERR_NOT_RUNNING);
    qi_callable *another = nullptr;
    CHECK(failure(qi_callable_resolve(host.runtime, "launches:returns", &another)).status ==
          QI_ERR_NOT_RUNNING);
    int elsewhere = 1;
    std::thread([&] {
        elsewhere = qi_run_task(host.runtime, "launches:returns", nullptr, 0, nullptr, nullptr);
    }).join();
    CHECK(elsewhere == QI_ERR_NOT_RUNNING);
    qi_callable_release(callable);
}
