/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers for Qt, of exactly the type that is asked for: what does not fit is an OverflowError that names the
 * range, and no float is taken for an integer.
 */
#include "qt/numbers.h"

#include <cfloat>
#include <cmath>

namespace qi
{

namespace
{

bool out_of_range(PyObject *object, QMetaType type, qlonglong least, qulonglong most)
{
    PyErr_Format(PyExc_OverflowError, "%S is out of range for %s (%lld to %llu)", object,
                 type.name(), least, most);
    return false;
}

} // namespace

bool integer_from_python(PyObject *object, QMetaType type, qlonglong least, qulonglong most,
                         qlonglong *out)
{
    if (!PyIndex_Check(object)) {
        PyErr_Format(PyExc_TypeError, "int expected for %s, got %s", type.name(),
                     Py_TYPE(object)->tp_name);
        return false;
    }
    Ref number(PyNumber_Index(object));
    int overflow = 0;
    if (!number)
        return false;
    const qlonglong value = PyLong_AsLongLongAndOverflow(number.get(), &overflow);
    if (overflow == 0 && value == -1 && PyErr_Occurred())
        return false;
    if (overflow > 0 && most > qulonglong(std::numeric_limits<qlonglong>::max())) {
        const qulonglong large = PyLong_AsUnsignedLongLong(number.get());
        if (!(large == qulonglong(-1) && PyErr_Occurred())) {
            *out = qlonglong(large);
            return true;
        }
        PyErr_Clear();
    }
    if (overflow != 0 || value < least || (value > 0 && qulonglong(value) > most))
        return out_of_range(number.get(), type, least, most);
    *out = value;
    return true;
}

bool bool_from_python(PyObject *object, bool *out)
{
    if (!PyLong_Check(object))
        return expected("bool", object);
    const int truth = PyObject_IsTrue(object); /* -1: a subclass has raised */
    *out = truth > 0;
    return truth >= 0;
}

bool double_from_python(PyObject *object, double *out)
{
    const PyNumberMethods *number = Py_TYPE(object)->tp_as_number;

    if (!PyFloat_Check(object) && !PyLong_Check(object) && !(number && number->nb_float))
        return expected("float", object);
    *out = PyFloat_AsDouble(object);
    return !(*out == -1.0 && PyErr_Occurred());
}

bool float_from_python(PyObject *object, QMetaType type, float *out)
{
    double value;

    if (!double_from_python(object, &value))
        return false;
    if (std::isfinite(value) && std::fabs(value) > double(FLT_MAX)) {
        PyErr_Format(PyExc_OverflowError, "%S is out of range for %s", object, type.name());
        return false;
    }
    *out = float(value);
    return true;
}

bool enum_number_from_python(PyObject *object, QMetaType type, void *data)
{
    const bool is_unsigned = type.flags() & QMetaType::IsUnsignedEnumeration;

    switch (type.sizeOf()) {
    case 1:
        return is_unsigned ? put_integer<quint8>(object, type, data)
                           : put_integer<qint8>(object, type, data);
    case 2:
        return is_unsigned ? put_integer<quint16>(object, type, data)
                           : put_integer<qint16>(object, type, data);
    case 8:
        return is_unsigned ? put_integer<quint64>(object, type, data)
                           : put_integer<qint64>(object, type, data);
    }
    /* Flags may use the sign bit, so both readings of 32 bits are right. */
    qlonglong value;
    if (!integer_from_python(object, type, std::numeric_limits<qint32>::min(),
                             std::numeric_limits<quint32>::max(), &value))
        return false;
    *static_cast<qint32 *>(data) = qint32(value);
    return true;
}

} // namespace qi
