/* SPDX-License-Identifier: BSD-3-Clause */
/* What a function of the host's takes, and how the arguments of a call become that. GIL: held. */
#ifndef QIP_OBJECTS_PARAMETERS_H
#define QIP_OBJECTS_PARAMETERS_H

#include <Python.h>

#include <qi/value.h>

typedef struct qip_parameters {
    PyObject *name; /* of the function, for errors: "desk.price" */
    PyObject *signature;
    PyObject *names;          /* of the parameters, a tuple */
    PyObject *defaults;       /* a tuple as long; of those that have none, anything */
    PyObject *required;       /* bytes: whether each has none */
    PyObject *kinds;          /* bytes: what each takes: see coerce() */
    PyObject *optional;       /* bytes: whether each takes None */
    Py_ssize_t first_keyword; /* how many cannot be given by name, */
    Py_ssize_t positional;    /* and how many can be given by place */
    int takes_more;           /* "*args" */
} qip_parameters;

/* Begins empty, but for the name. `text` NULL: takes anything. 0, or -1 with an exception. */
int qip_parameters_read(qip_parameters *self, const char *text);
void qip_parameters_clear(qip_parameters *self);

static inline Py_ssize_t qip_parameters_count(const qip_parameters *self)
{
    return PyTuple_GET_SIZE(self->names);
}

/* What was given for each parameter, borrowed, and behind those what "*args" takes. */
typedef struct qip_given {
    PyObject **items;
    Py_ssize_t count;
    PyObject *few[8];
} qip_given;

/* Fills in `given`, which has room for all, from what a vectorcall got. 0, or -1 with an exception. */
int qip_parameters_bind(const qip_parameters *self, PyObject *const *arguments, Py_ssize_t count,
                        PyObject *keywords, qip_given *given);

/* The value that a parameter takes for an object, into *out, which is none so far. 0, or -1 with an exception that
 * names the argument. Beware: may run any code. */
int qip_parameters_convert(const qip_parameters *self, Py_ssize_t index, PyObject *object,
                           qi_value *out);

#endif
