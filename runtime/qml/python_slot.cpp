// SPDX-License-Identifier: BSD-3-Clause
#include "python_slot.h"

#include <utility>

#include <QtQml/qqmlinfo.h>

#include <qi/qi.hpp>

namespace qi
{

void PythonSlot::setSource(QObject *source)
{
    if (m_has_source && m_source == source)
        return;
    m_has_source = true;
    m_source = source;
    reconnect();
    Q_EMIT changed();
}

void PythonSlot::resetSource()
{
    if (!std::exchange(m_has_source, false))
        return;
    m_source.clear();
    reconnect();
    Q_EMIT changed();
}

void PythonSlot::componentComplete()
{
    m_complete = true;
    reconnect();
}

void PythonSlot::reconnect()
{
    if (!m_complete)
        return;
    const bool before = isConnected();
    (void)m_connection.disconnect();
    /* What is not there yet may come by a binding. */
    if (m_enabled && source() && !m_signal.isEmpty() && !m_target.isEmpty()) {
        ConnectOptions options;
        options.overlap = qi::Overlap(m_overlap);
        Result<Connection> made = qi::connect(source(), m_signal.toUtf8().constData(), m_target,
                                              options);
        if (made)
            m_connection = std::move(*made);
        else
            qmlWarning(this) << made.error().message;
    }
    if (isConnected() != before)
        Q_EMIT connectedChanged();
}

} // namespace qi
