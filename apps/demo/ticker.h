// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QAbstractTableModel>
#include <QTableView>
#include <QVector>

// The prices as a table. The plugin `ticker` writes it: it gets each quote, works out the change and the
// mean, and marks a symbol for a moment when its price crosses the mean.
class TickerModel : public QAbstractTableModel
{
    Q_OBJECT

  public:
    enum Column { Symbol, Bid, Ask, Change, Course, ColumnCount };
    enum Role { CourseRole = Qt::UserRole, MarkRole };

    explicit TickerModel(QObject *parent = nullptr);

    Q_INVOKABLE void setQuote(const QString &symbol, double bid, double ask, double change);
    Q_INVOKABLE void setMark(const QString &symbol, bool marked);

    int updates() const { return m_updates; }
    int marks() const { return m_marks; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Row {
        QString symbol;
        double bid = 0, ask = 0, change = 0;
        bool marked = false;
        QVector<double> course;
    };
    QVariant text(const Row &row, int column) const;

    QVector<Row> m_rows;
    int m_updates = 0;
    int m_marks = 0;
};

class TickerView : public QTableView
{
  public:
    explicit TickerView(TickerModel *model, QWidget *parent = nullptr);
};
