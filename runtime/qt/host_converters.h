/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversions that the host has registered: see host_converters.cpp. GIL: held. */
#ifndef QIP_QT_HOST_CONVERTERS_H
#define QIP_QT_HOST_CONVERTERS_H

#include "qt/ref.h"

#include <atomic>

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

/* Whether there are any at all; hosts that have none pay for nothing else. */
extern std::atomic<bool> has_converters;

/* Whether values of a type become objects by a conversion of the host's. */
bool is_converted(QMetaType type);

/* The object for the value at `data`: new reference, or NULL with an exception; NULL without one: there is no
 * conversion. Beware: runs the host's code. */
PyObject *convert_to_python(QMetaType type, const void *data);

/* Makes `*out` of an object: 1, 0 (there is no conversion), or -1 with an exception. Beware: as above. */
int convert_from_python(PyObject *object, QMetaType type, QVariant *out);

} // namespace qi

#endif
