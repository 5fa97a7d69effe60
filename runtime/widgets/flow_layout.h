// SPDX-License-Identifier: BSD-3-Clause
/* A row of widgets that goes on in a further line where there is no room. Right to left where the widget is. */
#ifndef QI_WIDGETS_FLOW_LAYOUT_H
#define QI_WIDGETS_FLOW_LAYOUT_H

#include <QtCore/qlist.h>
#include <QtWidgets/qlayout.h>

namespace qi
{

class FlowLayout : public QLayout
{
  public:
    FlowLayout();
    ~FlowLayout() override;

    void addItem(QLayoutItem *item) override { m_items.append(item); }
    int count() const override { return int(m_items.size()); }
    QLayoutItem *itemAt(int index) const override { return m_items.value(index); }
    QLayoutItem *takeAt(int index) override;

    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    void setGeometry(const QRect &rect) override;

  private:
    /* Returns the height that they take, and puts them there if `moves`. */
    int arrange(const QRect &rect, bool moves) const;

    QList<QLayoutItem *> m_items;
};

} // namespace qi

#endif
