/* SPDX-License-Identifier: BSD-3-Clause */
/* What invoke.cpp and help.cpp do for gadget.cpp: calls and descriptions of what has a meta-object. GIL: held. */
#ifndef QIP_QT_INVOKE_H
#define QIP_QT_INVOKE_H

#include "qt/ref.h"

#include <QtCore/qmetaobject.h>

namespace qi
{

/* Calls a method of a `_qi.Gadget`. New reference, or NULL with an exception. */
PyObject *call_on_gadget(PyObject *gadget, PyObject *name, PyObject *const *arguments,
                         Py_ssize_t count);

/* The C++ signatures under a name, one a line. New str. */
PyObject *signatures_of(const QMetaObject *meta_object, PyObject *name);

/* help.cpp: what help() shows of a class, and of a member; the forms of a method. New references. `kind` is
 * "an object" or "a value". */
PyObject *help_for_class(const QMetaObject *meta_object, const char *kind);
PyObject *help_for_member(const QMetaObject *meta_object, PyObject *name);
PyObject *forms_of_member(const QMetaObject *meta_object, PyObject *name);

} // namespace qi

#endif
