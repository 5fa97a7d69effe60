// SPDX-License-Identifier: BSD-3-Clause
/* The actions of the widgets: with an icon of theirs, and a tip that tells the shortcut. */
#ifndef QI_WIDGETS_WIDGET_ACTION_H
#define QI_WIDGETS_WIDGET_ACTION_H

#include <QtGui/qkeysequence.h>
#include <QtWidgets/qwidget.h>

#include "theme.h"

namespace qi
{

/* An action that `owner` has, whose shortcut works wherever in it the focus is. `about` is the tip. */
QAction *widget_action(QWidget *owner, theme::Icon icon, const QString &text,
                       const QKeySequence &shortcut, const QString &about);

} // namespace qi

#endif
