/* SPDX-License-Identifier: BSD-3-Clause */
/* From Python to Qt, to a given type: see to_qt.cpp. GIL: held. */
#ifndef QIP_QT_TO_QT_H
#define QIP_QT_TO_QT_H

#include "qt/ref.h"

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

/* For conversions.h, which says what it does. */
bool value_from_python(PyObject *object, QMetaType type, QVariant *out);

} // namespace qi

#endif
