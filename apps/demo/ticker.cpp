// SPDX-License-Identifier: BSD-3-Clause
#include "ticker.h"

#include <algorithm>

#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>

#include "look.h"
#include "market.h"

static const qsizetype kCourse = 60; // quotes that a course shows

TickerModel::TickerModel(QObject *parent) : QAbstractTableModel(parent)
{
    for (const QString &symbol : Market::symbols()) {
        Row row;
        row.symbol = symbol;
        m_rows.append(row);
    }
}

static qsizetype rowOf(const QString &symbol)
{
    static const QStringList symbols = Market::symbols();
    return symbols.indexOf(symbol);
}

void TickerModel::setQuote(const QString &symbol, double bid, double ask, double change)
{
    const qsizetype number = rowOf(symbol);
    if (number < 0)
        return;
    Row &row = m_rows[number];
    row.bid = bid;
    row.ask = ask;
    row.change = change;
    row.course.append((bid + ask) / 2);
    if (row.course.size() > kCourse)
        row.course.removeFirst();
    ++m_updates;
    emit dataChanged(index(int(number), Bid), index(int(number), Course));
}

void TickerModel::setMark(const QString &symbol, bool marked)
{
    const qsizetype number = rowOf(symbol);
    if (number < 0)
        return;
    m_rows[number].marked = marked;
    m_marks += marked;
    emit dataChanged(index(int(number), 0), index(int(number), Course));
}

int TickerModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int TickerModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TickerModel::text(const Row &row, int column) const
{
    const int digits = row.bid < 10 ? 4 : 2;
    switch (column) {
    case Symbol:
        return row.symbol;
    case Bid:
        return row.bid ? QString::number(row.bid, 'f', digits) : QString();
    case Ask:
        return row.ask ? QString::number(row.ask, 'f', digits) : QString();
    case Change:
        return row.bid
                   ? QString("%1%2 %").arg(row.change < 0 ? "−" : "+").arg(qAbs(row.change), 0, 'f', 2)
                   : QString();
    default:
        return {};
    }
}

QVariant TickerModel::data(const QModelIndex &index, int role) const
{
    const Row &row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::TextAlignmentRole:
        return int((index.column() == Symbol ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        return index.column() == Change ? QVariant(row.change < 0 ? Look::bad() : Look::good())
                                        : QVariant();
    case CourseRole:
        return QVariant::fromValue(row.course);
    case MarkRole:
        return row.marked;
    default:
        return {};
    }
}

QVariant TickerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    static const char *const names[] = {"Symbol", "Bid", "Ask", "Change", "Course"};
    if (orientation == Qt::Horizontal && role == Qt::DisplayRole)
        return tr(names[section]);
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return int((section == Symbol ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    return {};
}

// Paints the course as a line, and a marked row on a tinted ground.
class CourseDelegate : public QStyledItemDelegate
{
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        if (index.data(TickerModel::MarkRole).toBool()) {
            QColor tint = Look::warn();
            tint.setAlpha(46);
            painter->fillRect(option.rect, tint);
        }
        if (index.column() == TickerModel::Course)
            paintCourse(painter, option.rect.adjusted(18, 5, -4, -5),
                        index.data(TickerModel::CourseRole).value<QVector<double>>());
        else
            QStyledItemDelegate::paint(painter, option, index);
    }

  private:
    static void paintCourse(QPainter *painter, const QRect &area, const QVector<double> &course)
    {
        if (course.size() < 2)
            return;
        const auto [low, high] = std::minmax_element(course.begin(), course.end());
        const double span = std::max(*high - *low, 1e-9);
        const double step = double(area.width()) / double(std::max(course.size(), kCourse / 2) - 1);
        const double start = area.right() - step * double(course.size() - 1);
        QPolygonF line;
        for (qsizetype i = 0; i < course.size(); ++i)
            line << QPointF(start + step * double(i),
                            area.bottom() - (course[i] - *low) / span * area.height());
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(course.last() < course.first() ? Look::bad() : Look::good(), 1.4));
        painter->drawPolyline(line);
        painter->restore();
    }
};

TickerView::TickerView(TickerModel *model, QWidget *parent) : QTableView(parent)
{
    setModel(model);
    setItemDelegate(new CourseDelegate(this));
    setShowGrid(false);
    setSelectionMode(QAbstractItemView::NoSelection);
    setFocusPolicy(Qt::NoFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(23);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    horizontalHeader()->setHighlightSections(false);
    for (int column = 0; column < TickerModel::Course; ++column) {
        horizontalHeader()->setSectionResizeMode(column, QHeaderView::Fixed);
        setColumnWidth(column, 84);
    }
    horizontalHeader()->setSectionResizeMode(TickerModel::Course, QHeaderView::Stretch);
}
