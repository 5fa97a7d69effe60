/* SPDX-License-Identifier: BSD-3-Clause */
/* What others may know of the connections that C has made. GIL: held. */
#ifndef QIP_SIGNALS_CONNECTION_P_H
#define QIP_SIGNALS_CONNECTION_P_H

#include <stddef.h>

/* How many live. */
size_t qip_connections_count(void);

#endif
