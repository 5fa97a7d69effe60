// SPDX-License-Identifier: BSD-3-Clause
#include "panel_keys.h"

#include <QtGui/qevent.h>

namespace qi
{

PanelKeys *PanelKeys::of(QWidget *panel)
{
    auto *keys = panel->findChild<PanelKeys *>(QString(), Qt::FindDirectChildrenOnly);
    return keys ? keys : new PanelKeys(panel);
}

PanelKeys::PanelKeys(QWidget *panel) : QObject(panel)
{
    watch(panel);
}

void PanelKeys::add(QAction *action, const QKeySequence &key)
{
    m_entries.append({action, key});
}

void PanelKeys::watch(QWidget *part)
{
    part->installEventFilter(this);
}

QList<QKeySequence> PanelKeys::all() const
{
    QList<QKeySequence> keys;
    for (const Entry &each : m_entries)
        keys.append(each.key);
    return keys;
}

bool PanelKeys::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QObject::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    const QKeySequence pressed(
        QKeyCombination(key->modifiers() & ~Qt::KeypadModifier, Qt::Key(key->key())));
    for (const Entry &each : std::as_const(m_entries)) {
        if (each.key == pressed && each.action->isEnabled()) {
            event->accept();
            each.action->trigger(); /* after which the panel may be gone */
            return true;
        }
    }
    return false;
}

} // namespace qi
