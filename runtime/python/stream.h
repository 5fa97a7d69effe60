/* SPDX-License-Identifier: BSD-3-Clause */
/* sys.stdout and sys.stderr while a runtime stands. GIL: held. */
#ifndef QIP_PYTHON_STREAM_H
#define QIP_PYTHON_STREAM_H

#include <qi/runtime.h>

/* Puts writers in the place of sys.stdout and sys.stderr where the host wants their lines, and where the
 * process has none. 0, or -1 with an exception. */
int qip_streams_install(const qi_config *config);

/* Hands over what waits for the end of its line, in all threads. Beware: calls the host. */
void qip_streams_flush(void);

/* Puts back what stood there before. Writers that somebody still has drop what they get. */
void qip_streams_remove(void);

#endif
