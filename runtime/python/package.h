/* SPDX-License-Identifier: BSD-3-Clause */
/* The Python package `qi` inside the library. */
#ifndef QIP_PYTHON_PACKAGE_H
#define QIP_PYTHON_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct qip_package_module {
    const char *name;     /* "qi._loop.loop" */
    const char *filename; /* "/<qi>/qi/_loop/loop.py" */
    bool package;
    const char *source;
    size_t source_size;
    const char *code; /* marshalled */
    size_t code_size;
} qip_package_module;

/* Made at build time by tools/embed-package.py, sorted by name. */
extern const qip_package_module qip_package_modules[];
extern const size_t qip_package_count;
extern const long qip_package_magic; /* of the Python that compiled the code */

/* The source of a module of the package, borrowed for ever; NULL: there is none of that name. GIL: not needed. */
const char *qip_package_source(const char *name, size_t *size);

/* Makes `import qi` find the package; once is enough, more does no harm. 0, or -1 with an exception.
 * GIL: held. */
int qip_package_install(void);

#endif
