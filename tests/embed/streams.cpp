// SPDX-License-Identifier: BSD-3-Clause
// What Python prints reaches the host line by line, from any thread. (T52)
#include <fcntl.h>
#include <unistd.h>

#include "tests/embed/embedding.h"

TEST_CASE("lines_arrive_whole_and_without_their_ends")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import sys\n"
              "print('one')\n"
              "print('two', end=' ')\n"
              "print('halves')\n"
              "print('a\\nb\\n\\nc')\n"
              "sys.stderr.write('err \\u20ac\\n')\n");
    CHECK(host.out == std::vector<std::string>{"one", "two halves", "a", "b", "", "c"});
    CHECK(host.err == std::vector<std::string>{"err \xE2\x82\xAC"});
}

TEST_CASE("what_has_no_end_of_line_comes_at_shutdown")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import sys\n"
              "print('no end', end='', flush=True)\n");
    CHECK(host.out.empty());
    qi_runtime_shutdown(host.runtime, 0);
    CHECK(host.out == std::vector<std::string>{"no end"});
}

TEST_CASE("lines_of_two_threads_do_not_mix")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import threading\n"
              "gates = [threading.Event() for _ in range(3)]\n"
              "def other():\n"
              "    gates[0].wait(); print('b1', end=' '); gates[1].set()\n"
              "    gates[2].wait(); print('b2')\n"
              "thread = threading.Thread(target=other)\n"
              "thread.start()\n"
              "print('a1', end=' '); gates[0].set()\n"
              "gates[1].wait(); print('a2'); gates[2].set()\n"
              "thread.join()\n");
    CHECK(host.out == std::vector<std::string>{"a1 a2", "b1 b2"});
}

TEST_CASE("a_thread_that_ends_hands_over_its_last_words")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import threading\n"
              "thread = threading.Thread(target=lambda: print('last words', end=''))\n"
              "thread.start()\n"
              "thread.join()\n");
    CHECK(host.until([&] { return !host.out.empty(); }));
    CHECK(host.out == std::vector<std::string>{"last words"});
}

TEST_CASE("many_threads_lose_nothing")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import threading\n"
              "def work(n):\n"
              "    for i in range(200): print(n, i)\n"
              "threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]\n"
              "for t in threads: t.start()\n"
              "for t in threads: t.join()\n");
    CHECK(host.out.size() == 800);
    std::vector<std::string> expected, found = host.out;
    for (int n = 0; n < 4; n++) {
        for (int i = 0; i < 200; i++)
            expected.push_back(std::to_string(n) + " " + std::to_string(i));
    }
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    CHECK(found == expected);
}

TEST_CASE("the_streams_behave_as_text_files")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import io, sys\n"
              "assert sys.stdout.write('abc\\n') == 4\n"
              "sys.stdout.writelines(['x', 'y\\n'])\n"
              "assert not sys.stdout.isatty() and sys.stdout.writable() and not sys.stdout.closed\n"
              "assert not sys.stdout.readable() and not sys.stdout.seekable()\n"
              "assert sys.stdout.encoding == 'utf-8' and isinstance(sys.stdout.errors, str)\n"
              "assert isinstance(sys.stdout, io.TextIOBase)\n"
              "assert sys.stdout.buffer.write(b'bytes\\n') == 6\n"
              "sys.stdout.buffer.write(memoryview(b'view\\n'))\n"
              "sys.stdout.reconfigure(line_buffering=True)\n"
              "for refused in sys.stdout.fileno, sys.stdout.read, sys.stdout.detach:\n"
              "    try: refused()\n"
              "    except io.UnsupportedOperation: pass\n"
              "    else: raise AssertionError(refused)\n"
              "for wrong in b'bytes', 5, None:\n"
              "    try: sys.stdout.write(wrong)\n"
              "    except TypeError: pass\n"
              "    else: raise AssertionError(wrong)\n"
              "print('\\udc80 lone')\n"
              "import warnings; warnings.warn('careful')\n");
    CHECK(host.out == std::vector<std::string>{"abc", "xy", "bytes", "view", "\\udc80 lone"});
    CHECK(Embedding::contains(host.err, "UserWarning: careful"));
}

TEST_CASE("a_callback_may_print_again")
{
    static Embedding *self;
    Embedding host;
    self = &host;
    host.config.out = [](const qi_output_line *line, void *) {
        self->out.push_back(line->text);
        if (self->out.size() == 1)
            (void)qi_exec(self->runtime, "print('from the callback')", nullptr);
    };

    REQUIRE(host.init() == QI_OK);
    host.exec("print('first\\nsecond')\n");
    CHECK(host.out == std::vector<std::string>{"first", "from the callback", "second"});
}

TEST_CASE("a_line_without_end_does_not_eat_all_memory")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("for _ in range(20): print('x' * 100000, end='')\n"
              "print()");
    size_t size = 0;
    for (const std::string &line : host.out)
        size += line.size();
    CHECK(host.out.size() > 1);
    CHECK(size == 2000000);
}

TEST_CASE("streams_that_the_process_does_not_have_swallow_everything")
{
    Embedding host;
    const int out = dup(1), err = dup(2);
    close(1);
    close(2);

    const int status = host.init();
    int script = QI_OK;
    if (status == QI_OK)
        script = qi_exec(host.runtime,
                         "import sys\n"
                         "print('gone'); sys.stdout.write('gone'); sys.stdout.flush()\n"
                         "sys.stderr.write('gone')\n",
                         nullptr);
    dup2(out, 1);
    dup2(err, 2);
    CHECK(status == QI_OK);
    CHECK(script == QI_OK);
}

TEST_CASE("nothing_comes_after_the_end_although_somebody_kept_the_stream")
{
    Embedding host;
    host.take_output();

    REQUIRE(host.init() == QI_OK);
    host.exec("import sys, builtins\n"
              "builtins.kept = sys.stdout\n");
    qi_runtime_shutdown(host.runtime, 0);
    const size_t before = host.out.size();
    host.config.out = nullptr;
    REQUIRE(host.init() == QI_OK);
    host.exec("import builtins, sys\n"
              "builtins.kept.write('late\\n')\n"
              "assert sys.stdout is not builtins.kept\n");
    CHECK(host.out.size() == before);
}

TEST_CASE("logging_without_handlers_reaches_the_hosts_log")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import logging\n"
              "logging.getLogger('trader').info('not this')\n"
              "logging.getLogger('trader').warning('limit %d', 5)\n"
              "try: 1 / 0\n"
              "except ZeroDivisionError: logging.getLogger('trader').exception('failed')\n");
    CHECK_FALSE(Embedding::contains(host.log, "not this"));
    CHECK(Embedding::contains(host.log, "trader: limit 5"));
    CHECK(Embedding::contains(host.log, "ZeroDivisionError"));
}
