/* SPDX-License-Identifier: BSD-3-Clause */
/* A label for words that may be others': they are no markup, break where they must and can be copied. */
#ifndef QI_WIDGETS_PLAIN_LABEL_H
#define QI_WIDGETS_PLAIN_LABEL_H

class QLabel;
class QWidget;

namespace qi
{

QLabel *plain_label(QWidget *parent);

} // namespace qi

#endif
