/* SPDX-License-Identifier: BSD-3-Clause */
/* The handle of a function that listens: to output, to plugins, to events. */
#ifndef QI_LISTENER_HPP
#define QI_LISTENER_HPP

#include <memory>
#include <utility>

#include <qi/result.hpp>
#include <qi/runtime.h>

namespace qi
{
QI_ABI_BEGIN

/**
 * Listens as long as it is there. Destroy it on the GUI thread; elsewhere it cannot end what it hears.
 *
 * When it is gone the function is not called any more, and is destroyed: see qi_listener_release().
 */
class [[nodiscard]] Listener
{
  public:
    /** Listens to nothing. */
    Listener() = default;
    /** Takes a handle of the C API. */
    explicit Listener(qi_listener *owned) : m_handle(owned) {}
    Listener(Listener &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
    Listener &operator=(Listener &&other) noexcept
    {
        Listener taken(std::move(other)); /* first: it may be this one */
        std::swap(m_handle, taken.m_handle);
        return *this;
    }
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;
    ~Listener() { (void)release(); }

    /** Whether it was made, and has been neither released nor detached. */
    explicit operator bool() const { return m_handle != nullptr; }
    /** Ends it. Thread: GUI, else it fails with QI_ERR_WRONG_THREAD, and goes on. */
    Result<void> release()
    {
        const int status = qi_listener_release(m_handle);
        if (status == QI_OK)
            m_handle = nullptr;
        return Result<void>::of(status);
    }
    /** Lets it listen until the runtime is CLOSED. */
    void detach() { m_handle = nullptr; }
    /** The handle for the C API. Borrowed. */
    qi_listener *handle() const { return m_handle; }

  private:
    qi_listener *m_handle = nullptr;
};

namespace detail
{

/* A function of the application that C holds, as the `user` and `destroy` of a callback. */
template <typename Function> class Kept
{
  public:
    explicit Kept(Function &&function) : m_function(new Function(std::move(function))) {}
    explicit Kept(const Function &function) : m_function(new Function(function)) {}

    /* Whether there is something to call. */
    explicit operator bool() const { return bool(*m_function); }
    void *user() const { return m_function.get(); }
    static void destroy(void *user) { delete static_cast<Function *>(user); }
    static Function &of(void *user) { return *static_cast<Function *>(user); }
    /* What the call that took it has returned: where that failed, nobody else destroys it. */
    int taken(int status)
    {
        if (status == QI_OK)
            (void)m_function.release();
        return status;
    }

  private:
    std::unique_ptr<Function> m_function;
};

} // namespace detail

QI_ABI_END
} // namespace qi

#endif /* QI_LISTENER_HPP */
