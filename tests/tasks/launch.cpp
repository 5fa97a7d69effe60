/* SPDX-License-Identifier: BSD-3-Clause */
// qi_run_task(): the coroutine's first step has run when the call returns, and its end reaches C.
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/host.h"

using tests::Host;

namespace
{

/* What a done callback got. */
struct Ending {
    int calls = 0;
    int status = 1;
    std::string result, message, type, traceback;
    std::thread::id thread;

    static void on_done(qi_task *, const qi_task_end *end, void *user)
    {
        auto *ending = static_cast<Ending *>(user);
        ending->calls++;
        ending->status = end->status;
        ending->result = tests::describe(*end->result);
        ending->message = end->error->message;
        ending->type = end->error->python_type ? end->error->python_type : "";
        ending->traceback = end->error->traceback ? end->error->traceback : "";
        ending->thread = std::this_thread::get_id();
    }
};

qi_task_options options_for(Ending &ending)
{
    qi_task_options options;
    qi_task_options_init(&options);
    options.done = Ending::on_done;
    options.user = &ending;
    return options;
}

qi_task *run(Host &host, const char *target, const qi_task_options *options = nullptr)
{
    qi_task *task = nullptr;
    int status = qi_run_task(host.runtime, target, nullptr, 0, options, &task);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    REQUIRE(task);
    return task;
}

std::string result_of(qi_task *task)
{
    qi_value value = qi_none();
    int status = qi_task_result(task, &value);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    return tests::take(value);
}

bool has_ended(qi_task *task)
{
    return qi_task_state(task) != QI_TASK_STATE_PENDING;
}

} // namespace

TEST_CASE("first step runs before the call returns")
{
    Host host;
    qi_value args[] = {qi_text("EURUSD"), qi_int(100), qi_real(0.5), qi_bool(true), qi_none()};

    REQUIRE(qi_run_task(host.runtime, "launches:waits", args, 1, nullptr, nullptr) == QI_OK);
    REQUIRE(qi_run_task(host.runtime, "launches:record", args, 5, nullptr, nullptr) == QI_OK);
    CHECK(host.eval("__import__('launches').calls") ==
          "['EURUSD', ('EURUSD', 100, 0.5, True, None)]");
}

TEST_CASE("result of a first step is there at once") // T18
{
    Host host;
    qi_value falsy[] = {qi_int(0), qi_text(""), qi_bool(false), qi_none(), qi_list(nullptr, 0)};

    for (const qi_value &value : falsy) {
        qi_task *task = nullptr;
        REQUIRE(qi_run_task(host.runtime, "launches:returns", &value, 1, nullptr, &task) == QI_OK);
        CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
        CHECK(result_of(task) == tests::describe(value));
        qi_task_release(task);
    }
}

TEST_CASE("suspended task ends in the event loop")
{
    Host host;
    qi_value value = qi_text("later");
    qi_task *task = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:returns_later", &value, 1, nullptr, &task) == QI_OK);
    CHECK(qi_task_state(task) == QI_TASK_STATE_PENDING);
    CHECK(qi_task_result(task, nullptr) == QI_ERR_PENDING);
    host.until([&] { return has_ended(task); });
    CHECK(result_of(task) == "'later'");
    qi_task_release(task);
}

TEST_CASE("done callback gets the end once, without the GIL, in the GUI thread")
{
    Host host;
    Ending now, later;
    qi_task_options options = options_for(now);

    REQUIRE(qi_run_task(host.runtime, "launches:returns", nullptr, 0, &options, nullptr) == QI_OK);
    CHECK(now.calls == 1);
    options = options_for(later);
    REQUIRE(qi_run_task(host.runtime, "launches:returns_later", nullptr, 0, &options, nullptr) ==
            QI_OK);
    CHECK(later.calls == 0);
    host.until([&] { return later.calls > 0; });
    host.settle();
    CHECK(later.calls == 1);
    CHECK(later.status == QI_OK);
    CHECK(later.message.empty());
    CHECK(later.thread == std::this_thread::get_id());
}

TEST_CASE("other threads of Python run during a done callback")
{
    Host host;
    qi_task_options options;
    qi_task_options_init(&options);
    options.user = &host;
    /* Deadlocks if the callback holds the GIL: the thread needs it to end. */
    options.done = [](qi_task *, const qi_task_end *, void *user) {
        std::thread thread([&] {
            qi_task_release(nullptr);
            qi_value_clear(nullptr);
        });
        thread.join();
        static_cast<Host *>(user)->exec("import threading\n"
                                        "thread = threading.Thread(target=lambda: None)\n"
                                        "thread.start()\nthread.join()");
    };
    REQUIRE(qi_run_task(host.runtime, "launches:returns", nullptr, 0, &options, nullptr) == QI_OK);
    CHECK(host.eval("thread.is_alive()") == "False");
}

TEST_CASE("exception is the result of the task") // T14
{
    Host host;

    for (const char *target : {"launches:raises", "launches:raises_later"}) {
        qi_task *task = run(host, target);
        host.until([&] { return has_ended(task); });
        CHECK(qi_task_state(task) == QI_TASK_STATE_FAILED);
        CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
        CHECK(std::string(qi_last_error()->python_type) == "ValueError");
        CHECK(std::string(qi_last_error()->traceback).find("launches.py") != std::string::npos);
        qi_task_release(task);
    }
    qi_task *task = run(host, "launches:returns_later");
    host.until([&] { return has_ended(task); });
    CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
    qi_task_release(task);
}

TEST_CASE("exception that nobody can ask for is reported once") // T26
{
    Host host;
    qi_task_options options;
    qi_task_options_init(&options);
    options.name = "the order";

    REQUIRE(qi_run_task(host.runtime, "launches:raises", nullptr, 0, &options, nullptr) == QI_OK);
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type == "ValueError");
    CHECK(reports[0].task == "the order");
    CHECK(reports[0].target == "launches:raises");
    CHECK(reports[0].traceback.find("launches.py") != std::string::npos);

    REQUIRE(qi_run_task(host.runtime, "launches:raises_later", nullptr, 0, nullptr, nullptr) == QI_OK);
    REQUIRE(qi_run_task(host.runtime, "launches:cancels_itself", nullptr, 0, nullptr, nullptr) ==
            QI_OK);
    host.settle();
    host.exec("import gc; gc.collect()");
    CHECK(host.take_reports().size() == 1);
}

TEST_CASE("exception goes to the done callback and nowhere else")
{
    Host host;
    Ending ending;
    qi_task_options options = options_for(ending);

    REQUIRE(qi_run_task(host.runtime, "launches:raises", nullptr, 0, &options, nullptr) == QI_OK);
    CHECK(ending.status == QI_ERR_PYTHON);
    CHECK(ending.result == "None");
    CHECK(ending.type == "ValueError");
    CHECK(ending.message.find("at once") != std::string::npos);
    CHECK(ending.traceback.find("launches.py") != std::string::npos);
}

TEST_CASE("SystemExit in a task does not end the process") // T53
{
    Host host;
    qi_task *task = run(host, "launches:exits");

    CHECK(qi_task_state(task) == QI_TASK_STATE_FAILED);
    CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "SystemExit");
    qi_task_release(task);
    host.take_reports();
    REQUIRE(qi_run_task(host.runtime, "launches:exits", nullptr, 0, nullptr, nullptr) == QI_OK);
    host.settle();
    host.exec("import gc; gc.collect()");
    CHECK(host.take_reports().size() == 1);
}

TEST_CASE("cancel ends a task at its next turn")
{
    Host host;
    Ending ending;
    qi_task_options options = options_for(ending);
    qi_task *task = run(host, "launches:waits", &options);

    CHECK(qi_task_cancel(task) == QI_OK);
    host.until([&] { return has_ended(task); });
    CHECK(qi_task_state(task) == QI_TASK_STATE_CANCELLED);
    CHECK(qi_task_result(task, nullptr) == QI_ERR_CANCELLED);
    CHECK(ending.status == QI_ERR_CANCELLED);
    CHECK(host.eval("__import__('launches').cancelled") == "[None]");
    CHECK(qi_task_cancel(task) == QI_OK);
    qi_task_release(task);
}

TEST_CASE("task that survives its cancellation has a result")
{
    Host host;
    qi_task *task = run(host, "launches:survives");

    CHECK(qi_task_cancel(task) == QI_OK);
    host.until([&] { return has_ended(task); });
    CHECK(result_of(task) == "'survived'");
    qi_task_release(task);
}

TEST_CASE("timeout cancels and says so")
{
    Host host;
    qi_task_options options;
    qi_task_options_init(&options);
    options.timeout_ms = 1;
    qi_task *task = run(host, "launches:waits", &options);

    host.until([&] { return has_ended(task); });
    CHECK(qi_task_state(task) == QI_TASK_STATE_CANCELLED);
    CHECK(qi_task_result(task, nullptr) == QI_ERR_TIMEOUT);
    qi_task_release(task);
}

TEST_CASE("timeout of a task that ended leaves no timer behind")
{
    Host host;
    qi_task_options options;
    qi_task_options_init(&options);
    options.timeout_ms = 3600000;
    qi_task *task = run(host, "launches:returns_later", &options);

    host.until([&] { return has_ended(task); });
    CHECK(result_of(task) == "None");
    qi_task_release(task);
    CHECK(host.eval("sum(not h.cancelled() for h in "
                    "__import__('asyncio').get_running_loop()._scheduled)") == "0");
}

/* call_later() runs code of Python's, and with it whatever that has hooked: an auditor's, a profiler's, a finalizer. */
TEST_CASE("a task that ends while its timeout is set leaves nothing behind")
{
    Host host;
    qi_function function;
    qi_function_init(&function);
    function.call = [](const qi_value *, size_t, qi_value *, void *) -> int {
        for (int i = 0; i < 20; i++)
            QCoreApplication::processEvents();
        return QI_OK;
    };
    REQUIRE(qi_function_register(host.runtime, "spin", &function) == QI_OK);
    host.exec("import asyncio, qi, weakref\n"
              "loop, made = asyncio.get_running_loop(), []\n"
              "def call_later(delay, callback, *args, real=loop.call_later):\n"
              "    handle = real(delay, callback, *args)\n"
              "    made.append(weakref.ref(handle))\n"
              "    qi.host.spin()\n"
              "    return handle\n"
              "loop.call_later = call_later\n");
    qi_task_options options;
    qi_task_options_init(&options);
    options.timeout_ms = 3600000;
    qi_task *task = run(host, "launches:returns_later", &options);
    CHECK(result_of(task) == "None"); /* it has ended inside */
    qi_task_release(task);
    CHECK(host.eval("len(made)") == "1");
    host.exec("import gc\ndel loop.call_later\n"
              "while any(made) and loop._scheduled: loop._scheduled.clear()\n"
              "gc.collect()\n");
    CHECK(host.eval("made[0]() is None") == "True");
}

TEST_CASE("owner that is destroyed takes its task along") // T20
{
    Host host;
    auto *owner = new QObject;
    qi_task_options options;
    qi_task_options_init(&options);
    options.owner = owner;
    qi_task *task = run(host, "launches:waits", &options);

    delete owner;
    host.until([&] { return has_ended(task); });
    CHECK(qi_task_result(task, nullptr) == QI_ERR_CANCELLED);
    qi_task_release(task);
}

TEST_CASE("owner may die before or after a task that has ended")
{
    Host host;
    auto *owner = new QObject;
    qi_task_options options;
    qi_task_options_init(&options);
    options.owner = owner;
    qi_task *task = run(host, "launches:returns", &options);

    delete owner;
    host.settle();
    CHECK(result_of(task) == "None");
    qi_task_release(task);
}

namespace
{
Host *the_host;
QObject *the_owner;
qi_task *the_inner;
} // namespace

TEST_CASE("launch from inside a running task leaves it as it was") // T12
{
    Host host;
    the_host = &host;
    void (*slot)() = [] {
        REQUIRE(qi_run_task(the_host->runtime, "launches:sees_context", nullptr, 0, nullptr,
                            &the_inner) == QI_OK);
        REQUIRE(qi_run_task(the_host->runtime, "launches:raises", nullptr, 0, nullptr, nullptr) ==
                QI_OK);
    };
    qi_value address = qi_int(reinterpret_cast<intptr_t>(slot));
    qi_task *outer = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:calls_host", &address, 1, nullptr, &outer) == QI_OK);
    CHECK(result_of(the_inner) == "'outer'");
    host.until([&] { return has_ended(outer); });
    CHECK(result_of(outer) == "'outer'");
    CHECK(host.take_reports().size() == 1);
    qi_task_release(the_inner);
    qi_task_release(outer);
}

TEST_CASE("owner that dies in the first step cancels the task after it") // T20
{
    Host host;
    the_owner = new QObject;
    void (*slot)() = [] { delete the_owner; };
    qi_value address = qi_int(reinterpret_cast<intptr_t>(slot));
    qi_task_options options;
    qi_task_options_init(&options);
    options.owner = the_owner;
    qi_task *task = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:calls_host", &address, 1, &options, &task) == QI_OK);
    host.until([&] { return has_ended(task); });
    CHECK(qi_task_state(task) == QI_TASK_STATE_CANCELLED);
    qi_task_release(task);
}

TEST_CASE("task goes on when its handle is released") // T21
{
    Host host;
    qi_task_release(run(host, "launches:waits"));

    host.exec("import gc, launches; gc.collect(); launches.open_gate()");
    host.settle();
    CHECK(host.eval("len(launches.gates), launches.cancelled") == "(0, [])");
}

TEST_CASE("retained handle outlives the first release")
{
    Host host;
    qi_task *task = run(host, "launches:returns");

    CHECK(qi_task_retain(task) == task);
    qi_task_release(task);
    CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
    qi_task_release(task);
    CHECK(qi_task_state(task) == QI_TASK_STATE_INVALID);
}

TEST_CASE("name is the task's name")
{
    Host host;
    qi_task_options options;
    qi_task_options_init(&options);
    char name[] = "Bestellung \xC3\xBC";
    options.name = name;
    qi_task *task = run(host, "launches:task_name", &options);

    name[0] = 'X';
    CHECK(result_of(task) == "'Bestellung \xC3\xBC'");
    qi_task_release(task);
}

TEST_CASE("plain callable is refused before it is called, or called where that is asked for")
{
    Host host;
    qi_task *task = nullptr;
    qi_value args[] = {qi_int(1), qi_int(2)};
    qi_task_options options;
    qi_task_options_init(&options);

    CHECK(qi_run_task(host.runtime, "launches:plain", args, 2, &options, &task) ==
          QI_ERR_NOT_COROUTINE);
    CHECK(std::string(qi_last_error()->message).find("QI_TASK_FLAG_ALLOW_PLAIN") != std::string::npos);
    CHECK(task == nullptr);
    CHECK(host.eval("__import__('launches').calls") == "[]");

    options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
    REQUIRE(qi_run_task(host.runtime, "launches:plain", args, 2, &options, &task) == QI_OK);
    CHECK(result_of(task) == "2");
    qi_task_release(task);

    task = run(host, "launches:plain_raises", &options);
    CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "KeyError");
    qi_task_release(task);

    task = run(host, "sys:exit", &options); // of C, with no signature that tells anything
    CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "SystemExit");
    qi_task_release(task);
}

TEST_CASE("plain callable that returns a coroutine launches it where plain is allowed")
{
    Host host;
    qi_value value = qi_int(4);
    qi_task *task = nullptr;
    qi_task_options options;
    qi_task_options_init(&options);
    options.flags = QI_TASK_FLAG_ALLOW_PLAIN;

    REQUIRE(qi_run_task(host.runtime, "launches:makes_coroutine", &value, 1, &options, &task) ==
            QI_OK);
    host.until([&] { return has_ended(task); });
    CHECK(result_of(task) == "4");
    qi_task_release(task);
}

TEST_CASE("dotted paths, partials, methods and callable objects are found")
{
    Host host;
    qi_value value = qi_int(8);

    for (const char *target : {"launches:Desk.Inner.send", "launches:desk.work", "shop.orders:send"}) {
        qi_task *task = nullptr;
        INFO(target);
        REQUIRE(qi_run_task(host.runtime, target, &value, 1, nullptr, &task) == QI_OK);
        CHECK(result_of(task) == "8");
        qi_task_release(task);
    }
    qi_task *task = run(host, "launches:desk");
    CHECK(result_of(task) == "'desk'");
    qi_task_release(task);
    task = run(host, "launches:partial");
    host.until([&] { return has_ended(task); });
    CHECK(result_of(task) == "'partial'");
    qi_task_release(task);
}

TEST_CASE("what the target names is looked up each time, a callable handle once")
{
    Host host;
    qi_callable *callable = nullptr;
    qi_task_options options;
    qi_task_options_init(&options);

    REQUIRE(qi_callable_resolve(host.runtime, "launches:returns", &callable) == QI_OK);
    host.exec("import launches\nasync def other(): return 'other'\nlaunches.returns = other");
    qi_task *task = run(host, "launches:returns");
    CHECK(result_of(task) == "'other'");
    qi_task_release(task);
    options.callable = callable;
    task = run(host, nullptr, &options);
    CHECK(result_of(task) == "None");
    qi_task_release(task);
    qi_callable_release(callable);
}

TEST_CASE("task made with a callable goes on when that is released")
{
    Host host;
    qi_callable *callable = nullptr;
    qi_task_options options;
    qi_task_options_init(&options);

    REQUIRE(qi_callable_resolve(host.runtime, "launches:waits", &callable) == QI_OK);
    options.callable = callable;
    qi_task *task = run(host, nullptr, &options);
    qi_callable_release(callable);
    host.exec("import launches; launches.open_gate()");
    host.until([&] { return has_ended(task); });
    CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
    qi_task_release(task);
}

TEST_CASE("plain callable may shut the runtime down, whatever it returns")
{
    for (const char *target : {"__main__:coroutine", "__main__:number", "__main__:raises"}) {
        Host host;
        qi_function function;
        qi_function_init(&function);
        function.user = &host;
        function.call = [](const qi_value *, size_t, qi_value *, void *user) {
            return static_cast<Host *>(user)->shutdown();
        };
        REQUIRE(qi_function_register(host.runtime, "shutdown", &function) == QI_OK);
        host.exec("import qi\n"
                  "async def waits(): pass\n" /* the end clears the names of __main__ */
                  "def coroutine(end=qi.host.shutdown, waits=waits): end(); return waits()\n"
                  "def number(end=qi.host.shutdown): end(); return 3\n"
                  "def raises(end=qi.host.shutdown): end(); raise ValueError\n");
        Ending ending;
        qi_task_options options = options_for(ending);
        options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
        qi_task *task = run(host, target, &options);
        CHECK(ending.calls == 1);
        CHECK(ending.status == QI_ERR_SHUTTING_DOWN);
        CHECK(qi_task_state(task) == QI_TASK_STATE_CANCELLED);
        qi_task_release(task);
    }
}

TEST_CASE("result is readable after the runtime was shut down")
{
    Host host;
    qi_value value = qi_text("kept");
    qi_task *task = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:returns", &value, 1, nullptr, &task) == QI_OK);
    qi_task *waiting = run(host, "launches:waits");
    REQUIRE(host.shutdown() == QI_OK);
    CHECK(result_of(task) == "'kept'");
    CHECK(qi_task_state(waiting) == QI_TASK_STATE_CANCELLED);
    CHECK(qi_task_cancel(waiting) == QI_OK);
    qi_task_release(task);
    qi_task_release(waiting);
}

TEST_CASE("a failure is reported besides, where the launch asks for that")
{
    Host host;
    for (const bool with_done : {false, true}) {
        Ending ending;
        qi_task_options options = options_for(ending);
        options.flags = QI_TASK_FLAG_REPORT;
        options.name = "told";
        if (!with_done)
            options.done = nullptr;
        qi_task *task = run(host, "launches:raises", &options);
        host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
        CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
        qi_task_release(task);
        host.settle();
        CHECK(ending.calls == with_done);
        const auto reports = host.take_reports();
        REQUIRE(reports.size() == 1);
        CHECK(reports[0].status == QI_ERR_PYTHON);
        CHECK(reports[0].task == "told");
        CHECK(reports[0].target == "launches:raises");
    }
}

TEST_CASE("neither a result nor a cancellation is reported, whatever the launch asks for")
{
    Host host;
    qi_task_options options;
    qi_task_options_init(&options);
    options.flags = QI_TASK_FLAG_REPORT;
    qi_task_release(run(host, "launches:returns", &options));
    qi_task *task = run(host, "launches:waits", &options);
    REQUIRE(qi_task_cancel(task) == QI_OK);
    host.until([&] { return qi_task_state(task) == QI_TASK_STATE_CANCELLED; });
    qi_task_release(task);
    host.settle();
    CHECK(host.take_reports().empty());
}
