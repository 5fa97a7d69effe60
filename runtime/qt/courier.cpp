/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The courier: carries calls of Python into the thread in which it was made, through that thread's event
 * loop. A call that is on its way keeps what it is to call, but not the courier: where that is freed first,
 * or the thread ends, the call is never made.
 */
#include "qt/ref.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include "python/report.h"
#include "qt/bridge.h"
#include "qt/thrown.h"

namespace
{

using qi::GilHeld;
using qi::Ref;

const QEvent::Type call_event = QEvent::Type(QEvent::registerEventType());

/* GIL: held where one is made; its end takes it. */
class Call : public QEvent
{
  public:
    Call(PyObject *callable, PyObject *args)
        : QEvent(call_event), m_callable(Py_NewRef(callable)), m_args(Py_NewRef(args))
    {
    }
    ~Call() override
    {
        GilHeld gil;
        if (!gil)
            return;
        Py_DECREF(m_callable);
        Py_DECREF(m_args);
    }

    void make() const
    {
        GilHeld gil;
        if (!gil)
            return;
        Ref result(PyObject_Call(m_callable, m_args, nullptr));
        if (!result)
            qip_report_emission(nullptr, m_callable);
    }

  private:
    PyObject *m_callable;
    PyObject *m_args;
};

} // namespace

/* The bridge's type, in C++ a QObject. */
struct qip_qt_courier final : public QObject {
  public:
    bool event(QEvent *event) override
    {
        if (event->type() != call_event)
            return QObject::event(event);
        m_depth++;
        static_cast<Call *>(event)->make();
        m_depth--;
        return true;
    }

    bool is_delivering() const { return m_depth > 0; }
    /* Its thread has ended, so that nothing is delivered any more. Thread: any. */
    bool is_stranded() const
    {
        const QThread *its = thread();
        return !its || its->isFinished();
    }

  private:
    int m_depth = 0; /* of its own thread */
};

qip_qt_courier *qip_qt_courier_new(void)
try {
    return new qip_qt_courier;
} catch (...) {
    return qi::raise_thrown<qip_qt_courier *>();
}

int qip_qt_courier_send(qip_qt_courier *courier, PyObject *callable, PyObject *args)
try {
    if (!courier->is_stranded())
        QCoreApplication::postEvent(courier, new Call(callable, args));
    return 0;
} catch (...) {
    return qi::raise_thrown(-1);
}

void qip_qt_courier_free(qip_qt_courier *courier)
try {
    const bool is_here = courier->thread() == QThread::currentThread();

    QCoreApplication::removePostedEvents(courier, call_event);
    /* There may be no event loop any more that would delete it later. */
    if (is_here ? !courier->is_delivering() : courier->is_stranded())
        delete courier;
    else
        courier->deleteLater();
} catch (...) {
    qi::tell_thrown("a courier was not freed");
}
