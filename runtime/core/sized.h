/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Structures that begin with their size, and so may have been compiled with other headers than this library: shorter
 * ones by an older program, longer ones by a newer one.
 */
#ifndef QIP_CORE_SIZED_H
#define QIP_CORE_SIZED_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads what the host has filled, `from`, into `into`, which has the `known` bytes of today. What a shorter one lacks is
 * zero, as every default is; of a longer one the rest must be zero. QI_OK, or QI_ERR_ABI with a message that names the
 * structure, as "qi_config". */
int qip_sized_read(void *into, size_t known, const void *from, const char *name);

/* The other way: writes as much of `from` as the host's structure has room for, and leaves the size that it has. */
int qip_sized_write(void *to, const void *from, size_t known, const char *name);

#ifdef __cplusplus
}
#endif

#endif
