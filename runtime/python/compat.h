/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What differs between CPython 3.11 and 3.15, and how the rest of libqi sees it. No other file compares
 * PY_VERSION_HEX for the sake of behaviour. GIL: held.
 */
#ifndef QIP_PYTHON_COMPAT_H
#define QIP_PYTHON_COMPAT_H

#include <Python.h>

#include <stdbool.h>

#if PY_VERSION_HEX < 0x030B0000
#error "libqi needs CPython 3.11 or newer"
#endif

/* The newest minor version that libqi was tested with: see known.h. CMake reads this line. */
#define QIP_NEWEST_PYTHON_MINOR 15

/* Task's own eager_start, and _swap_current_task: since 3.12. */
#define QIP_HAS_EAGER_START (PY_VERSION_HEX >= 0x030C0000)

/* The collector runs in the middle of an allocation, finalizers and all: until 3.12, since when it waits for bytecode. */
#define QIP_COLLECTS_IN_ALLOCATIONS (PY_VERSION_HEX < 0x030C0000)

/* Transports queue what they are given piece by piece (`_buffer` is a deque), and write vectors: since 3.12. */
#define QIP_HAS_VECTORED_TRANSPORTS (PY_VERSION_HEX >= 0x030C0000)

/* A Server knows its transports one by one, and a transport that is collected leaves it: since 3.13. */
#define QIP_SERVERS_KNOW_TRANSPORTS (PY_VERSION_HEX >= 0x030D0000)

/* The slots of a pathlib path: its text, once somebody has asked for it, and what it was made of: its parts, of which the
 * first is the root, until 3.11; since then what was given, to be joined. */
#define QIP_PATH_TEXT    "_str"
#define QIP_PATH_MADE_OF (PY_VERSION_HEX >= 0x030C0000 ? "_raw_paths" : "_parts")

/* A server has a Context, each of its connections a copy of that, and a transport's callbacks run in its own: since 3.15. */
#define QIP_TRANSPORTS_HAVE_CONTEXTS (PY_VERSION_HEX >= 0x030F0000)

/*
 * A stretch of code in which no exception counts as being handled, whatever the caller is in the middle
 * of handling. A coroutine that starts inside an `except` block of somebody else's must not find that
 * exception in sys.exc_info() or as the __context__ of its own.
 */
typedef struct qip_exc_scope {
    _PyErr_StackItem item;
    _PyErr_StackItem *outer;
} qip_exc_scope;

static inline void qip_exc_scope_enter(qip_exc_scope *scope)
{
    PyThreadState *thread = PyThreadState_Get();

    scope->item.exc_value = NULL;
    scope->item.previous_item = NULL;
    scope->outer = thread->exc_info;
    thread->exc_info = &scope->item;
}

static inline void qip_exc_scope_leave(qip_exc_scope *scope)
{
    PyThreadState_Get()->exc_info = scope->outer;
    Py_CLEAR(scope->item.exc_value);
}

/* The state of this thread; NULL where it has none, as it can be in an allocator. */
static inline PyThreadState *qip_thread_state_or_null(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    return PyThreadState_GetUnchecked();
#else
    return _PyThreadState_UncheckedGet();
#endif
}

/* The Context that is entered in this thread: borrowed; NULL if none was yet. */
static inline PyObject *qip_current_context(void)
{
    return PyThreadState_Get()->context;
}

/*
 * What stands for the innermost frame of Python on a thread's stack; NULL: none. It tells frames apart, and is
 * for nothing else. In the thread itself, or with the GIL held.
 */
static inline const void *qip_top_frame(const PyThreadState *thread)
{
#if PY_VERSION_HEX >= 0x030D0000
    return thread->current_frame;
#else
    return thread->cframe->current_frame;
#endif
}

/* The exception that is set, taken out: a new reference, or NULL. Its traceback is in it. */
static inline PyObject *qip_take_exception(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!type)
        return NULL;
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback)
        PyException_SetTraceback(value, traceback);
    Py_DECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

/*
 * A number that changes whenever an attribute of the class or of one of its bases does; 0 where Python has run out
 * of them, so that nothing can be told. Whoever wants to compare it has looked an attribute up before.
 */
static inline unsigned qip_type_version(const PyTypeObject *type)
{
    return type->tp_version_tag;
}

/* The object of a weak reference: a new reference, or NULL, without an exception, if it is gone. */
static inline PyObject *qip_weakref_get(PyObject *reference)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *object;
    return PyWeakref_GetRef(reference, &object) > 0 ? object : NULL;
#else
    PyObject *object = PyWeakref_GetObject(reference);
    return object == Py_None ? NULL : Py_XNewRef(object);
#endif
}

/* Sets an exception again; takes the reference. NULL clears. */
static inline void qip_give_exception(PyObject *exception)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyErr_SetRaisedException(exception);
#else
    if (exception)
        PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(exception)), exception,
                      PyException_GetTraceback(exception));
    else
        PyErr_Clear();
#endif
}

/*
 * Leaves the task that runs on this loop, so that another may be entered, and returns it as a new
 * reference; NULL without an exception if there is none, NULL with one if asyncio refuses.
 */
PyObject *qip_task_leave(PyObject *loop);

/* Enters it again; takes the reference. NULL is allowed. Reports what cannot be raised. */
void qip_task_enter_again(PyObject *loop, PyObject *task);

#endif
