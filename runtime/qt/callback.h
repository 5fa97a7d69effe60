/* SPDX-License-Identifier: BSD-3-Clause */
/* Callables for the host: see callback.cpp. GIL: held. */
#ifndef QIP_QT_CALLBACK_H
#define QIP_QT_CALLBACK_H

#include "qt/ref.h"

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

/* Whether values of a type can be made from a callable of Python. */
bool is_callback(QMetaType type);

/* Makes `*out`, which is of such a type, from a callable or None. False with an exception set. */
bool callback_from_python(PyObject *object, QVariant *out);

} // namespace qi

#endif
