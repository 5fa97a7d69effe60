/* SPDX-License-Identifier: BSD-3-Clause */
//
// fuzz-api [--seed N] [--seconds S] [--threads T] [--slow] [--list]: calls the whole C API from several threads, at
// random, and holds every result to what the headers promise.
//
// It runs cycles of a runtime: a beginning, now and then a failing one before; some hundred random calls of the GUI
// thread, with events of Qt in between, while the other threads call what they like; an end. Then the books are
// closed: each `done` and `destroy` was called once, no handle lives, and of libqi's Python objects none is left. The
// last end finalises the interpreter. A run with the same seed throws the same dice in each thread, though threads meet as they will.
//
// --list prints the functions that it calls, for the test that they are all. --slow adds what starts processes.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>

#include <Python.h>

#include "tests/fuzz/callbacks.h"
#include "tests/fuzz/world.h"

namespace fuzz
{
namespace
{

using Clock = std::chrono::steady_clock;

// -- files ------------------------------------------------------------------------------------------------

const char module_source[] = R"(
import asyncio, sys, threading
import qi

number = 3
kept = []

def plain(*args):
    return args[:1] or None

async def returns(*args):
    return args

async def gives_back(value=None):
    await asyncio.sleep(0)
    return value

async def waits(*args):
    await asyncio.sleep(0.001 * (len(args) + 1))
    return len(args)

async def forever(*args):
    await asyncio.get_running_loop().create_future()

async def stubborn(*args):
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        await asyncio.sleep(0.001)
        raise

async def raises(*args):
    if args:
        await asyncio.sleep(0)
    raise ValueError("asked for")

async def spawns(*args):
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(waits())

async def threads(*args):
    return await asyncio.to_thread(plain, *args)

async def tells(*args):
    for step in range(4):
        qi.progress(step, 4, "a step")
        await asyncio.sleep(0.001)

async def prints(*args):
    print("printed", len(args))
    print("printed", file=sys.stderr)
    sys.audit("fuzz.event", 1)

async def needs_two(a, b):
    return a

def calls_out():
    for name in dir(qi.host):
        try:
            getattr(qi.host, name)(1, 2)
        except Exception:
            pass

async def reaches(*args):
    for name in dir(qi.host):
        try:
            it = getattr(qi.host, name)
            result = it(1)
            if asyncio.isfuture(result) or hasattr(result, "__await__"):
                await result
        except Exception:
            pass

async def connects(*args):
    for name in dir(qi.host):
        try:
            signal = getattr(qi.host, name).numbered
            connection = signal.connect(waits)
            await asyncio.sleep(0.001)
            signal.disconnect(waits)
        except Exception:
            pass

class Desk:
    async def go(self=None, *args):
        await asyncio.sleep(0)
)";

const char plugin_source[] = R"(
import asyncio, fuzzed

async def activate(ctx):
    ctx.register_action("act", lambda *a: None, text="Act")
    ctx.register_action("spawn", fuzzed.spawns, text="Spawn")
    ctx.register_action("fail", fail, text="Fail")
    ctx.create_task(fuzzed.forever())
    await asyncio.sleep(0)

def fail(*args):
    raise ValueError("asked for")
)";

void write(const QString &name, const std::string &text)
{
    const QString path = QString::fromStdString(settings.folder) + QLatin1Char('/') + name;
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);

    if (!file.open(QIODevice::WriteOnly) || file.write(text.data(), qint64(text.size())) < 0)
        broken("a file cannot be written: " + path.toStdString());
}

void write_plugin(const std::string &id, const std::string &source)
{
    const QString folder = QStringLiteral("plugins/") + QString::fromStdString(id) + QLatin1Char('/');

    write(folder + QStringLiteral("plugin.toml"),
          "[plugin]\nid = \"" + id + "\"\nname = \"" + id + "\"\nversion = \"1.0\"\nentry = \"" + id +
              "\"\n[settings.speed]\ntype = \"int\"\ntitle = \"Speed\"\ndefault = 3\nminimum = "
              "0\nmaximum = 9\n"
              "[settings.label]\ntype = \"text\"\ntitle = \"Label\"\ndefault = \"\"\n");
    write(folder + QString::fromStdString(id) + QStringLiteral(".py"), source);
}

void write_files()
{
    write(QStringLiteral("modules/fuzzed.py"), module_source);
    write(QStringLiteral("modules/script.py"), "import fuzzed\nfuzzed.calls_out()\n");
    write_plugin("good", plugin_source);
    write_plugin("slow", "import asyncio\nasync def activate(ctx):\n    await asyncio.sleep(0.05)\n"
                         "async def deactivate(ctx):\n    await asyncio.sleep(0.05)\n");
    write_plugin("bad", "raise ImportError('asked for')\n");
    write_plugin("endless",
                 "import asyncio\nasync def activate(ctx):\n    await asyncio.sleep(3600)\n");
}

// -- the threads ----------------------------------------------------------------------------------------

std::atomic<bool> ending{false};
std::atomic<unsigned> parked{0};
std::atomic<uint64_t> alive{0}; /* grows while somebody gets on */

void emit_signal(Thread &by)
{
    const Lent lent = objects.lend(by, true);
    Source *source = lent.get();

    if (!source)
        return;
    by.now = "a signal";
    switch (by.below(4)) {
    case 0:
        Q_EMIT source->plain();
        break;
    case 1:
        Q_EMIT source->numbered(int(by.below(9)));
        break;
    case 2:
        Q_EMIT source->paired(1, QStringLiteral("text"));
        break;
    default:
        Q_EMIT source->overloaded(2);
        break;
    }
    by.now = "nothing";
}

class Worker : public QThread
{
  public:
    explicit Worker(unsigned seed) : m_thread(seed, false) {}

    const Thread &state() const { return m_thread; }

  protected:
    void run() override
    {
        enter_thread(&m_thread);
        while (!ending) {
            if (pausing) {
                park();
                continue;
            }
            if (m_thread.one_in(20))
                objects.make(m_thread);
            else if (m_thread.one_in(20))
                objects.destroy_one(m_thread);
            else if (m_thread.one_in(8))
                emit_signal(m_thread);
            else
                call_something(m_thread);
            if (m_thread.one_in(30))
                QCoreApplication::sendPostedEvents(); /* what was queued to this thread's objects */
            alive++;
        }
        objects.destroy_own(m_thread);
        enter_thread(nullptr);
    }

  private:
    void park()
    {
        objects.destroy_own(m_thread);
        m_thread.now = "a pause";
        parked++;
        while (pausing && !ending)
            QThread::msleep(1);
        parked--;
        m_thread.now = "nothing";
    }

    Thread m_thread;
};

std::vector<std::unique_ptr<Worker>> workers;

/* What each thread is at, as far as a debugger is installed. */
void print_stacks()
{
    const std::string command = "gdb -batch -nx -p " +
                                std::to_string(QCoreApplication::applicationPid()) +
                                " -ex 'thread apply all bt 40' 2>/dev/null | cut -c1-200 1>&2";

    if (std::system(command.c_str()) != 0)
        std::fprintf(stderr, "  gdb would tell more\n");
}

/* Ends the process, with a report, when nobody has got on for so long. */
void guard_against_hangs(const Thread *gui)
{
    uint64_t seen = 0;
    int quiet = 0;

    while (!ending) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        const uint64_t now = alive;
        quiet = now == seen ? quiet + 1 : 0;
        seen = now;
        if (quiet < 90)
            continue;
        std::fprintf(stderr, "BROKEN: nothing goes on\n  the GUI thread is in %s\n", gui->now.load());
        for (const auto &worker : workers)
            std::fprintf(stderr, "  a thread is in %s\n", worker->state().now.load());
        print_stacks();
        std::abort();
    }
}

// -- a runtime's life -----------------------------------------------------------------------------------

void fail_to_begin(Thread &by)
{
    qi_config config;
    qi_runtime *made = nullptr;
    const char *const paths[] = {"\xFF"};
    int expected = QI_ERR_ENCODING;

    qi_config_init(&config);
    switch (by.below(4)) {
    case 0:
        config.size = 3;
        expected = QI_ERR_ABI;
        break;
    case 1:
        config.module_paths = paths;
        config.module_path_count = 1;
        break;
    case 2:
        config.slice_us = 2000000;
        expected = QI_ERR_ARGUMENT;
        break;
    default:
        config.program_name = "\xFF";
        break;
    }
    const int status = qi_runtime_init(&config, &made);
    if (status != expected || made)
        broken(std::string("qi_runtime_init() with a bad configuration returned ") +
               qi_status_name(status) + " instead of " + qi_status_name(expected) + ": " +
               qi_last_error()->message);
}

void begin_runtime(Thread &by)
{
    const std::string modules = settings.folder + "/modules", gone = settings.folder + "/gone";
    const char *const paths[] = {modules.c_str(), gone.c_str()};
    qi_config config;
    qi_runtime *made = nullptr;

    if (by.one_in(2))
        fail_to_begin(by);
    qi_config_init(&config);
    config.module_paths = paths;
    config.module_path_count = 1 + by.below(2); /* of the second the log is told, in the middle of the start */
    config.slice_us = by.below(3000);
    config.nested = int(by.below(2));
    config.nested_limit = by.below(6);
    config.debug = by.one_in(4);
    config.handle_sigint = by.one_in(2);
    config.log = by.one_in(8) ? nullptr : on_log;
    config.error = by.one_in(8) ? nullptr : on_error;
    config.out = on_output;
    config.err = on_output;
    config.on_shutdown = on_shutdown;
    config.grace_ms = 1 + by.below(200);
    config.cancel_ms = 500 + by.below(1500);
    config.executor_ms = 1000;
    handles.begin();
    by.calls++;
    by.now = "the beginning";
    const int status = qi_runtime_init(&config, &made);
    by.now = "nothing";
    handles.end(Kind::Runtime, made);
    runtime = made;
    if (status != QI_OK || !made)
        broken(std::string("qi_runtime_init() failed: ") + qi_last_error()->message);
}

void some_life(Thread &by, unsigned steps, Clock::time_point end)
{
    for (unsigned step = 0; step < steps && qi_runtime_state(runtime) == QI_RUNTIME_STATE_RUNNING;
         step++) {
        if (by.one_in(12))
            objects.make(by);
        if (by.one_in(20))
            objects.destroy_one(by);
        if (by.one_in(6))
            emit_signal(by);
        else
            call_something(by);
        if (by.one_in(3))
            spin(by);
        if (by.one_in(10))
            QThread::msleep(1);
        alive++;
        if (step % 64 == 0 && Clock::now() > end)
            return;
    }
}

void end_runtime(Thread &by, unsigned flags)
{
    by.now = "the end";
    const int status = qi_runtime_shutdown(runtime, flags);
    by.now = "nothing";
    if (status != QI_OK && status != QI_ERR_TIMEOUT)
        broken(std::string("qi_runtime_shutdown() returned ") + qi_status_name(status) + ": " +
               qi_last_error()->message);
    if (qi_runtime_state(runtime) != QI_RUNTIME_STATE_CLOSED)
        broken("the runtime is not CLOSED after its end");
    alive++;
}

// -- the books ------------------------------------------------------------------------------------------

void park_workers()
{
    pausing = true;
    while (parked < workers.size()) {
        /* A thread may be waiting for the GUI thread. */
        QCoreApplication::processEvents();
        QThread::msleep(1);
    }
}

void release_handles()
{
    for (void *task : handles.take_all(Kind::Task)) {
        if (qi_task_state(static_cast<qi_task *>(task)) == QI_TASK_STATE_PENDING)
            broken("a task is pending after the end of its runtime");
        qi_task_release(static_cast<qi_task *>(task));
    }
    for (void *connection : handles.take_all(Kind::Connection)) {
        if (qi_connection_is_connected(static_cast<qi_connection *>(connection)))
            broken("a connection lives after the end of its runtime");
        qi_connection_release(static_cast<qi_connection *>(connection));
    }
    for (void *callable : handles.take_all(Kind::Callable))
        qi_callable_release(static_cast<qi_callable *>(callable));
    for (void *scope : handles.take_all(Kind::Scope))
        qi_scope_release(static_cast<qi_scope *>(scope));
}

const char count_source[] = R"(
import asyncio
import gc
import itertools
import sys
import threading
for it in threading.enumerate():
    if it.name == "qi plugins":  # looks at files, and lets go of the loop when it has them
        it.join(10)
for _ in range(3):
    gc.collect()
stays = {"Doc", "Line", "LineWriter", "TaskSet", "QiLoopMode"}  # one a process
them = [it for it in gc.get_objects()
        if type(it).__module__ in ("_qi", "qi._loop.loop") and type(it).__name__ not in stays and id(it) not in excused]

def chains(it, seen, depth=0):  # of who holds it, as lines
    for holder in gc.get_referrers(it):
        if id(holder) in seen or holder is them or type(holder).__name__ == "list_iterator" or depth > 5:
            continue
        seen.add(id(holder))
        yield "  " * depth + repr(holder)[:110]
        yield from chains(holder, seen, depth + 1)

def runs(it):  # what the thread notes of that is no object that the collector knows
    return asyncio._get_running_loop() is it

def described(it):  # each look for referrers is one at all objects
    holders = itertools.islice(chains(it, {id(globals()), id(them)}), 30) if whole else ()
    return f"{type(it).__name__}, held {sys.getrefcount(it) - 5} times{', it runs' * runs(it)}, by:\n    " + "\n    ".join(holders)

left = sorted(described(it) for it in them[:20])
if left_behind:
    excused.update((id(it), it) for it in them)
    left = []
)";

/* The types of libqi of which something lives, `whole`: and who holds it; "" if nothing does, or a runtime has left it
 * behind. */
std::string python_objects_left(bool whole)
{
    if (!Py_IsInitialized())
        return "";
    static PyObject *excused; /* id: object. What is left behind stays for ever. */
    std::string text;
    const PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *globals = PyDict_New();

    if (!excused)
        excused = PyDict_New();
    PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins());
    PyDict_SetItemString(globals, "excused", excused);
    PyDict_SetItemString(globals, "left_behind", left_behind ? Py_True : Py_False);
    PyDict_SetItemString(globals, "whole", whole ? Py_True : Py_False);
    PyObject *result = PyRun_String(count_source, Py_file_input, globals, globals);
    PyObject *left = result ? PyDict_GetItemString(globals, "left") : nullptr;
    PyObject *shown = left && PyList_GET_SIZE(left)
                          ? PyUnicode_Join(PyUnicode_FromString("\n"), left)
                          : nullptr;
    if (!result)
        PyErr_Print();
    if (shown)
        text = PyUnicode_AsUTF8(shown);
    Py_XDECREF(shown);
    Py_XDECREF(result);
    Py_DECREF(globals);
    PyGILState_Release(gil);
    return text;
}

void close_books(Thread &by)
{
    by.now = "waiting for the threads";
    park_workers();
    /* What was on its way when the runtime ended arrives, and is refused. */
    by.now = "what was on its way";
    for (int i = 0; i < 10; i++)
        QCoreApplication::processEvents();
    by.now = "waiting for the pool";
    while (!QThreadPool::globalInstance()->waitForDone(1))
        QCoreApplication::processEvents(); /* which a function in the pool may wait for */
    for (int i = 0; i < 10; i++)
        QCoreApplication::processEvents();
    by.now = "the releases";
    release_handles();
    objects.destroy_own(by);
    owned.clear();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    promises.check_all();
    by.now = "what is left in Python";
    std::string left = python_objects_left(false);
    /* A thread of an executor's may be on its way out, with what it has called in its hands. */
    for (int i = 0; i < 500 && !left.empty(); i++) {
        QThread::msleep(10);
        QCoreApplication::processEvents();
        left = python_objects_left(false);
    }
    if (!left.empty())
        left = python_objects_left(true);
    by.now = "nothing";
    if (!left.empty())
        broken("after the end of the runtime there are still " + left);
}

/* The last runtimes stay as handles of the CLOSED; a process has few of them. */
void run_cycle(Thread &by, Clock::time_point end)
{
    begin_runtime(by);
    if (!runtime.load())
        return;
    pausing = false;
    some_life(by, 300 + by.below(1500), end);
    end_runtime(by, 0);
    close_books(by);
}

/* The last one takes the interpreter along, while the others go on calling. */
void run_last_cycle(Thread &by)
{
    begin_runtime(by);
    if (!runtime.load())
        return;
    pausing = false;
    some_life(by, 300, Clock::now() + std::chrono::seconds(1));
    no_gil = true;
    by.now = "waiting for the threads";
    if (by.one_in(2))
        park_workers();   /* else some are in Python, and it stays */
    while (gil_holders) { /* one of which may wait for this thread */
        QCoreApplication::processEvents();
        QThread::msleep(1);
    }
    end_runtime(by, QI_SHUTDOWN_FLAG_FINALIZE);
    pausing = false;
    for (int i = 0; i < 300; i++) {
        call_something(by);
        spin(by);
    }
    qi_runtime *another = nullptr;
    if (!Py_IsInitialized() && (qi_runtime_init(nullptr, &another) != QI_ERR_STATE || another))
        broken("a runtime begins in an interpreter that has been finalised");
    std::printf("the interpreter %s\n", Py_IsInitialized() ? "stays" : "is finalised");
    close_books(by);
}

// -- the beginning --------------------------------------------------------------------------------------

void read_arguments(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const bool more = i + 1 < argc;
        if (!std::strcmp(argv[i], "--seed") && more)
            settings.seed = unsigned(std::strtoul(argv[++i], nullptr, 10));
        else if (!std::strcmp(argv[i], "--seconds") && more)
            settings.seconds = std::strtod(argv[++i], nullptr);
        else if (!std::strcmp(argv[i], "--threads") && more)
            settings.threads = unsigned(std::strtoul(argv[++i], nullptr, 10));
        else if (!std::strcmp(argv[i], "--slow"))
            settings.slow = true;
        else if (!std::strcmp(argv[i], "--list")) {
            for (const Function &function : functions())
                std::puts(function.rule.name);
            std::exit(0);
        } else {
            std::fprintf(
                stderr,
                "usage: fuzz-api [--seed N] [--seconds S] [--threads T] [--slow] [--list]\n");
            std::exit(2);
        }
    }
}

bool all_were_called()
{
    for (const Function &function : functions()) {
        if (!function.calls)
            return false;
    }
    return true;
}

void print_counts(unsigned cycles)
{
    uint64_t calls = 0, successes = 0;

    for (const Function &function : functions()) {
        calls += function.calls;
        successes += function.successes;
        if (std::getenv("QI_FUZZ_COUNTS"))
            std::printf("%-28s %8llu %8llu\n", function.rule.name,
                        (unsigned long long)function.calls, (unsigned long long)function.successes);
    }
    std::printf("seed %u: %u runtimes, %llu calls of %zu functions, of which %llu succeeded\n",
                settings.seed, cycles, (unsigned long long)calls, functions().size(),
                (unsigned long long)successes);
}

} // namespace

int run(int argc, char **argv)
{
    read_arguments(argc, argv);
    QCoreApplication application(argc, argv);
    QTemporaryDir folder;
    settings.folder = folder.path().toStdString();
    write_files();

    Thread gui(settings.seed, true);
    enter_thread(&gui);
    pausing = true;
    for (unsigned i = 0; i < settings.threads; i++) {
        workers.push_back(std::make_unique<Worker>(settings.seed * 31 + i + 1));
        workers.back()->start();
    }
    std::thread guard(guard_against_hangs, &gui);

    /* The first cycle always, and as many as it takes until every function had its turn. */
    const auto end = Clock::now() + std::chrono::milliseconds(int64_t(settings.seconds * 1000));
    unsigned cycles = 0;
    while (!anything_broken() && (Clock::now() < end || !all_were_called())) {
        run_cycle(gui, std::max(end, Clock::now() + std::chrono::seconds(1)));
        cycles++;
    }
    if (!anything_broken())
        run_last_cycle(gui);
    ending = true;
    for (const auto &worker : workers) {
        while (!worker->wait(1))
            QCoreApplication::processEvents();
    }
    guard.join();
    objects.destroy_own(gui);
    enter_thread(nullptr);
    print_counts(cycles);
    return anything_broken() ? 1 : 0;
}

} // namespace fuzz

int main(int argc, char **argv)
{
    return fuzz::run(argc, argv);
}
