// SPDX-License-Identifier: BSD-3-Clause
//
// loop-host toy|qt FILE.py: runs a file of unittest cases in Python on one of two hosts of the loop.
//
// The cases import `hostloop`, which gives them the host's event loop as host code would use it:
//   run(until)       runs an event loop until until() is true; may be called from inside a callback
//   process()        handles what is pending, without waiting, as QCoreApplication::processEvents() does
//   post(function)   has a function called by the event loop later: interleaved code
//   exec(), quit()   runs an event loop as a program's main one, until told to stop
//   start(kind, f)   has f called for every event of one of `kinds`, of which the next one always waits
//                    already; stop() ends that
//   news(flags)      has the toy host say that it has had such events; Qt's finds out by itself
//   wakes()          how often the loop has asked for a turn (toy) or 0 (Qt)
//   name             "toy" or "qt"
//
// The toy host is the smallest thing that obeys host.h, and it fails the test when it is not used so.

#include <Python.h>

#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QSocketNotifier>
#include <QTimer>
#include <sys/eventfd.h>

extern "C" {
#include "core/host.h"
#include "life/life.h"
#include "python/package.h"
#include "python/module.h"
}

namespace
{

[[noreturn]] void fail(const char *what)
{
    std::fprintf(stderr, "host rule broken: %s\n", what);
    std::abort();
}

// -- the toy host -------------------------------------------------------------------------------------

struct ToyLoop; // the thread's event loop

struct ToyHost {
    qip_host base;
    qip_host_client client;
    int fd = -1;
    bool paused = false;
    bool woken = false;
    std::vector<bool *> quits = {}; // of each exec() on the stack, whether it shall return
    std::thread::id thread = std::this_thread::get_id();
};

struct ToyLoop {
    std::deque<std::function<void()>> queue;
    ToyHost *host = nullptr;
    int wakes = 0;
    bool quit = false;
    bool repeats = false;
    unsigned news = 0;

    bool readable(int timeout_ms) const
    {
        if (!host || host->fd < 0 || host->paused)
            return false;
        pollfd entry = {host->fd, POLLIN, 0};
        return poll(&entry, 1, timeout_ms) == 1;
    }

    int level = 0; // event loops inside each other

    // One cycle of an event loop: check, then everything that is pending at this moment.
    void cycle(bool wait)
    {
        if (host)
            host->client.check(host->client.loop, wait);
        const bool quits = host && !host->quits.empty() &&
                           *host->quits.back(); // the check may have said so
        const bool idle = queue.empty() && !(host && host->woken) && !quits;
        const bool ready = readable(wait && idle ? -1 : 0);
        for (size_t count = queue.size(); count; count--) {
            auto function = std::move(queue.front());
            queue.pop_front();
            function();
        }
        if (host && host->woken && !host->paused) {
            host->woken = false;
            host->client.turn(host->client.loop);
        } else if (ready && host && readable(0)) {
            host->client.turn(host->client.loop);
        }
    }
} toy;

ToyHost *self(qip_host *host)
{
    auto *toy_host = reinterpret_cast<ToyHost *>(host);
    if (toy_host->thread != std::this_thread::get_id())
        fail("rule 1: called from another thread");
    return toy_host;
}

bool toy_exec(qip_host *host)
{
    ToyHost *me = self(host);
    bool quit = false;
    me->quits.push_back(&quit);
    toy.level++;
    while (toy.host == me && !quit)
        toy.cycle(true);
    toy.level--;
    if (toy.host == me)
        me->quits.pop_back();
    return true;
}

const qip_host_vtable toy_vtable = {
    [](qip_host *host) {
        toy.wakes++;
        self(host)->woken = true;
        return true;
    },
    [](qip_host *) {}, // that its descriptor is lost, the toy sees when it polls
    [](qip_host *host, int fd) {
        self(host)->fd = fd;
        return 0;
    },
    [](qip_host *host, bool paused) { self(host)->paused = paused; },
    [](qip_host *) { return std::exchange(toy.news, 0u); },
    [](qip_host *) { return toy.level; },
    toy_exec,
    [](qip_host *host) { return toy_exec(host) ? QIP_HOST_RAN : QIP_HOST_CANNOT_RUN; },
    [](qip_host *host) {
        if (!self(host)->quits.empty())
            *self(host)->quits.back() = true;
    },
    [](qip_host *host) {
        if (toy.host != self(host))
            fail("a host is destroyed that is not the present one");
        toy.host = nullptr;
        delete self(host);
    },
};

qip_host *new_toy_host(const qip_host_client *client, const char **why)
{
    if (toy.host) {
        *why = "the toy host hosts one loop at a time";
        return nullptr;
    }
    toy.host = new ToyHost{{&toy_vtable}, *client};
    return &toy.host->base;
}

// -- events of Qt's that always wait ------------------------------------------------------------------

void call_python(PyObject *function)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *result = PyObject_CallNoArgs(function);
    if (!result)
        PyErr_Print();
    Py_XDECREF(result);
    PyGILState_Release(gil);
}

const std::map<std::string, QEvent::Type> posted_kinds = {
    {"posted", QEvent::User},
    {"update", QEvent::UpdateRequest},
    {"input", QEvent::MouseMove},
};

// Posts itself an event whenever it gets one.
class Poster : public QObject
{
  public:
    Poster(QEvent::Type type, std::function<void()> call) : m_type(type), m_call(std::move(call))
    {
        QCoreApplication::postEvent(this, new QEvent(m_type));
    }

    bool event(QEvent *event) override
    {
        if (event->type() != m_type)
            return QObject::event(event);
        QCoreApplication::postEvent(this, new QEvent(m_type));
        m_call();
        return true;
    }

  private:
    QEvent::Type m_type;
    std::function<void()> m_call;
};

std::vector<std::unique_ptr<QObject>> sources;

std::unique_ptr<QObject> make_source(const std::string &kind, const std::function<void()> &call)
{
    if (posted_kinds.count(kind))
        return std::make_unique<Poster>(posted_kinds.at(kind), call);
    if (kind == "notifier") {
        auto notifier = std::make_unique<QSocketNotifier>(eventfd(1, 0), QSocketNotifier::Read);
        QObject::connect(notifier.get(), &QSocketNotifier::activated, call);
        return notifier;
    }
    auto timer = std::make_unique<QTimer>();
    timer->setTimerType(Qt::PreciseTimer);
    QObject::connect(timer.get(), &QTimer::timeout, call);
    timer->start(kind == "timer" ? 1 : 0);
    return timer;
}

// -- what the test cases see ----------------------------------------------------------------------------

bool use_qt;

bool is_true(PyObject *until, bool *failed)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *answer = PyObject_CallNoArgs(until);
    const int truth = answer ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(answer);
    if (truth < 0) {
        PyErr_Print();
        *failed = true;
    }
    PyGILState_Release(gil);
    return truth != 0;
}

// Qt's own dispatcher delivers what is posted and then waits in one go, so that it is asked in between, too.
void run_qt(PyObject *until, bool *failed)
{
    auto *dispatcher = QAbstractEventDispatcher::instance();
    const auto connection = QObject::connect(
        dispatcher, &QAbstractEventDispatcher::aboutToBlock, qApp,
        [=] {
            if (is_true(until, failed))
                dispatcher->wakeUp();
        },
        Qt::DirectConnection);

    while (!is_true(until, failed))
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    QObject::disconnect(connection);
}

PyObject *host_run(PyObject *, PyObject *until)
{
    bool failed = false;
    Py_BEGIN_ALLOW_THREADS
    if (use_qt) {
        run_qt(until, &failed);
    } else {
        toy.level++;
        while (!is_true(until, &failed))
            toy.cycle(true);
        toy.level--;
    }
    Py_END_ALLOW_THREADS
    if (!failed)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_RuntimeError, "until() failed");
    return nullptr;
}

PyObject *host_process(PyObject *, PyObject *)
{
    Py_BEGIN_ALLOW_THREADS
    if (use_qt)
        QCoreApplication::processEvents();
    else
        toy.cycle(false);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

PyObject *host_post(PyObject *, PyObject *function)
{
    Py_INCREF(function);
    auto call = [function] {
        PyGILState_STATE gil = PyGILState_Ensure();
        PyObject *result = PyObject_CallNoArgs(function);
        if (!result)
            PyErr_Print();
        Py_XDECREF(result);
        Py_DECREF(function);
        PyGILState_Release(gil);
    };
    if (use_qt)
        QTimer::singleShot(0, qApp, call);
    else
        toy.queue.push_back(call);
    Py_RETURN_NONE;
}

PyObject *host_exec(PyObject *, PyObject *)
{
    toy.quit = false;
    Py_BEGIN_ALLOW_THREADS
    if (use_qt) {
        QCoreApplication::exec();
    } else {
        while (!toy.quit)
            toy.cycle(true);
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

PyObject *host_quit(PyObject *, PyObject *)
{
    toy.quit = true;
    if (use_qt)
        QCoreApplication::quit();
    Py_RETURN_NONE;
}

void toy_repeat(PyObject *function)
{
    if (toy.repeats) {
        toy.queue.push_back([function] { toy_repeat(function); });
        call_python(function);
    }
}

PyObject *host_start(PyObject *, PyObject *args)
{
    const char *kind;
    PyObject *function; // kept for good

    if (!PyArg_ParseTuple(args, "sO", &kind, &function))
        return nullptr;
    Py_INCREF(function);
    toy.repeats = true;
    if (use_qt)
        sources.push_back(make_source(kind, [function] { call_python(function); }));
    else
        toy.queue.push_back([function] { toy_repeat(function); });
    Py_RETURN_NONE;
}

PyObject *host_stop(PyObject *, PyObject *)
{
    sources.clear();
    toy.repeats = false;
    Py_RETURN_NONE;
}

PyObject *host_news(PyObject *, PyObject *flags)
{
    toy.news |= static_cast<unsigned>(PyLong_AsLong(flags));
    Py_RETURN_NONE;
}

PyObject *host_wakes(PyObject *, PyObject *)
{
    return PyLong_FromLong(toy.wakes);
}

PyMethodDef host_methods[] = {
    {"run", host_run, METH_O, nullptr},        {"process", host_process, METH_NOARGS, nullptr},
    {"post", host_post, METH_O, nullptr},      {"wakes", host_wakes, METH_NOARGS, nullptr},
    {"exec", host_exec, METH_NOARGS, nullptr}, {"quit", host_quit, METH_NOARGS, nullptr},
    {"news", host_news, METH_O, nullptr},      {"start", host_start, METH_VARARGS, nullptr},
    {"stop", host_stop, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr},
};

PyModuleDef host_module = {PyModuleDef_HEAD_INIT,
                           "hostloop",
                           nullptr,
                           -1,
                           host_methods,
                           nullptr,
                           nullptr,
                           nullptr,
                           nullptr};

PyObject *init_hostloop()
{
    PyObject *module = PyModule_Create(&host_module);
    PyObject *kinds = use_qt ? Py_BuildValue("(ssssss)", "posted", "update", "input", "notifier",
                                             "zero timer", "timer")
                             : Py_BuildValue("(s)", "posted");
    if (module && kinds) {
        PyModule_AddStringConstant(module, "name", use_qt ? "qt" : "toy");
        PyModule_AddObjectRef(module, "kinds", kinds);
    }
    Py_XDECREF(kinds);
    return module;
}

int run_file()
{
    return PyRun_SimpleString("import os, runpy, sys\n"
                              "sys.path.insert(0, os.path.dirname(sys.argv[0]))\n"
                              "runpy.run_path(sys.argv[0], run_name='__main__')\n")
               ? 1
               : 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3 || (std::strcmp(argv[1], "toy") != 0 && std::strcmp(argv[1], "qt") != 0)) {
        std::fprintf(stderr, "usage: %s toy|qt FILE.py\n", argv[0]);
        return 2;
    }
    qip_wire();
    use_qt = std::strcmp(argv[1], "qt") == 0;
    std::unique_ptr<QCoreApplication> application;
    if (use_qt)
        application = std::make_unique<QCoreApplication>(argc, argv);
    else
        qip_host_new = new_toy_host;

    PyImport_AppendInittab("_qi", PyInit__qi);
    PyImport_AppendInittab("hostloop", init_hostloop);
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.parse_argv = 0;
    config.user_site_directory = 0;
    PyConfig_SetBytesString(&config, &config.program_name, QI_PYTHON_EXECUTABLE);
    PyConfig_SetBytesArgv(&config, argc - 2, argv + 2);
    const PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) {
        std::fprintf(stderr, "Python does not start: %s\n", status.err_msg);
        return 2;
    }
    if (qip_package_install() < 0) {
        PyErr_Print();
        return 2;
    }
    const int result = run_file();
    return Py_FinalizeEx() < 0 ? 120 : result;
}
