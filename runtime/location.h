/* SPDX-License-Identifier: BSD-3-Clause */
/* Which installation of Python is started. Knows neither Python's API nor Qt. */
#ifndef QI_RUNTIME_LOCATION_H
#define QI_RUNTIME_LOCATION_H

#include <qi/runtime.h>

typedef struct qi__location {
    char *home;       /* what PyConfig.home must be; NULL: `program` says it */
    char *program;    /* the interpreter from which Python derives its prefix; NULL: none */
    char *executable; /* what sys.executable must be; "" where there is no interpreter at all */
} qi__location;

/* Finds it and checks that it can be started. On failure the record is set: QI_ERR_INTERPRETER with the
 * path that is wrong, or QI_ERR_MEMORY. Owned: qi__location_free(). */
int qi__location_find(qi__location *location, const qi_config *config);
void qi__location_free(qi__location *location);

#endif
