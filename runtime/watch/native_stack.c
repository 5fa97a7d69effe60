/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stack of Python in a thread that is stuck in native code, while that holds the GIL: CPython itself writes it
 * into a file in memory, when the thread gets a signal (faulthandler). Without it, a stall is told all the same.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create() */
#endif
#include "watch/native_stack.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "python/call.h"
#include "watch/interrupt.h"

enum {
    DUMP_MS = 200, /* for a signal to arrive */
    DUMP_SIZE = 32 * 1024
};

void qip_native_stack_open(qip_native_stack *stack)
{
    stack->thread = pthread_self();
    stack->fd = memfd_create("qi-watchdog", MFD_CLOEXEC);
    stack->signal = qip_signal_find();
    if (stack->fd < 0 || !stack->signal)
        return;
    PyObject *result = qip_call_python("qi._watch.stalls", "dump_on", "(ii)", stack->signal,
                                       stack->fd);
    if (!result) {
        PyErr_Clear();
        close(stack->fd);
        stack->fd = -1;
    }
    Py_XDECREF(result);
}

void qip_native_stack_close(qip_native_stack *stack)
{
    if (stack->fd < 0)
        return;
    PyObject *result = qip_call_python("qi._watch.stalls", "dump_no_more", "(i)", stack->signal);
    if (!result)
        PyErr_Clear();
    Py_XDECREF(result);
    close(stack->fd);
}

/* "  File "x", line 3 in f", innermost first, becomes what a traceback has: outermost first. */
static char *turn_around(char *dump)
{
    char *lines[256], *state = NULL, *result = NULL;
    size_t count = 0, size = 0;
    FILE *file = open_memstream(&result, &size);

    if (!file)
        return NULL;
    for (char *line = strtok_r(dump, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        if (strncmp(line, "  File ", 7) == 0 && count < sizeof lines / sizeof *lines)
            lines[count++] = line;
    }
    while (count) {
        char *line = lines[--count], *in = NULL;
        for (char *at = strstr(line, " in "); at; at = strstr(at + 1, " in "))
            in = at;
        if (in)
            fprintf(file, "%.*s, in %s\n", (int)(in - line), line, in + 4);
        else
            fprintf(file, "%s\n", line);
    }
    return fclose(file) == 0 ? result : NULL;
}

char *qip_native_stack_read(qip_native_stack *stack)
{
    char buffer[DUMP_SIZE];
    ssize_t size = 0, before = -1;

    if (stack->fd < 0 || ftruncate(stack->fd, 0) < 0 || lseek(stack->fd, 0, SEEK_SET) < 0 ||
        pthread_kill(stack->thread, stack->signal) != 0)
        return NULL;
    for (int waited = 0; waited < DUMP_MS && (size <= 0 || size != before); waited += 10) {
        poll(NULL, 0, 10);
        before = size;
        size = pread(stack->fd, buffer, sizeof buffer - 1, 0);
    }
    if (size <= 0)
        return NULL;
    buffer[size] = '\0';
    return turn_around(buffer);
}
