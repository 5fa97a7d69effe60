// SPDX-License-Identifier: BSD-3-Clause
// A thread of the host's that is terminated while it is inside of libqi takes nobody else with it.
#include <Python.h>

#include <atomic>
#include <fstream>

#include <unistd.h>

#include "tests/embed/embedding.h"

namespace
{

// A thread that may be terminated wherever it can be.
class Terminable : public QThread
{
  public:
    explicit Terminable(std::function<void()> work) : m_work(std::move(work)) {}

    // Begins its work, and is terminated once it is asleep in it.
    void terminate_inside()
    {
        start();
        while (!is_asleep())
            yieldCurrentThread();
        terminate();
    }

  protected:
    void run() override
    {
        setTerminationEnabled(true);
        m_id = gettid();
        m_work();
    }

  private:
    bool is_asleep() const
    {
        if (isFinished())
            return true;
        std::ifstream file("/proc/self/task/" + std::to_string(m_id) + "/stat");
        std::string text;
        std::getline(file, text);
        const size_t name = text.rfind(')');
        return m_id && name != std::string::npos && text.compare(name, 3, ") S") == 0;
    }

    std::function<void()> m_work;
    std::atomic<int> m_id{0};
};

constexpr unsigned long GUARD_MS = 20000; // only against a hang

} // namespace

#ifndef __SANITIZE_ADDRESS__ /* which takes the unwinding of a thread that is cancelled for a misuse of its stack */
TEST_CASE("a_thread_that_waits_for_a_task_leaves_it_to_all_others")
{
    Embedding host;
    int timeout = -1;
    SECTION("without a timeout")
    {
    }
    SECTION("with one")
    {
        timeout = 1000000;
    }

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "gate = asyncio.get_running_loop().create_future()\n"
              "async def wait(): await gate\n");
    qi_task *task = nullptr;
    REQUIRE(qi_run_task(host.runtime, "__main__:wait", nullptr, 0, nullptr, &task) == QI_OK);
    for (int i = 0; i < 3; i++) {
        Terminable thread([&] { qi_task_wait(task, timeout, nullptr); });
        thread.terminate_inside();
        REQUIRE(thread.wait(GUARD_MS));
    }
    host.exec("gate.set_result(None)");
    CHECK(host.until([&] { return qi_task_state(task) == QI_TASK_STATE_DONE; }));
    CHECK(qi_task_result(task, nullptr) == QI_OK);
    qi_task_release(task);
}
#endif

TEST_CASE("a_thread_that_waits_for_the_gil_is_terminated_when_it_has_given_it_back")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    qi_value value = qi_none();
    REQUIRE(qi_eval(host.runtime, "object()", &value) == QI_OK);
    REQUIRE(value.kind == QI_KIND_PYTHON);
    Terminable thread([&] {
        qi_value_clear(&value);
        for (;;)
            usleep(1000);
    });
    const PyGILState_STATE gil = PyGILState_Ensure();
    thread.terminate_inside();
    PyGILState_Release(gil);
    REQUIRE(thread.wait(GUARD_MS));
    CHECK(value.kind == QI_KIND_NONE);
    CHECK(host.eval("1 + 1") == "2");
}
