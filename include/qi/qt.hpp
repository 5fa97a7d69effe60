/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What C++ applications may tell libqi about types of their own. The one public header that knows Qt; the C
 * headers do not need it, and most applications do not either.
 *
 *     qi::register_future<Report>();               // Python may await what returns a QFuture<Report>
 */
#ifndef QI_QT_HPP
#define QI_QT_HPP

#include <QtCore/qfuture.h>
#include <QtCore/qmetatype.h>

namespace qi
{

/**
 * Lets Python await futures of a type that was not given to Q_DECLARE_METATYPE.
 *
 * Futures of Qt's own types, and of types declared with Q_DECLARE_METATYPE and named by
 * qRegisterMetaType(), need no registration. Once is enough; a second time does nothing.
 * Thread: any. Never fails.
 */
template <typename T> void register_future()
{
    const QMetaType future = QMetaType::fromType<QFuture<T>>();

    qRegisterMetaType<T>();
    qRegisterMetaType<QFuture<T>>();
    if (!QMetaType::hasRegisteredConverterFunction(future, QMetaType::fromType<QFuture<void>>()))
        QMetaType::registerConverter<QFuture<T>, QFuture<void>>(
            [](const QFuture<T> &typed) { return QFuture<void>(typed); });
}

} // namespace qi

#endif /* QI_QT_HPP */
