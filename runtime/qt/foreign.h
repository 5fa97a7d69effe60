/* SPDX-License-Identifier: BSD-3-Clause */
/* What PyQt6 and PySide6 have wrapped: see foreign.cpp. GIL: held. */
#ifndef QIP_QT_FOREIGN_H
#define QIP_QT_FOREIGN_H

#include "qt/ref.h"

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

/* The QObject of a wrapper; NULL with TypeError (it is none), ReferenceError or RuntimeError set. */
QObject *foreign_object(PyObject *object);

/* Copies the value of a wrapper, as a QColor: 1, 0 (it is none, or of another type), -1 with an exception.
 * The second takes a value of whatever type. */
int foreign_value(PyObject *object, QMetaType type, QVariant *out);
int foreign_value(PyObject *object, QVariant *out);

} // namespace qi

#endif
