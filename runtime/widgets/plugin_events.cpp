/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_events.h"

#include <utility>

namespace qi
{

PluginEvents::PluginEvents(qi_runtime *runtime, QObject *parent) : QObject(parent), m_given(runtime)
{
    listen();
}

PluginEvents::~PluginEvents()
{
    (void)qi_listener_release(m_listener);
}

void PluginEvents::listen()
{
    qi_runtime *now = runtime();

    if (!now || now == m_heard)
        return;
    (void)qi_listener_release(std::exchange(m_listener, nullptr)); /* of a runtime that has ended */
    if (qi_plugins_listen(now, onEvent, this, nullptr, &m_listener) == QI_OK)
        m_heard = now;
}

void PluginEvents::onEvent(const qi_plugin_event *event, void *user)
{
    auto *self = static_cast<PluginEvents *>(user);

    self->announce();
    if (event->kind == QI_PLUGIN_EVENT_ERROR)
        Q_EMIT self->failed(QString::fromUtf8(event->id), QString::fromUtf8(event->reason),
                            QString::fromUtf8(event->traceback));
}

void PluginEvents::announce()
{
    if (m_isAnnounced)
        return;
    m_isAnnounced = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_isAnnounced = false;
            Q_EMIT changed();
        },
        Qt::QueuedConnection);
}

} // namespace qi
