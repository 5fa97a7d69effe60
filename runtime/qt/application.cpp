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
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qloggingcategory.h>
#include <QtCore/qmutex.h>
#include <QtCore/qpointer.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <qi/runtime.h>

#include "core/status.h"
#include "qt/bridge.h"
#include "qt/thrown.h"

namespace
{

Q_LOGGING_CATEGORY(category, "qi")

struct Job : QEvent {
    Job(qip_qt_job_fn job, qip_qt_job_fn drop, void *data)
        : QEvent(QEvent::User), drop(drop), data(data)
    {
        this->job.store(job, std::memory_order_release);
    }
    ~Job() override
    {
        if (drop && being_posted != this)
            drop(data);
    }
    void run()
    {
        const qip_qt_job_fn job = this->job.load(std::memory_order_acquire);
        drop = nullptr;
        job(data);
    }

    /* Qt's queue orders all of it; ThreadSanitizer, which does not follow Qt's locks, learns it from this one. */
    std::atomic<qip_qt_job_fn> job;
    qip_qt_job_fn drop; /* in place of `job`, where that is not run; may be NULL */
    void *data;

    /* Qt deletes what it has no memory to post, and then the caller still has the data. */
    static thread_local const Job *being_posted;
};

thread_local const Job *Job::being_posted;

class PostBox : public QObject
{
  public:
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        try {
            static_cast<Job *>(event)->run();
        } catch (...) {
            qi::tell_thrown("a job in the GUI thread did not end");
        }
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

void come_last(QuitWatch *watch)
try {
    if (!watch->last_slot)
        watch->last_slot = new LastSlot(watch);
} catch (...) {
    qi::tell_thrown("the end of the application is not waited for to the last");
    watch->job(watch->data);
}
/* Sees whether quit() would end anything, and keeps it from doing so. */
class QuitProbe : public QObject
{
  public:
    bool eventFilter(QObject *, QEvent *event) override
    {
        if (event->type() != QEvent::Quit)
            return false;
        seen = true;
        return true;
    }

    bool seen = false;
};

/* exec() that begins after exit() returns at once, and forgets the exit. */
class ForgetExit : public QThread
{
  public:
    static void in(QThread *thread)
    {
        thread->exit();
        (void)(thread->*(&ForgetExit::exec))();
    }
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
    auto made = std::make_unique<PostBox>();

    made->moveToThread(application->thread());
    QObject::connect(application, &QObject::destroyed, close_post_box);
    post_box = made.release();
}

} // namespace

bool qip_qt_has_application(void)
{
    return QCoreApplication::instance();
}

bool qip_qt_on_application_thread(void)
try {
    const QCoreApplication *application = QCoreApplication::instance();
    return application && application->thread() == QThread::currentThread();
} catch (...) {
    qi::tell_thrown("the thread was not told");
    return false;
}

char *qip_qt_application_name(void)
try {
    return strdup(QCoreApplication::applicationName().toUtf8().constData());
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

int qip_qt_event_loops(void)
try {
    return QThread::currentThread()->loopLevel();
} catch (...) {
    qi::tell_thrown("the event loops were not counted");
    return 0;
}

int qip_qt_exec(void)
try {
    return QCoreApplication::exec();
} catch (...) {
    qi::tell_thrown("the application did not run");
    return -1;
}

void qip_qt_exit(int code)
try {
    if (qip_qt_on_application_thread())
        QCoreApplication::exit(code);
    else
        QThread::currentThread()->exit(code);
} catch (...) {
    qi::tell_thrown("the event loop does not return");
}

bool qip_qt_application_runs(void)
try {
    if (!qip_qt_on_application_thread() || qip_qt_event_loops() == 0)
        return false;
    QuitProbe probe;
    QCoreApplication::instance()->installEventFilter(&probe);
    QCoreApplication::quit();
    return probe.seen;
} catch (...) {
    qi::tell_thrown("whether the application runs cannot be told");
    return false;
}

void qip_qt_exit_is_over(void)
try {
    if (qip_qt_event_loops() == 0)
        ForgetExit::in(QThread::currentThread());
} catch (...) {
    qi::tell_thrown("event loops that begin now return at once");
}

void qip_qt_hush_application(bool hushed)
try {
    QCoreApplication::instance()->blockSignals(hushed);
} catch (...) {
    qi::tell_thrown("the signals of the application were not held back");
}

void *qip_qt_event_loop_new(void)
try {
    return new QEventLoop;
} catch (...) {
    return qi::raise_thrown<void *>();
}

void qip_qt_event_loop_exec(void *event_loop)
try {
    static_cast<QEventLoop *>(event_loop)->exec();
} catch (...) {
    qi::tell_thrown("an event loop ended");
}

void qip_qt_event_loop_quit(void *event_loop)
try {
    static_cast<QEventLoop *>(event_loop)->quit();
} catch (...) {
    qi::tell_thrown("the event loop does not return");
}

void qip_qt_event_loop_free(void *event_loop)
try {
    delete static_cast<QEventLoop *>(event_loop);
} catch (...) {
    qi::tell_thrown("an event loop was not freed");
}

bool qip_qt_process_events(unsigned milliseconds)
try {
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
} catch (...) {
    qi::tell_thrown("events were not handled");
    return false;
}

bool qip_qt_make_application(void)
try {
    static int argc = 1; /* Qt keeps referring to both */
    static char name[] = "python3";
    static char *argv[] = {name, nullptr};

    if (QCoreApplication::instance())
        return false;
    own_application = new QCoreApplication(argc, argv);
    return true;
} catch (...) {
    qi::tell_thrown("no application was made");
    return false;
}

void qip_qt_drop_application(void)
try {
    delete own_application;
} catch (...) {
    qi::tell_thrown("the application was not freed");
}

int qip_qt_post(qip_qt_job_fn job, void *data)
{
    return qip_qt_post_owned(job, nullptr, data);
}

int qip_qt_post_owned(qip_qt_job_fn job, qip_qt_job_fn drop, void *data)
try {
    QMutexLocker lock(&mutex);

    if (!post_box) {
        QCoreApplication *application = QCoreApplication::instance();
        if (!application || QCoreApplication::closingDown())
            return qip_fail(QI_ERR_NO_APPLICATION, "there is no QCoreApplication, or no more");
        open_post_box(application);
    }
    auto *event = new Job(job, drop, data);
    Job::being_posted = event;
    const auto posted = qScopeGuard([] { Job::being_posted = nullptr; });
    QCoreApplication::postEvent(post_box, event);
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}

void *qip_qt_on_quit(qip_qt_job_fn job, void *data)
try {
    QCoreApplication *application = QCoreApplication::instance();

    if (!application)
        return qip_fail(QI_ERR_NO_APPLICATION, "there is no QCoreApplication"), nullptr;
    auto made = std::make_unique<QuitWatch>(QuitWatch{job, data, {}, nullptr});
    QuitWatch *watch = made.get();
    watch->connection = QObject::connect(
        application, &QCoreApplication::aboutToQuit, application, [watch] { come_last(watch); },
        Qt::DirectConnection);
    return made.release();
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

void qip_qt_off_quit(void *token)
try {
    auto *watch = static_cast<QuitWatch *>(token);

    if (!watch)
        return;
    QObject::disconnect(watch->connection);
    if (watch->last_slot)
        watch->last_slot->watch = nullptr;
    delete watch;
} catch (...) {
    qi::tell_thrown("an end was not forgotten");
}

void qip_qt_log(int level, const char *source, const char *text)
try {
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
} catch (...) {
    qi::tell_thrown("a message was not written");
}
