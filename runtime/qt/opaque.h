/* SPDX-License-Identifier: BSD-3-Clause */
/* What one side carries for the other unopened: see opaque.cpp. GIL: held. */
#ifndef QIP_QT_OPAQUE_H
#define QIP_QT_OPAQUE_H

#include "qt/ref.h"

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

struct VariantTypes {
    PyObject *variant; /* _qi.Variant: a QVariant of a type that Python has nothing for */
    PyObject *gadget;  /* _qi.Gadget: a Variant whose type has properties and methods; gadget.cpp */
};
extern VariantTypes variant_types;

/* Whether values of a type have properties, methods or enumerations that Python can see. */
bool is_gadget(QMetaType type);

/* A `_qi.Variant`, or `_qi.Gadget`, of a value. New reference, or NULL with an exception set. */
PyObject *opaque_new(const QVariant &value);

const QVariant *opaque_value(PyObject *object); /* NULL if it is no _qi.Variant; sets no exception */
QVariant *opaque_slot(PyObject *object);        /* the same, to be changed; for gadget.cpp */

QVariant hold_python(PyObject *object); /* a QVariant that holds any object of Python */
PyObject *held_python(QMetaType type, const void *data); /* new reference, NULL if it is none of these */

} // namespace qi

#endif
