// SPDX-License-Identifier: BSD-3-Clause
#include "widget_action.h"

#include <QtGui/qaction.h>

namespace qi
{

QAction *widget_action(QWidget *owner, theme::Icon icon, const QString &text,
                       const QKeySequence &shortcut, const QString &about)
{
    auto *action = new QAction(theme::icon(icon), text, owner);
    const QString keys = shortcut.toString(QKeySequence::NativeText);

    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    action->setToolTip(keys.isEmpty() ? about : QStringLiteral("%1 (%2)").arg(about, keys));
    owner->addAction(action);
    return action;
}

} // namespace qi
