/* SPDX-License-Identifier: BSD-3-Clause */
/* Documentation of single objects: see docs.c. GIL: held. */
#ifndef QIP_PYTHON_DOCS_H
#define QIP_PYTHON_DOCS_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* New str, or NULL: with an exception, or without one where the object has none of its own. */
typedef PyObject *(*qip_doc_fn)(PyObject *object);

/* Makes `make` answer for the __doc__ of a type's instances; that of the type stays what it is. To be
 * called right after the type was made. 0, or -1 with an exception set. */
int qip_docs_set(PyObject *type, qip_doc_fn make);

#ifdef __cplusplus
}
#endif

#endif
