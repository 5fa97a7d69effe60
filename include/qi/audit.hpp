/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Audit: the application hears what Python code is about to do, and may forbid it. It is no sandbox: see <qi/audit.h>.
 *
 *     python.setAudit([](const qi::AuditEvent &event) { return event.name != "os.system"; }).expect("the audit");
 */
#ifndef QI_AUDIT_HPP
#define QI_AUDIT_HPP

#include <functional>
#include <utility>

#include <QtCore/qstring.h>

#include <qi/audit.h>
#include <qi/listener.hpp>
#include <qi/result.hpp>
#include <qi/runtime.hpp>

namespace qi
{
QI_ABI_BEGIN

/** What Python code is about to do: see qi_audit_event. */
struct AuditEvent {
    /** As "open". */
    QString name;
    /** As Python writes them. */
    QString arguments;
    /** The id of the plugin whose code runs; empty: other code. */
    QString plugin;
};

namespace detail
{

using AuditFunction = std::function<bool(const AuditEvent &)>;

inline bool call_audit(const qi_audit_event *event, void *user)
{
    return Kept<AuditFunction>::of(user)({QString::fromUtf8(event->name),
                                          QString::fromUtf8(event->arguments),
                                          QString::fromUtf8(event->plugin)});
}

} // namespace detail

inline Result<void> Runtime::setAudit(std::function<bool(const AuditEvent &)> audit) const
{
    if (!audit)
        return Result<void>::of(qi_audit_set(m_handle, nullptr, nullptr, nullptr));
    detail::Kept<detail::AuditFunction> kept(std::move(audit));
    return Result<void>::of(
        kept.taken(qi_audit_set(m_handle, detail::call_audit, kept.user(), kept.destroy)));
}

QI_ABI_END
} // namespace qi

#endif /* QI_AUDIT_HPP */
