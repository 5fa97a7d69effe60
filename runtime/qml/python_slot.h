// SPDX-License-Identifier: BSD-3-Clause
/*
 * PythonSlot of QML: connects a signal of an item to a coroutine function.
 *
 *     Button { PythonSlot { signal: "clicked"; run: "orders:send"; overlap: PythonSlot.Drop } }
 *
 * The connection ends with this object, with the sender, and where one of the properties changes, which makes another. Tasks
 * that it has launched go on. Of a wrong name QML warns, with the place of this object.
 */
#ifndef QIP_QML_PYTHON_SLOT_H
#define QIP_QML_PYTHON_SLOT_H

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtQml/qqmlparserstatus.h>

#include <qi/connect.hpp>

namespace qi
{

class PythonSlot : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    Q_PROPERTY(QObject *sender READ source WRITE setSource RESET resetSource NOTIFY changed)
    Q_PROPERTY(QString signal READ signalName WRITE setSignalName NOTIFY changed)
    Q_PROPERTY(QString run READ target WRITE setTarget NOTIFY changed)
    Q_PROPERTY(Overlap overlap READ overlap WRITE setOverlap NOTIFY changed)
    Q_PROPERTY(bool enabled READ isEnabled WRITE setEnabled NOTIFY changed)
    Q_PROPERTY(bool connected READ isConnected NOTIFY connectedChanged)

  public:
    enum Overlap {
        Concurrent = QI_OVERLAP_CONCURRENT,
        Drop = QI_OVERLAP_DROP,
        Queue = QI_OVERLAP_QUEUE,
        Restart = QI_OVERLAP_RESTART,
        Latest = QI_OVERLAP_LATEST
    };
    Q_ENUM(Overlap)

    using QObject::QObject;

    /* Who emits; if nobody is set, the parent. */
    QObject *source() const { return m_has_source ? m_source.data() : parent(); }
    void setSource(QObject *source);
    void resetSource();
    QString signalName() const { return m_signal; }
    void setSignalName(const QString &name) { change(&m_signal, name); }
    QString target() const { return m_target; }
    void setTarget(const QString &target) { change(&m_target, target); }
    Overlap overlap() const { return m_overlap; }
    void setOverlap(Overlap overlap) { change(&m_overlap, overlap); }
    bool isEnabled() const { return m_enabled; }
    void setEnabled(bool enabled) { change(&m_enabled, enabled); }
    bool isConnected() const { return m_connection.isConnected(); }

    void classBegin() override { m_complete = false; }
    void componentComplete() override;

  Q_SIGNALS:
    void changed();
    void connectedChanged();

  private:
    template <typename T> void change(T *member, const T &value)
    {
        if (*member == value)
            return;
        *member = value;
        reconnect();
        Q_EMIT changed();
    }
    void reconnect();

    QPointer<QObject> m_source;
    QString m_signal, m_target;
    Overlap m_overlap = Concurrent;
    bool m_has_source = false, m_enabled = true, m_complete = true;
    ScopedConnection m_connection;
};

} // namespace qi

#endif
