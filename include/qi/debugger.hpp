/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Debuggers that attach to the running application. Beware of what <qi/debugger.h> says of debugpy.
 *
 *     qi::DebuggerAddress address = python.debugger().listen().expect("the debugger");
 *     statusBar()->showMessage(address.text);
 */
#ifndef QI_DEBUGGER_HPP
#define QI_DEBUGGER_HPP

#include <QtCore/qstring.h>

#include <qi/debugger.h>
#include <qi/fields.hpp>
#include <qi/result.hpp>
#include <qi/runtime.hpp>
#include <qi/text.hpp>

namespace qi
{
QI_ABI_BEGIN

/** Where a debugger finds the application. */
struct DebuggerAddress {
    /** "pdb" or "debugpy". */
    QString backend;
    /** Of debugpy. */
    QString host;
    int port = 0;
    /** Of pdb's socket. */
    QString path;
    /** All of it, for the user. */
    QString text;
};

/** The debugger of a runtime, which it refers to. Thread: GUI. */
class Debugger
{
  public:
    explicit Debugger(qi_runtime *runtime) : m_runtime(runtime) {}

    /** Lets a debugger attach, and returns at once; empty: pdb. Fails as qi_debugger_listen(). */
    Result<DebuggerAddress> listen(const QString &backend = QString(), unsigned port = 0) const
    {
        detail::Texts texts;
        const char *name = texts.optional(backend, "the name of a debugger");
        qi_value map = qi_none();
        const auto done = texts.then([&] { return qi_debugger_listen(m_runtime, name, port, &map); });
        if (!done)
            return done.error();
        const DebuggerAddress address = {detail::text_of(map, "backend"),
                                         detail::text_of(map, "host"),
                                         int(detail::number_of(map, "port")),
                                         detail::text_of(map, "path"), detail::text_of(map, "text")};
        qi_value_clear(&map);
        return address;
    }
    /** Ends what listen() began, and a session of it. Fails as qi_debugger_stop(): debugpy cannot be told to end. */
    Result<void> stop() const { return Result<void>::of(qi_debugger_stop(m_runtime)); }
    /** Whether one has attached. */
    bool isAttached() const { return qi_debugger_is_attached(m_runtime); }

  private:
    qi_runtime *m_runtime;
};

inline Debugger Runtime::debugger() const
{
    return Debugger(m_handle);
}

QI_ABI_END
} // namespace qi

#endif /* QI_DEBUGGER_HPP */
