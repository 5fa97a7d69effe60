/* SPDX-License-Identifier: BSD-3-Clause */
/* What others may know of the connections that C has made. GIL: held. */
#ifndef QI_RUNTIME_CONNECTION_P_H
#define QI_RUNTIME_CONNECTION_P_H

#include <stddef.h>

/* How many live. */
size_t qip_connections_count(void);

#endif
