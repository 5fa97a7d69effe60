/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The border between C++ and those who call it: C, Python's slots, Qt's dispatcher. None of them lets an exception of C++
 * through in one piece, so every function that they call catches all that is thrown in it, memory that is missing
 * above all, and says it as its header promises. A function's whole body is the block that is tried:
 *
 *     PyObject *qip_qt_children(qi_object *object)
 *     try {
 *         ...
 *     } catch (...) {
 *         return raise_thrown();
 *     }
 *
 * What the body has taken is given back by its destructors before that: the GIL is as the caller had it.
 * tests/packaging/borders.py sees that none is left out.
 *
 * All of these are called where something is being caught. The unwinding of a thread that ends goes on.
 */
#ifndef QIP_QT_THROWN_H
#define QIP_QT_THROWN_H

#include <Python.h>

#include <qi/base.h>

namespace qi
{

/* As an exception of Python's: MemoryError, or RuntimeError with the text. GIL: held. */
void set_thrown();

/* The same, and what the function then returns. */
template <typename Result = PyObject *> Result raise_thrown(Result failed = {})
{
    set_thrown();
    return failed;
}

/* As the thread's error record. Returns QI_ERR_MEMORY, or QI_ERR_INTERNAL. Thread: any. */
int fail_thrown();

/* To stderr, for a function that cannot fail: `what` was not done. Thread: any. */
void tell_thrown(const char *what);

} // namespace qi

#endif
