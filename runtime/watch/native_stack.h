/* SPDX-License-Identifier: BSD-3-Clause */
/* The stack of Python in a thread that is stuck in native code, which holds the GIL. */
#ifndef QIP_WATCH_NATIVE_STACK_H
#define QIP_WATCH_NATIVE_STACK_H

#include <pthread.h>

typedef struct qip_native_stack {
    int fd, signal; /* fd below 0: there is no such thing here */
    pthread_t thread;
} qip_native_stack;

/* For the stack of this thread. It may fail, and then nothing is ever read. GIL: held. */
void qip_native_stack_open(qip_native_stack *stack);
void qip_native_stack_close(qip_native_stack *stack);

/* As a traceback has it, for the caller to free; NULL: it cannot be had. Thread: any other. GIL: does not matter. */
char *qip_native_stack_read(qip_native_stack *stack);

#endif
