/* SPDX-License-Identifier: BSD-3-Clause */
// Tasks from threads other than the GUI's: launching is marshalled, waiting is real.
#include <atomic>
#include <cstring>
#include <thread>

#include <dlfcn.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;

namespace
{

/* Runs `work` in a thread while the GUI thread runs its event loop. Checks belong after it: Catch2 wants
 * them in one thread. */
void in_thread(Host &host, const std::function<void()> &work)
{
    std::atomic<bool> is_over{false};
    std::thread thread([&] {
        work();
        is_over = true;
        QCoreApplication::postEvent(QCoreApplication::instance(), new QEvent(QEvent::User));
    });
    host.until([&] { return is_over.load(); });
    thread.join();
}

/* For some microseconds, more or fewer, so that sooner or later the GUI thread gets there in this very moment. No
 * yield(): where other programs run, one takes milliseconds. */
void linger(int turns)
{
    for (int fences = turns * 100; fences; fences--)
        std::atomic_thread_fence(std::memory_order_seq_cst);
}

} // namespace

TEST_CASE("launch from a worker happens in the GUI thread") // T25
{
    Host host;
    int launched = 1, waited = 1;
    qi_value result = qi_none();

    in_thread(host, [&] {
        qi_task *task = nullptr;
        launched = qi_run_task(host.runtime, "launches:thread_is_main", nullptr, 0, nullptr, &task);
        waited = qi_task_wait(task, -1, &result);
        qi_task_release(task);
    });
    CHECK(launched == QI_OK);
    CHECK(waited == QI_OK);
    CHECK(tests::take(result) == "True");
}

TEST_CASE("arguments are copied when the call is made")
{
    Host host;
    std::string result;

    in_thread(host, [&] {
        char text[] = "first";
        qi_value item = qi_text(text);
        qi_value list = qi_list(&item, 1);
        qi_task *task = nullptr;
        (void)qi_run_task(host.runtime, "launches:returns", &list, 1, nullptr, &task);
        std::memset(text, 'x', sizeof text - 1);
        item = qi_int(3);
        qi_value value = qi_none();
        qi_task_wait(task, -1, &value);
        result = tests::take(value);
        qi_task_release(task);
    });
    CHECK(result == "['first']");
}

TEST_CASE("what fails on the GUI thread becomes the task's result")
{
    Host host;
    int launched = 1, waited = 1;
    int phase = QI_TASK_STATE_INVALID;
    std::string message;

    in_thread(host, [&] {
        qi_task *task = nullptr;
        launched = qi_run_task(host.runtime, "launches:retruns", nullptr, 0, nullptr, &task);
        waited = qi_task_wait(task, -1, nullptr);
        message = qi_last_error()->message;
        phase = qi_task_state(task);
        qi_task_release(task);
    });
    CHECK(launched == QI_OK);
    CHECK(waited == QI_ERR_NOT_FOUND);
    CHECK(phase == QI_TASK_STATE_FAILED);
    CHECK(message.find("'returns'") != std::string::npos);
}

TEST_CASE("launch without a handle that fails is reported")
{
    Host host;
    in_thread(host, [&] {
        (void)qi_run_task(host.runtime, "launches:nobody", nullptr, 0, nullptr, nullptr);
    });
    host.settle();
    auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].status == QI_ERR_NOT_FOUND);
    CHECK(reports[0].target == "launches:nobody");
}

TEST_CASE("wait that is over in time says so")
{
    Host host;
    int waited = 1;
    qi_task *task = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:waits", nullptr, 0, nullptr, &task) == QI_OK);
    in_thread(host, [&] { waited = qi_task_wait(task, 0, nullptr); });
    CHECK(waited == QI_ERR_PENDING);
    qi_task_release(task);
}

TEST_CASE("cancel from a worker reaches the task")
{
    Host host;
    int cancelled = 1, waited = 1;
    qi_task *task = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:waits", nullptr, 0, nullptr, &task) == QI_OK);
    in_thread(host, [&] {
        cancelled = qi_task_cancel(task);
        waited = qi_task_wait(task, -1, nullptr);
    });
    CHECK(cancelled == QI_OK);
    CHECK(waited == QI_ERR_CANCELLED);
    qi_task_release(task);
}

TEST_CASE("task that is cancelled on its way is never launched")
{
    Host host;
    qi_task *task = nullptr;
    std::thread thread([&] {
        (void)qi_run_task(host.runtime, "launches:record", nullptr, 0, nullptr, &task);
        qi_task_cancel(task);
    });

    thread.join(); /* the GUI thread has not looked at its events meanwhile */
    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    CHECK(qi_task_result(task, nullptr) == QI_ERR_CANCELLED);
    CHECK(host.eval("__import__('launches').calls") == "[]");
    qi_task_release(task);
}

TEST_CASE("task whose owner dies on its way is never launched") // T20
{
    Host host;
    auto *owner = new QObject;
    qi_task *task = nullptr;
    std::thread thread([&] {
        qi_task_options options;
        qi_task_options_init(&options);
        options.owner = owner;
        (void)qi_run_task(host.runtime, "launches:record", nullptr, 0, &options, &task);
    });

    thread.join();
    delete owner;
    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    CHECK(qi_task_state(task) == QI_TASK_STATE_CANCELLED);
    CHECK(host.eval("__import__('launches').calls") == "[]");
    qi_task_release(task);
}

TEST_CASE("object of a worker's that ends on its way is told as dead, or comes alive")
{
    constexpr int count = 2000;
    Host host;
    std::vector<qi_task *> tasks(count, nullptr);

    in_thread(host, [&] {
        for (int i = 0; i < count; i++) {
            QObject object;
            const qi_value argument = qi_qobject(&object);
            (void)qi_run_task(host.runtime, i % 2 ? "launches:alive" : "launches:returns",
                              &argument, 1, nullptr, &tasks[size_t(i)]);
            linger(i % 40);
        }
    });
    for (qi_task *task : tasks) {
        REQUIRE(task);
        host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
        const int status = qi_task_result(task, nullptr);
        CHECK((status == QI_OK || status == QI_ERR_DEAD_OBJECT));
        qi_task_release(task);
    }
    for (const tests::Report &report : host.take_reports())
        CHECK(report.status == QI_ERR_DEAD_OBJECT);
}

TEST_CASE("owner that is destroyed in another thread takes its task along") // T20
{
    Host host;
    QObject *owner = nullptr;
    std::thread([&] { owner = new QObject; }).join();
    qi_task_options options;
    qi_task_options_init(&options);
    options.owner = owner;
    qi_task *task = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:waits", nullptr, 0, &options, &task) == QI_OK);
    in_thread(host, [&] { delete owner; });
    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    CHECK(qi_task_result(task, nullptr) == QI_ERR_CANCELLED);
    qi_task_release(task);
}

TEST_CASE("owner may be destroyed by its thread at the very moment at which the task is launched")
{
    Host host;
    std::atomic<int> going{3}, failed{0};
    const auto launch = [&] {
        qi_task_options options;
        qi_task_options_init(&options);
        for (int i = 0; i < 3000; i++) {
            auto *owner = new QObject;
            options.owner = owner;
            failed += qi_run_task(host.runtime, "launches:record", nullptr, 0, &options, nullptr) !=
                      QI_OK;
            linger(i % 40);
            delete owner;
        }
        going--;
    };
    std::thread threads[] = {std::thread(launch), std::thread(launch), std::thread(launch)};

    host.until([&] { return going == 0; });
    for (std::thread &thread : threads)
        thread.join();
    host.settle();
    CHECK(failed == 0);
    for (const tests::Report &report : host.take_reports())
        CHECK(report.status == QI_ERR_CANCELLED);
}

TEST_CASE("waiting gives the GIL up") // T45
{
    Host host;
    Dl_info library;
    qi_task *task = nullptr;

    REQUIRE(dladdr(reinterpret_cast<void *>(&qi_task_wait), &library));
    REQUIRE(qi_run_task(host.runtime, "launches:waits", nullptr, 0, nullptr, &task) == QI_OK);
    host.exec(("import launches; waited, thread = launches.wait_holding_gil('" +
               std::string(library.dli_fname) + "', " +
               std::to_string(reinterpret_cast<intptr_t>(task)) + ")")
                  .c_str());
    host.exec("launches.open_gate()");
    host.until([&] { return qi_task_state(task) == QI_TASK_STATE_DONE; });
    host.exec("thread.join()");
    CHECK(host.eval("waited") == "[0]");
    qi_task_release(task);
}

TEST_CASE("shutdown wakes who waits, and refuses who calls") // T56
{
    Host host;
    std::atomic<bool> waits{false};
    int waited = 1, launched = 1;
    qi_task *task = nullptr;

    REQUIRE(qi_run_task(host.runtime, "launches:waits", nullptr, 0, nullptr, &task) == QI_OK);
    std::thread thread([&] {
        waits = true;
        waited = qi_task_wait(task, -1, nullptr);
        launched = qi_run_task(host.runtime, "launches:returns", nullptr, 0, nullptr, nullptr);
    });
    while (!waits)
        std::this_thread::yield();
    CHECK(host.shutdown() == QI_OK);
    thread.join();
    CHECK((waited == QI_ERR_CANCELLED || waited == QI_ERR_SHUTTING_DOWN));
    CHECK((launched == QI_ERR_SHUTTING_DOWN || launched == QI_ERR_NOT_RUNNING));
    qi_task_release(task);
}

TEST_CASE("launches on their way at a shutdown end with it") // T56
{
    Host host;
    qi_task *task = nullptr;
    std::thread thread(
        [&] { (void)qi_run_task(host.runtime, "launches:record", nullptr, 0, nullptr, &task); });

    thread.join();
    CHECK(host.shutdown() == QI_OK);
    CHECK(qi_task_state(task) == QI_TASK_STATE_CANCELLED);
    CHECK(qi_task_result(task, nullptr) == QI_ERR_SHUTTING_DOWN);
    host.settle(); /* the posted launch arrives, and finds nothing to do */
    CHECK(qi_task_state(task) == QI_TASK_STATE_CANCELLED);
    qi_task_release(task);
}

TEST_CASE("many launches from many threads all end")
{
    Host host;
    std::atomic<int> good{0};
    const int each = 50;

    in_thread(host, [&] {
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; t++)
            threads.emplace_back([&, t] {
                for (int i = 0; i < each; i++) {
                    qi_value number = qi_int(t * each + i), result = qi_none();
                    qi_task *task = nullptr;
                    (void)qi_run_task(host.runtime, "launches:returns_later", &number, 1, nullptr,
                                      &task);
                    if (qi_task_wait(task, -1, &result) == QI_OK && qi_value_equal(&number, &result))
                        good++;
                    qi_value_clear(&result);
                    qi_task_release(task);
                }
            });
        for (std::thread &thread : threads)
            thread.join();
    });
    CHECK(good == 4 * each);
}

TEST_CASE("handle that one thread releases is a task or refused for all others")
{
    Host host;
    std::atomic<qi_task *> shown{nullptr};
    std::atomic<bool> is_over{false};
    std::atomic<int> wrong{0};

    const auto ask = [&] {
        while (!is_over) {
            qi_task *task = shown;
            qi_value value = qi_none();
            /* An address is used again, so it may be the next task, which is not launched yet. */
            const int status = qi_task_result(task, &value);
            wrong += status != QI_OK && status != QI_ERR_HANDLE && status != QI_ERR_PENDING;
            qi_value_clear(&value);
            (void)qi_task_state(task);
            if (qi_task_retain(task))
                qi_task_release(task);
        }
    };
    std::thread one(ask), other(ask);
    const qi_value text = qi_text("a text that is long enough to be on the heap, as results are");
    for (int round = 0; round < 2000; round++) {
        qi_task *task = nullptr;
        REQUIRE(qi_run_task(host.runtime, "launches:returns", &text, 1, nullptr, &task) == QI_OK);
        shown = task;
        std::this_thread::yield();
        qi_task_release(task);
    }
    is_over = true;
    one.join();
    other.join();
    CHECK(wrong == 0);
}
