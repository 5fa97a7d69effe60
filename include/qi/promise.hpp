/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions of C++ that answer Python later: for work that ends in a callback, a request or a device, say.
 *
 *     python.registerFunction("web.fetch", [this](qi::Promise<QByteArray> promise, const QUrl &url) {
 *         QNetworkReply *reply = m_network.get(QNetworkRequest(url));
 *         connect(reply, &QNetworkReply::finished, reply, [=] { (void)promise.resolve(reply->readAll()); });
 *     }).expect("web.fetch");
 *
 * A function that takes a promise before its other parameters returns at once, and the call in Python is awaited. One that
 * has a QFuture may as well return that.
 */
#ifndef QI_PROMISE_HPP
#define QI_PROMISE_HPP

#include <atomic>
#include <memory>
#include <type_traits>

#include <QtCore/qstring.h>

#include <qi/expose.h>
#include <qi/result.hpp>
#include <qi/types.hpp>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* What the copies of a promise share. */
class SharedPromise
{
  public:
    explicit SharedPromise(qi_promise *owned) : m_handle(owned) {}
    SharedPromise(const SharedPromise &) = delete;
    SharedPromise &operator=(const SharedPromise &) = delete;
    ~SharedPromise()
    {
        if (qi_promise *handle = take())
            qi_promise_reject(
                handle, QI_ERR_STATE,
                "the function that was called has given up its promise without an answer");
    }

    qi_promise *handle() const { return m_handle; }
    /* For its end, which is told once. */
    qi_promise *take() { return m_handle.exchange(nullptr); }
    Result<void> resolve(const qi_value *value)
    {
        return Result<void>::of(qi_promise_resolve(take(), value));
    }
    Result<void> reject(const Error &error)
    {
        return Result<void>::of(
            qi_promise_reject(take(), error.status, error.message.toUtf8().constData()));
    }

  private:
    std::atomic<qi_promise *> m_handle;
};

} // namespace detail

/**
 * An answer to Python that is still to come. Copies share it; when the last is gone without an answer, Python gets a
 * RuntimeError. Thread: any.
 */
template <typename T = void> class Promise
{
  public:
    using value_type = T;

    /** Takes what a qi_function_later_fn was given. */
    explicit Promise(qi_promise *owned) : m_shared(std::make_shared<detail::SharedPromise>(owned))
    {
    }

    /**
     * Answers. Where Python has cancelled the call nobody gets it, and that is no failure.
     * Fails: QI_ERR_HANDLE where it was answered before; where the value cannot be given, which Python is told.
     */
    template <typename U = T> Result<void> resolve(const U &value) const
    {
        static_assert(std::is_convertible_v<const U &, T>, "qi: the promise is for another type");
        Storage storage;
        const T &converted = value;
        const qi_value written = storage.write(converted);
        if (!storage.error())
            return m_shared->resolve(&written);
        (void)reject(*storage.error());
        return *storage.error();
    }
    /** Answers where there is nothing to say but that it is done. */
    Result<void> resolve() const
    {
        static_assert(std::is_void_v<T>, "qi: resolve() wants the value that was promised");
        return m_shared->resolve(nullptr);
    }
    /** Raises an exception that suits the error's status. Fails: QI_ERR_HANDLE where it was answered before. */
    Result<void> reject(const Error &error) const { return m_shared->reject(error); }

    /** Whether Python has cancelled the call, so that the work can be left. */
    bool isCancelled() const { return qi_promise_is_cancelled(m_shared->handle()); }
    /** Tells how far the work is; 0: nobody knows how many steps there are. Fails as qi_promise_report(). */
    Result<void> report(qint64 value, qint64 maximum = 0, const QString &text = QString()) const
    {
        return Result<void>::of(
            qi_promise_report(m_shared->handle(), value, maximum, text.toUtf8().constData()));
    }
    /** The handle for the C API; NULL once it was answered. Borrowed. */
    qi_promise *handle() const { return m_shared->handle(); }

  private:
    std::shared_ptr<detail::SharedPromise> m_shared;
};

namespace detail
{

template <typename T> struct IsPromise : std::false_type {
};
template <typename T> struct IsPromise<Promise<T>> : std::true_type {
    using Type = T;
};

} // namespace detail

QI_ABI_END
} // namespace qi

#endif /* QI_PROMISE_HPP */
