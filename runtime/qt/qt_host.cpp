// SPDX-License-Identifier: BSD-3-Clause
//
// Qt as a host of the loop (host.h): an object that lives in the loop's thread, gets a posted event for
// each wake(), watches one descriptor, and listens to the thread's event dispatcher.
//
// Nested event loops of Qt use the same dispatcher, so its awake() and aboutToBlock() come before every
// poll and every wait of all of them; between the two, each cycle of an event loop passes one at least.
//
// In the application's thread it also sees every event that is delivered, as a filter of the application's,
// so that the loop's turns are short while the user does something (pace.h). Nothing in Qt tells whether
// such an event waits; but where there was one just now, the next is near.
//
// A loop that owns the program runs the application itself there, by its exec(): quit(), and the last window that
// closes, do nothing to an event loop of somebody's.

#include "core/host.h"
#include "qt/bridge.h"
#include "core/pulse.h"
#include "qt/copies.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEvent>
#include <QEventLoop>
#include <QObject>
#include <QPointer>
#include <QSocketNotifier>
#include <QScopeGuard>
#include <QThread>

#include <memory>
#include <utility>
#include <vector>

#include <unistd.h>

#include "core/thread_end.h"
#include "qt/thrown.h"

namespace
{

QEvent::Type wakeEventType()
{
    static const int type = QEvent::registerEventType();
    return static_cast<QEvent::Type>(type);
}

/*
 * A daemon thread that comes back to Python while the interpreter ends is ended by CPython 3.11 to 3.13, by
 * pthread_exit() where it asks for the GIL, which unwinds its stack. Through Qt's frames that cannot go well:
 * Qt objects to exceptions, and its dispatcher is destroyed under its own feet. So the thread stops here for
 * good, as CPython has it from 3.14 on; the process does not wait for it. It does not hold the GIL.
 */
template <typename Function> void call_python(Function function)
{
    try {
        function();
    } catch (const qi::ThreadEnd &) {
        for (;;)
            pause();
    }
}

// Events that somebody sees the outcome of. Their types are Core's, though most are sent by Gui.
bool isOfWindow(QEvent::Type type)
{
    switch (type) {
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick:
    case QEvent::MouseMove:
    case QEvent::HoverMove:
    case QEvent::Wheel:
    case QEvent::KeyPress:
    case QEvent::KeyRelease:
    case QEvent::InputMethod:
    case QEvent::TouchBegin:
    case QEvent::TouchUpdate:
    case QEvent::TouchEnd:
    case QEvent::TabletMove:
    case QEvent::TabletPress:
    case QEvent::TabletRelease:
    case QEvent::NativeGesture:
    case QEvent::DragEnter:
    case QEvent::DragMove:
    case QEvent::Drop:
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::Expose:
    case QEvent::Paint:
    case QEvent::UpdateRequest:
    case QEvent::UpdateLater:
        return true;
    default:
        return false;
    }
}

class QtHost;

// What the C side holds: begins with the qip_host that the port knows.
struct HostHandle {
    qip_host base;
    QtHost *object;
};

class QtHost : public QObject
{
  public:
    explicit QtHost(const qip_host_client &client) : m_client(client)
    {
        auto *dispatcher = QAbstractEventDispatcher::instance(thread());
        connect(
            dispatcher, &QAbstractEventDispatcher::awake, this, [this] { check(false); },
            Qt::DirectConnection);
        connect(
            dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, [this] { check(true); },
            Qt::DirectConnection);
        m_filters = QCoreApplication::instance()->thread() == thread();
        if (m_filters)
            QCoreApplication::instance()->installEventFilter(this);
    }

    bool wake()
    {
        // A turn that the descriptor causes leaves the event of an earlier wake() in the queue. A second
        // one beside it would be one more slice for each cycle of Qt's, for as long as we are busy.
        if (!m_posted)
            m_posted = post();
        return m_posted;
    }

    bool post()
    try {
        QCoreApplication::postEvent(this, new QEvent(wakeEventType()));
        return true;
    } catch (...) {
        qi::tell_thrown("asyncio is not woken by an event");
        return false;
    }

    int watch(int fd)
    try {
        m_lost = false;
        if (m_notifier) { // it may be what has called us
            m_notifier->setEnabled(false);
            m_notifier.release()->deleteLater();
        }
        auto notifier = std::make_unique<QSocketNotifier>(fd, QSocketNotifier::Read);
        connect(notifier.get(), &QSocketNotifier::activated, this, [this] { readable(); });
        m_notifier = std::move(notifier);
        return 0;
    } catch (...) {
        qi::tell_thrown("a descriptor is not watched");
        return -1;
    }

    void pause(bool paused)
    {
        m_paused = paused;
        if (m_notifier)
            m_notifier->setEnabled(!paused);
    }

    unsigned news()
    {
        return m_filters ? std::exchange(m_news, 0u)
                         : unsigned(QIP_HOST_EVENTS | QIP_HOST_CANNOT_TELL);
    }

    bool exec()
    try {
        QEventLoop loop;
        m_loops.push_back(&loop);
        const auto ended = qScopeGuard([this] {
            m_loops.pop_back();
            leave();
        });
        return loop.exec() != -1;
    } catch (...) {
        qi::tell_thrown("an event loop ended");
        return false;
    }

    qip_host_end run()
    {
        if (!m_filters || thread()->loopLevel() > 0)
            return exec() ? QIP_HOST_RAN : QIP_HOST_CANNOT_RUN;
        return run_application();
    }

    void quit()
    {
        if (m_loops.empty())
            return;
        if (m_loops.back())
            m_loops.back()->quit();
        else
            end_application();
    }

    // The loop is gone, but this object may be on the stack below: delete it when it is not.
    void retire()
    {
        m_client.loop = nullptr;
        if (auto *dispatcher = QAbstractEventDispatcher::instance(thread()))
            dispatcher->disconnect(this);
        if (m_filters && QCoreApplication::instance())
            QCoreApplication::instance()->removeEventFilter(this);
        QCoreApplication::removePostedEvents(this, wakeEventType());
        if (m_notifier)
            m_notifier->setEnabled(false);
        for (QEventLoop *waits : m_loops) {
            if (waits)
                waits->quit();
            else
                exit_unheard(); // nobody will tell when event loops inside it have ended
        }
        if (!isOnStack())
            delete this;
    }

  protected:
    bool event(QEvent *event) override
    {
        if (event->type() != wakeEventType())
            return QObject::event(event);
        m_posted = m_left = false;
        turn();
        return true;
    }

    // Every event of the thread passes here, so it has to be quick.
    bool eventFilter(QObject *receiver, QEvent *event) override
    {
        if (receiver != this && receiver != m_notifier.get())
            m_news |= isOfWindow(event->type()) ? QIP_HOST_EVENTS | QIP_HOST_WINDOW_EVENTS
                                                : QIP_HOST_EVENTS;
        qip_pulse_stir(); // the receiver may be a slot of a binding, which enters Python by itself
        return false;
    }

  private:
    // exec() emits aboutToQuit whenever it returns. Where only the loop has stopped, the application has not quit.
    qip_host_end run_application()
    try {
        m_loops.push_back(nullptr);
        m_ends = m_unheard = false;
        const auto ended = qScopeGuard([this] {
            if (std::exchange(m_unheard, false) && QCoreApplication::instance())
                QCoreApplication::instance()->blockSignals(m_was_blocked);
            m_ends = false;
            m_loops.pop_back();
            leave();
        });
        QCoreApplication::exec();
        return m_unheard ? QIP_HOST_RAN : QIP_HOST_QUIT;
    } catch (...) {
        qi::tell_thrown("the application ended");
        return QIP_HOST_RAN;
    }

    // Event loops inside it go on to their own ends, a dialog's say, which exit() would end as well.
    void end_application()
    {
        m_ends = true;
        if (thread()->loopLevel() <= 1)
            exit_unheard();
    }

    void exit_unheard()
    {
        auto *application = QCoreApplication::instance();
        if (!application)
            return;
        if (!std::exchange(m_unheard, true))
            m_was_blocked = application->blockSignals(true);
        QCoreApplication::exit(0);
    }

    void check(bool blocks)
    {
        // Also where it was told before: processEvents() in a callback forgets that the wait around it is to end.
        if (m_ends && thread()->loopLevel() == 1)
            exit_unheard();
        // Qt's dispatchers disable what watches a descriptor that somebody has closed.
        if (m_notifier && !m_paused && !m_notifier->isEnabled() && !std::exchange(m_lost, true))
            (void)post();
        if (m_client.loop)
            call_python([this, blocks] { m_client.check(m_client.loop, blocks); });
    }

    // A turn is coming already: a second one in the same cycle of Qt's would double what Qt waits. But if it
    // does not come, because somebody has removed all posted events, this one is not left out again.
    void readable()
    {
        if (m_posted && !m_left)
            m_left = true;
        else
            turn();
    }

    void turn()
    {
        if (!m_client.loop)
            return;
        m_depth++;
        call_python([this] { m_client.turn(m_client.loop); });
        m_depth--;
        leave();
    }

    bool isOnStack() const { return m_depth > 0 || !m_loops.empty(); }

    // QCoreApplication and QSocketNotifier do not look at us again after delivering.
    void leave()
    {
        if (!m_client.loop && !isOnStack())
            deleteLater();
    }

    qip_host_client m_client;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::vector<QEventLoop *> m_loops; // nullptr: the application's own
    int m_depth = 0;
    unsigned m_news = 0;
    bool m_posted = false;
    bool m_paused = false;
    bool m_lost = false;        // what is watched is no descriptor any more
    bool m_left = false;        // the descriptor was readable since, and left to the event
    bool m_ends = false;        // the application's run ends once the event loops inside it have
    bool m_unheard = false;     // it ends now, and has not quit
    bool m_was_blocked = false; // whether somebody else held its signals back
    bool m_filters = false;     // sees all events, since it lives in the application's thread
};

QtHost *object(qip_host *host)
{
    return reinterpret_cast<HostHandle *>(host)->object;
}

const qip_host_vtable vtable = {
    /* wake */ [](qip_host *host) { return object(host)->wake(); },
    /* wake_anyhow */ [](qip_host *host) { (void)object(host)->post(); },
    /* watch */ [](qip_host *host, int fd) { return object(host)->watch(fd); },
    /* pause */ [](qip_host *host, bool paused) { object(host)->pause(paused); },
    /* news */ [](qip_host *host) { return object(host)->news(); },
    /* level */ [](qip_host *host) { return object(host)->thread()->loopLevel(); },
    /* exec */ [](qip_host *host) { return object(host)->exec(); },
    /* run */ [](qip_host *host) { return object(host)->run(); },
    /* quit */ [](qip_host *host) { object(host)->quit(); },
    /* destroy */
    [](qip_host *host) {
        object(host)->retire();
        delete reinterpret_cast<HostHandle *>(host);
    },
};

} // namespace

qip_host *qip_host_new_qt(const qip_host_client *client, const char **why)
try {
    if (!QCoreApplication::instance()) {
        *why = qip_qt_no_application();
        return nullptr;
    }
    const QEventLoop dispatcher_maker; // gives a thread that Qt has not made, as Python's are, a dispatcher
    if (!QAbstractEventDispatcher::instance(QThread::currentThread())) {
        *why = "Qt has no event dispatcher for this thread";
        return nullptr;
    }
    auto handle = std::make_unique<HostHandle>(HostHandle{{&vtable}, nullptr});
    handle->object = new QtHost(*client);
    return &handle.release()->base;
} catch (...) {
    *why = "out of memory";
    qi::tell_thrown("no host was made");
    return nullptr;
}
