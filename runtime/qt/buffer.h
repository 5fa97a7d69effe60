/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared memory: see buffer.cpp. GIL: held. */
#ifndef QIP_QT_BUFFER_H
#define QIP_QT_BUFFER_H

#include "qt/ref.h"

#include <qi/buffer.hpp>

namespace qi
{

/* A `_qi.Buffer` of it; None for none. New reference, or NULL with an exception set. */
PyObject *buffer_new(const Buffer &buffer);

/* The memory of any object that has the buffer protocol, or of None. False with an exception set. */
bool buffer_from_python(PyObject *object, Buffer *out);

/* A copy of the memory of any object that has the buffer protocol. False with an exception set. */
bool bytes_from_python(PyObject *object, QByteArray *out);

/* What a `_qi.Buffer` was made of; NULL if it is none, or was made of nothing. Sets no exception. */
const QVariant *buffer_source(PyObject *object);

} // namespace qi

#endif
