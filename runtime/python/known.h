/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which Python libqi runs in. It relies on details that CPython may change with each minor version, and on the
 * GIL, so a version that nobody has tried and a free-threaded build are refused by a text rather than found out
 * by a crash. Who wants to try asks for it: by QI_UNTESTED_PYTHON=1 in the environment.
 */
#ifndef QIP_PYTHON_KNOWN_H
#define QIP_PYTHON_KNOWN_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { QIP_KNOWN_TEXT = 256 };

/*
 * False, and why in `text`, which has room for QIP_KNOWN_TEXT: nobody has tried a Python of this version
 * (Py_Version) and build (Py_GetVersion()). Thread: any; without the GIL too.
 */
bool qip_known_python(unsigned long version, const char *build, char *text);

/* The same of the Python that is loaded; true also if somebody has asked for it. */
bool qip_known_is_fit(char *text);

#ifdef __cplusplus
}
#endif

#endif
