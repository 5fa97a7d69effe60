/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi.ListModel as Qt sees it: rows of values, with a role for each column. The values are Qt's, so that views read them
 * without Python. pyshim/qi/_objects/list_model.py is what Python sees.
 *
 * What Python changes is told to views in batches, by the next event at the latest: rows that are added or removed side by
 * side as one range, edits as a range for each run of rows. Rows that are added are not there for Qt until it is told of
 * them, and rows that are removed are; edits are there at once. What views change is told at once.
 *
 * Thread: the model's.
 */
#ifndef QIP_QT_LIST_MODEL_H
#define QIP_QT_LIST_MODEL_H

#include <utility>
#include <vector>

#include <QtCore/qabstractitemmodel.h>

namespace qi
{

/* What one role takes. */
struct Role {
    QByteArray name;
    QMetaType type;        /* invalid: anything */
    bool optional = false; /* None as well */
    bool editable = false; /* by views */
};

/* What changes throw. */
struct NoSuchRow {
};
struct Busy { /* rows cannot come or go while views are told of others */
};

class ListModel : public QAbstractListModel
{
    Q_OBJECT

  public:
    using Values = std::vector<QVariant>;
    using Range = std::vector<Values>;

    explicit ListModel(std::vector<Role> roles);

    /* -- for Qt -- */
    int rowCount(const QModelIndex &parent = QModelIndex()) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QHash<int, QByteArray> roleNames() const override;

    /* -- for Python, whose rows are those that Qt will have been told of -- */
    /* The roles are there from the beginning, and stay: any thread may ask. */
    const std::vector<Role> &roles() const { return m_roles; }
    qsizetype size() const;
    /* Puts rows in the place of `count` others. NoSuchRow or Busy. */
    void splice(qsizetype first, qsizetype count, Range rows);
    void append(Range rows) { splice(size(), 0, std::move(rows)); }
    /* So that the first of `count` rows comes to be row `to`. */
    void move(qsizetype first, qsizetype count, qsizetype to);
    /* Of the type of the column's role. */
    void edit(qsizetype row, size_t column, QVariant value);
    /* The same by a role's number, of any value: false if it does not fit. */
    bool edit(const QModelIndex &index, QVariant value, int role);
    /* Tells of rows that have come or gone; of edits as well. */
    void tell_rows();
    void tell();

  Q_SIGNALS:
    /* A view, or QML, has changed a value. */
    void edited(int row, const QString &role, const QVariant &value);

  protected:
    bool event(QEvent *event) override;

  private:
    enum Waiting { Nothing, Insertion, Removal };

    /* The column of a role of Qt's or of ours; -1: none. */
    int column_of(int role) const;
    void add_roles(size_t column, QList<int> *roles) const;
    bool fit(size_t column, QVariant *value) const;
    void insert(qsizetype first, Range rows);
    void remove(qsizetype first, qsizetype count);
    void tell_edits();
    void tell_soon();
    void refuse_while_telling() const;

    const std::vector<Role> m_roles;
    Range m_rows; /* as Qt knows them */
    Waiting m_waiting = Nothing;
    qsizetype m_first = 0, m_count = 0; /* of what waits; the number is that of a removal */
    Range m_added;                      /* the rows of an insertion */
    qsizetype m_under_way = 0; /* how many rows there will be more, or less, once all is told */
    bool m_telling = false, m_posted = false;
    std::vector<std::pair<qsizetype, size_t>> m_edits; /* row and column */
};

} // namespace qi

#endif
