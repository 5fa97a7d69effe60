/* SPDX-License-Identifier: BSD-3-Clause */
#include "watch/lock_code.h"

#include "python/compat.h"

/* Of any class that is used by `with`, of threading and of logging. */
static const char *const names[] = {
    "__enter__",     "__exit__",     "acquire",      "release",      "_acquire_restore",
    "_release_save", "_acquireLock", "_releaseLock", "acquire_lock", "release_lock"};

/* All of it is about locks, but for the function that runs the code of others. */
static const char importlib[] = "<frozen importlib._bootstrap>",
                  runs_others[] = "_call_with_frames_removed";

static bool is_text(PyObject *text, const char *expected)
{
    return text && PyUnicode_Check(text) && PyUnicode_CompareWithASCIIString(text, expected) == 0;
}

static bool is_locks(PyObject *file, PyObject *name)
{
    if (is_text(file, importlib))
        return !is_text(name, runs_others);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is_text(name, names[i]))
            return true;
    }
    return false;
}

bool qip_is_lock_code(PyFrameObject *frame)
{
    if (!frame)
        return false;
    PyObject *pending = qip_take_exception();
    PyObject *code = (PyObject *)PyFrame_GetCode(frame);
    PyObject *file = PyObject_GetAttrString(code, "co_filename");
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    const bool is = is_locks(file, name);

    PyErr_Clear();
    Py_XDECREF(name);
    Py_XDECREF(file);
    Py_DECREF(code);
    qip_give_exception(pending);
    return is;
}
