/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timers of the host, and the end of its `user` pointers in the GUI thread.
 *
 * A timer is a child of the application, so that none outlives it; whoever still has one finds it gone.
 */
#include <memory>
#include <new>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>

#include "core/status.h"
#include "core/users.h"
#include "python/interp.h"
#include "qt/bridge.h"
#include "qt/thrown.h"

struct qip_qt_timer {
    QPointer<QTimer> timer;
};

qip_qt_timer *qip_qt_timer_new(qip_qt_job_fn job, void *data)
try {
    QCoreApplication *application = QCoreApplication::instance();

    if (!application) {
        qip_fail(QI_ERR_NO_APPLICATION, "there is no QCoreApplication, or no more");
        return nullptr;
    }
    auto made = std::make_unique<qip_qt_timer>();
    made->timer = new QTimer(application);
    made->timer->setTimerType(Qt::PreciseTimer);
    QObject::connect(made->timer, &QTimer::timeout, made->timer, [job, data] { job(data); });
    return made.release();
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

void qip_qt_timer_start(qip_qt_timer *timer, unsigned milliseconds, bool repeats)
try {
    if (!timer->timer)
        return;
    timer->timer->setSingleShot(!repeats);
    timer->timer->start(int(milliseconds));
} catch (...) {
    qi::tell_thrown("a timer was not started");
}

void qip_qt_timer_stop(qip_qt_timer *timer)
try {
    if (timer->timer)
        timer->timer->stop();
} catch (...) {
    qi::tell_thrown("a timer was not stopped");
}

void qip_qt_timer_free(qip_qt_timer *timer)
try {
    if (timer && timer->timer) {
        timer->timer->stop();
        timer->timer->disconnect();
        timer->timer->deleteLater(); /* this may be inside of its call */
    }
    delete timer;
} catch (...) {
    qi::tell_thrown("a timer was not freed");
}

/* -- the end of the host's pointers --------------------------------------------------------------------- */

namespace
{

void end_here(void *data)
{
    auto *user = static_cast<qip_user *>(data);
    PyThreadState *thread = qip_gil_drop();

    qip_user_destroy(user);
    qip_gil_take(thread);
    delete user;
}

} // namespace

void qip_qt_end_user(qip_user *user)
{
    auto *ended = new (std::nothrow) qip_user(*user);

    user->destroy = nullptr;
    if (!ended)
        return qip_user_destroy(user); /* without memory it is left as it is */
    if (!qip_qt_has_application() || qip_qt_on_application_thread() ||
        qip_qt_post_owned(end_here, end_here, ended) != QI_OK)
        end_here(ended);
}
