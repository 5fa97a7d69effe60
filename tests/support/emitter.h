/* SPDX-License-Identifier: BSD-3-Clause */
/* A QObject with signals of many shapes, for tests. */
#ifndef QI_TESTS_EMITTER_H
#define QI_TESTS_EMITTER_H

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

namespace tests
{

class Emitter : public QObject
{
    Q_OBJECT

  public:
    using QObject::QObject;

  Q_SIGNALS:
    void plain();
    void flagged(bool on);
    void numbered(int number);
    void paired(int number, const QString &text);
    void overloaded(int number);
    void overloaded(const QString &text);
    void defaulted(int number = 7);
};

} // namespace tests

#endif
