/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between value.c, which owns memory and knows no Python, and convert.c, which knows Python: the opaque
 * Python objects that a value may hold, and the making of owning values.
 */
#ifndef QIP_CORE_OPAQUE_H
#define QIP_CORE_OPAQUE_H

#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One more reference to an object of Python; the GIL is taken inside. False: the interpreter is gone. */
bool qip_opaque_hold(void *object);
/* One less. Once the interpreter is gone there is nothing left to give back, and nothing happens. */
void qip_opaque_drop(void *object);

/* The name of an object's type, cut to the size; "Python" once the interpreter is gone. */
void qip_opaque_type_name(void *object, char *buffer, size_t size);

/* Owning values. The first returns a status, the next two the items to be filled in, which are none so
 * far (NULL: no memory, and *out is none), the last takes a reference that is held already. */
/* False: the value points at NULL although it is not empty, which only one that the host made can. */
bool qip_value_is_whole(const qi_value *value);

int qip_value_own_text(qi_value *out, qi_kind kind, const char *data, size_t size);
qi_value *qip_value_own_list(qi_value *out, size_t count);
qi_entry *qip_value_own_map(qi_value *out, size_t count);
void qip_value_own_python(qi_value *out, void *held);

#ifdef __cplusplus
}
#endif

#endif
