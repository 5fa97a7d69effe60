/* SPDX-License-Identifier: BSD-3-Clause */
/* Which overload is meant: how well an object of Python fits the type of a parameter. */
#include "qt/fitness.h"

#include "qt/to_qt.h"

namespace qi
{

int fitness(PyObject *object, QMetaType type)
{
    const int id = type.id();
    const bool integral = (id >= QMetaType::Int && id <= QMetaType::ULongLong) ||
                          (id >= QMetaType::Long && id <= QMetaType::UChar) ||
                          id == QMetaType::SChar;

    if (id == QMetaType::QVariant)
        return 1;
    if (PyBool_Check(object))
        return id == QMetaType::Bool ? 3 : integral ? 1 : 0;
    if (PyLong_Check(object)) {
        if (type.flags() & QMetaType::IsEnumeration)
            return PyLong_CheckExact(object) ? 1 : 3;
        if (integral)
            return id == QMetaType::Int || id == QMetaType::LongLong ? 3 : 2;
        return id == QMetaType::Double || id == QMetaType::Float || id == QMetaType::Bool ? 1 : 0;
    }
    if (PyFloat_Check(object))
        return id == QMetaType::Double ? 3 : id == QMetaType::Float ? 2 : 0;
    if (PyUnicode_Check(object) && id == QMetaType::QString)
        return 3;
    if (PyBytes_Check(object) && id == QMetaType::QByteArray)
        return 3;
    /* Everything else is tried: what converts, fits. */
    QVariant tried;
    if (value_from_python(object, type, &tried))
        return PyUnicode_Check(object) || PyBytes_Check(object) ? 1 : 2;
    PyErr_Clear();
    return 0;
}

} // namespace qi
