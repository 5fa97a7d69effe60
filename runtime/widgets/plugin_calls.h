/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What plugins have been told to do and have not done yet: to start, to end, to start anew. Each does one
 * of these at a time, but what is being started can be ended.
 */
#ifndef QI_WIDGETS_PLUGIN_CALLS_H
#define QI_WIDGETS_PLUGIN_CALLS_H

#include <QtCore/qhash.h>
#include <QtCore/qobject.h>
#include <QtCore/qset.h>
#include <QtCore/qstring.h>

#include <qi/plugin.h>

namespace qi
{

class PluginCalls : public QObject
{
    Q_OBJECT

  public:
    using Call = int (*)(qi_runtime *, const char *, const qi_task_options *, qi_task **);
    /* What a plugin that is being started says of how far it is. */
    struct Progress {
        int value = 0, maximum = 0;
        QString text;
    };

    using QObject::QObject;

    /*
     * Does nothing while the plugin has to be waited for, and where there is no runtime.
     * Beware: the call may ask for consent, and so run an event loop, in which this may be destroyed.
     */
    void start(Call call, qi_runtime *runtime, QString plugin, bool isEnd = false);

    bool isBusy(const QString &plugin) const { return m_busy.contains(plugin); }
    /* Whether it was told to end, and has not. */
    bool isEnding(const QString &plugin) const { return m_ending.contains(plugin); }
    Progress progress(const QString &plugin) const { return m_progresses.value(plugin); }

  Q_SIGNALS:
    void began(const QString &plugin);
    void progressed(const QString &plugin);
    void ended(const QString &plugin, int status, const QString &message);

  private:
    struct Pending;

    void setProgress(const QString &plugin, const Progress &now);
    void end(const QString &plugin, int status, const QString &message);

    QHash<QString, int> m_busy; /* calls that have not ended, by plugin */
    QHash<QString, Progress> m_progresses;
    QSet<QString> m_ending;
};

} // namespace qi

#endif
