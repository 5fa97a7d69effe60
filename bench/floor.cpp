// SPDX-License-Identifier: BSD-3-Clause
//
// Where Task can start eagerly (3.12) the floor lets it; before that, the first step that Task hands to
// its loop is caught by a loop that can do nothing else, and called by hand in its Context.
#include "floor.h"

namespace bench
{

namespace
{

constexpr bool EAGER = PY_VERSION_HEX >= 0x030C0000;

struct FloorLoop {
    PyObject_HEAD
    PyObject *step;
    PyObject *context;
};

PyObject *call_soon(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    auto *loop = reinterpret_cast<FloorLoop *>(self);

    if (count != 1 || !names || PyTuple_GET_SIZE(names) != 1) {
        PyErr_SetString(PyExc_TypeError,
                        "the floor's loop takes a first step and its context only");
        return nullptr;
    }
    Py_XSETREF(loop->step, Py_NewRef(args[0]));
    Py_XSETREF(loop->context, Py_NewRef(args[1]));
    Py_RETURN_NONE;
}

PyObject *no(PyObject *, PyObject *)
{
    Py_RETURN_FALSE;
}
PyObject *yes(PyObject *, PyObject *)
{
    Py_RETURN_TRUE;
}

PyMethodDef loop_methods[] = {
    {"call_soon", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(call_soon)),
     METH_FASTCALL | METH_KEYWORDS, nullptr},
    {"get_debug", no, METH_NOARGS, nullptr},
    {"is_running", yes, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

// There is one, which lives as long as the process.
PyType_Slot loop_slots[] = {{Py_tp_methods, loop_methods}, {0, nullptr}};
PyType_Spec loop_spec = {"_bench.FloorLoop", sizeof(FloorLoop), 0, Py_TPFLAGS_DEFAULT, loop_slots};

FloorLoop *loop;
PyObject *task_type, *task_keywords, *get_running_loop, *set_running_loop;

bool run_caught_step()
{
    PyObject *step = loop->step, *context = loop->context;

    loop->step = loop->context = nullptr;
    PyObject *result = PyContext_Enter(context) == 0 ? PyObject_CallNoArgs(step) : nullptr;
    const bool left = PyContext_Exit(context) == 0;
    Py_DECREF(step);
    Py_DECREF(context);
    Py_XDECREF(result);
    return result && left;
}

// As Qt keeps a text, so it is read.
PyObject *text_object(const QString &text)
{
    int order = 0;

    return PyUnicode_DecodeUTF16(reinterpret_cast<const char *>(text.utf16()), text.size() * 2,
                                 nullptr, &order);
}

PyObject *map_object(const QVariantMap &map)
{
    PyObject *dict = PyDict_New();

    for (auto entry = map.cbegin(); dict && entry != map.cend(); ++entry) {
        const QVariant &held = entry.value();
        const int type = held.typeId();
        PyObject *key = text_object(entry.key());
        PyObject *value = type == QMetaType::Int      ? PyLong_FromLong(held.toInt())
                          : type == QMetaType::Double ? PyFloat_FromDouble(held.toDouble())
                                                      : text_object(held.toString());
        if (!key || !value || PyDict_SetItem(dict, key, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return dict;
}

// Fills in the arguments, which the caller owns; how many.
size_t make_arguments(Cargo cargo, long value, PyObject **arguments)
{
    constexpr size_t FIVE = 5;

    switch (cargo) {
    case Cargo::Text:
        arguments[0] = text_object(cargo_text());
        return 1;
    case Cargo::Map:
        arguments[0] = map_object(cargo_map());
        return 1;
    case Cargo::FiveInts:
        for (size_t i = 0; i < FIVE; i++)
            arguments[i] = PyLong_FromLong(value + static_cast<long>(i));
        return FIVE;
    case Cargo::Int:
        break;
    }
    arguments[0] = PyLong_FromLong(value);
    return 1;
}

PyObject *call_with_cargo(PyObject *function, Cargo cargo, long value)
{
    PyObject *arguments[5];
    const size_t count = make_arguments(cargo, value, arguments);
    bool whole = true;

    for (size_t i = 0; i < count; i++)
        whole = whole && arguments[i];
    PyObject *coroutine = whole ? PyObject_Vectorcall(function, arguments, count, nullptr) : nullptr;
    for (size_t i = 0; i < count; i++)
        Py_XDECREF(arguments[i]);
    return coroutine;
}

bool launch(PyObject *function, Cargo cargo, long value)
{
    PyObject *coroutine = call_with_cargo(function, cargo, value);

    if (!coroutine)
        return false;
    PyObject *args[] = {coroutine, reinterpret_cast<PyObject *>(loop), Py_True};
    PyObject *task = PyObject_Vectorcall(task_type, args, 1, task_keywords);
    Py_DECREF(coroutine);
    const bool ran = task && (EAGER || run_caught_step());
    Py_XDECREF(task);
    return ran;
}

// From 3.14 on a Task's loop must be the thread's running one. Returns the loop that was, a new reference.
PyObject *exchange_running_loop(PyObject *other)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *before = PyObject_CallNoArgs(get_running_loop);
    PyObject *result = before ? PyObject_CallOneArg(set_running_loop, other) : nullptr;

    if (!result)
        PyErr_Print();
    Py_XDECREF(result);
    PyGILState_Release(gil);
    return before;
}

void restore_running_loop(PyObject *before)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *result = before ? PyObject_CallOneArg(set_running_loop, before) : nullptr;

    Py_XDECREF(result);
    Py_XDECREF(before);
    PyGILState_Release(gil);
}

bool launch_with_gil(PyObject *function, Cargo cargo, long value)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    const bool ran = launch(function, cargo, value);

    if (!ran)
        PyErr_Print();
    PyGILState_Release(gil);
    return ran;
}

} // namespace

int floor_setup()
{
    PyObject *type = PyType_FromSpec(&loop_spec);
    PyObject *asyncio = PyImport_ImportModule("asyncio");

    task_type = asyncio ? PyObject_GetAttrString(asyncio, "Task") : nullptr;
    task_keywords = EAGER ? Py_BuildValue("(ss)", "loop", "eager_start")
                          : Py_BuildValue("(s)", "loop");
    loop = type ? reinterpret_cast<FloorLoop *>(PyObject_CallNoArgs(type)) : nullptr;
    get_running_loop = asyncio ? PyObject_GetAttrString(asyncio, "_get_running_loop") : nullptr;
    set_running_loop = asyncio ? PyObject_GetAttrString(asyncio, "_set_running_loop") : nullptr;
    Py_XDECREF(asyncio);
    Py_XDECREF(type);
    return loop && task_type && task_keywords && get_running_loop && set_running_loop ? 0 : -1;
}

bool floor_run(PyObject *function, Cargo cargo, long count, bool stamped)
{
    PyObject *before = exchange_running_loop(reinterpret_cast<PyObject *>(loop));
    bool ran = before != nullptr;

    first_step.sum_ns = 0;
    for (long i = 0; ran && i < count; i++) {
        if (stamped)
            first_step.emitted_ns = now_ns();
        ran = launch_with_gil(function, cargo, FIRST_VALUE + i);
    }
    restore_running_loop(before);
    return ran;
}

} // namespace bench
