/* SPDX-License-Identifier: BSD-3-Clause */
/* Futures of the host: see future.cpp. GIL: held. */
#ifndef QIP_QT_FUTURE_H
#define QIP_QT_FUTURE_H

#include "qt/ref.h"

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

#include <structmember.h>

namespace qi
{

/* Whether a type is QFuture<T>, and Qt can tell what it does. */
bool is_future(QMetaType type);

/* New reference, or NULL with an exception. */
PyObject *future_new(const QVariant &value);

/* The QFuture<T> of a `_qi.HostFuture`; NULL if it is none. Sets no exception. */
const QVariant *future_value(PyObject *object);

} // namespace qi

#endif
