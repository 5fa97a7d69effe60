/* SPDX-License-Identifier: BSD-3-Clause */
// qi_runtime_interrupt() hits the code that holds the GUI thread when it is called, and nothing else.
#include <atomic>
#include <thread>

#include <csignal>

#include <Python.h>

#include "tests/monitor/watched.h"

using tests::Host;
using tests::Stuck;

namespace
{

/* A host without a watchdog, whose plugins can tell the other thread that they run. */
struct Target : Host {
    Target()
    {
        REQUIRE(qi_object_register(runtime, "stuck", &stuck) == QI_OK);
        exec("import asyncio, qi, stalls, threading\n"
             "runs = threading.Event()");
    }

    /* Interrupts, from another thread, as soon as Python code sets `runs`, until that has an effect. */
    std::thread interrupter(const char *reason = nullptr)
    {
        return std::thread([this, reason] {
            while (!waiting_ended())
                std::this_thread::yield();
            interrupts = qi_runtime_interrupt(runtime, reason);
            take_gil();
        });
    }

    /* ThreadSanitizer holds signals back until the thread calls something, which an empty loop never does. When
     * it gives up the GIL for another thread, CPython looks for them by itself. */
    void take_gil() const
    {
        qi_loop_counters counters;
        qi_loop_counters_init(&counters);
        (void)qi_loop_counters_read(runtime, &counters);
    }

    bool waiting_ended() const { return began.load(); }

    Stuck stuck;
    std::atomic<bool> began{false};
    std::atomic<int> interrupts{1};
};

} // namespace

TEST_CASE("nothing can be interrupted when no Python code holds the GUI thread")
{
    Target host;
    CHECK(qi_runtime_interrupt(host.runtime, "for nothing") == QI_ERR_STATE);
    std::thread([&] { CHECK(qi_runtime_interrupt(host.runtime, nullptr) == QI_ERR_STATE); }).join();
    host.settle();
    CHECK(qi_runtime_interrupt(host.runtime, "\xFF") == QI_ERR_ENCODING);
    CHECK(qi_runtime_interrupt(nullptr, nullptr) == QI_ERR_HANDLE);
    /* It has left nothing behind that would hit what comes. */
    host.exec("for i in range(10000): pass");
}

TEST_CASE("an interrupt from another thread carries its reason")
{
    Target host;
    std::thread thread = host.interrupter("the user has had enough");
    QObject::connect(&host.stuck, &Stuck::plain, [&] { host.began = true; });
    CHECK(qi_exec(host.runtime, "qi.host.stuck.plain.emit()\nstalls.spin()", nullptr) ==
          QI_ERR_PYTHON);
    thread.join();
    CHECK(host.interrupts == QI_OK);
    CHECK(std::string(qi_last_error()->message) == "qi.Interrupted: the user has had enough");
}

TEST_CASE("Python may interrupt itself, and the host from a slot that Python calls")
{
    Target host;
    CHECK(qi_exec(host.runtime, "qi.monitor.interrupt('enough')\nstalls.spin()", nullptr) ==
          QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message) == "qi.Interrupted: enough");

    QObject::connect(&host.stuck, &Stuck::plain,
                     [&] { CHECK(qi_runtime_interrupt(host.runtime, "from the slot") == QI_OK); });
    CHECK(qi_exec(host.runtime, "qi.host.stuck.plain.emit()\nstalls.spin()", nullptr) ==
          QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message) == "qi.Interrupted: from the slot");
}

TEST_CASE("an interrupt that comes too late hits nobody")
{
    Target host;
    /* Each callback asks for its own end in its very last instruction, so to say: in a slot of the host that
     * is called last. The callbacks that follow in the same turn must all come to their end. */
    QObject::connect(&host.stuck, &Stuck::plain,
                     [&] { CHECK(qi_runtime_interrupt(host.runtime, "too late") == QI_OK); });
    host.exec("ended = []\n"
              "def innocent(n):\n"
              "    total = 0\n"
              "    for i in range(100): total += i\n"
              "    ended.append(n)\n"
              "class Late:\n"
              "    emit = qi.host.stuck.plain.emit\n"
              "loop = asyncio.get_running_loop()\n"
              "for n in range(50):\n"
              "    loop.call_soon(Late.emit)\n"
              "    loop.call_soon(innocent, n)");
    host.until([&] { return host.eval("len(ended)") == "50"; });
    host.take_reports();
    host.exec("for i in range(10000): pass");
}

TEST_CASE("a flood of interrupts hits only what was running when each was asked for")
{
    Target host;
    host.exec("async def victim():\n"
              "    while True: pass");
    std::atomic<bool> stop{false};
    std::thread thread([&] {
        while (!stop) {
            (void)qi_runtime_interrupt(host.runtime, "flood");
            host.take_gil();
        }
    });
    /* Each is hit in its loop or, in such a flood, before it has come so far; none goes on. */
    for (int i = 0; i < 50; i++) {
        qi_task *task = nullptr;
        if (qi_run_task(host.runtime, "__main__:victim", nullptr, 0, nullptr, &task) == QI_OK) {
            CHECK(qi_task_state(task) == QI_TASK_STATE_FAILED);
        } else {
            CHECK(std::string(qi_last_error()->python_type) == "qi.Interrupted");
        }
        qi_task_release(task);
    }
    stop = true;
    thread.join();
    host.settle();
    host.take_reports();
    /* Nothing is left of it. */
    host.exec("for i in range(10000): pass");
    std::thread([&] { CHECK(qi_runtime_interrupt(host.runtime, nullptr) == QI_ERR_STATE); }).join();
}

#ifndef __SANITIZE_THREAD__ /* which holds signals back from code that calls nothing of the C library */
TEST_CASE("an interrupt does not leave a lock taken")
{
    Target host;
    int taken = 0;
    /* Whoever takes a lock here is interrupted when it has it, and before it could have anything give it back. */
    QObject::connect(&host.stuck, &Stuck::plain, [&] {
        taken++;
        CHECK(qi_runtime_interrupt(host.runtime, "not now") == QI_OK);
    });
    host.exec("import importlib, threading, _imp\n"
              "given_back = []\n"
              "class Lock:\n"
              "    acquire = release = None\n"
              "    __enter__ = qi.host.stuck.plain.emit\n"
              "    def __exit__(self, kind, exception, traceback): given_back.append(kind)\n"
              "class Imp:\n"
              "    acquire_lock = qi.host.stuck.plain.emit\n"
              "    release_lock = staticmethod(lambda: given_back.append(qi.Interrupted))\n"
              "    def __getattr__(self, name): return getattr(_imp, name)");
    SECTION("of threading")
    {
        CHECK(qi_exec(host.runtime, "with threading.Condition(Lock()): stalls.spin()", nullptr) ==
              QI_ERR_PYTHON);
    }
    SECTION("of the imports")
    {
        CHECK(qi_exec(host.runtime,
                      "importlib._bootstrap._imp = Imp()\n"
                      "try:\n"
                      "    importlib._bootstrap._lock_unlock_module('nothing')\n"
                      "    stalls.spin()\n"
                      "finally:\n"
                      "    importlib._bootstrap._imp = _imp",
                      nullptr) == QI_ERR_PYTHON);
    }
    CHECK(std::string(qi_last_error()->message) == "qi.Interrupted: not now");
    CHECK(taken > 0);
    CHECK(host.eval("len(given_back)") == std::to_string(taken));
    CHECK(host.eval("set(given_back) == {qi.Interrupted}") == "True");
}
#endif

#ifndef __SANITIZE_THREAD__ /* which holds signals back from code that calls nothing of the C library */
TEST_CASE("what takes a lock and does not end is interrupted, too")
{
    Target host;
    std::thread thread = host.interrupter("enough");
    QObject::connect(&host.stuck, &Stuck::plain, [&] { host.began = true; });
    host.exec("class Lock:\n"
              "    def __enter__(self):\n"
              "        qi.host.stuck.plain.emit()\n"
              "        stalls.spin()\n"
              "    def acquire(self):\n"
              "        qi.host.stuck.plain.emit()\n"
              "        while True: pass\n"
              "    def __exit__(self, *raised): pass");
    SECTION("further inside")
    {
        CHECK(qi_exec(host.runtime, "with Lock(): pass", nullptr) == QI_ERR_PYTHON);
    }
    SECTION("in the very code that takes it")
    {
        CHECK(qi_exec(host.runtime, "Lock().acquire()", nullptr) == QI_ERR_PYTHON);
    }
    thread.join();
    CHECK(std::string(qi_last_error()->message) == "qi.Interrupted: enough");
}
#endif

TEST_CASE("the signal is given back, and another's handler is left alone")
{
    struct Table {
        struct sigaction of[65];
        Table()
        {
            for (int number = 1; number <= 64; number++)
                sigaction(number, nullptr, &of[number]);
        }
    };
    Table before;
    {
        Target host;
        Table after_start;
        for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
            CHECK(after_start.of[number].sa_handler == before.of[number].sa_handler);
        CHECK(qi_exec(host.runtime, "qi.monitor.interrupt('enough')\nstalls.spin()", nullptr) ==
              QI_ERR_PYTHON);
        REQUIRE(qi_watchdog_start(host.runtime, nullptr) == QI_OK);
        REQUIRE(qi_watchdog_stop(host.runtime) == QI_OK);
    }
    Table after;
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        CHECK(after.of[number].sa_handler == before.of[number].sa_handler);
}

TEST_CASE("an interrupted task inside a nested event loop leaves the outer one alone")
{
    Target host;
    std::thread thread = host.interrupter();
    QObject::connect(&host.stuck, &Stuck::plain, [&] { host.began = true; });
    host.exec(
        "log = []\n"
        "async def inner():\n"
        "    try:\n"
        "        qi.host.stuck.plain.emit()\n"
        "        while True: pass\n"
        "    finally:\n"
        "        log.append('inner')\n"
        "        qi.host.stuck.quit()\n"
        "async def outer():\n"
        "    asyncio.ensure_future(inner()).add_done_callback(lambda task: task.exception())\n"
        "    qi.host.stuck.exec()\n"
        "    log.append('outer')");
    REQUIRE(qi_run_task(host.runtime, "__main__:outer", nullptr, 0, nullptr, nullptr) == QI_OK);
    thread.join();
    host.settle();
    CHECK(host.eval("log") == "['inner', 'outer']");
}

TEST_CASE("Interrupted is a BaseException of the package")
{
    Target host;
    CHECK(host.eval("qi.Interrupted.__mro__[1] is BaseException") == "True");
    CHECK(host.eval("qi.Interrupted is qi.monitor.Interrupted") == "True");
    CHECK(host.eval("str(qi.Interrupted('why'))") == "'why'");
}

TEST_CASE("an exception that is on its way when Python looks for signals goes on")
{
    Target host;
    /* CPython's os.stat() goes on for a while after a signal's handler has raised, and looks for signals meanwhile. */
    host.exec("import _qi, signal\n"
              "number = next(it for it in signal.valid_signals()\n"
              "              if signal.getsignal(it) is _qi._raise_interrupt)");
    const int number = std::stoi(host.eval("number"));
    const PyGILState_STATE gil = PyGILState_Ensure();
    PyErr_SetString(PyExc_LookupError, "on its way");
    PyErr_SetInterruptEx(number);
    CHECK(PyErr_CheckSignals() == -1);
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
    PyErr_Clear();
    PyGILState_Release(gil);
}
