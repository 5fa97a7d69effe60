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
 *   types that the host converts       what its functions make of them: host_converters.cpp
 *   any other type                     _qi.Variant, which goes back unchanged
 *
 * Errors: TypeError where the kind does not fit, OverflowError where the range does not; both name what
 * was expected. GIL: held; given up only around the host's own conversions.
 *
 * A list, a gadget or a future holds values of any type, so each kind of value needs all others. What chooses
 * among the kinds (to_python.cpp, to_qt.cpp, to_variant.cpp) is above them; they reach it through the table
 * here, which is filled when the library is loaded (wiring.cpp).
 */
#ifndef QIP_QT_CONVERSIONS_H
#define QIP_QT_CONVERSIONS_H

#include "qt/ref.h"
#include "qt/text.h" /* lest a QString be taken for a QVariant, which it can become */

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

struct Conversions {
    PyObject *(*to_python)(const QVariant &value);
    bool (*to_qt)(PyObject *object, QMetaType type, QVariant *out);
    bool (*to_variant)(PyObject *object, QVariant *out);
    bool (*is_builtin)(QMetaType type);
};

extern Conversions conversions;

/* New reference, or NULL with an exception set. */
inline PyObject *to_python(const QVariant &value)
{
    return conversions.to_python(value);
}

/* Makes a value of exactly this type. False with an exception set if the object does not fit. */
inline bool from_python(PyObject *object, QMetaType type, QVariant *out)
{
    return conversions.to_qt(object, type, out);
}

/* A QVariant of the type that suits the object best. */
inline bool from_python(PyObject *object, QVariant *out)
{
    return conversions.to_variant(object, out);
}

/* Whether libqi itself knows all about a type: for values in either direction. */
inline bool is_builtin(QMetaType type)
{
    return conversions.is_builtin(type);
}

} // namespace qi

#endif
