/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * _qi.LineWriter: a text file that hands whole lines to the host.
 *
 * Each thread has a buffer of its own for the line that it has begun, so lines of two threads never mix.
 * The buffer lives in the thread's dictionary and dies with the thread, which hands over what is left;
 * flush() does not, or every print(…, end="") would become a line. The callback runs without the GIL,
 * one call at a time for each stream, and finds no lock of ours held except that stream's, which its
 * own thread may take again.
 *
 * A writer outlives the runtime, since handlers of `logging` keep it: it then drops what it gets.
 * A *listening* writer is one whose lines the listeners of output.c get, with the origin of what writes,
 * and not the host's callbacks; pyshim/qi/_output.py has them.
 *
 * `buffer` is the same thing for bytes. Invariant: the list of buffers is changed with the GIL only.
 */
#include <Python.h>

#include "python/stream.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/callout.h"
#include "python/compat.h"
#include "python/call.h"
#include "python/gate.h"
#include "python/interp.h"
#include "python/output.h"
#include "python/module.h"
#include "python/setup.h"

static PyObject *writer_type; /* _qi.LineWriter: sys.stdout and sys.stderr */

/* A line this long without an end is handed over in pieces, so that a mistake cannot eat all memory. */
enum { LONGEST_LINE = 1 << 20 };

typedef enum channel { OUT, ERR, CHANNELS } channel;

typedef struct buffer buffer;

typedef struct writer {
    PyObject_HEAD
    channel to;
    bool binary;
    bool listening;
    PyObject *text; /* of a binary writer: the text writer that owns the lines */
    buffer *first;  /* the buffers of all threads */
} writer;

/* The unfinished line of one thread. */
struct buffer {
    PyObject_HEAD
    writer *owner; /* a strong reference */
    buffer *previous, *next;
    char *data;
    size_t size, capacity;
};

static pthread_mutex_t locks[CHANNELS];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static PyObject *replaced[CHANNELS]; /* what stood in sys before, while a runtime stands */
static PyObject *installed[CHANNELS];
static const char *const names[CHANNELS] = {"stdout", "stderr"};
static PyTypeObject *buffer_type;

static void make_locks(void)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    for (int to = 0; to < CHANNELS; to++)
        pthread_mutex_init(&locks[to], &attributes);
    pthread_mutexattr_destroy(&attributes);
}

/* -- handing lines over -------------------------------------------------------------------------- */

static void tell(const qi_config *config, channel to, const char *line, size_t size)
{
    if (to == OUT && config->out)
        config->out(line, size, config->out_user);
    else if (to == ERR && config->err)
        config->err(line, size, config->err_user);
}

/* Whose code is running: a new reference to a str or None; never fails. Beware: runs Python. */
static PyObject *origin_here(void)
{
    PyObject *pending = qip_take_exception();
    PyObject *origin = qip_runtime_current() ? qip_call_python("qi._output", "origin", "()") : NULL;

    if (!origin || (origin != Py_None && !PyUnicode_Check(origin))) {
        PyErr_Clear();
        Py_XSETREF(origin, Py_NewRef(Py_None));
    }
    qip_give_exception(pending);
    return origin;
}

/* Hands over every line of a block, the last of which need not end. The block is changed: each line is
 * ended by a NUL where its newline was, so it has one byte more than `size`. */
static void deliver_lines(const writer *owner, char *block, size_t size, const char *origin)
{
    const qi_config *config = &qip_runtime_current()->config;

    for (char *line = block, *end = block + size; line < end;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop)
            stop = end;
        *stop = '\0';
        if (owner->listening)
            qip_output_tell(line, (size_t)(stop - line), owner->to + 1, origin);
        else
            tell(config, owner->to, line, (size_t)(stop - line));
        line = stop + 1;
    }
}

/* `owner` has a reference of the caller's. */
static void deliver(const writer *owner, char *block, size_t size)
{
    const channel to = owner->to;
    PyObject *origin = owner->listening ? origin_here() : NULL;
    const char *name = origin && origin != Py_None ? PyUnicode_AsUTF8(origin) : NULL;

    if (origin && !name)
        PyErr_Clear();
    pthread_once(&once, make_locks);
    PyThreadState *thread = qip_gil_drop();
    if (qip_callout_begin()) {
        /* Listeners have a lock of their own, for both streams. */
        if (!owner->listening)
            pthread_mutex_lock(&locks[to]);
        deliver_lines(owner, block, size, name);
        if (!owner->listening)
            pthread_mutex_unlock(&locks[to]);
        qip_callout_end();
    }
    qip_gil_take(thread);
    Py_XDECREF(origin);
}

/* -- the buffers --------------------------------------------------------------------------------- */

/* Beware: the callback may write again, into this very buffer; it is empty by then. */
static void hand_over_rest(buffer *self)
{
    char *data = self->data;
    size_t size = self->size;

    self->data = NULL;
    self->size = self->capacity = 0;
    if (size)
        deliver(self->owner, data, size);
    free(data);
}

static void take_out(buffer *self)
{
    if (self->previous)
        self->previous->next = self->next;
    else
        self->owner->first = self->next;
    if (self->next)
        self->next->previous = self->previous;
}

static void buffer_dealloc(PyObject *object)
{
    buffer *self = (buffer *)object;
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
static buffer *buffer_here(writer *owner)
{
    PyObject *dictionary = PyThreadState_GetDict();
    if (!dictionary) {
        PyErr_SetString(PyExc_RuntimeError, "this thread is ending and cannot write any more");
        return NULL;
    }
    PyObject *found = PyDict_GetItemWithError(dictionary, (PyObject *)owner);
    if (found || PyErr_Occurred())
        return (buffer *)found;
    buffer *fresh = PyObject_New(buffer, buffer_type);
    if (!fresh)
        return NULL;
    fresh->owner = (writer *)Py_NewRef(owner);
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
static bool reserve(buffer *self, size_t more)
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

/* 0, or -1 with an exception. */
static int append(writer *owner, const char *data, size_t size)
{
    size_t whole = whole_lines(data, size);
    buffer *self = buffer_here(owner);

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

/* -- the file ------------------------------------------------------------------------------------ */

static PyObject *write_text(writer *self, PyObject *object)
{
    if (!PyUnicode_Check(object))
        return PyErr_Format(PyExc_TypeError, "write() argument must be str, not %.100s",
                            Py_TYPE(object)->tp_name);
    Py_ssize_t size;
    const char *data = PyUnicode_AsUTF8AndSize(object, &size);
    PyObject *bytes = NULL;
    if (!data) {
        PyErr_Clear(); /* lone surrogates */
        bytes = PyUnicode_AsEncodedString(object, "utf-8", "backslashreplace");
        if (!bytes)
            return NULL;
        data = PyBytes_AS_STRING(bytes);
        size = PyBytes_GET_SIZE(bytes);
    }
    int failed = append(self, data, (size_t)size);
    Py_XDECREF(bytes);
    return failed ? NULL : PyLong_FromSsize_t(PyUnicode_GET_LENGTH(object));
}

static PyObject *write_bytes(writer *self, PyObject *object)
{
    Py_buffer view;

    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    int failed = append((writer *)self->text, view.buf, (size_t)view.len);
    PyObject *written = failed ? NULL : PyLong_FromSsize_t(view.len);
    PyBuffer_Release(&view);
    return written;
}

static PyObject *writer_write(PyObject *object, PyObject *argument)
{
    writer *self = (writer *)object;
    return self->binary ? write_bytes(self, argument) : write_text(self, argument);
}

static PyObject *writer_writelines(PyObject *object, PyObject *lines)
{
    PyObject *iterator = PyObject_GetIter(lines), *line;

    if (!iterator)
        return NULL;
    while ((line = PyIter_Next(iterator)) != NULL) {
        PyObject *written = writer_write(object, line);
        Py_DECREF(line);
        if (!written)
            break;
        Py_DECREF(written);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *unsupported(const char *what)
{
    PyObject *io = PyImport_ImportModule("io");
    PyObject *type = io ? PyObject_GetAttrString(io, "UnsupportedOperation") : NULL;

    if (type)
        PyErr_Format(type, "%s: the output goes to the application, line by line", what);
    Py_XDECREF(type);
    Py_XDECREF(io);
    return NULL;
}

static PyObject *writer_fileno(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return unsupported("fileno");
}

static PyObject *writer_refuse(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(arguments))
{
    return unsupported("not readable or seekable");
}

static PyObject *writer_nothing(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_NONE;
}

static PyObject *writer_reconfigure(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(arguments),
                                    PyObject *Py_UNUSED(keywords))
{
    Py_RETURN_NONE; /* a line is a line and the encoding UTF-8, whatever is asked for */
}

static PyObject *writer_true(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_TRUE;
}

static PyObject *writer_false(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_FALSE;
}

static PyObject *writer_enter(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_NewRef(self);
}

static PyMethodDef writer_methods[] = {
    {"write", writer_write, METH_O, "write(text)\n--\n\nHand over the lines that this completes."},
    {"writelines", writer_writelines, METH_O, NULL},
    {"flush", writer_nothing, METH_NOARGS,
     "flush()\n--\n\nDo nothing: a line goes to the application when it is complete."},
    {"close", writer_nothing, METH_NOARGS, NULL},
    {"isatty", writer_false, METH_NOARGS, NULL},
    {"readable", writer_false, METH_NOARGS, NULL},
    {"seekable", writer_false, METH_NOARGS, NULL},
    {"writable", writer_true, METH_NOARGS, NULL},
    {"fileno", writer_fileno, METH_NOARGS, NULL},
    {"read", writer_refuse, METH_VARARGS, NULL},
    {"readline", writer_refuse, METH_VARARGS, NULL},
    {"seek", writer_refuse, METH_VARARGS, NULL},
    {"tell", writer_refuse, METH_VARARGS, NULL},
    {"truncate", writer_refuse, METH_VARARGS, NULL},
    {"detach", writer_refuse, METH_VARARGS, NULL},
    {"reconfigure", (PyCFunction)(void (*)(void))writer_reconfigure, METH_VARARGS | METH_KEYWORDS,
     NULL},
    {"__enter__", writer_enter, METH_NOARGS, NULL},
    {"__exit__", writer_nothing, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyObject *get_text(PyObject *Py_UNUSED(self), void *text)
{
    return PyUnicode_FromString(text);
}

static PyObject *get_name(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromFormat("<%s>", names[((writer *)self)->to]);
}

static PyObject *get_mode(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(((writer *)self)->binary ? "wb" : "w");
}

static PyObject *get_bool(PyObject *Py_UNUSED(self), void *value)
{
    return PyBool_FromLong(value != NULL);
}

static PyObject *get_none(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_NONE;
}

static PyObject *make_writer(channel to, bool listening, PyObject *text);

static PyObject *get_buffer(PyObject *self, void *Py_UNUSED(closure))
{
    writer *own = (writer *)self;

    if (own->binary)
        return PyErr_Format(PyExc_AttributeError, "a binary stream has no attribute 'buffer'");
    return make_writer(own->to, own->listening, self);
}

static PyGetSetDef writer_attributes[] = {
    {"encoding", get_text, NULL, NULL, "utf-8"},
    {"errors", get_text, NULL, NULL, "backslashreplace"},
    {"name", get_name, NULL, NULL, NULL},
    {"mode", get_mode, NULL, NULL, NULL},
    {"newlines", get_none, NULL, NULL, NULL},
    {"closed", get_bool, NULL, NULL, NULL},
    {"line_buffering", get_bool, NULL, NULL, "yes"},
    {"write_through", get_bool, NULL, NULL, NULL},
    {"buffer", get_buffer, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static void writer_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);

    Py_XDECREF(((writer *)object)->text);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyObject *writer_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<_qi.LineWriter name='<%s>' mode='%s'>",
                                names[((writer *)self)->to], ((writer *)self)->binary ? "wb" : "w");
}

static PyType_Slot writer_slots[] = {
    {Py_tp_doc, "A text file that hands whole lines to the application."},
    {Py_tp_dealloc, writer_dealloc},
    {Py_tp_repr, writer_repr},
    {Py_tp_methods, writer_methods},
    {Py_tp_getset, writer_attributes},
    {0, NULL},
};

static PyType_Spec writer_spec = {
    .name = "_qi.LineWriter",
    .basicsize = sizeof(writer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = writer_slots,
};

static PyType_Slot buffer_slots[] = {
    {Py_tp_dealloc, buffer_dealloc},
    {0, NULL},
};

static PyType_Spec buffer_spec = {
    .name = "_qi.Line",
    .basicsize = sizeof(buffer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = buffer_slots,
};

static PyObject *make_writer(channel to, bool listening, PyObject *text)
{
    writer *self = PyObject_New(writer, (PyTypeObject *)writer_type);

    if (!self)
        return NULL;
    self->to = to;
    self->binary = text != NULL;
    self->listening = listening;
    self->text = Py_XNewRef(text);
    self->first = NULL;
    return (PyObject *)self;
}

static PyObject *listening_writer(PyObject *Py_UNUSED(module), PyObject *number)
{
    const long stream = PyLong_AsLong(number);

    if (stream == -1 && PyErr_Occurred())
        return NULL;
    if (stream < 1 || stream > CHANNELS)
        return PyErr_Format(PyExc_ValueError, "stream is 1 or 2, not %ld", stream);
    return make_writer((channel)(stream - 1), true, NULL);
}

static void flush_writer(writer *self);

static PyObject *hand_over(PyObject *Py_UNUSED(module), PyObject *object)
{
    if (Py_TYPE(object) != (PyTypeObject *)writer_type)
        return PyErr_Format(PyExc_TypeError, "a LineWriter is needed, not %R", object);
    flush_writer((writer *)object);
    Py_RETURN_NONE;
}

int qip_stream_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_listening_writer", listening_writer, METH_O,
         "_listening_writer(stream)\n--\n\nMake a LineWriter whose lines the listeners get."},
        {"_hand_over", hand_over, METH_O,
         "_hand_over(writer)\n--\n\nHand over the unfinished lines of all threads."},
        {NULL, NULL, 0, NULL},
    };

    qip_module_keep(writer_type);
    buffer_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &buffer_spec, NULL);
    writer_type = PyType_FromModuleAndSpec(module, &writer_spec, NULL);
    if (!buffer_type || !writer_type)
        return -1;
    if (PyModule_AddFunctions(module, methods) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)writer_type);
}

/* -- in sys -------------------------------------------------------------------------------------- */

static int install(channel to, bool wanted)
{
    PyObject *present = PySys_GetObject(names[to]); /* borrowed */

    if (!wanted && present && present != Py_None)
        return 0;
    PyObject *fresh = make_writer(to, false, NULL);
    if (!fresh)
        return -1;
    Py_XSETREF(replaced[to], Py_NewRef(present ? present : Py_None));
    Py_XSETREF(installed[to], fresh);
    return PySys_SetObject(names[to], fresh);
}

int qip_streams_install(const qi_config *config)
{
    return install(OUT, config->out) < 0 ? -1 : install(ERR, config->err);
}

static void flush_stream(const char *name)
{
    PyObject *stream = PySys_GetObject(name);

    if (!stream || stream == Py_None)
        return;
    Py_INCREF(stream);
    PyObject *result = PyObject_CallMethod(stream, "flush", NULL);
    if (!result)
        PyErr_Clear(); /* the process's stream is closed or full, and there is nobody to tell */
    Py_XDECREF(result);
    Py_DECREF(stream);
}

static buffer *unfinished(writer *self)
{
    buffer *each = self->first;

    while (each && !each->size)
        each = each->next;
    return each;
}

static void flush_writer(writer *self)
{
    size_t threads = 0;

    for (buffer *each = self->first; each; each = each->next)
        threads++;
    /* The callback may free any buffer, so each round looks from the start; and threads go on writing,
     * so there is a last round. */
    for (buffer *each; threads && (each = unfinished(self)) != NULL; threads--) {
        Py_INCREF(each);
        hand_over_rest(each);
        Py_DECREF(each);
    }
}

void qip_streams_flush(void)
{
    for (int to = 0; to < CHANNELS; to++) {
        flush_stream(names[to]);
        if (installed[to])
            flush_writer((writer *)installed[to]);
    }
}

void qip_streams_remove(void)
{
    for (int to = 0; to < CHANNELS; to++) {
        if (!installed[to])
            continue;
        /* Somebody may have put a stream of his own there meanwhile. */
        if (PySys_GetObject(names[to]) == installed[to])
            (void)PySys_SetObject(names[to], replaced[to]);
        Py_CLEAR(installed[to]);
        Py_CLEAR(replaced[to]);
    }
}
