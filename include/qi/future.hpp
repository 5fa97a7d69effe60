/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks as QFutures: for QFutureWatcher, for chains of then(), for code that knows nothing of Python, and for
 * worker threads, which may wait for one.
 *
 *     QFuture<int> count = python.run<int>("shop:count").future();
 *     count.then(this, [this](int number) { label->setNum(number); })
 *          .onFailed(this, [this](const qi::Exception &error) { show(error.error()); });
 *
 * Python awaits QFutures that the application returns: so a member that returns what future() gives out may
 * be awaited there.
 */
#ifndef QI_FUTURE_HPP
#define QI_FUTURE_HPP

#include <atomic>
#include <memory>
#include <optional>

#include <QtCore/qexception.h>
#include <QtCore/qfuture.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qpromise.h>

#include <qi/task.hpp>

namespace qi
{
QI_ABI_BEGIN

#ifndef QT_NO_EXCEPTIONS /* what stands here is there or not; nothing is there in two ways */

/** What a QFuture of a task throws for an error: an exception of Python, or a launch that has failed. */
class Exception : public QException
{
  public:
    explicit Exception(Error error) : m_error(std::move(error)), m_what(m_error.message.toUtf8()) {}

    /** What went wrong, with its traceback. */
    const Error &error() const { return m_error; }

    const char *what() const noexcept override { return m_what.constData(); }
    void raise() const override { throw *this; }
    Exception *clone() const override { return new Exception(*this); }

  private:
    Error m_error;
    QByteArray m_what;
};

#endif

namespace detail
{

/* Makes a future fail with an Error. */
using FailFuture = void (*)(QFutureInterfaceBase &future, const Error &error);

/* Who does that in this program; none where nothing of it is compiled with exceptions. */
inline std::atomic<FailFuture> fail_future{nullptr};

#ifndef QT_NO_EXCEPTIONS

/* Tells by being included that there are exceptions: one file that has them is enough for all. */
struct HasExceptions {
    HasExceptions()
    {
        fail_future = [](QFutureInterfaceBase &future, const Error &error) {
            future.reportException(Exception(error));
        };
    }
};
inline const HasExceptions has_exceptions;

#endif

/* What a future has in place of a result. Its promise finishes it: only that runs what was attached by then(). */
inline void end_without(QFutureInterfaceBase future, const Error &error)
{
    const FailFuture fail = fail_future;
    if (fail && !error.isCancelled())
        fail(future, error);
    else
        future.cancel();
}

/* Ends a promise as the task has ended. */
template <typename T> class Fulfil final : public Waiter
{
  public:
    explicit Fulfil(const std::shared_ptr<QPromise<T>> &promise) : m_promise(promise) {}
    void take(const Ending &ending) override { m_result.emplace(ending.as<T>()); }
    void call() override
    {
        if (!*m_result)
            end_without(QFutureInterfaceBase::get(m_promise->future()), m_result->error());
        else if constexpr (!std::is_void_v<T>)
            m_promise->addResult(std::move(**m_result));
        m_promise->finish();
    }

  private:
    std::shared_ptr<QPromise<T>> m_promise;
    std::optional<Result<T>> m_result;
};

/* A QFuture counts in ints. */
inline void show_progress(const QFutureInterfaceBase &future, const Progress &progress)
{
    constexpr qint64 most = std::numeric_limits<int>::max();
    qint64 value = progress.value, maximum = progress.maximum;
    QFutureInterfaceBase shared(future);

    for (; maximum > most || value > most; maximum /= 2)
        value /= 2;
    if (shared.progressMaximum() != int(maximum) || shared.progressMinimum() != 0)
        shared.setProgressRange(0, int(maximum));
    shared.setProgressValueAndText(int(value), progress.text);
}

/* Cancels the task with the future. The watcher goes with the end of the future, or with the application. */
template <typename T>
void follow(const std::shared_ptr<SharedTask> &state, const QFuture<T> &future)
{
    auto watch = [state, future] {
        if (future.isFinished())
            return;
        auto *watcher = new QFutureWatcher<T>(QCoreApplication::instance());
        QObject::connect(watcher, &QFutureWatcherBase::canceled, watcher,
                         [state] { state->cancel(); });
        QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, &QObject::deleteLater);
        watcher->setFuture(future);
    };
    if (on_gui_thread())
        watch();
    else
        QMetaObject::invokeMethod(QCoreApplication::instance(), watch, Qt::QueuedConnection);
}

} // namespace detail

template <typename T> QFuture<T> Task<T>::future() const
{
    auto promise = std::make_shared<QPromise<T>>();
    promise->start();
    const QFuture<T> future = promise->future();
    const auto waiter = std::make_shared<detail::Fulfil<T>>(promise);

    if (!m_shared->at_end(waiter)) {
        m_shared->ask([&](const detail::Ending &ending) { waiter->take(ending); });
        waiter->call();
        return future;
    }
    m_shared->listen([shared = QFutureInterfaceBase::get(future)](const Progress &progress) {
        detail::show_progress(shared, progress);
    });
    detail::follow(m_shared, future);
    return future;
}

QI_ABI_END
} // namespace qi

#endif /* QI_FUTURE_HPP */
