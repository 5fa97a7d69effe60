/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Guards and watches: how the rooms that know no Qt hold on to a QObject without keeping it alive.
 *
 * A guard is a QPointer with a count of its holders. QPointer's answer is atomic, so a guard may be
 * asked in any thread; only the object's own thread may rely on the answer for longer than the asking. Whoever
 * looks at the object in another thread does so with qi::look_at(): an object that was outside the
 * application's thread when it got its guard waits in its destructor while somebody looks.
 * A watch calls back at the object's end. Its two ends, destruction and qip_qt_unwatch(), may race in two
 * threads: one atomic exchange decides who comes first.
 */
#include <atomic>
#include <memory>
#include <mutex>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>

#include "qt/bridge.h"
#include "qt/guard.h"
#include "qt/ref.h"
#include "qt/thrown.h"

namespace
{

/* Held while an object of another thread is looked at, for no more than a few reads: what destroys one may hold any
 * lock of the host's, or the GIL. It is never destroyed, since threads may outlive what is static. */
std::mutex &looking()
{
    static auto *mutex = new std::mutex;
    return *mutex;
}

struct Guard {
    explicit Guard(QObject *object) : object(object) {}

    std::atomic<int> holders{1};
    QPointer<QObject> object;
};

struct Watch {
    std::atomic<bool> armed{true};
    qip_qt_job_fn job;
    void *data;
};

/* What the caller holds. The object's connection shares the watch, and outlives this if need be. */
struct WatchHandle {
    std::shared_ptr<Watch> watch;
    QMetaObject::Connection connection;
};

/* Gives a name to a protected member of every QObject; its type is in Qt's public headers. */
struct Inside : QObject {
    static constexpr auto data = &Inside::d_ptr;
};

} // namespace

bool qip_qt_is_dying(const qi_object *object)
{
    return (object->*Inside::data)->wasDeleted;
}

static bool lives_elsewhere(const QObject *object)
{
    const QCoreApplication *application = QCoreApplication::instance();
    return !application || object->thread() != application->thread();
}

/* Has the object wait in its destructor while somebody looks at it. */
static void wait_for_lookers(QObject *object)
{
    qi::GilReleased released; /* a thread that destroys an object may want it, with Qt's lock held */
    QObject::connect(object, &QObject::destroyed,
                     [] { const std::lock_guard nobody_looks(looking()); });
}

void *qip_qt_guard_new(qi_object *object)
try {
    /* Qt has told all QPointers already, and would not tell a new one. */
    const bool alive = !qip_qt_is_dying(object);
    auto guard = std::make_unique<Guard>(alive ? object : nullptr);

    if (alive && lives_elsewhere(object))
        wait_for_lookers(object);
    return guard.release();
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

void *qip_qt_guard_retain(void *guard)
{
    static_cast<Guard *>(guard)->holders.fetch_add(1, std::memory_order_relaxed);
    return guard;
}

qi_object *qip_qt_guard_object(const void *guard)
{
    return guard ? static_cast<const Guard *>(guard)->object.data() : nullptr;
}

bool qi::look_at(const void *guard, void (*look)(QObject *object, void *data), void *data)
{
    const std::lock_guard looks(looking());
    qi_object *object = qip_qt_guard_object(guard);

    if (!object || qip_qt_is_dying(object))
        return false;
    look(object, data);
    return true;
}

void qip_qt_guard_free(void *guard)
{
    Guard *own = static_cast<Guard *>(guard);
    if (own && own->holders.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete own;
}

void *qip_qt_watch(qi_object *object, qip_qt_job_fn job, void *data)
try {
    auto watch = std::make_shared<Watch>();
    watch->job = job;
    watch->data = data;
    qi::GilReleased released; /* a thread that destroys the object may want it, with Qt's lock held */
    QMetaObject::Connection connection = QObject::connect(object, &QObject::destroyed, [watch] {
        if (watch->armed.exchange(false))
            watch->job(watch->data);
    });
    return new WatchHandle{watch, connection};
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

bool qip_qt_unwatch(void *handle)
try {
    auto *own = static_cast<WatchHandle *>(handle);

    if (!own)
        return false;
    bool came_first = own->watch->armed.exchange(false);
    qi::GilReleased released; /* as above */
    QObject::disconnect(own->connection);
    delete own;
    return came_first;
} catch (...) {
    qi::tell_thrown("a watch was not ended");
    return false;
}
