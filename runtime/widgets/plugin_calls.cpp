/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_calls.h"

#include <memory>
#include <utility>

#include <QtCore/qpointer.h>

namespace qi
{

/* What a call was for, until it ends; whoever made it may be gone by then. */
struct PluginCalls::Pending {
    QPointer<PluginCalls> calls;
    QString plugin;

    static void progress(qi_task *, const qi_task_progress *report, void *user)
    {
        const auto *pending = static_cast<Pending *>(user);
        /* In thousandths, since the bar counts in ints. */
        const double share = report->maximum > 0 ? double(report->value) / double(report->maximum)
                                                 : 0;
        if (pending->calls)
            pending->calls->setProgress(pending->plugin, {int(qBound(0.0, share, 1.0) * 1000),
                                                          report->maximum > 0 ? 1000 : 0,
                                                          QString::fromUtf8(report->text)});
    }

    static void done(qi_task *, const qi_task_end *end, void *user)
    {
        const std::unique_ptr<Pending> pending(static_cast<Pending *>(user));
        if (pending->calls)
            pending->calls->end(
                pending->plugin, end->status,
                QString::fromUtf8(end->error && end->error->message ? end->error->message : ""));
    }
};

void PluginCalls::start(Call call, qi_runtime *runtime, QString plugin, bool isEnd)
{
    const QPointer<PluginCalls> self = this;

    /* What is being started can be ended; anything else waits for its turn. */
    if (plugin.isEmpty() || !runtime || (isEnd ? isEnding(plugin) : isBusy(plugin)))
        return;
    m_busy[plugin]++;
    if (isEnd)
        m_ending.insert(plugin);
    Q_EMIT began(plugin);
    if (!self)
        return;
    auto pending = std::make_unique<Pending>();
    pending->calls = this;
    pending->plugin = std::move(plugin);
    qi_task_options options;
    qi_task_options_init(&options);
    options.done = Pending::done;
    options.progress = Pending::progress;
    options.user = pending.get();
    const int status = call(runtime, pending->plugin.toUtf8().constData(), &options, nullptr);
    if (status == QI_OK) {
        (void)pending.release(); /* done() has it, or had it */
        return;
    }
    if (self)
        end(pending->plugin, status, QString::fromUtf8(qi_last_error()->message));
}

void PluginCalls::setProgress(const QString &plugin, const Progress &now)
{
    m_progresses[plugin] = now;
    Q_EMIT progressed(plugin);
}

void PluginCalls::end(const QString &plugin, int status, const QString &message)
{
    if (--m_busy[plugin] <= 0)
        m_busy.remove(plugin);
    if (!m_busy.contains(plugin)) {
        m_ending.remove(plugin);
        m_progresses.remove(plugin);
    }
    Q_EMIT ended(plugin, status, message);
}

} // namespace qi
