// SPDX-License-Identifier: BSD-3-Clause
/*
 * Who gives a panel the focus means one of its parts. A focus proxy would do that as well, but then Tab goes from the last
 * part back to that one, and never to what stands before it.
 */
#ifndef QI_WIDGETS_FIRST_FOCUS_H
#define QI_WIDGETS_FIRST_FOCUS_H

#include <QtWidgets/qwidget.h>

namespace qi
{

/* From now on `part`, which the panel has, gets the focus that the panel is given. */
void hand_focus_to(QWidget *panel, QWidget *part);

} // namespace qi

#endif
