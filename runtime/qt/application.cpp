/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The application and its thread: jobs for the GUI thread, the end of the application, and the log.
 *
 * Jobs travel as events to one object, the post box, which lives in the application's thread and dies
 * with the application. A mutex orders posting against that death, so a job is either in the event
 * queue of a living object or refused. Jobs that are still queued when the application dies are dropped
 * with their events.
 *
 * Thread: any, except where a function says otherwise. GIL: never needed, never taken.
 */
#include <cstdlib>
#include <cstring>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qloggingcategory.h>
#include <QtCore/qmutex.h>
#include <QtCore/qpointer.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <qi/runtime.h>

#include "qt/bridge.h"

namespace
{

Q_LOGGING_CATEGORY(category, "qi")

struct Job : QEvent {
    Job(qip_qt_job_fn job, qip_qt_job_fn drop, void *data)
        : QEvent(QEvent::User), job(job), drop(drop), data(data)
    {
    }
    ~Job() override
    {
        if (drop)
            drop(data);
    }
    void run()
    {
        drop = nullptr;
        job(data);
    }

    qip_qt_job_fn job;
    qip_qt_job_fn drop; /* in place of `job`, where that is not run; may be NULL */
    void *data;
};

class PostBox : public QObject
{
  public:
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        static_cast<Job *>(event)->run();
        return true;
    }
};

class LastSlot;

struct QuitWatch {
    qip_qt_job_fn job;
    void *data;
    QMetaObject::Connection connection;
    LastSlot *last_slot; /* while aboutToQuit is being emitted */
};

/*
 * What comes after all slots of aboutToQuit, even those that were connected later: once it was emitted,
 * the application deletes what is to be deleted later, and nothing else happens in between.
 */
class LastSlot : public QObject
{
  public:
    explicit LastSlot(QuitWatch *watch) : watch(watch) { deleteLater(); }
    ~LastSlot() override
    {
        if (!watch)
            return;
        watch->last_slot = nullptr;
        watch->job(watch->data); /* Beware: may end the watch. */
    }

    QuitWatch *watch;
};

Q_CONSTINIT QBasicMutex mutex;
PostBox *post_box;

QPointer<QCoreApplication> own_application;

/* Runs in the application's destructor, hence in its thread. */
void close_post_box()
{
    PostBox *closed;
    {
        QMutexLocker lock(&mutex);
        closed = post_box;
        post_box = nullptr;
    }
    delete closed;
}

/* Called with the mutex locked. */
void open_post_box(QCoreApplication *application)
{
    post_box = new PostBox;
    post_box->moveToThread(application->thread());
    QObject::connect(application, &QObject::destroyed, close_post_box);
}

} // namespace

bool qip_qt_has_application(void)
{
    return QCoreApplication::instance();
}

bool qip_qt_on_application_thread(void)
{
    const QCoreApplication *application = QCoreApplication::instance();
    return application && application->thread() == QThread::currentThread();
}

char *qip_qt_application_name(void)
{
    return strdup(QCoreApplication::applicationName().toUtf8().constData());
}

int qip_qt_event_loops(void)
{
    return QThread::currentThread()->loopLevel();
}

int qip_qt_exec(void)
{
    return QCoreApplication::exec();
}

void qip_qt_exit(int code)
{
    if (qip_qt_on_application_thread())
        QCoreApplication::exit(code);
    else
        QThread::currentThread()->exit(code);
}

void qip_qt_hush_application(bool hushed)
{
    QCoreApplication::instance()->blockSignals(hushed);
}

void *qip_qt_event_loop_new(void)
{
    return new QEventLoop;
}

void qip_qt_event_loop_exec(void *event_loop)
{
    static_cast<QEventLoop *>(event_loop)->exec();
}

void qip_qt_event_loop_quit(void *event_loop)
{
    static_cast<QEventLoop *>(event_loop)->quit();
}

void qip_qt_event_loop_free(void *event_loop)
{
    delete static_cast<QEventLoop *>(event_loop);
}

bool qip_qt_process_events(unsigned milliseconds)
{
    auto *dispatcher = QAbstractEventDispatcher::instance();

    if (!dispatcher)
        return false;
    QTimer end;
    if (milliseconds) {
        end.setTimerType(Qt::PreciseTimer);
        end.start(int(milliseconds));
    }
    const bool processed = dispatcher->processEvents(
        milliseconds ? QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents : QEventLoop::AllEvents);
    /* What is deleted later waits for an event loop that nobody may be running below us. */
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    return processed;
}

bool qip_qt_make_application(void)
{
    static int argc = 1; /* Qt keeps referring to both */
    static char name[] = "python3";
    static char *argv[] = {name, nullptr};

    if (QCoreApplication::instance())
        return false;
    own_application = new QCoreApplication(argc, argv);
    return true;
}

void qip_qt_drop_application(void)
{
    delete own_application;
}

bool qip_qt_post(qip_qt_job_fn job, void *data)
{
    return qip_qt_post_owned(job, nullptr, data);
}

bool qip_qt_post_owned(qip_qt_job_fn job, qip_qt_job_fn drop, void *data)
{
    QMutexLocker lock(&mutex);

    if (!post_box) {
        QCoreApplication *application = QCoreApplication::instance();
        if (!application || QCoreApplication::closingDown())
            return false;
        open_post_box(application);
    }
    QCoreApplication::postEvent(post_box, new Job(job, drop, data));
    return true;
}

void *qip_qt_on_quit(qip_qt_job_fn job, void *data)
{
    QCoreApplication *application = QCoreApplication::instance();

    if (!application)
        return nullptr;
    auto *watch = new QuitWatch{job, data, {}, nullptr};
    watch->connection = QObject::connect(
        application, &QCoreApplication::aboutToQuit, application,
        [watch] {
            if (!watch->last_slot)
                watch->last_slot = new LastSlot(watch);
        },
        Qt::DirectConnection);
    return watch;
}

void qip_qt_off_quit(void *token)
{
    auto *watch = static_cast<QuitWatch *>(token);

    if (!watch)
        return;
    QObject::disconnect(watch->connection);
    if (watch->last_slot)
        watch->last_slot->watch = nullptr;
    delete watch;
}

void qip_qt_log(int level, const char *source, const char *text)
{
    QByteArray line = source && *source ? QByteArray(source) + ": " + text : QByteArray(text);

    switch (level) {
    case QI_LOG_DEBUG:
        qCDebug(category, "%s", line.constData());
        break;
    case QI_LOG_INFO:
        qCInfo(category, "%s", line.constData());
        break;
    case QI_LOG_WARNING:
        qCWarning(category, "%s", line.constData());
        break;
    default:
        qCCritical(category, "%s", line.constData());
        break;
    }
}
