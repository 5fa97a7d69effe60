/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_delegate.h"

#include <QtGui/qpainter.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qstyle.h>

#include "plain_text.h"
#include "plugin_model.h"
#include "theme.h"

namespace qi
{

static int padding(const QStyleOptionViewItem &option)
{
    return option.fontMetrics.height() / 2;
}

static QSize pictureSize(const QStyleOptionViewItem &option)
{
    const int side = option.fontMetrics.height() * 5 / 4;

    return {side, side};
}

QSize PluginDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return {option.fontMetrics.averageCharWidth() * 24,
            option.fontMetrics.height() * 2 + padding(option) * 3 / 2};
}

void PluginDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given,
                           const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    const QWidget *widget = option.widget;
    const QStyle *style = widget ? widget->style() : QApplication::style();
    const bool isSelected = option.state & QStyle::State_Selected;
    const QPalette::ColorGroup group = option.state & QStyle::State_Active ? QPalette::Active
                                                                           : QPalette::Inactive;

    /* The style paints what lies behind and the focus; the words are ours. */
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, widget);
    painter->save();
    const int pad = padding(option), height = option.fontMetrics.height();
    const QRect all = option.rect.adjusted(pad, 0, -pad, 0);
    const QSize size = pictureSize(option);
    const QRect picture(QPoint(all.left(), all.center().y() - size.height() / 2), size);
    index.data(Qt::DecorationRole)
        .value<QIcon>()
        .paint(painter, QStyle::visualRect(option.direction, all, picture), Qt::AlignCenter,
               isSelected ? QIcon::Selected : QIcon::Normal);

    QRect line(all.left() + size.width() + pad, all.center().y() - height, 0, height);
    line.setRight(all.right());
    line = QStyle::visualRect(option.direction, all, line);
    const QColor chosen = option.palette.color(group, QPalette::HighlightedText);
    const QColor muted = theme::color(theme::Role::Muted, option.palette);
    /* The name comes first, however long a version may be. */
    const QString version = plain::leftToRight(option.fontMetrics.elidedText(
        index.data(PluginModel::VersionRole).toString(), Qt::ElideRight, line.width() / 3));
    painter->setFont(option.font);
    painter->setPen(isSelected ? chosen : muted);
    painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, version);
    QFont bold = option.font;
    bold.setBold(true);
    const int room = line.width() - option.fontMetrics.horizontalAdvance(version) - pad;
    painter->setFont(bold);
    painter->setPen(isSelected ? chosen : option.palette.color(group, QPalette::Text));
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(bold).elidedText(index.data().toString(), Qt::ElideRight, room));
    line.translate(0, height);
    const auto role = theme::Role(index.data(PluginModel::StateRoleRole).toInt());
    painter->setFont(option.font);
    painter->setPen(isSelected ? chosen : theme::color(role, option.palette));
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(index.data(PluginModel::StateTextRole).toString(),
                                                    Qt::ElideRight, line.width()));
    painter->restore();
}

} // namespace qi
