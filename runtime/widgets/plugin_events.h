/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What plugins do, as signals. Events come from inside of the manager of plugins, in the middle of what it
 * does, so `changed` is emitted from the event loop and once for many of them.
 */
#ifndef QI_WIDGETS_PLUGIN_EVENTS_H
#define QI_WIDGETS_PLUGIN_EVENTS_H

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <qi/plugin.h>

namespace qi
{

class PluginEvents : public QObject
{
    Q_OBJECT

  public:
    explicit PluginEvents(qi_runtime *runtime, QObject *parent = nullptr);
    ~PluginEvents() override;

    qi_runtime *runtime() const { return m_given ? m_given : qi_runtime_current(); }
    /* Begins to listen if it does not yet: the runtime may have come later. */
    void listen();

  Q_SIGNALS:
    void changed();
    /* An error of a plugin, at once. */
    void failed(const QString &plugin, const QString &message, const QString &traceback);

  private:
    static void onEvent(const qi_plugin_event *event, void *user);
    void announce();

    qi_runtime *m_given, *m_heard = nullptr;
    qi_listener *m_listener = nullptr;
    bool m_isAnnounced = false;
};

} // namespace qi

#endif
