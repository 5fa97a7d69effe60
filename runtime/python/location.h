/* SPDX-License-Identifier: BSD-3-Clause */
/* Which installation of Python is started. Knows neither Python's API nor Qt. */
#ifndef QIP_PYTHON_LOCATION_H
#define QIP_PYTHON_LOCATION_H

#include <qi/runtime.h>

typedef struct qip_location {
    char *home;       /* what PyConfig.home must be; NULL: `program` says it */
    char *program;    /* the interpreter from which Python derives its prefix; NULL: none */
    char *executable; /* what sys.executable must be; "" where there is no interpreter at all */
} qip_location;

/* Finds it and checks that it can be started. On failure the record is set: QI_ERR_INTERPRETER with the
 * path that is wrong, or QI_ERR_MEMORY. Owned: qip_location_free(). */
int qip_location_find(qip_location *location, const qi_config *config);
void qip_location_free(qip_location *location);

#endif
