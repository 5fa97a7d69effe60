/* SPDX-License-Identifier: BSD-3-Clause */
/* What must not stay as it is in the process's environment. */
#ifndef QIP_CORE_ENVIRONMENT_H
#define QIP_CORE_ENVIRONMENT_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `list`, which colons separate, without its empty entries: in PATH and its like they are the current folder, and most
 * often nobody meant that, as in `PYTHONPATH=$PYTHONPATH:/here` where there was none. NULL: no memory. Owned: free(). */
char *qip_environment_kept(const char *list);

/* Whether it is known where the user's home is, by HOME or the passwd database. Where it is not, Python's "~" stays as it is,
 * and is a folder of that name in the current one. */
bool qip_environment_knows_home(void);

/* Takes them out of PYTHONPATH, for this process and for those that it starts. Returns a qi_status; no record is set. */
int qip_environment_forget_empty_places(void);

#ifdef __cplusplus
}
#endif

#endif
