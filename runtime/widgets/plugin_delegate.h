/* SPDX-License-Identifier: BSD-3-Clause */
/* How a plugin looks in the list: the picture of its state, its name and version, and how it is. */
#ifndef QI_WIDGETS_PLUGIN_DELEGATE_H
#define QI_WIDGETS_PLUGIN_DELEGATE_H

#include <QtWidgets/qstyleditemdelegate.h>

namespace qi
{

class PluginDelegate : public QStyledItemDelegate
{
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace qi

#endif
