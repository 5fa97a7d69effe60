/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lines that writers cut: what a thread has begun of one, and how it is handed over when it is whole.
 *
 * Each thread has a buffer of its own for the line that it has begun, so lines of two threads never mix.
 * The buffer lives in the thread's dictionary and dies with the thread, which hands over what is left;
 * flush() does not, or every print(…, end="") would become a line. The callback runs without the GIL,
 * one call at a time, and finds no lock of ours held except that of all output (output.c), which its own
 * thread may take again.
 *
 * Invariant: the list of a writer's buffers is changed with the GIL only.
 */
#include "python/line_writer.h"

#include <stdlib.h>
#include <string.h>

#include "core/hostcall.h"
#include "core/callout.h"
#include "python/call.h"
#include "python/compat.h"
#include "python/gate.h"
#include "python/interp.h"
#include "python/output.h"
#include "python/scope.h"
#include "python/setup.h"

/* A line this long without an end is handed over in pieces, so that a mistake cannot eat all memory. */
enum { LONGEST_LINE = 1 << 20 };

/* The unfinished line of one thread. */
struct qip_line {
    PyObject_HEAD
    qip_line_writer *owner; /* a strong reference */
    qip_line *previous, *next;
    char *data;
    size_t size, capacity;
};

static PyTypeObject *line_type; /* _qi.Line */

/* -- handing lines over -------------------------------------------------------------------------- */

typedef struct line_call {
    const qi_config *config;
    qi_output_line line;
} line_call;

static void call_host(void *data)
{
    const line_call *call = data;

    if (call->line.stream == QI_OUTPUT_STDOUT && call->config->out)
        call->config->out(&call->line, call->config->out_user);
    else if (call->line.stream == QI_OUTPUT_STDERR && call->config->err)
        call->config->err(&call->line, call->config->err_user);
}

static void tell(const qi_config *config, const qi_output_line *line)
{
    (void)qip_hostcall(line->stream == QI_OUTPUT_STDOUT ? "the out callback" : "the err callback",
                       call_host, &(line_call){config, *line});
}

/* Whose code is running: a new reference to a str or None; never fails. Beware: runs Python. */
static PyObject *origin_here(void)
{
    PyObject *pending = qip_take_exception();
    PyObject *origin = qip_runtime_current() ? qip_call_python("qi._python.output", "origin", "()")
                                             : NULL;

    if (!origin || (origin != Py_None && !PyUnicode_Check(origin))) {
        PyErr_Clear();
        Py_XSETREF(origin, Py_NewRef(Py_None));
    }
    qip_give_exception(pending);
    return origin;
}

/* Hands over every line of a block, the last of which need not end. The block is changed: each line is
 * ended by a NUL where its newline was, so it has one byte more than `size`. */
static void deliver_lines(const qip_line_writer *owner, char *block, size_t size, const char *origin)
{
    const qi_config *config = qip_runtime_config();

    for (char *line = block, *end = block + size; config && line < end;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop)
            stop = end;
        *stop = '\0';
        const qi_output_line whole = {
            sizeof whole, line, (size_t)(stop - line),
            owner->to == QIP_CHANNEL_OUT ? QI_OUTPUT_STDOUT : QI_OUTPUT_STDERR, origin};
        if (owner->listening)
            qip_output_tell(&whole);
        else
            tell(config, &whole);
        line = stop + 1;
    }
}

/* `owner` has a reference of the caller's. */
static void deliver(const qip_line_writer *owner, char *block, size_t size)
{
    PyObject *origin = owner->listening ? origin_here() : qip_scope_plugin();
    const char *name = origin && origin != Py_None ? PyUnicode_AsUTF8(origin) : NULL;

    if (origin && !name)
        PyErr_Clear();
    PyThreadState *thread = qip_gil_drop();
    if (qip_callout_begin()) {
        qip_output_enter();
        deliver_lines(owner, block, size, name);
        qip_output_leave();
        qip_callout_end();
    }
    qip_gil_take(thread);
    Py_XDECREF(origin);
}

/* -- the buffers --------------------------------------------------------------------------------- */

/* Beware: the callback may write again, into this very buffer; it is empty by then. */
static void hand_over_rest(qip_line *self)
{
    char *data = self->data;
    size_t size = self->size;

    self->data = NULL;
    self->size = self->capacity = 0;
    if (size)
        deliver(self->owner, data, size);
    free(data);
}

static void take_out(qip_line *self)
{
    if (self->previous)
        self->previous->next = self->next;
    else
        self->owner->first = self->next;
    if (self->next)
        self->next->previous = self->previous;
}

static void line_dealloc(PyObject *object)
{
    qip_line *self = (qip_line *)object;
    PyTypeObject *type = Py_TYPE(object);

    /* Unlinked first: while the callback runs, another thread may walk the list. An exception may be
     * under way, since this happens when a thread or the interpreter ends. */
    PyObject *raised = qip_take_exception();
    take_out(self);
    hand_over_rest(self);
    qip_give_exception(raised);
    Py_DECREF(self->owner);
    type->tp_free(object);
    Py_DECREF(type);
}

/* This thread's buffer of a text writer; borrowed from the thread's dictionary. */
static qip_line *buffer_here(qip_line_writer *owner)
{
    PyObject *dictionary = PyThreadState_GetDict();
    if (!dictionary) {
        PyErr_SetString(PyExc_RuntimeError, "this thread is ending and cannot write any more");
        return NULL;
    }
    PyObject *found = PyDict_GetItemWithError(dictionary, (PyObject *)owner);
    if (found || PyErr_Occurred())
        return (qip_line *)found;
    qip_line *fresh = PyObject_New(qip_line, line_type);
    if (!fresh)
        return NULL;
    fresh->owner = (qip_line_writer *)Py_NewRef(owner);
    fresh->data = NULL;
    fresh->size = fresh->capacity = 0;
    fresh->previous = NULL;
    fresh->next = owner->first;
    if (owner->first)
        owner->first->previous = fresh;
    owner->first = fresh;
    int failed = PyDict_SetItem(dictionary, (PyObject *)owner, (PyObject *)fresh) < 0;
    Py_DECREF(fresh);
    return failed ? NULL : fresh;
}

/* Room for so many bytes more, and one. */
static bool reserve(qip_line *self, size_t more)
{
    if (self->capacity - self->size > more)
        return true;
    size_t capacity = (self->size + more + 1) * 2;
    char *grown = realloc(self->data, capacity);
    if (!grown)
        return false;
    self->data = grown;
    self->capacity = capacity;
    return true;
}

/* The end of the last whole line in some data, or 0. */
static size_t whole_lines(const char *data, size_t size)
{
    const char *newline = memrchr(data, '\n', size);
    return newline ? (size_t)(newline - data) + 1 : 0;
}

int qip_lines_append(qip_line_writer *owner, const char *data, size_t size)
{
    size_t whole = whole_lines(data, size);
    qip_line *self = buffer_here(owner);

    if (!self)
        return -1;
    if (!reserve(self, size)) {
        PyErr_NoMemory();
        return -1;
    }
    if (!whole && self->size + size < LONGEST_LINE) {
        memcpy(self->data + self->size, data, size);
        self->size += size;
        return 0;
    }
    if (!whole)
        whole = size;
    memcpy(self->data + self->size, data, whole);
    self->size += whole;
    Py_INCREF(self);
    hand_over_rest(self); /* Beware: the callback may have written here */
    int failed = 0;
    if (size > whole) {
        failed = !reserve(self, size - whole);
        if (!failed) {
            memcpy(self->data + self->size, data + whole, size - whole);
            self->size += size - whole;
        }
    }
    Py_DECREF(self);
    if (failed)
        PyErr_NoMemory();
    return failed ? -1 : 0;
}

static qip_line *unfinished(qip_line_writer *self)
{
    qip_line *each = self->first;

    while (each && !each->size)
        each = each->next;
    return each;
}

void qip_lines_flush(qip_line_writer *self)
{
    size_t threads = 0;

    for (qip_line *each = self->first; each; each = each->next)
        threads++;
    /* The callback may free any buffer, so each round looks from the start; and threads go on writing,
     * so there is a last round. */
    for (qip_line *each; threads && (each = unfinished(self)) != NULL; threads--) {
        Py_INCREF(each);
        hand_over_rest(each);
        Py_DECREF(each);
    }
}

/* -- the type ------------------------------------------------------------------------------------ */

static PyType_Slot line_slots[] = {
    {Py_tp_dealloc, line_dealloc},
    {0, NULL},
};

static PyType_Spec line_spec = {
    .name = "_qi.Line",
    .basicsize = sizeof(qip_line),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = line_slots,
};

int qip_line_setup(PyObject *module)
{
    line_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &line_spec, NULL);
    return line_type ? 0 : -1;
}
