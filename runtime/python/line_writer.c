/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * _qi.LineWriter: a text file that hands whole lines to the host; line.c has how.
 *
 * A writer outlives the runtime, since handlers of `logging` keep it: it then drops what it gets.
 * A *listening* writer is one whose lines the listeners of output.c get, with the origin of what writes,
 * and not the host's callbacks; pyshim/qi/_python/output.py has them.
 *
 * `buffer` is the same thing for bytes.
 */
#include "python/line_writer.h"

#include "python/compat.h"
#include "python/module.h"
#include "python/setup.h"

static PyObject *writer_type; /* _qi.LineWriter: sys.stdout and sys.stderr */

const char *const qip_channel_names[QIP_CHANNELS] = {"stdout", "stderr"};

/* -- writing ------------------------------------------------------------------------------------- */

static PyObject *write_text(qip_line_writer *self, PyObject *object)
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
    int failed = qip_lines_append(self, data, (size_t)size);
    Py_XDECREF(bytes);
    return failed ? NULL : PyLong_FromSsize_t(PyUnicode_GET_LENGTH(object));
}

static PyObject *write_bytes(qip_line_writer *self, PyObject *object)
{
    Py_buffer view;

    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    int failed = qip_lines_append((qip_line_writer *)self->text, view.buf, (size_t)view.len);
    PyObject *written = failed ? NULL : PyLong_FromSsize_t(view.len);
    PyBuffer_Release(&view);
    return written;
}

static PyObject *writer_write(PyObject *object, PyObject *argument)
{
    qip_line_writer *self = (qip_line_writer *)object;
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
    return PyUnicode_FromFormat("<%s>", qip_channel_names[((qip_line_writer *)self)->to]);
}

static PyObject *get_mode(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(((qip_line_writer *)self)->binary ? "wb" : "w");
}

static PyObject *get_bool(PyObject *Py_UNUSED(self), void *value)
{
    return PyBool_FromLong(value != NULL);
}

static PyObject *get_none(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_NONE;
}

static PyObject *get_buffer(PyObject *self, void *Py_UNUSED(closure))
{
    qip_line_writer *own = (qip_line_writer *)self;

    if (own->binary)
        return PyErr_Format(PyExc_AttributeError, "a binary stream has no attribute 'buffer'");
    return qip_line_writer_new(own->to, own->listening, self);
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

    Py_XDECREF(((qip_line_writer *)object)->text);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyObject *writer_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<_qi.LineWriter name='<%s>' mode='%s'>",
                                qip_channel_names[((qip_line_writer *)self)->to],
                                ((qip_line_writer *)self)->binary ? "wb" : "w");
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
    .basicsize = sizeof(qip_line_writer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = writer_slots,
};

/* -- making one ---------------------------------------------------------------------------------- */

PyObject *qip_line_writer_new(qip_channel to, bool listening, PyObject *text)
{
    qip_line_writer *self = PyObject_New(qip_line_writer, (PyTypeObject *)writer_type);

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
    if (stream < 1 || stream > QIP_CHANNELS)
        return PyErr_Format(PyExc_ValueError, "stream is 1 or 2, not %ld", stream);
    return qip_line_writer_new((qip_channel)(stream - 1), true, NULL);
}

static PyObject *hand_over(PyObject *Py_UNUSED(module), PyObject *object)
{
    if (Py_TYPE(object) != (PyTypeObject *)writer_type)
        return PyErr_Format(PyExc_TypeError, "a LineWriter is needed, not %R", object);
    qip_lines_flush((qip_line_writer *)object);
    Py_RETURN_NONE;
}

int qip_line_writer_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_listening_writer", listening_writer, METH_O,
         "_listening_writer(stream)\n--\n\nMake a LineWriter whose lines the listeners get."},
        {"_hand_over", hand_over, METH_O,
         "_hand_over(writer)\n--\n\nHand over the unfinished lines of all threads."},
        {NULL, NULL, 0, NULL},
    };

    qip_module_keep(writer_type);
    writer_type = PyType_FromModuleAndSpec(module, &writer_spec, NULL);
    if (!writer_type || PyModule_AddFunctions(module, methods) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)writer_type);
}
