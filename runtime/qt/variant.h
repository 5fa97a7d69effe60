/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values of Qt's types <-> objects of Python, by QMetaType.
 *
 *   bool, integers, float, double      bool, int, float
 *   QString, QChar                     str
 *   QByteArray                         bytes (any buffer is taken back)
 *   QStringList, lists of any type     list (a tuple is taken back too)
 *   QVariantMap, QVariantHash, maps    dict
 *   std::pair, sets                    tuple, set
 *   QDate, QTime, QDateTime            date, time, datetime; None if invalid. Local time is naive, any
 *                                      other time zone is kept. Qt counts milliseconds: the rest of the
 *                                      microseconds is cut off on the way there.
 *   QUrl, QUuid                        str, uuid.UUID
 *   QPoint(F), QSize(F), QRect(F)      qi.Point … qi.RectF, which are named tuples; any tuple of as many
 *                                      numbers is taken back
 *   enums and flags                    enum.IntEnum, enum.IntFlag; a value without a name is an int. Names
 *                                      are taken back too, of flags with a bar in between
 *   QObject * and subclasses           the proxy
 *   QVariant                           what it holds; anything can be put into one
 *   QJsonValue, QJsonObject, …         what json.loads() would make of it
 *   Q_GADGET types                     _qi.Gadget: a copy, with the properties and methods of the type; a
 *                                      dict of properties is taken back too
 *   QModelIndex                        qi.Row; None if invalid
 *   QFuture<T>                         _qi.HostFuture
 *   qi::Buffer                         _qi.Buffer, over the same memory; any buffer is taken back
 *   types that the host converts       what its functions make of them: converters.cpp
 *   any other type                     _qi.Variant, which goes back unchanged
 *
 * Errors: TypeError where the kind does not fit, OverflowError where the range does not; both name what
 * was expected. GIL: held; given up only around the host's own conversions.
 */
#ifndef QIP_QT_VARIANT_H
#define QIP_QT_VARIANT_H

#include "qt/cache.h"
#include "qt/datetime.h"
#include "qt/enums.h"
#include "qt/opaque.h"
#include "qt/ref.h"
#include "qt/text.h"

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

PyObject *to_python(const QVariant &value);

/* Makes a value of exactly this type. False with an exception set if the object does not fit. */
bool from_python(PyObject *object, QMetaType type, QVariant *out);

/* A QVariant of the type that suits the object best. */
bool from_python(PyObject *object, QVariant *out);

/* Whether libqi itself knows all about a type: for values in either direction. */
bool is_builtin(QMetaType type);

/* How well an object fits a type: 0 not at all, 1 by conversion, 2 nearly, 3 exactly. For overloads. */
int fitness(PyObject *object, QMetaType type);

} // namespace qi

#endif
