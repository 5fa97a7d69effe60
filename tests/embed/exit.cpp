// SPDX-License-Identifier: BSD-3-Clause
// A process that ends without any shutdown must not crash: what fails here fails after main(). (T58)
#include "tests/embed/embedding.h"
#include "tests/support/leaks.h"

namespace
{

// Destroyed after main(), when the application is long gone.
struct Late {
    qi_runtime *runtime = nullptr;

    ~Late()
    {
        if (!runtime)
            return;
        (void)qi_eval(runtime, "1", nullptr);
        qi_runtime_shutdown(runtime, 0);
        (void)qi_runtime_init(nullptr, &runtime);
    }
};

Late late;

void leave_everything_running(Embedding &host)
{
    tests::threads_outlive_the_test = true;
    host.config.log = nullptr; // they must not be called once the host is gone
    host.config.error = nullptr;
    host.config.on_shutdown = nullptr;
    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, threading\n"
              "async def work():\n"
              "    while True: await asyncio.sleep(0.001)\n"
              "loop = asyncio.get_running_loop()\n"
              "tasks = [loop.create_task(work()) for _ in range(3)]\n"
              "threading.Thread(target=threading.Event().wait).start()\n");
    host.app.processEvents();
    host.runtime = nullptr; // so that nobody shuts it down
}

} // namespace

TEST_CASE("main_may_return_while_everything_runs")
{
    Embedding host;
    leave_everything_running(host);
    (void)qi_exec(qi_runtime_current(), "loop.run_in_executor(None, threading.Event().wait)",
                  nullptr);
}

TEST_CASE("static_destructors_may_still_call")
{
    Embedding host;
    leave_everything_running(host);
    late.runtime = qi_runtime_current();
}

TEST_CASE("exit_may_be_called_inside_python")
{
    static Embedding *host = new Embedding; // as the exit() below leaves it
    host->config.out = [](const qi_output_line *, void *) { std::exit(0); };
    leave_everything_running(*host);
    (void)qi_exec(qi_runtime_current(), "print('leave')", nullptr);
    FAIL("exit() has returned");
}
