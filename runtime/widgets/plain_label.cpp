/* SPDX-License-Identifier: BSD-3-Clause */
#include "plain_label.h"

#include <QtWidgets/qlabel.h>

namespace qi
{

QLabel *plain_label(QWidget *parent)
{
    auto *label = new QLabel(parent);

    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setMinimumWidth(
        1); /* else the longest word of a stranger's would be the least width of the window */
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace qi
