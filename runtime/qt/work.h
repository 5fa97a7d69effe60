/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes out of work on the pool: see work.cpp. GIL: held. */
#ifndef QIP_QT_WORK_H
#define QIP_QT_WORK_H

#include "qt/ref.h"

#include <QtCore/qmetatype.h>

namespace qi
{

/* New reference to what a value stands for that is the outcome of work, or NULL with an exception; NULL
 * without one: it is no such value. */
PyObject *outcome_to_python(QMetaType type, const void *data);

} // namespace qi

#endif
