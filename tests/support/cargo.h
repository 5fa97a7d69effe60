/* SPDX-License-Identifier: BSD-3-Clause */
/* Gives back what it gets, by a method for each type. */
#ifndef QI_TESTS_CARGO_H
#define QI_TESTS_CARGO_H

#include <QtCore/qdatetime.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qobject.h>
#include <QtCore/qrect.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>
#include <QtCore/qvariant.h>

namespace tests
{

class Cargo : public QObject
{
    Q_OBJECT

  public:
    using QObject::QObject;

    Q_INVOKABLE bool boolean(bool value) { return value; }
    Q_INVOKABLE signed char signed_char(signed char value) { return value; }
    Q_INVOKABLE uchar unsigned_char(uchar value) { return value; }
    Q_INVOKABLE short short_int(short value) { return value; }
    Q_INVOKABLE ushort unsigned_short(ushort value) { return value; }
    Q_INVOKABLE int integer(int value) { return value; }
    Q_INVOKABLE uint unsigned_int(uint value) { return value; }
    Q_INVOKABLE long long_int(long value) { return value; }
    Q_INVOKABLE ulong unsigned_long(ulong value) { return value; }
    Q_INVOKABLE qlonglong long_long(qlonglong value) { return value; }
    Q_INVOKABLE qulonglong unsigned_long_long(qulonglong value) { return value; }
    Q_INVOKABLE float single(float value) { return value; }
    Q_INVOKABLE double real(double value) { return value; }
    Q_INVOKABLE QString text(const QString &value) { return value; }
    Q_INVOKABLE QChar character(QChar value) { return value; }
    Q_INVOKABLE QByteArray bytes(const QByteArray &value) { return value; }
    Q_INVOKABLE QStringList text_list(const QStringList &value) { return value; }
    Q_INVOKABLE QByteArrayList bytes_list(const QByteArrayList &value) { return value; }
    Q_INVOKABLE QVariantList list(const QVariantList &value) { return value; }
    Q_INVOKABLE QVariantMap map(const QVariantMap &value) { return value; }
    Q_INVOKABLE QVariantHash hash(const QVariantHash &value) { return value; }
    Q_INVOKABLE QList<double> reals(const QList<double> &value) { return value; }
    Q_INVOKABLE QMap<int, QString> names(const QMap<int, QString> &value) { return value; }
    Q_INVOKABLE QDate date(QDate value) { return value; }
    Q_INVOKABLE QTime time(QTime value) { return value; }
    Q_INVOKABLE QDateTime moment(const QDateTime &value) { return value; }
    Q_INVOKABLE qlonglong milliseconds(const QDateTime &value) { return value.toMSecsSinceEpoch(); }
    Q_INVOKABLE QUrl url(const QUrl &value) { return value; }
    Q_INVOKABLE QUuid uuid(const QUuid &value) { return value; }
    Q_INVOKABLE QPoint point(const QPoint &value) { return value; }
    Q_INVOKABLE QPointF point_f(const QPointF &value) { return value; }
    Q_INVOKABLE QSize size(const QSize &value) { return value; }
    Q_INVOKABLE QSizeF size_f(const QSizeF &value) { return value; }
    Q_INVOKABLE QRect rect(const QRect &value) { return value; }
    Q_INVOKABLE QRectF rect_f(const QRectF &value) { return value; }
    Q_INVOKABLE QVariant variant(const QVariant &value) { return value; }
    Q_INVOKABLE QString type_in_variant(const QVariant &value)
    {
        return QString::fromLatin1(value.typeName());
    }
    Q_INVOKABLE QJsonValue json(const QJsonValue &value) { return value; }
    Q_INVOKABLE QJsonObject json_object(const QJsonObject &value) { return value; }
    Q_INVOKABLE QJsonArray json_array(const QJsonArray &value) { return value; }
    Q_INVOKABLE std::nullptr_t null(std::nullptr_t value) { return value; }
    Q_INVOKABLE void nothing() {}
};

} // namespace tests

#endif
