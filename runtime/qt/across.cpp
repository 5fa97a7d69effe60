/* SPDX-License-Identifier: BSD-3-Clause */
/* Work in the threads of others: see across.h. */
#include <unordered_map>

#include "qt/across.h"

#include <atomic>

#include <QtCore/qexception.h>
#include <QtCore/qmutex.h>
#include <QtCore/qsemaphore.h>

#include "python/output.h"

namespace qi
{

namespace
{

enum State { Waiting, Running, Done, Failed, Dropped, Abandoned };

/* What the caller and the posted event share. */
struct Errand {
    std::shared_ptr<Work> work;
    std::atomic<int> state{Waiting};
    std::exception_ptr thrown;
    QSemaphore decided;

    bool move_on(int from, int to) { return state.compare_exchange_strong(from, to); }

    void run(QObject *object)
    {
        if (!move_on(Waiting, Running))
            return;
        thrown = catch_from([&] { work->run(object); });
        state.store(thrown ? Failed : Done);
        decided.release();
    }
};

/* Travels in the event. If that goes without having been delivered, the object is gone. */
class Ticket
{
  public:
    explicit Ticket(const std::shared_ptr<Errand> &errand) : m_errand(errand) {}
    ~Ticket()
    {
        if (m_errand->move_on(Waiting, Dropped))
            m_errand->decided.release();
    }
    void run(QObject *object) { m_errand->run(object); }

  private:
    std::shared_ptr<Errand> m_errand;
};

/* Which thread waits here for which. */
class Waits
{
  public:
    /* False: `target` waits for `self` already, by however many steps. */
    bool enter(QThread *self, QThread *target)
    {
        QMutexLocker lock(&m_mutex);
        for (QThread *thread = target; thread; thread = next(thread)) {
            if (thread == self)
                return false;
        }
        m_waits[self] = target;
        return true;
    }

    void leave(QThread *self)
    {
        QMutexLocker lock(&m_mutex);
        m_waits.erase(self);
    }

  private:
    QThread *next(QThread *thread) const
    {
        const auto found = m_waits.find(thread);
        return found == m_waits.end() ? nullptr : found->second;
    }

    QMutex m_mutex;
    std::unordered_map<QThread *, QThread *> m_waits;
};

Q_GLOBAL_STATIC(Waits, waits) /* NULL once the process ends */

/* That this thread waits for another, until the end of the block. */
class Wait
{
  public:
    Wait(QThread *self, QThread *target)
        : m_self(waits() && waits()->enter(self, target) ? self : nullptr)
    {
    }
    ~Wait()
    {
        if (m_self && waits())
            waits()->leave(m_self);
    }
    Wait(const Wait &) = delete;
    Wait &operator=(const Wait &) = delete;
    explicit operator bool() const { return m_self; }

  private:
    QThread *m_self; /* NULL: it would never end */
};

bool refuse(const char *why)
{
    PyErr_Format(PyExc_RuntimeError, "the QObject lives in another thread, %s", why);
    return false;
}

void post(QObject *object, const std::shared_ptr<Errand> &errand)
{
    auto ticket = std::make_shared<Ticket>(errand);
    QMetaObject::invokeMethod(
        object, [ticket, object] { ticket->run(object); }, Qt::QueuedConnection);
}

/* The other thread may print meanwhile, which one that is in the midst of telling of output would keep it from. */
void wait_for(Errand &errand)
{
    const GilReleased released;
    const size_t told = qip_output_let_go();

    if (!errand.decided.tryAcquire(1, patience_ms) && !errand.move_on(Waiting, Abandoned))
        errand.decided.acquire();
    qip_output_take_again(told);
}

} // namespace

bool raise_host_exception(const std::exception_ptr &exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const QUnhandledException &wrapped) {
        /* What a QFuture makes of an exception that is no QException. */
        if (wrapped.exception())
            return raise_host_exception(wrapped.exception());
        PyErr_SetString(PyExc_RuntimeError, "the host threw a C++ exception");
    } catch (const RaisedInPython &thrown) {
        thrown.raise();
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::exception &thrown) {
        PyErr_Format(PyExc_RuntimeError, "the host threw a C++ exception: %s", thrown.what());
    } catch (...) {
        PyErr_SetString(PyExc_RuntimeError,
                        "the host threw a C++ exception that is no std::exception");
    }
    return false;
}

bool perform_elsewhere(QObject *object, const std::shared_ptr<Work> &work)
{
    QThread *self = QThread::currentThread(), *target = object->thread();
    auto errand = std::make_shared<Errand>();

    if (!target || !target->isRunning())
        return refuse("which does not run");
    const Wait wait(self, target);
    if (!wait)
        return refuse("which waits for this one: the call would never end");
    errand->work = work;
    /* Posted with the GIL held, so that no Python code gets in between the check and this. */
    post(object, errand);
    wait_for(*errand);
    switch (errand->state.load()) {
    case Done:
        return true;
    case Failed:
        return raise_host_exception(errand->thrown);
    case Abandoned:
        return refuse("whose event loop did not take the call within ten seconds");
    default:
        PyErr_SetString(PyExc_ReferenceError,
                        "the QObject was destroyed before its thread could take the call");
        return false;
    }
}

} // namespace qi
