/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that is shared, behind the handle qi_buffer: whose it is, and what it looks like. Knows neither Python nor Qt.
 *
 * Each reference is also one of the table of handles, so that a buffer which only a value or an object of Python holds is
 * a live handle for whoever gets it from there.
 */
#ifndef QIP_CORE_BUFFER_H
#define QIP_CORE_BUFFER_H

#include <qi/buffer.h>

#include "core/users.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the host's `destroy` is called: in the GUI thread, without the GIL. Filled by life/wiring.c. */
typedef struct qip_buffer_functions {
    void (*end)(qip_user *user);
} qip_buffer_functions;

extern qip_buffer_functions qip_buffer_port;

/* Called at once when nobody uses the memory any more, in whatever thread, with the GIL or without. */
typedef void (*qip_buffer_freed_fn)(void *data);

/* Memory that is not the host's: `layout` is copied, its `user` is not looked at. QI_OK, or QI_ERR_MEMORY. Owned. */
int qip_buffer_of(const qi_buffer_layout *layout, qip_buffer_freed_fn freed, void *data,
                  qi_buffer **out);

/* What it looks like, for whoever holds it. */
const qi_buffer_layout *qip_buffer_layout(const qi_buffer *buffer);

/* One more reference. QI_OK or QI_ERR_HANDLE. */
int qip_buffer_take(qi_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
