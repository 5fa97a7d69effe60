/* SPDX-License-Identifier: BSD-3-Clause */
/* A QObject with members of every kind, for tests of the proxy and of conversions. */
#ifndef QI_TESTS_THING_H
#define QI_TESTS_THING_H

#include <stdexcept>

#include <QtCore/qbytearray.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qlist.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qobject.h>
#include <QtCore/qpoint.h>
#include <QtCore/qrect.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qthread.h>
#include <QtCore/qvariant.h>

namespace tests
{

/* A type that libqi has never heard of. */
struct Parcel {
    int weight = 0;
    friend bool operator==(const Parcel &a, const Parcel &b) { return a.weight == b.weight; }
    friend bool operator!=(const Parcel &a, const Parcel &b) { return !(a == b); }
};

class Thing : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int level READ level WRITE setLevel RESET resetLevel NOTIFY levelChanged)
    Q_PROPERTY(QString title MEMBER title NOTIFY titleChanged)
    Q_PROPERTY(QVariant anything MEMBER anything)
    Q_PROPERTY(int fixed READ fixed CONSTANT)
    Q_PROPERTY(Mood mood MEMBER mood)
    Q_PROPERTY(Traits traits READ getTraits WRITE setTraits)
    Q_PROPERTY(tests::Parcel parcel MEMBER parcel)
    Q_PROPERTY(QObject *friendly MEMBER friendly)
    Q_PROPERTY(tests::Thing *twin MEMBER twin)
    Q_PROPERTY(quint8 small MEMBER small)

  public:
    enum Mood { Calm, Glad = 5, None = 7 };
    Q_ENUM(Mood)
    enum Trait { Fast = 1, Loud = 2, Last = int(0x80000000) };
    Q_DECLARE_FLAGS(Traits, Trait)
    Q_FLAG(Traits)

    using QObject::QObject;

    int level() const { return m_level; }
    void setLevel(int level)
    {
        m_level = level;
        Q_EMIT levelChanged(level);
    }
    void resetLevel() { setLevel(1); }
    int fixed() const { return 42; }
    Traits getTraits() const { return traits; }
    void setTraits(Traits value) { traits = value; }

    Q_INVOKABLE int add(int a, int b) { return a + b; }
    Q_INVOKABLE QString greet(const QString &name = QStringLiteral("you"))
    {
        return QStringLiteral("hello ") + name;
    }
    Q_INVOKABLE QString kind(int) { return QStringLiteral("int"); }
    Q_INVOKABLE QString kind(double) { return QStringLiteral("double"); }
    Q_INVOKABLE QString kind(const QString &) { return QStringLiteral("text"); }
    Q_INVOKABLE QVariant echo(const QVariant &value) { return value; }
    Q_INVOKABLE QList<int> doubled(QList<int> numbers)
    {
        for (int &number : numbers)
            number *= 2;
        return numbers;
    }
    Q_INVOKABLE tests::Parcel packed(int weight) { return Parcel{weight}; }
    Q_INVOKABLE int weigh(const tests::Parcel &parcel) { return parcel.weight; }
    Q_INVOKABLE QObject *child(const QString &name)
    {
        auto *made = new QObject(this);
        made->setObjectName(name);
        return made;
    }
    Q_INVOKABLE void die() { delete this; }
    Q_INVOKABLE void fail() { throw std::runtime_error("out of paper"); }
    Q_INVOKABLE bool called_at_home() { return QThread::currentThread() == thread(); }

    QString title;
    QVariant anything;
    Mood mood = Calm;
    Traits traits;
    Parcel parcel;
    QObject *friendly = nullptr;
    Thing *twin = nullptr;
    quint8 small = 0;

  public Q_SLOTS:
    void take(int number) { taken.append(number); }
    void take_text(const QString &text) { taken_text = text; }

  Q_SIGNALS:
    void levelChanged(int level);
    void titleChanged();
    void several(int number, const QString &text, double real, bool flag);
    void overloaded(int number);
    void overloaded(const QString &text);
    void defaulted(int number = 7);
    void moody(tests::Thing::Mood mood);
    void shipped(const tests::Parcel &parcel);
    void carried(const QVariant &value);
    void introduced(QObject *object);

  public:
    bool has_receivers() const
    {
        return isSignalConnected(QMetaMethod::fromSignal(&Thing::several));
    }

    QList<int> taken;
    QString taken_text;

  private:
    int m_level = 1;
};

/* Has a signal whose parameter Qt's type system cannot know. */
struct Unheard;
class Odd : public QObject
{
    Q_OBJECT

  public:
    using QObject::QObject;

  Q_SIGNALS:
    void odd(const tests::Unheard &unheard, int number);
    void fine(int number, const tests::Unheard &unheard);
};

} // namespace tests

Q_DECLARE_METATYPE(tests::Parcel)

#endif
