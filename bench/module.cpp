// SPDX-License-Identifier: BSD-3-Clause
//
// What is measured must run as a host's event handler does, from Qt's event loop and without the GIL, so
// each function here posts its work and gives the outcome to `done` afterwards.
#include "floor.h"

#include <functional>
#include <utility>
#include <vector>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>

#include <qi/qi.h>

#include "idle.h"
#include "module.h"
#include "subject.h"
#include "window.h"

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

bool cargo_of(int number, Cargo *cargo)
{
    if (number < 0 || number >= CARGO_KINDS) {
        PyErr_Format(PyExc_ValueError, "the cargo must be 0 to %d, not %d", CARGO_KINDS - 1, number);
        return false;
    }
    *cargo = static_cast<Cargo>(number);
    return true;
}

PyObject *subject(PyObject *, PyObject *args)
{
    const char *target;
    int number, connections = 1;
    Cargo cargo;

    if (!PyArg_ParseTuple(args, "si|i", &target, &number, &connections) || !cargo_of(number, &cargo))
        return nullptr;
    auto *object = new Subject;
    for (int i = 0; i < connections; i++)
        if (!object->connect_to(target, cargo)) {
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
    int number, stamped;
    Cargo cargo;

    if (!PyArg_ParseTuple(args, "OilpO", &capsule, &number, &count, &stamped, &done) ||
        !cargo_of(number, &cargo))
        return nullptr;
    auto *object = static_cast<Subject *>(PyCapsule_GetPointer(capsule, nullptr));
    if (!object)
        return nullptr;
    return post(done, [object, cargo, count, stamped] {
        if (stamped)
            object->emit_all_stamped(count);
        else
            object->emit_all(cargo, count);
    });
}

PyObject *emit_each(PyObject *, PyObject *args)
{
    PyObject *capsules, *done;
    std::vector<Subject *> objects;

    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &capsules, &done))
        return nullptr;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(capsules); i++) {
        void *object = PyCapsule_GetPointer(PyList_GET_ITEM(capsules, i), nullptr);
        if (!object)
            return nullptr;
        objects.push_back(static_cast<Subject *>(object));
    }
    return post(done, [objects = std::move(objects)] {
        for (Subject *object : objects)
            object->emit_all(Cargo::Int, 1);
    });
}

PyObject *emit_on(PyObject *, PyObject *args)
{
    PyObject *address, *done;
    const char *signature;
    long count;
    int number;
    Cargo cargo;

    if (!PyArg_ParseTuple(args, "OsilO", &address, &signature, &number, &count, &done) ||
        !cargo_of(number, &cargo))
        return nullptr;
    auto *object = static_cast<QObject *>(PyLong_AsVoidPtr(address));
    if (!object)
        return PyErr_Occurred() ? nullptr
                                : PyErr_Format(PyExc_ValueError, "there is no QObject at 0");
    if (object->metaObject()->indexOfSignal(QMetaObject::normalizedSignature(signature)) < 0)
        return PyErr_Format(PyExc_LookupError, "%s has no signal %s",
                            object->metaObject()->className(), signature);
    const QByteArray kept = signature;
    return post(done, [object, kept, cargo, count] {
        (void)emit_foreign(object, kept.constData(), cargo, count); // it has the signal, see above
    });
}

PyObject *run_floor(PyObject *, PyObject *args)
{
    PyObject *function, *done; // the caller keeps the function
    long count;
    int number, stamped;
    Cargo cargo;

    if (!PyArg_ParseTuple(args, "OilpO", &function, &number, &count, &stamped, &done) ||
        !cargo_of(number, &cargo))
        return nullptr;
    return post(done, [function, cargo, count, stamped] {
        (void)floor_run(function, cargo, count, stamped);
    });
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

PyObject *open_window(PyObject *, PyObject *)
{
    window_open();
    Py_RETURN_NONE;
}

PyObject *list_of(const std::vector<double> &values)
{
    PyObject *list = PyList_New(static_cast<Py_ssize_t>(values.size()));

    for (size_t i = 0; list && i < values.size(); i++) {
        PyObject *value = PyFloat_FromDouble(values[i]);
        if (!value)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), value);
    }
    return list;
}

PyObject *close_window(PyObject *, PyObject *)
{
    const Lateness noted = window_close();

    return Py_BuildValue("(NN)", list_of(noted.timer), list_of(noted.paint));
}

// Beside the loop, not inside one of its callbacks: what it calls may run a loop of its own.
PyObject *later(PyObject *, PyObject *function)
{
    Py_INCREF(function);
    QMetaObject::invokeMethod(
        qApp,
        [function] {
            PyGILState_STATE gil = PyGILState_Ensure();
            PyObject *result = PyObject_CallNoArgs(function);
            if (!result)
                PyErr_WriteUnraisable(function);
            Py_XDECREF(result);
            Py_DECREF(function);
            PyGILState_Release(gil);
        },
        Qt::QueuedConnection);
    Py_RETURN_NONE;
}

PyObject *dispatcher(PyObject *, PyObject *)
{
    return PyUnicode_FromString(QAbstractEventDispatcher::instance()->metaObject()->className());
}

PyObject *quit(PyObject *, PyObject *status)
{
    const long code = PyLong_AsLong(status);

    QMetaObject::invokeMethod(
        qApp, [code] { QCoreApplication::exit(static_cast<int>(code)); }, Qt::QueuedConnection);
    Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"subject", subject, METH_VARARGS,
     "subject(target, cargo, times=1): a QObject whose signal is connected to the target"},
    {"emit", emit, METH_VARARGS, "emit(subject, cargo, count, stamped, done)"},
    {"emit_each", emit_each, METH_VARARGS, "emit_each(subjects, done): one int each"},
    {"emit_on", emit_on, METH_VARARGS, "emit_on(address, signature, cargo, count, done)"},
    {"floor", run_floor, METH_VARARGS, "floor(function, cargo, count, stamped, done)"},
    {"mark_first_step", mark_first_step, METH_NOARGS, "the first line of a stamped coroutine"},
    {"idle", idle, METH_VARARGS, "idle(milliseconds, done)"},
    {"open_window", open_window, METH_NOARGS, "shows the window that notes its lateness"},
    {"close_window", close_window, METH_NOARGS, "(seconds of the timer, seconds of paint events)"},
    {"later", later, METH_O, "later(function): calls it from an event of Qt's"},
    {"dispatcher", dispatcher, METH_NOARGS, "the class of Qt's event dispatcher"},
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
