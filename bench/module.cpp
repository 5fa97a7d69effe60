// SPDX-License-Identifier: BSD-3-Clause
//
// What is measured must run as a host's event handler does, from Qt's event loop and without the GIL, so
// each function here posts its work and gives the outcome to `done` afterwards.
#include "floor.h"

#include <functional>
#include <utility>

#include <QtCore/qcoreapplication.h>

#include <qi/qi.h>

#include "idle.h"
#include "module.h"
#include "subject.h"

namespace bench
{

namespace
{

void call_done(PyObject *done, PyObject *outcome)
{
    PyObject *result = outcome ? PyObject_CallOneArg(done, outcome) : nullptr;

    if (!result)
        PyErr_WriteUnraisable(done);
    Py_XDECREF(result);
    Py_XDECREF(outcome);
    Py_DECREF(done);
}

// Runs the work without the GIL and gives (started, ended, sum to the first steps), in seconds, to `done`.
PyObject *post(PyObject *done, std::function<void()> work)
{
    Py_INCREF(done);
    QMetaObject::invokeMethod(
        qApp,
        [done, work = std::move(work)] {
            const std::uint64_t started = now_ns();
            work();
            const std::uint64_t ended = now_ns();
            PyGILState_STATE gil = PyGILState_Ensure();
            call_done(done,
                      Py_BuildValue("(ddd)", started / 1e9, ended / 1e9, first_step.sum_ns / 1e9));
            PyGILState_Release(gil);
        },
        Qt::QueuedConnection);
    Py_RETURN_NONE;
}

void delete_subject(PyObject *capsule)
{
    delete static_cast<Subject *>(PyCapsule_GetPointer(capsule, nullptr));
}

PyObject *subject(PyObject *, PyObject *target)
{
    const char *text = PyUnicode_AsUTF8(target);
    if (!text)
        return nullptr;
    auto *object = new Subject;
    if (!object->connect_to(text)) {
        PyErr_SetString(PyExc_RuntimeError, qi_last_error()->message);
        delete object;
        return nullptr;
    }
    return PyCapsule_New(object, nullptr, delete_subject);
}

PyObject *emit(PyObject *, PyObject *args)
{
    PyObject *capsule, *done;
    long count;
    int stamped;

    if (!PyArg_ParseTuple(args, "OlpO", &capsule, &count, &stamped, &done))
        return nullptr;
    auto *object = static_cast<Subject *>(PyCapsule_GetPointer(capsule, nullptr));
    if (!object)
        return nullptr;
    return post(done, [object, count, stamped] {
        if (stamped)
            object->emit_all_stamped(count);
        else
            object->emit_all(count);
    });
}

PyObject *run_floor(PyObject *, PyObject *args)
{
    PyObject *function, *done; // the caller keeps the function
    long count;
    int stamped;

    if (!PyArg_ParseTuple(args, "OlpO", &function, &count, &stamped, &done))
        return nullptr;
    return post(done, [function, count, stamped] { (void)floor_run(function, count, stamped); });
}

PyObject *mark_first_step(PyObject *, PyObject *)
{
    first_step.sum_ns += now_ns() - first_step.emitted_ns;
    Py_RETURN_NONE;
}

PyObject *idle(PyObject *, PyObject *args)
{
    PyObject *done;
    int milliseconds;

    if (!PyArg_ParseTuple(args, "iO", &milliseconds, &done))
        return nullptr;
    Py_INCREF(done);
    count_wakeups(milliseconds, [done](long wakeups) {
        PyGILState_STATE gil = PyGILState_Ensure();
        call_done(done, PyLong_FromLong(wakeups));
        PyGILState_Release(gil);
    });
    Py_RETURN_NONE;
}

PyObject *quit(PyObject *, PyObject *status)
{
    const long code = PyLong_AsLong(status);

    QMetaObject::invokeMethod(
        qApp, [code] { QCoreApplication::exit(static_cast<int>(code)); }, Qt::QueuedConnection);
    Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"subject", subject, METH_O, "subject(target): a QObject whose signal is connected to the target"},
    {"emit", emit, METH_VARARGS, "emit(subject, count, stamped, done)"},
    {"floor", run_floor, METH_VARARGS, "floor(function, count, stamped, done)"},
    {"mark_first_step", mark_first_step, METH_NOARGS, "the first line of a stamped coroutine"},
    {"idle", idle, METH_VARARGS, "idle(milliseconds, done)"},
    {"quit", quit, METH_O, "quit(status): ends the application"},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_bench", nullptr, -1, functions, nullptr, nullptr, nullptr, nullptr};

PyObject *make()
{
    return floor_setup() < 0 ? nullptr : PyModule_Create(&definition);
}

} // namespace

bool add_module()
{
    return PyImport_AppendInittab("_bench", make) == 0;
}

} // namespace bench
