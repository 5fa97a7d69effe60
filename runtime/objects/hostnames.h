/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of qi.host. Objects are watched, not kept. GIL: held. Thread: GUI. */
#ifndef QIP_OBJECTS_HOSTNAMES_H
#define QIP_OBJECTS_HOSTNAMES_H

#include <stdbool.h>

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Puts an object under a name, in place of the one before; NULL takes the name out. QI_OK, or
 * QI_ERR_NOT_FOUND (nothing to take out), QI_ERR_MEMORY, with the record set. */
int qip_host_set(const char *name, qi_object *object);

/* Whether there is an object under a name that has not been destroyed. */
bool qip_host_has(const char *name);

/* Takes all names out. */
void qip_host_clear(void);

#ifdef __cplusplus
}
#endif

#endif
