// SPDX-License-Identifier: BSD-3-Clause
#include "widget_action.h"

#include <QtGui/qaction.h>

#include "panel_keys.h"

namespace qi
{

QAction *widget_action(QWidget *owner, theme::Icon icon, const QString &text,
                       const QKeySequence &key, const QString &about)
{
    auto *action = new QAction(theme::icon(icon), text, owner);
    const QString shown = key.toString(QKeySequence::NativeText);

    action->setIconText(text);
    action->setToolTip(about);
    if (!shown.isEmpty()) {
        action->setText(text + QLatin1Char('\t') + shown); /* which is how a menu shows it */
        action->setToolTip(QStringLiteral("%1 (%2)").arg(about, shown));
        PanelKeys::of(owner)->add(action, key);
    }
    owner->addAction(action);
    return action;
}

} // namespace qi
