/* SPDX-License-Identifier: BSD-3-Clause */
/* Values with a meta-object: see gadget.cpp. GIL: held. */
#ifndef QIP_QT_GADGET_H
#define QIP_QT_GADGET_H

#include "qt/variant.h"

namespace qi
{

/* Whether values of a type have properties, methods or enumerations that Python can see. */
bool is_gadget(QMetaType type);

/* Sets properties of `*out`, a gadget, by name. False with an exception set. */
bool gadget_from_dict(PyObject *dict, QVariant *out);

} // namespace qi

#endif
