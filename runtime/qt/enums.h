/* SPDX-License-Identifier: BSD-3-Clause */
/* Enumerations and flags: see enums.cpp. GIL: held. */
#ifndef QIP_QT_ENUMS_H
#define QIP_QT_ENUMS_H

#include "qt/ref.h"

#include <QtCore/qmetaobject.h>
#include <QtCore/qmetatype.h>

namespace qi
{

/* The IntEnum or IntFlag of an enumeration, made at first use. Borrowed; NULL: none known. */
PyObject *enum_class(const QMetaEnum &enumeration);

/* The description of an enumeration's type; invalid where there is none. */
QMetaEnum enum_of(QMetaType type);

/* The member for a value; an int where it has none, or where there is no class. New reference. */
PyObject *enum_member(PyObject *enumeration, qlonglong value);

/* Writes what `data`, of an enumeration's type, shall be. The description may be invalid: numbers only. */
bool enum_from_python(PyObject *object, QMetaType type, const QMetaEnum &enumeration, void *data);

} // namespace qi

#endif
