/* SPDX-License-Identifier: BSD-3-Clause */
#include "life/latecomers.h"

#include <stdint.h>

#include "core/coarse_clock.h"

enum { UNIT = 2 /* bytes of an instruction */ };
static const uint64_t moment_ns = 50 * 1000000, all_ns = 300 * 1000000;

/* The outermost of the calls that began late; what it calls is its own. Compared only: it is on the stack until its
 * return is seen. */
static const PyFrameObject *outermost;
static uint64_t began_ns, due_ns;
static uint64_t left_ns; /* that all have together */

/* Numbers of instructions, which each version of CPython has others for; -1: this one has none. The handler of a `with`
 * begins with both. */
static long push_exception, call_exit;

static long number_of(PyObject *numbers, const char *name)
{
    PyObject *number = numbers ? PyMapping_GetItemString(numbers, name) : NULL;
    const long found = number ? PyLong_AsLong(number) : -1;

    PyErr_Clear();
    Py_XDECREF(number);
    return found;
}

void qip_latecomers_learn(void)
{
    PyObject *module = PyImport_ImportModule("opcode");
    PyObject *numbers = module ? PyObject_GetAttrString(module, "opmap") : NULL;

    PyErr_Clear();
    push_exception = number_of(numbers, "PUSH_EXC_INFO");
    call_exit = number_of(numbers, "WITH_EXCEPT_START");
    Py_XDECREF(numbers);
    Py_XDECREF(module);
}

void qip_latecomers_open(void)
{
    outermost = NULL;
    left_ns = all_ns;
}

void qip_latecomers_forget(void)
{
    outermost = NULL;
}

void qip_latecomers_see_call(PyFrameObject *frame)
{
    if (outermost || !left_ns)
        return;
    outermost = frame;
    began_ns = qip_clock_ns();
    due_ns = began_ns + (left_ns < moment_ns ? left_ns : moment_ns);
}

void qip_latecomers_see_return(PyFrameObject *frame)
{
    if (frame != outermost)
        return;
    const uint64_t took_ns = qip_clock_ns() - began_ns;
    left_ns = took_ns < left_ns ? left_ns - took_ns : 0;
    outermost = NULL;
}

bool qip_latecomers_have_time(void)
{
    return outermost && qip_clock_ns() < due_ns;
}

/* The instruction at an offset of a code's bytes, -1 behind its end. */
static int instruction(PyObject *code, Py_ssize_t at)
{
    return at >= 0 && at < PyBytes_GET_SIZE(code) ? (unsigned char)PyBytes_AS_STRING(code)[at] : -1;
}

bool qip_latecomers_is_exit(PyFrameObject *frame)
{
    PyCodeObject *code = PyFrame_GetCode(frame);
    PyObject *bytes = PyCode_GetCode(code);
    const Py_ssize_t at = PyFrame_GetLasti(frame);
    const bool is = bytes && instruction(bytes, at) == push_exception &&
                    instruction(bytes, at + UNIT) == call_exit && call_exit >= 0;

    PyErr_Clear();
    Py_XDECREF(bytes);
    Py_DECREF(code);
    return is;
}
