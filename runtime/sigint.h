/* SPDX-License-Identifier: BSD-3-Clause */
/* Ctrl+C: the host's, unless it hands it over. GIL: held, except for qi__sigint_save(). */
#ifndef QI_RUNTIME_SIGINT_H
#define QI_RUNTIME_SIGINT_H

#include <Python.h>

#include <signal.h>
#include <stdbool.h>

/* What the host had set, before any import of Python's could change it. */
typedef struct qi__sigint {
    struct sigaction host;
    bool python_had_it; /* Python's module `signal` was at work before us: it is the attached host's */
} qi__sigint;

/* Around the imports that libqi makes. After qi__sigint_keep() the host's disposition stands again. */
void qi__sigint_save(qi__sigint *saved);
void qi__sigint_keep(const qi__sigint *saved);

/* From now on SIGINT is KeyboardInterrupt in the Python code of the GUI thread, or is reported where
 * none runs. 0, or -1 with an exception. qi__sigint_release() restores what stood before. */
int qi__sigint_take(PyObject *loop);
void qi__sigint_release(PyObject *loop);

#endif
