// SPDX-License-Identifier: BSD-3-Clause
//
// loop-host toy|qt FILE.py: runs a file of unittest cases in Python on one of two hosts of the loop.
//
// The cases import `hostloop`, which gives them the host's event loop as host code would use it:
//   run(until)       runs an event loop until until() is true; may be called from inside a callback
//   process()        handles what is pending, without waiting, as QCoreApplication::processEvents() does
//   post(function)   has a function called by the event loop later: interleaved code
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
#include <memory>
#include <string>
#include <thread>

#include <QCoreApplication>
#include <QTimer>

extern "C" {
#include "host.h"
#include "package.h"
#include "state.h"
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
    qi_host base;
    qi_host_client client;
    int fd = -1;
    bool paused = false;
    bool woken = false;
    int quits = 0;
    std::thread::id thread = std::this_thread::get_id();
};

struct ToyLoop {
    std::deque<std::function<void()>> queue;
    ToyHost *host = nullptr;
    int wakes = 0;

    bool readable(int timeout_ms) const
    {
        if (!host || host->fd < 0 || host->paused)
            return false;
        pollfd entry = {host->fd, POLLIN, 0};
        return poll(&entry, 1, timeout_ms) == 1;
    }

    // One cycle of an event loop: check, then everything that is pending at this moment.
    void cycle(bool wait)
    {
        if (host)
            host->client.check(host->client.loop);
        const bool idle = queue.empty() && !(host && host->woken);
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

ToyHost *self(qi_host *host)
{
    auto *toy_host = reinterpret_cast<ToyHost *>(host);
    if (toy_host->thread != std::this_thread::get_id())
        fail("rule 1: called from another thread");
    return toy_host;
}

const qi_host_vtable toy_vtable = {
    [](qi_host *host) {
        toy.wakes++;
        self(host)->woken = true;
    },
    [](qi_host *host, int fd) {
        self(host)->fd = fd;
        return 0;
    },
    [](qi_host *host, bool paused) { self(host)->paused = paused; },
    [](qi_host *host) {
        ToyHost *me = self(host);
        const int quits = me->quits;
        while (toy.host == me && me->quits == quits)
            toy.cycle(true);
        return true;
    },
    [](qi_host *host) { self(host)->quits++; },
    [](qi_host *host) {
        if (toy.host != self(host))
            fail("a host is destroyed that is not the present one");
        toy.host = nullptr;
        delete self(host);
    },
};

qi_host *new_toy_host(const qi_host_client *client, const char **why)
{
    if (toy.host) {
        *why = "the toy host hosts one loop at a time";
        return nullptr;
    }
    toy.host = new ToyHost{{&toy_vtable}, *client};
    return &toy.host->base;
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

PyObject *host_run(PyObject *, PyObject *until)
{
    bool failed = false;
    Py_BEGIN_ALLOW_THREADS
    if (use_qt) {
        while (!is_true(until, &failed))
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    } else {
        while (!is_true(until, &failed))
            toy.cycle(true);
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

PyObject *host_wakes(PyObject *, PyObject *)
{
    return PyLong_FromLong(toy.wakes);
}

PyMethodDef host_methods[] = {
    {"run", host_run, METH_O, nullptr},   {"process", host_process, METH_NOARGS, nullptr},
    {"post", host_post, METH_O, nullptr}, {"wakes", host_wakes, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
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
    if (module)
        PyModule_AddStringConstant(module, "name", use_qt ? "qt" : "toy");
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
    use_qt = std::strcmp(argv[1], "qt") == 0;
    std::unique_ptr<QCoreApplication> application;
    if (use_qt)
        application = std::make_unique<QCoreApplication>(argc, argv);
    else
        qi_host_new = new_toy_host;

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
    if (qi__package_install() < 0) {
        PyErr_Print();
        return 2;
    }
    const int result = run_file();
    return Py_FinalizeEx() < 0 ? 120 : result;
}
