/* SPDX-License-Identifier: BSD-3-Clause */
/* Values for properties: see properties.cpp. False with an exception set. GIL: held. */
#ifndef QIP_QT_PROPERTIES_H
#define QIP_QT_PROPERTIES_H

#include "qt/ref.h"

#include <QtCore/qmetaobject.h>
#include <QtCore/qvariant.h>

namespace qi
{

/* What a property shall be, from an object of Python; an error names "Class.property". */
bool value_for_property(const QMetaProperty &property, const char *class_name, PyObject *object,
                        QVariant *out);

/* Sets a property of a gadget. Beware: runs the host's code, without the GIL, and `*gadget` is replaced then. */
bool write_gadget(QVariant *gadget, const QMetaProperty &property, PyObject *value);

/* Sets properties of `*out`, a gadget, by name. */
bool gadget_from_dict(PyObject *dict, QVariant *out);

/* What a gadget can have, for raise_no_member(). */
extern const char gadget_kinds[];

} // namespace qi

#endif
