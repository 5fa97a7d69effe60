/* SPDX-License-Identifier: BSD-3-Clause */
/* Values with a meta-object: see gadget.cpp. GIL: held. */
#ifndef QIP_QT_GADGET_H
#define QIP_QT_GADGET_H

#include "qt/variant.h"

namespace qi
{

/* Sets properties of `*out`, a gadget, by name. False with an exception set. */
bool gadget_from_dict(PyObject *dict, QVariant *out);

} // namespace qi

#endif
