/* SPDX-License-Identifier: BSD-3-Clause */
/* How well objects fit types: see fitness.cpp. GIL: held. */
#ifndef QIP_QT_FITNESS_H
#define QIP_QT_FITNESS_H

#include "qt/ref.h"

#include <QtCore/qmetatype.h>

namespace qi
{

/* 0 not at all, 1 by conversion, 2 nearly, 3 exactly. Sets no exception. */
int fitness(PyObject *object, QMetaType type);

} // namespace qi

#endif
