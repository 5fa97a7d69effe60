/* SPDX-License-Identifier: BSD-3-Clause */
/* The application's Qt side as its C side sees it. */
#ifndef APPLICATION_H
#define APPLICATION_H

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the QCoreApplication. `argc` and `argv` are kept. */
void application_create(int *argc, char **argv);

/* A QTimer that emits timeout() every `milliseconds`; it belongs to the application. */
qi_object *application_clock(int milliseconds);

/* Runs Qt's event loop until application_quit(), and returns the exit code. */
int application_exec(void);
void application_quit(int exit_code);

void application_destroy(void);

#ifdef __cplusplus
}
#endif

#endif
