// SPDX-License-Identifier: BSD-3-Clause
/* The actions of the widgets: with an icon of theirs, and a tip that tells the key. */
#ifndef QI_WIDGETS_WIDGET_ACTION_H
#define QI_WIDGETS_WIDGET_ACTION_H

#include <QtGui/qkeysequence.h>
#include <QtWidgets/qwidget.h>

#include "theme.h"

namespace qi
{

/* An action that `owner` has, with a key that works as panel_keys.h says. `text` has no mnemonic, which would take one of the
 * application's menus its key. `about` is the tip. */
QAction *widget_action(QWidget *owner, theme::Icon icon, const QString &text,
                       const QKeySequence &key, const QString &about);

} // namespace qi

#endif
