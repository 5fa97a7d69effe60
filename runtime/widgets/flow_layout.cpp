// SPDX-License-Identifier: BSD-3-Clause
#include "flow_layout.h"

#include <algorithm>

#include <QtWidgets/qstyle.h>
#include <QtWidgets/qwidget.h>

namespace qi
{

FlowLayout::FlowLayout()
{
    setContentsMargins(0, 0, 0, 0);
    setSpacing(6);
}

FlowLayout::~FlowLayout()
{
    qDeleteAll(m_items);
}

QLayoutItem *FlowLayout::takeAt(int index)
{
    return index >= 0 && index < m_items.size() ? m_items.takeAt(index) : nullptr;
}

int FlowLayout::arrange(const QRect &rect, bool moves) const
{
    int x = rect.left(), y = rect.top(), line = 0;

    for (QLayoutItem *item : m_items) {
        if (item->isEmpty())
            continue;
        const QSize size = item->sizeHint().boundedTo(QSize(rect.width(), QWIDGETSIZE_MAX));
        if (x > rect.left() && x + size.width() > rect.left() + rect.width()) {
            x = rect.left();
            y += line + spacing();
            line = 0;
        }
        if (moves)
            item->setGeometry(QStyle::visualRect(parentWidget() ? parentWidget()->layoutDirection()
                                                                : Qt::LeftToRight,
                                                 rect, QRect(QPoint(x, y), size)));
        x += size.width() + spacing();
        line = std::max(line, size.height());
    }
    return y + line - rect.top();
}

int FlowLayout::heightForWidth(int width) const
{
    return arrange(QRect(0, 0, width, 0), false);
}

/* All in one line. */
QSize FlowLayout::sizeHint() const
{
    QSize all(0, 0);

    for (const QLayoutItem *item : m_items) {
        const QSize size = item->isEmpty() ? QSize(0, 0) : item->sizeHint();
        all = QSize(all.width() + size.width() + spacing(), std::max(all.height(), size.height()));
    }
    return all;
}

/* Room for the widest, as for the others below. */
QSize FlowLayout::minimumSize() const
{
    QSize most(0, 0);

    for (const QLayoutItem *item : m_items)
        most = item->isEmpty() ? most : most.expandedTo(item->minimumSize());
    return most;
}

void FlowLayout::setGeometry(const QRect &rect)
{
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

} // namespace qi
