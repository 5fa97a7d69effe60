/* SPDX-License-Identifier: BSD-3-Clause */
/* From Qt to Python: see to_python.cpp. GIL: held. */
#ifndef QIP_QT_TO_PYTHON_H
#define QIP_QT_TO_PYTHON_H

#include "qt/ref.h"

#include <QtCore/qmetaobject.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

/* How values of one type become objects of Python: chosen once, called often. */
class ToPython
{
  public:
    ToPython() = default;
    explicit ToPython(QMetaType type, const QMetaEnum &enumeration = QMetaEnum());

    /* New reference to the object for the value at `data`, or NULL with an exception set. */
    PyObject *operator()(const void *data) const { return m_make(*this, data); }

    QMetaType type() const { return m_type; }
    /* Of an enumeration: its class. NULL for all other types. Borrowed from the cache. */
    PyObject *enumeration() const { return m_enumeration; }
    bool is_flags() const { return m_flags; }

    using Make = PyObject *(*)(const ToPython &how, const void *data);

  private:
    Make m_make = nullptr;
    QMetaType m_type;
    PyObject *m_enumeration = nullptr;
    bool m_flags = false;
};

/* For conversions.h, which says what they do. */
PyObject *variant_to_python(const QVariant &value);
bool has_builtin_conversion(QMetaType type);

} // namespace qi

#endif
