// SPDX-License-Identifier: BSD-3-Clause
// A host that has started Python itself keeps it: libqi joins, and leaves everything as it was. (T54)
#include <Python.h>

#include <csignal>
#include <cstring>

#include "tests/embed/embedding.h"
#include "tests/support/leaks.h"

namespace
{

void start_python()
{
    qputenv("PYTHONMALLOC", "malloc"); // leak checkers do not look into Python's own arenas
    Py_InitializeEx(0);
}

} // namespace

TEST_CASE("a_host_that_holds_the_gil_holds_it_afterwards")
{
    Embedding host;
    start_python();

    REQUIRE(PyGILState_Check());
    REQUIRE(host.init() == QI_OK);
    CHECK(PyGILState_Check());
    CHECK(PyRun_SimpleString("import asyncio, qi; asyncio.get_running_loop()") == 0);
    CHECK(host.eval("qi.QiLoopMode.GUEST.value") == "1");
    CHECK(PyGILState_Check());
    CHECK(qi_runtime_shutdown(host.runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK);
    CHECK(PyGILState_Check());
    CHECK(Py_IsInitialized()); // never finalised by us
    CHECK(Py_FinalizeEx() == 0);
}

TEST_CASE("a_host_that_has_given_the_gil_away_finds_it_given_away")
{
    Embedding host;
    start_python();
    PyThreadState *thread = PyEval_SaveThread();

    REQUIRE(host.init() == QI_OK);
    CHECK_FALSE(PyGILState_Check());
    host.exec("import asyncio\n"
              "async def wait(): await asyncio.sleep(0.001)\n"
              "task = asyncio.get_running_loop().create_task(wait())\n");
    CHECK(host.until_true("task.done()"));
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK_FALSE(PyGILState_Check());
    PyEval_RestoreThread(thread);
    CHECK(Py_FinalizeEx() == 0);
}

TEST_CASE("a_host_whose_audit_hook_takes_no_other_is_served")
{
    Embedding host;
    start_python();
    REQUIRE(PySys_AddAuditHook(
                [](const char *event, PyObject *, void *) {
                    if (std::strcmp(event, "sys.addaudithook") != 0)
                        return 0;
                    PyErr_SetString(PyExc_PermissionError, "this host has its own");
                    return -1;
                },
                nullptr) == 0);

    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("1 + 1") == "2");
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(!PyErr_Occurred());
    CHECK(Py_FinalizeEx() == 0);
}

TEST_CASE("what_the_host_has_set_in_python_stays")
{
    Embedding host;
    start_python();
    PyRun_SimpleString(
        "import sys, signal\n"
        "def hook(*args): pass\n"
        "sys.excepthook = hook\n"
        "sys.argv = ['mine']\n"
        "old = sys.stdout, sys.stderr, sys.unraisablehook, sys.executable, list(sys.path)\n"
        "interrupt = signal.getsignal(signal.SIGINT)\n");
    host.take_output();
    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("sys.excepthook is hook and sys.argv == ['mine']") == "True");
    CHECK(host.eval("signal.getsignal(signal.SIGINT) is interrupt") == "True");
    host.exec("kept = 1\nprint('to the host')");
    CHECK(Embedding::contains(host.out, "to the host"));
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    PyRun_SimpleString(
        "same = kept == 1 and sys.excepthook is hook and old == (sys.stdout, sys.stderr, "
        "sys.unraisablehook, sys.executable, list(sys.path))");
    PyObject *main = PyModule_GetDict(PyImport_AddModule("__main__"));
    CHECK(PyDict_GetItemString(main, "same") == Py_True);
}

TEST_CASE("attaching_twice_works")
{
    Embedding host;
    start_python();

    for (int round = 0; round < 2; round++) {
        REQUIRE(host.init() == QI_OK);
        host.exec("import asyncio, qi\nasyncio.get_running_loop()");
        CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    }
    CHECK(PyRun_SimpleString("import sys; sys.modules['_qi']") == 0);
}

namespace
{

// What follows is done in a process of its own: libqi knows of one interpreter in a process.
void finalise_first(bool quits)
{
    Embedding host;
    start_python();
    QTimer timer;

    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_object_register(host.runtime, "timer", &timer) == QI_OK);
    host.exec("import asyncio, qi\n"
              "async def wait(): await asyncio.sleep(1000)\n"
              "loop = asyncio.get_running_loop()\n"
              "loop.call_later(0.001, print)\n"
              "qi.host.timer.timeout.connect(lambda: None)\n");
    qi_task *task = nullptr;
    qi_value object = qi_none();
    REQUIRE(qi_run_task(host.runtime, "__main__:wait", nullptr, 0, nullptr, &task) == QI_OK);
    REQUIRE(qi_eval(host.runtime, "object()", &object) == QI_OK);
    tests::give_up(object.as.object.pointer); // there will be no interpreter that could take it back
    Py_FinalizeEx();

    CHECK(qi_exec(host.runtime, "1", nullptr) == QI_ERR_NOT_RUNNING);
    CHECK(qi_eval(host.runtime, "1", nullptr) == QI_ERR_NOT_RUNNING);
    CHECK(qi_run_task(host.runtime, "a:b", nullptr, 0, nullptr, nullptr) == QI_ERR_NOT_RUNNING);
    CHECK(qi_runtime_set_slice(host.runtime, 5) == QI_ERR_NOT_RUNNING);
    CHECK(qi_object_unregister(host.runtime, "timer") == QI_ERR_NOT_RUNNING);
    CHECK(qi_runtime_interrupt(host.runtime, nullptr) == QI_ERR_NOT_RUNNING);
    CHECK_FALSE(std::string(qi_last_error()->message).empty());
    CHECK(qi_task_cancel(task) == QI_ERR_NOT_RUNNING);
    qi_value_clear(&object);
    QMetaObject::invokeMethod(&timer, "timeout");
    host.app.processEvents();
    if (quits) {
        host.exec_and_quit();
        CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
    }
    const int status = qi_runtime_shutdown(host.runtime, 0);
    CHECK(status == (quits ? QI_OK : QI_ERR_NOT_RUNNING));
    CHECK(qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED);
    CHECK(qi_task_result(task, nullptr) == QI_ERR_SHUTTING_DOWN); // nobody waits for it for ever
    CHECK(qi_task_cancel(task) == QI_OK);
    qi_task_release(task);
    // Another interpreter is none that libqi knows anything of.
    Py_InitializeEx(0);
    CHECK(host.init() == QI_ERR_STATE);
    host.runtime = nullptr;
}

} // namespace

TEST_CASE("a_host_that_finalises_python_first_is_refused_and_does_not_crash")
{
    finalise_first(false);
}

TEST_CASE("an_application_quits_after_its_python_was_finalised")
{
    finalise_first(true);
}
