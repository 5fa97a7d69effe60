// SPDX-License-Identifier: BSD-3-Clause
// Any number of listeners hear what Python prints, with its origin, wherever it goes besides.
#include <atomic>

#include <Python.h>

#include <mutex>

#include <QtCore/qthread.h>

#include <qi/python.h>

#include "tests/embed/embedding.h"

namespace
{

struct Ear {
    std::mutex mutex;
    std::vector<std::string> lines; /* "stream origin|line" */
    qi_listener *listener = nullptr;
    bool once = false;

    static void hear(const qi_output_line *line, void *user)
    {
        Ear *self = static_cast<Ear *>(user);
        const std::lock_guard<std::mutex> guard(self->mutex);
        CHECK(strlen(line->text) == line->length);
        self->lines.push_back(std::to_string(line->stream) + " " +
                              (line->plugin ? line->plugin : "-") + "|" + line->text);
        if (self->once)
            CHECK(qi_listener_release(self->listener) == QI_OK);
    }
};

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("a_listener_hears_both_streams_and_they_go_on_to_the_host")
{
    Embedding host;
    Ear ear;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    host.exec("import sys\n"
              "print('one', end=' ')\n"
              "print('line')\n"
              "sys.stderr.write('a\\nb\\n')\n"
              "sys.stdout.buffer.write(b'bytes\\n')\n"
              "sys.stdout.writelines(['x', 'y\\n'])\n"
              "assert sys.stdout.encoding == 'utf-8' and sys.stdout.writable() and not "
              "sys.stdout.closed\n");
    CHECK(ear.lines == Lines{"1 -|one line", "2 -|a", "2 -|b", "1 -|bytes", "1 -|xy"});
    CHECK(host.out == Lines{"one line", "bytes", "xy"});
    CHECK(host.err == Lines{"a", "b"});

    CHECK(qi_listener_release(ear.listener) == QI_OK);
    host.exec("print('not heard')\n");
    CHECK(ear.lines.size() == 5);
    CHECK(host.out.back() == "not heard");
}

TEST_CASE("while_nobody_listens_nothing_stands_in_the_way")
{
    Embedding host;
    Ear first, second;

    REQUIRE(host.init() == QI_OK);
    host.exec("import sys, builtins; builtins.before = sys.stdout, sys.stderr\n");
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &first, nullptr, &first.listener) == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &second, nullptr, &second.listener) == QI_OK);
    host.exec("print('both')\n");
    CHECK(first.lines == Lines{"1 -|both"});
    CHECK(second.lines == first.lines);
    REQUIRE(qi_listener_release(first.listener) == QI_OK);
    host.exec("print('one')\n"
              "assert sys.stdout is not before[0]\n");
    CHECK(second.lines.back() == "1 -|one");
    REQUIRE(qi_listener_release(second.listener) == QI_OK);
    host.exec("assert (sys.stdout, sys.stderr) == before\n");
}

TEST_CASE("a_release_that_succeeds_leaves_no_error_whatever_happens_inside")
{
    Embedding host;
    Ear ear;

    REQUIRE(host.init() == QI_OK);
    host.exec("import qi._python.output as output\n"
              "def stop(): raise qi.Interrupted('while it is taken out')\n"
              "import qi; kept, output.stop = output.stop, stop\n");
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    REQUIRE(qi_eval(host.runtime, "nothing", nullptr) == QI_ERR_PYTHON);
    const std::string before = qi_last_error()->message;
    CHECK(qi_listener_release(ear.listener) == QI_OK);
    CHECK(qi_last_error()->message == before);
    host.exec("output.stop = kept; kept()\n");
}

/* Whoever hears of a line may need a thread that prints itself: neither waits for the other. */
TEST_CASE("a_callback_that_waits_in_libqi_lets_other_threads_print")
{
    struct Printer : QThread {
        QObject home; /* of the function below */
        void run() override { exec(); }
    } printer;
    struct Waiter : QThread {
        Embedding *host;
        void run() override
        {
            (void)qi_python_run(
                host->runtime, [](void *) { PySys_WriteStdout("from the waiter\n"); }, nullptr);
        }
    } waiter;
    Embedding host;
    std::string answer;
    std::atomic<bool> told = false;
    struct Told {
        Embedding *host;
        std::string *answer;
        std::atomic<bool> *told;
    } all{&host, &answer, &told};
    qi_function function;
    qi_listener *listener = nullptr;

    printer.home.moveToThread(&printer);
    printer.start();
    waiter.host = &host;
    REQUIRE(host.init() == QI_OK);
    qi_function_init(&function);
    function.owner = &printer.home;
    function.user = &host;
    function.call = [](const qi_value *, size_t, qi_value *result, void *user) {
        *result = qi_int(qi_python_run(
            static_cast<Embedding *>(user)->runtime,
            [](void *) { PySys_WriteStdout("from the printer\n"); }, nullptr));
        return int(QI_OK);
    };
    REQUIRE(qi_function_register(host.runtime, "prints", &function) == QI_OK);
    host.exec("import asyncio, qi\n"
              "async def prints():\n"
              "    await asyncio.sleep(0.01)\n"
              "    print('from a task')\n");
    REQUIRE(qi_output_listen(
                host.runtime,
                [](const qi_output_line *line, void *user) {
                    auto *all = static_cast<Told *>(user);
                    const std::string text = line->text;
                    if (text == "from the GUI") {
                        *all->answer = all->host->eval("qi.host.prints()");
                    } else if (text == "from the waiter") {
                        qi_task *task = nullptr;
                        REQUIRE(qi_run_task(all->host->runtime, "__main__:prints", nullptr, 0,
                                            nullptr, &task) == QI_OK);
                        CHECK(qi_task_wait(task, 20000, nullptr) == QI_OK);
                        qi_task_release(task);
                        *all->told = true;
                    }
                },
                &all, nullptr, &listener) == QI_OK);
    host.exec("print('from the GUI')\n");
    CHECK(answer == "0");
    waiter.start();
    CHECK(host.until([&] { return waiter.isFinished(); }));
    CHECK(told);
    CHECK(qi_listener_release(listener) == QI_OK);
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    host.runtime = nullptr;
    printer.quit();
    printer.wait();
}

TEST_CASE("lines_tell_whose_code_wrote_them")
{
    Embedding host;
    Ear ear;

    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    host.exec("import asyncio, contextvars, qi\n"
              "from qi._python import scope\n"
              "context = contextvars.copy_context()\n"
              "context.run(scope.current.set, scope.Scope('orders'))\n"
              "async def work():\n"
              "    print('in a task')\n"
              "    await asyncio.to_thread(print, 'in a thread')\n"
              "context.run(qi.run_task, work())\n"
              "print('of the host')\n");
    CHECK(host.until([&] { return ear.lines.size() == 3; }));
    std::sort(ear.lines.begin(), ear.lines.end()); /* the thread may be the first or the last */
    CHECK(ear.lines == Lines{"1 -|of the host", "1 orders|in a task", "1 orders|in a thread"});
}

TEST_CASE("a_listener_may_take_itself_out_and_print")
{
    Embedding host;
    Ear once, always;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    once.once = true;
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &once, nullptr, &once.listener) == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &always, nullptr, &always.listener) == QI_OK);
    host.exec("print('first\\nsecond')\n");
    CHECK(once.lines == Lines{"1 -|first"});
    CHECK(always.lines == Lines{"1 -|first", "1 -|second"});

    static qi_runtime *runtime;
    runtime = host.runtime;
    static int calls;
    const auto printing = [](const qi_output_line *, void *) {
        if (!calls++)
            (void)qi_exec(runtime, "print('from the listener')", nullptr);
    };
    REQUIRE(qi_output_listen(host.runtime, printing, nullptr, nullptr, nullptr) == QI_OK);
    host.exec("print('go')\n");
    CHECK(calls == 2);
    CHECK(host.out == Lines{"first", "second", "go", "from the listener"});
}

TEST_CASE("what_has_no_end_of_line_is_heard_at_the_end")
{
    Embedding host;
    Ear ear;

    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    host.exec("print('no end', end='', flush=True)\n");
    CHECK(ear.lines.empty());
    qi_runtime_shutdown(host.runtime, 0);
    CHECK(ear.lines == Lines{"1 -|no end"});
}

TEST_CASE("a_runtime_that_ends_takes_its_listeners_along")
{
    Embedding host;
    Ear ear;

    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    host.exec("import builtins, sys; builtins.kept = sys.stdout\n");
    qi_runtime_shutdown(host.runtime, 0);
    CHECK(qi_listener_release(ear.listener) == QI_OK); /* the handle is there until then */
    CHECK(qi_listener_release(ear.listener) == QI_ERR_HANDLE);
    REQUIRE(host.init() == QI_OK);
    host.exec("kept.write('late\\n'); print('new')\n");
    CHECK(ear.lines.empty());
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    host.exec("print('heard again')\n");
    CHECK(ear.lines == Lines{"1 -|heard again"});
}

TEST_CASE("wrong_use_is_told")
{
    Embedding host;
    Ear ear;

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_output_listen(nullptr, Ear::hear, &ear, nullptr, &ear.listener) == QI_ERR_HANDLE);
    CHECK(qi_output_listen(host.runtime, nullptr, &ear, nullptr, &ear.listener) == QI_ERR_ARGUMENT);
    CHECK(ear.listener == nullptr);
    CHECK(qi_listener_release(nullptr) == QI_OK);
    CHECK(qi_listener_release(reinterpret_cast<qi_listener *>(&ear)) == QI_ERR_HANDLE);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    int status = QI_OK;
    std::unique_ptr<QThread> thread(
        QThread::create([&] { status = qi_listener_release(ear.listener); }));
    thread->start();
    thread->wait();
    CHECK(status == QI_ERR_WRONG_THREAD);
    host.exec("print('still heard')\n");
    CHECK(ear.lines == Lines{"1 -|still heard"});
}

TEST_CASE("threads_print_while_listeners_come_and_go")
{
    Embedding host;
    Ear always;

    host.take_output();
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &always, nullptr, &always.listener) == QI_OK);
    host.exec("import threading\n"
              "def work(n):\n"
              "    for i in range(300): print(n, i)\n"
              "threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]\n"
              "for t in threads: t.start()\n");
    for (int i = 0; i < 200; i++) {
        Ear brief;
        REQUIRE(qi_output_listen(host.runtime, Ear::hear, &brief, nullptr, &brief.listener) == QI_OK);
        REQUIRE(qi_listener_release(brief.listener) == QI_OK);
    } /* a call after the end of `brief` would be a crash */
    host.exec("for t in threads: t.join()\n");
    CHECK(always.lines.size() == 900);
    CHECK(host.out.size() == 900);
}

TEST_CASE("what_goes_to_the_log_and_what_nobody_awaits_is_heard_too")
{
    Embedding host;
    Ear ear;

    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    host.exec("import asyncio, contextvars, logging, qi\n"
              "from qi._python import scope\n"
              "context = contextvars.copy_context()\n"
              "context.run(scope.current.set, scope.Scope('orders'))\n"
              "context.run(logging.getLogger('orders').warning, 'late\\ntoday')\n"
              "async def work():\n"
              "    await asyncio.sleep(0)\n"
              "    1 / 0\n"
              "context.run(qi.run_task, work())\n");
    CHECK(host.until([&] {
        return Embedding::contains(ear.lines, "3 orders|ZeroDivisionError: division by zero");
    }));
    CHECK(ear.lines[0] == "3 orders|plugin.orders: orders: late");
    CHECK(ear.lines[1] == "3 orders|today");
    CHECK(ear.lines[2] == "3 orders|Traceback (most recent call last):");
    CHECK(std::count(ear.lines.begin(), ear.lines.end(), ear.lines.back()) == 1);
}

TEST_CASE("reports_without_an_error_callback_are_heard_once")
{
    Embedding host;
    Ear ear;

    host.config.error = nullptr;
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_output_listen(host.runtime, Ear::hear, &ear, nullptr, &ear.listener) == QI_OK);
    host.exec("import qi\n"
              "async def work(): 1 / 0\n"
              "task = qi.run_task(work()); del task\n");
    CHECK(host.until(
        [&] { return Embedding::contains(ear.lines, "3 -|ZeroDivisionError: division by zero"); }));
    CHECK(std::count(ear.lines.begin(), ear.lines.end(), "3 -|Traceback (most recent call last):") ==
          1);
}

TEST_CASE("a_listener_may_release_another_whose_end_waits_for_the_call")
{
    Embedding host;
    struct Pair {
        qi_listener *other = nullptr;
        int ends = 0, heard = 0;
    } pair;
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_output_listen(
                host.runtime,
                [](const qi_output_line *, void *user) {
                    Pair *self = static_cast<Pair *>(user);
                    CHECK(qi_listener_release(std::exchange(self->other, nullptr)) == QI_OK);
                    CHECK(self->ends == 0);
                },
                &pair, nullptr, nullptr) == QI_OK);
    REQUIRE(qi_output_listen(
                host.runtime,
                [](const qi_output_line *, void *user) { static_cast<Pair *>(user)->heard++; },
                &pair, [](void *user) { static_cast<Pair *>(user)->ends++; }, &pair.other) == QI_OK);
    host.exec("print('one')");
    CHECK(pair.heard == 0);
    CHECK(pair.ends == 1);
}

TEST_CASE("who_was_the_last_to_listen_may_listen_again_in_the_same_call")
{
    Embedding host;
    struct Again {
        qi_runtime *runtime;
        qi_listener *listener = nullptr;
        std::vector<std::string> heard;

        static void hear(const qi_output_line *line, void *user)
        {
            Again *self = static_cast<Again *>(user);
            self->heard.push_back(line->text);
            CHECK(qi_listener_release(self->listener) == QI_OK);
            CHECK(qi_output_listen(self->runtime, hear, self, nullptr, &self->listener) == QI_OK);
        }
    };
    REQUIRE(host.init() == QI_OK);
    Again again{host.runtime, nullptr, {}};
    REQUIRE(qi_output_listen(host.runtime, Again::hear, &again, nullptr, &again.listener) == QI_OK);
    host.exec("print('one')");
    host.exec("print('two')");
    CHECK(again.heard == std::vector<std::string>{"one", "two"});
}

TEST_CASE("the_end_of_a_listener_is_told_once_and_after_its_last_call")
{
    Embedding host;
    struct Heard {
        int lines = 0, ends = 0;
        qi_listener *listener = nullptr;
        bool releases = false;

        static void hear(const qi_output_line *, void *user)
        {
            Heard *self = static_cast<Heard *>(user);
            CHECK(self->ends == 0);
            self->lines++;
            if (self->releases) {
                CHECK(qi_listener_release(self->listener) == QI_OK);
                CHECK(self->ends == 0); /* it is on the stack */
            }
        }
        static void end(void *user) { static_cast<Heard *>(user)->ends++; }
    };
    Heard released, kept, itself, failed;
    itself.releases = true;

    REQUIRE(host.init() == QI_OK);
    for (Heard *each : {&released, &kept, &itself})
        REQUIRE(qi_output_listen(host.runtime, Heard::hear, each, Heard::end, &each->listener) ==
                QI_OK);
    CHECK(qi_output_listen(host.runtime, nullptr, &failed, Heard::end, &failed.listener) ==
          QI_ERR_ARGUMENT);
    host.exec("print('one')");
    CHECK(itself.ends == 1);
    CHECK(qi_listener_release(released.listener) == QI_OK);
    CHECK(released.ends == 1);
    host.exec("print('two')");
    CHECK(kept.ends == 0);
    qi_runtime_shutdown(host.runtime, 0);
    CHECK(kept.ends == 1);
    CHECK(qi_listener_release(kept.listener) == QI_OK);
    CHECK(kept.ends == 1);
    CHECK(failed.ends == 0);
    CHECK(released.lines == 1);
    CHECK(itself.lines == 1);
    CHECK(kept.lines == 2);
}
