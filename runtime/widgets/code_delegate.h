// SPDX-License-Identifier: BSD-3-Clause
/* Paints cells that hold code and numbers, which read from left to right also where the rest of the window does not. */
#ifndef QI_WIDGETS_CODE_DELEGATE_H
#define QI_WIDGETS_CODE_DELEGATE_H

#include <QtWidgets/qstyleditemdelegate.h>

#include "plain_text.h"

namespace qi
{

class CodeDelegate : public QStyledItemDelegate
{
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QString displayText(const QVariant &value, const QLocale &locale) const override
    {
        return plain::leftToRight(QStyledItemDelegate::displayText(value, locale));
    }
};

} // namespace qi

#endif
