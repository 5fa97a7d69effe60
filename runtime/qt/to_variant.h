/* SPDX-License-Identifier: BSD-3-Clause */
/* From Python to Qt, to the type that suits best: see to_variant.cpp. GIL: held. */
#ifndef QIP_QT_TO_VARIANT_H
#define QIP_QT_TO_VARIANT_H

#include "qt/ref.h"

#include <QtCore/qvariant.h>

namespace qi
{

/* For conversions.h, which says what it does. */
bool variant_from_python(PyObject *object, QVariant *out);

} // namespace qi

#endif
