/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running host code for Python: without the GIL, and in the thread where the object lives.
 *
 * In the object's own thread the work simply runs. From any other thread it is posted there and waited
 * for, as with Qt::BlockingQueuedConnection, but with two ways out of a deadlock: a thread that itself
 * waits here for the caller is refused at once, and a thread that has not begun the work within
 * `patience_ms` is given up; the work is then never done. Work that has begun is waited for without
 * limit, since it may be a dialog. The work owns its arguments, so it may outlive a caller that gave up.
 */
#ifndef QIP_QT_ACROSS_H
#define QIP_QT_ACROSS_H

#include "qt/ref.h"

#include <exception>
#include <memory>
#include <utility>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include "core/thread_end.h"

namespace qi
{

constexpr int patience_ms = 10000;

/* Something to be done with an object. It touches nothing of Python. */
class Work
{
  public:
    virtual ~Work() = default;
    virtual void run(QObject *object) = 0;
};

/* Runs host code; what it throws, else null. None of it may get into CPython, which knows no exceptions of
 * C++. But the unwinding of a thread that ends passes. */
template <typename Code> std::exception_ptr catch_from(Code code)
{
    try {
        code();
    } catch (const ThreadEnd &) {
        throw;
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

/* What host code throws in place of an exception of Python's, which it had no GIL to raise. */
struct RaisedInPython : std::exception {
    virtual void raise() const = 0; /* GIL: held */
};

/* Posts the work to the object's thread and waits. False with an exception set. GIL: held. */
bool perform_elsewhere(QObject *object, const std::shared_ptr<Work> &work);

/* Raises what a C++ exception of the host says, as RuntimeError. Returns false. */
bool raise_host_exception(const std::exception_ptr &exception);

/* Runs host code without the GIL, in this thread. False with an exception set: it threw. */
template <typename Code> bool host_code(Code code)
{
    std::exception_ptr thrown;
    {
        GilReleased released;
        thrown = catch_from(code);
    }
    return !thrown || raise_host_exception(thrown);
}

/* Does the work in the object's thread. False with an exception set. GIL: held, and released inside. */
template <typename Kind> bool perform(QObject *object, Kind &work)
{
    if (object->thread() == QThread::currentThread())
        return host_code([&] { work.run(object); });
    auto shared = std::make_shared<Kind>(std::move(work));
    if (!perform_elsewhere(object, shared))
        return false;
    work = std::move(*shared);
    return true;
}

} // namespace qi

#endif
