/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers for Qt: see numbers.cpp. False with an exception set. GIL: held. */
#ifndef QIP_QT_NUMBERS_H
#define QIP_QT_NUMBERS_H

#include "qt/ref.h"

#include <limits>

#include <QtCore/qmetatype.h>

namespace qi
{

/* The integer of an object, as a 64-bit number that may be signed or not. `type` is for messages. */
bool integer_from_python(PyObject *object, QMetaType type, qlonglong least, qulonglong most,
                         qlonglong *out);

/* The same for what `data`, a T, shall be. */
template <typename T> bool put_integer(PyObject *object, QMetaType type, void *data)
{
    qlonglong value;

    if (!integer_from_python(object, type, qlonglong(std::numeric_limits<T>::min()),
                             qulonglong(std::numeric_limits<T>::max()), &value))
        return false;
    *static_cast<T *>(data) = T(value);
    return true;
}

bool bool_from_python(PyObject *object, bool *out);
bool double_from_python(PyObject *object, double *out);
bool float_from_python(PyObject *object, QMetaType type, float *out);

/* What `data`, of an enumeration's type, shall be: any number that its size has room for. */
bool enum_number_from_python(PyObject *object, QMetaType type, void *data);

} // namespace qi

#endif
