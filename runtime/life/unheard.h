/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts of code that is late, raised where nobody can catch them, as in destructors. There may be thousands, whose
 * reports would take longer than the end of a runtime may last: they are counted, and the number is told. GUI thread, GIL.
 */
#ifndef QIP_LIFE_UNHEARD_H
#define QIP_LIFE_UNHEARD_H

#include <Python.h>

#include <stdbool.h>

/* From now on exceptions of this type, borrowed, are counted while the time is over. */
void qip_unheard_open(PyObject *type, bool (*is_over)(void));
/* Once the package has given sys.unraisablehook back: whose it is gets what is not counted. */
void qip_unheard_take_hook(void);
void qip_unheard_close(void);

#endif
