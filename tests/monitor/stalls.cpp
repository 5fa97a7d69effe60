/* SPDX-License-Identifier: BSD-3-Clause */
// The watchdog tells of Python that does not give the GUI thread back, while it is stuck, and can end it.
#include <cstring>

#include <qi/output.h>

#include "tests/monitor/watched.h"

using tests::Stall;
using tests::Watched;

namespace
{

/* Runs a coroutine function whose task is interrupted and ends with that. */
Stall ends_by_interrupt(Watched &host, const char *target)
{
    qi_task *task = nullptr;

    REQUIRE(host.run(target, &task) == QI_OK);
    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    CHECK(qi_task_result(task, nullptr) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "qi.Interrupted");
    CHECK(std::string(qi_last_error()->message).find("has held the GUI thread") != std::string::npos);
    qi_task_release(task);
    return host.only_stall();
}

} // namespace

TEST_CASE("an infinite loop in a first step ends, and the application goes on") // T65
{
    Watched host;
    Stall stall = ends_by_interrupt(host, "stalls:spins");
    CHECK(stall.milliseconds >= 200);
    CHECK(!stall.native);
    CHECK(stall.shows("in spin"));
    CHECK(stall.shows("while True:"));
    CHECK(stall.task.rfind("Task-", 0) == 0);
    CHECK(stall.target == "stalls:spins");

    REQUIRE(host.run("stalls:good") == QI_OK);
    host.until([&] { return host.eval("stalls.seen") == "['good', 'better']"; });
}

TEST_CASE("an infinite loop in a later step ends")
{
    Watched host;
    Stall stall = ends_by_interrupt(host, "stalls:spins_later");
    CHECK(stall.shows("in spins_later"));
    CHECK(stall.target == "stalls:spins_later");
}

TEST_CASE("a coroutine that a signal launched is told with the signal")
{
    Watched host;
    host.exec("async def endless(number): stalls.spin()\n"
              "qi.host.stuck.numbered.connect(qi.asyncslot(endless))");
    Q_EMIT host.stuck.numbered(3);
    Stall stall = host.only_stall();
    CHECK(stall.signal == "tests::Stuck::numbered(int)");
    CHECK(stall.target == "__main__:endless");
    CHECK(stall.shows("in endless"));
    tests::Report report = host.interrupted();
    CHECK(report.signal == "tests::Stuck::numbered(int)");
}

TEST_CASE("a task that a signal launched is told with the signal in later steps, too")
{
    Watched host;
    host.exec("async def endless():\n"
              "    await asyncio.sleep(0)\n"
              "    stalls.spin()\n"
              "qi.host.stuck.plain.connect(qi.asyncslot(endless))");
    Q_EMIT host.stuck.plain();
    host.until([&] { return host.recovered > 0; });
    Stall stall = host.only_stall();
    CHECK(stall.signal == "tests::Stuck::plain()");
    CHECK(stall.target == "__main__:endless");
    host.interrupted();
}

TEST_CASE("a plain slot is watched")
{
    Watched host;
    host.exec("def endless(): stalls.spin()\n"
              "qi.host.stuck.plain.connect(endless)");
    Q_EMIT host.stuck.plain();
    Stall stall = host.only_stall();
    CHECK(stall.task == "");
    CHECK(stall.target == "__main__:endless");
    host.interrupted();
}

TEST_CASE("a plain callback of the loop is watched")
{
    Watched host;
    host.exec("asyncio.get_running_loop().call_soon(stalls.spin)");
    host.until([&] { return host.recovered > 0; });
    CHECK(host.only_stall().target == "stalls:spin");
    host.interrupted();
}

TEST_CASE("a script is watched, before any event loop has run")
{
    Watched host;
    CHECK(qi_exec(host.runtime, "stalls.spin()", "endless.py") == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "qi.Interrupted");
    Stall stall = host.only_stall();
    CHECK(stall.shows("File \"endless.py\", line 1, in <module>"));
}

TEST_CASE("the body of a module that is imported is watched")
{
    Watched host;
    CHECK(host.run("endless_import:main") == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "qi.Interrupted");
    CHECK(host.only_stall().shows("endless_import.py\", line 4, in <module>"));
}

TEST_CASE("a name of several lines makes no line of its own in a stack")
{
    Watched host;
    host.exec("def endless(): stalls.spin()\n"
              "endless.__code__ = endless.__code__.replace(co_name='endless\\n  File \"fake\"')\n"
              "qi.host.stuck.plain.connect(endless)");
    Q_EMIT host.stuck.plain();
    CHECK(host.only_stall().shows("in endless\\n  File"));
    host.interrupted();
}

TEST_CASE("system calls end when they are interrupted")
{
    Watched host;
    CHECK(ends_by_interrupt(host, "stalls:sleeps").shows("time.sleep(1000)"));
    CHECK(ends_by_interrupt(host, "stalls:locks").shows("in locks"));
    CHECK(ends_by_interrupt(host, "stalls:receives").shows("in receives"));
    CHECK(ends_by_interrupt(host, "stalls:waits_for_process").shows("process.wait()"));
}

TEST_CASE("native code that holds the GIL is told with its stack, and ends if it asks for signals")
{
    Watched host;
    Stall stall = ends_by_interrupt(host, "stalls:matches");
    CHECK(stall.native);
    CHECK(stall.shows("in matches"));
    CHECK(stall.shows("stalls.py\", line "));
    CHECK(stall.stack.find("in matches") > stall.stack.find("File \""));
}

TEST_CASE("a stall is told once, and that it is over, or as often as was asked for")
{
    Watched host;
    host.answer = [&](const Stall &stall) {
        if (!stall.over && !stall.reports)
            host.stuck.gate.release();
        return QI_STALL_WAIT;
    };
    REQUIRE(host.run("stalls:calls_host") == QI_OK);
    host.until([&] { return host.recovered > 0; });
    std::vector<Stall> stalls = host.take_stalls();
    REQUIRE(stalls.size() == 2);
    CHECK(stalls[0].shows("qi.host.stuck.wait()"));
    CHECK(!stalls[0].over);
    CHECK(stalls[1].over);
    CHECK(stalls[1].reports == 1);
    CHECK(stalls[1].milliseconds >= stalls[0].milliseconds);
    CHECK(stalls[1].target == "stalls:calls_host");
}

TEST_CASE("a stall is told again as often as was asked for")
{
    Watched host(200, 30);
    host.answer = [&](const Stall &stall) {
        if (stall.reports == 3)
            host.stuck.gate.release();
        return QI_STALL_WAIT;
    };
    REQUIRE(host.run("stalls:calls_host") == QI_OK);
    host.until([&] { return host.recovered > 0; });
    std::vector<Stall> stalls = host.take_stalls();
    REQUIRE(stalls.size() >= 5);
    for (unsigned i = 0; i + 1 < stalls.size(); i++) {
        CHECK(stalls[i].reports == i);
        CHECK(stalls[i].over == false);
        if (i) {
            CHECK(stalls[i].milliseconds >= stalls[i - 1].milliseconds + 30);
        }
    }
}

TEST_CASE("the watchdog interrupts by itself if that was asked for")
{
    Watched host([](qi_watchdog_options &options) {
        options.limit_ms = 200;
        options.interrupt_ms = 400;
    });
    host.answer = [](const Stall &) { return QI_STALL_WAIT; };
    Stall stall = ends_by_interrupt(host, "stalls:spins");
    CHECK(stall.milliseconds >= 200);
}

TEST_CASE("code that swallows an interrupt is interrupted again")
{
    Watched host(200, 100);
    qi_task *task = nullptr;
    REQUIRE(host.run("stalls:swallows_once", &task) == QI_OK);
    CHECK(qi_task_state(task) == QI_TASK_STATE_FAILED);
    qi_task_release(task);
    CHECK(host.eval("len(stalls.seen)") == "1");
    CHECK(host.eval("stalls.seen[0].startswith('Interrupted: Python has held')") == "True");
    CHECK(host.take_stalls().size() >= 2);
}

TEST_CASE("an interrupt is no Exception, ends code in finally, and lets finally run")
{
    Watched host;
    ends_by_interrupt(host, "stalls:refuses_exceptions");
    ends_by_interrupt(host, "stalls:spins_in_finally");
    CHECK(host.eval("stalls.seen") == "[]");
    ends_by_interrupt(host, "stalls:spins_with_cleanup");
    CHECK(host.eval("stalls.seen") == "['cleaned up']");
}

TEST_CASE("a dialog inside a coroutine is no stall, but what runs in it is watched")
{
    Watched host;
    qi_task *task = nullptr;

    /* The dialog lives for many limits, as its own timer counts them, before its loop hangs. */
    int ticks = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, [&] {
        if (++ticks == 60)
            host.exec("asyncio.get_running_loop().call_soon(stalls.spin)");
        if (host.recovered > 0)
            host.stuck.quit();
    });
    timer.start(10);
    host.exec("async def dialog():\n"
              "    qi.host.stuck.exec()\n"
              "    stalls.seen.append('the dialog has ended')");
    REQUIRE(host.run("__main__:dialog", &task) == QI_OK);
    CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
    qi_task_release(task);
    CHECK(host.eval("stalls.seen") == "['the dialog has ended']");
    std::vector<Stall> stalls = host.take_stalls();
    REQUIRE(!stalls.empty());
    CHECK(ticks >= 60);
    CHECK(stalls[0].target == "stalls:spin");
    host.interrupted();
}

TEST_CASE("what goes on after a dialog is watched")
{
    Watched host;
    qi_task *task = nullptr;
    QTimer::singleShot(0, &host.stuck, [&] { host.stuck.quit(); });
    host.exec("async def dialog():\n"
              "    qi.host.stuck.exec()\n"
              "    while True: pass");
    REQUIRE(host.run("__main__:dialog", &task) == QI_OK);
    CHECK(qi_task_state(task) == QI_TASK_STATE_FAILED);
    qi_task_release(task);
    CHECK(host.only_stall().target == "__main__:dialog");
}

TEST_CASE("code of a plugin is told under its name, by its Context or by its modules")
{
    Watched host;
    host.exec("import contextvars, sys, types\n"
              "from qi._python import scope\n"
              "context = contextvars.copy_context()\n"
              "context.run(scope.current.set, scope.Scope('orders'))\n"
              "asyncio.get_running_loop().call_soon(stalls.spin, context=context)");
    host.until([&] { return host.recovered == 1; });
    CHECK(host.only_stall().plugin == "orders");
    tests::Report report = host.interrupted();
    CHECK(report.plugin == "orders");
    CHECK(report.message.find("in the plugin orders") != std::string::npos);

    host.exec("module = types.ModuleType(scope.PACKAGE + '.charts')\n"
              "exec('def draw():\\n    while True: pass', module.__dict__)\n"
              "asyncio.get_running_loop().call_soon(module.draw)");
    host.until([&] { return host.recovered == 2; });
    CHECK(host.only_stall().plugin == "charts");
    host.interrupted();
}

TEST_CASE("a clean-up that hangs does not keep the runtime from shutting down")
{
    Watched host;
    host.exec("async def hangs_when_cancelled():\n"
              "    try: await asyncio.Event().wait()\n"
              "    finally: stalls.spin()\n"
              "task = asyncio.get_running_loop().create_task(hangs_when_cancelled())");
    host.settle();
    const int status = host.shutdown(); /* whoever is first to end it, the watchdog or the deadline */
    CHECK((status == QI_OK || status == QI_ERR_TIMEOUT));
    CHECK(host.only_stall().shows("in hangs_when_cancelled"));
    host.take_reports();
}

TEST_CASE("a loop around calls of the host is one stall")
{
    Watched host;
    host.exec("def endless():\n"
              "    while True: qi.host.stuck.quit()");
    CHECK(qi_exec(host.runtime, "endless()", nullptr) == QI_ERR_PYTHON);
    CHECK(host.only_stall().shows("in endless"));
}

TEST_CASE("what the host does without Python is no stall, nor are many short calls")
{
    Watched host(500);
    bool returned = false;
    QTimer::singleShot(0, &host.stuck, [&] {
        QSemaphore never;
        never.tryAcquire(1, 1200);
        for (int i = 0; i < 2000; i++)
            host.exec("sum(range(1000))");
        returned = true;
    });
    host.until([&] { return returned; });
    CHECK(host.take_stalls().empty());
}

TEST_CASE("the watchdog may be started again with other options, and stopped")
{
    Watched host;
    qi_watchdog_options options;
    qi_watchdog_options_init(&options);
    options.limit_ms = 5;
    CHECK(qi_watchdog_start(host.runtime, &options) == QI_ERR_RANGE);
    options.size = 1;
    CHECK(qi_watchdog_start(host.runtime, &options) == QI_ERR_ABI);

    qi_watchdog_options_init(&options);
    options.limit_ms = 200;
    options.interrupt_ms = 200;
    REQUIRE(qi_watchdog_start(host.runtime, &options) == QI_OK);
    CHECK(qi_exec(host.runtime, "stalls.spin()", nullptr) == QI_ERR_PYTHON);
    CHECK(host.take_stalls().empty());
    host.until([&] { return !host.log.empty(); });
    CHECK(host.log[0].find("Python has held the GUI thread") == 0);

    CHECK(qi_watchdog_stop(host.runtime) == QI_OK);
    CHECK(qi_watchdog_stop(host.runtime) == QI_OK);
    CHECK(qi_watchdog_start(host.runtime, nullptr) == QI_OK); /* and ends with the runtime */
}

TEST_CASE("Python that is told of a stall may not end the watchdog, and is told so")
{
    tests::Host host;
    host.exec("import qi.monitor, stalls\n"
              "told = []\n"
              "def stuck(stall):\n"
              "    try: qi.monitor.unwatch()\n"
              "    except RuntimeError as wrong: told.append(str(wrong))\n"
              "    return True\n"
              "qi.monitor.watch(limit=0.05, stalled=stuck)\n"
              "def hang():\n"
              "    try: stalls.spin()\n"
              "    except qi.Interrupted: told.append('interrupted')\n");
    host.exec("asyncio = __import__('asyncio'); asyncio.get_running_loop().call_soon(hang)");
    host.until([&] { return host.eval("'interrupted' in told") == "True"; });
    CHECK(host.eval("told[0]").find("thread") != std::string::npos);
    host.exec("qi.monitor.unwatch()");
}

TEST_CASE("a wrong watch() leaves the watchdog that there is")
{
    tests::Host host;
    host.exec("import qi.monitor, stalls\n"
              "told = []\n"
              "qi.monitor.watch(limit=0.05, stalled=lambda stall: told.append(1) or True)\n"
              "try: qi.monitor.watch(limit=0.001)\n"
              "except Exception as wrong: refused = str(wrong)\n"
              "def hang():\n"
              "    try: stalls.spin()\n"
              "    except qi.Interrupted: told.append('interrupted')\n"
              "__import__('asyncio').get_running_loop().call_soon(hang)\n");
    host.until([&] { return host.eval("'interrupted' in told") == "True"; });
    CHECK(host.eval("refused").find("shortest") != std::string::npos);
    host.exec("qi.monitor.unwatch()");
}

namespace
{

/* What a listener to the output does on the GUI thread while the watchdog has something to tell the listeners. */
struct Listening {
    explicit Listening(const std::function<void()> &act) : act(act) {}

    static void log(const qi_log_record *record, void *user)
    {
        if (std::strstr(record->text, "has held the GUI thread"))
            static_cast<Listening *>(user)->told = true;
    }

    static void listen(const qi_output_line *line, void *user)
    {
        auto self = static_cast<Listening *>(user);
        if (std::strcmp(line->text, "begin") == 0)
            self->act();
    }

    /* Holds the GUI thread until the watchdog has logged it, and is about to tell the listeners. */
    void stall(qi_runtime *runtime)
    {
        const std::string address = std::to_string(reinterpret_cast<uintptr_t>(&told));
        (void)qi_exec(runtime,
                      ("import ctypes\ntold = ctypes.c_bool.from_address(" + address +
                       ")\nwhile not told.value: pass")
                          .c_str(),
                      nullptr);
    }

    std::function<void()> act;
    std::atomic<bool> told{false};
};

} // namespace

TEST_CASE("a listener to the output may stop the watchdog, which has a line for that listener")
{
    static_assert(sizeof(std::atomic<bool>) == 1, "Python reads it as a bool");
    tests::Host *current = nullptr;
    Listening listening([&] {
        listening.stall(current->runtime);
        CHECK(qi_watchdog_stop(current->runtime) == QI_OK);
    });
    tests::Host host([&](qi_config &config) {
        config.log = Listening::log;
        config.log_user = &listening;
    });
    current = &host;
    qi_watchdog_options options;
    qi_watchdog_options_init(&options);
    options.limit_ms = 50;

    qi_listener *listener = nullptr;
    REQUIRE(qi_output_listen(host.runtime, Listening::listen, &listening, nullptr, &listener) ==
            QI_OK);
    REQUIRE(qi_watchdog_start(host.runtime, &options) == QI_OK);
    CHECK(qi_exec(host.runtime, "print('begin')", nullptr) == QI_OK);
    CHECK(listening.told);
    CHECK(qi_listener_release(listener) == QI_OK);
}
