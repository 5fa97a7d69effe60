// SPDX-License-Identifier: BSD-3-Clause
/*
 * A promise of the engine's own that tells when nobody takes its rejection: neither it nor what then() and its sisters make of
 * it has been asked for anything by the time it is rejected. Qt's engine tells nobody of that.
 */
#ifndef QIP_QML_PROMISE_H
#define QIP_QML_PROMISE_H

#include <QtCore/qobject.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>

namespace qi
{

/* Hears of those. The engine's collector lets go of it with the promise. */
class Untaken : public QObject
{
    Q_OBJECT

  public:
    Untaken(const QString &target, const QString &place) : m_target(target), m_place(place) {}

    Q_INVOKABLE void tell(const QJSValue &error);

  private:
    const QString m_target, m_place;
};

/* An object with `promise`, and the functions `resolve` and `reject`, for what was launched at that place. */
QJSValue make_promise(QJSEngine &engine, const QString &target, const QString &place);

} // namespace qi

#endif
