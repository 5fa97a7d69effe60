// SPDX-License-Identifier: BSD-3-Clause
// A child of fork() in a host ends with a status of its own, quietly, and leaves its parent alone.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/embed/embedding.h"

namespace
{

// Its exit status; -1: it did not end by itself.
int status_of(pid_t child)
{
    int status = 0;

    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// What is said in a child of Python's must not reach the host there; the pipe tells whether it did.
class Witness
{
  public:
    Witness() { REQUIRE(pipe2(m_ends, O_NONBLOCK) == 0); }
    ~Witness()
    {
        close(m_ends[0]);
        close(m_ends[1]);
    }
    void say() const { REQUIRE(write(m_ends[1], "x", 1) == 1); }
    bool heard() const
    {
        char byte;
        return read(m_ends[0], &byte, 1) == 1;
    }

  private:
    int m_ends[2];
};

} // namespace

TEST_CASE("a_child_of_the_hosts_has_no_runtime")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    qi_task *task = nullptr;
    REQUIRE(qi_run_task(host.runtime, "asyncio:sleep", nullptr, 0, nullptr, nullptr) != 1);
    host.exec("import asyncio\n"
              "async def wait(): await asyncio.sleep(1000)\n");
    REQUIRE(qi_run_task(host.runtime, "__main__:wait", nullptr, 0, nullptr, &task) == QI_OK);

    const pid_t child = fork();
    if (child == 0) {
        qi_runtime *second = nullptr;
        int wrong = 0;
        wrong |= qi_runtime_current() != nullptr;
        wrong |= (qi_runtime_state(host.runtime) != QI_RUNTIME_STATE_CLOSED) << 1;
        wrong |= (qi_exec(host.runtime, "1", nullptr) != QI_ERR_NOT_RUNNING) << 2;
        wrong |= (qi_run_task(host.runtime, "asyncio:sleep", nullptr, 0, nullptr, nullptr) !=
                  QI_ERR_NOT_RUNNING)
                 << 3;
        wrong |= (qi_runtime_init(&host.config, &second) != QI_ERR_STATE) << 4;
        wrong |= (qi_runtime_shutdown(host.runtime, 0) != QI_OK) << 5;
        wrong |= (host.reports != 0) << 6;
        _exit(wrong);
    }
    CHECK(status_of(child) == 0);
    CHECK(host.eval("1 + 1") == "2");
    qi_task_release(task);
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
}

TEST_CASE("a_child_of_the_hosts_may_quit_the_application")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    const pid_t child = fork();
    if (child == 0) {
        QTimer::singleShot(0, &host.app, [] { QCoreApplication::exit(5); });
        _exit(host.app.exec());
    }
    CHECK(status_of(child) == 5);
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
}

TEST_CASE("a_child_of_pythons_ends_where_its_code_does")
{
    static Witness *witness;
    Embedding host;
    Witness heard;
    witness = &heard;
    static const pid_t parent = getpid();
    host.config.error = [](const qi_error *, const qi_origin *, void *) {
        if (getpid() != parent)
            witness->say();
    };
    host.config.on_shutdown = [](const qi_shutdown_report *, void *) {
        if (getpid() != parent)
            witness->say();
    };
    std::string end;
    int wanted = 0;
    SECTION("by sys.exit()")
    {
        end = "sys.exit(3)";
        wanted = 3;
    }
    SECTION("by sys.exit() with a text")
    {
        end = "sys.exit('a text')";
        wanted = 1;
    }
    SECTION("by os._exit()")
    {
        end = "os._exit(4)";
        wanted = 4;
    }
    SECTION("by an exception")
    {
        end = "raise ValueError('of the child')";
        wanted = 1;
    }
    SECTION("by running off its end")
    {
        end = "print('the child is here')";
    }

    const std::string define = "import asyncio, os, pty, sys\n"
                               "def forks():\n"
                               "    global child\n"
                               "    child = os.fork()\n"
                               "    if child == 0:\n"
                               "        " +
                               end +
                               "\n"
                               "async def forks_in_a_task(): forks()\n"
                               "async def forks_later():\n"
                               "    await asyncio.sleep(0)\n"
                               "    forks()\n"
                               "async def another(): await asyncio.sleep(0); await "
                               "asyncio.sleep(0); others.append(os.getpid())\n"
                               "child, others = None, []\n"
                               "loop = asyncio.get_running_loop()\n";
    for (const std::string how :
         {"forks()\n", "loop.call_soon(forks)\n", "task = loop.create_task(forks_in_a_task())\n",
          "task = loop.create_task(forks_later()); other = loop.create_task(another())\n"}) {
        INFO(how);
        REQUIRE(host.init() == QI_OK);
        host.exec(define + how);
        REQUIRE(host.until_true("child is not None"));
        CHECK(status_of(std::stoi(host.eval("child"))) == wanted);
        CHECK_FALSE(heard.heard());
        if (how.find("another") != std::string::npos)
            CHECK(host.until_true("others == [os.getpid()]"));
        CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    }
}

TEST_CASE("multiprocessing_forks_in_a_host")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    host.exec("import multiprocessing, sys\n"
              "context = multiprocessing.get_context('fork')\n"
              "def work(queue): queue.put(42)\n"
              "def leave(): sys.exit(6)\n"
              "def fail(): raise ValueError('of the child')\n"
              "def run(function, *arguments):\n"
              "    process = context.Process(target=function, args=arguments)\n"
              "    process.start(); process.join()\n"
              "    return process.exitcode\n"
              "queue = context.SimpleQueue()\n"
              "codes = run(work, queue), run(leave), run(fail)\n");
    CHECK(host.eval("list(codes)") == "[0, 6, 1]");
    CHECK(host.eval("queue.get()") == "42");
    CHECK(host.errors.empty());
}
