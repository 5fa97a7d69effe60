/* SPDX-License-Identifier: BSD-3-Clause */
#include "qt/list_model.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <QtCore/qcoreapplication.h>

#include <qi/runtime.h>

#include "qt/bridge.h"

namespace qi
{

namespace
{

constexpr size_t most_ranges = 64; /* of edits in a batch; more are told of as one that spans them */

} // namespace

ListModel::ListModel(std::vector<Role> roles) : m_roles(std::move(roles))
{
}

/* -- for Qt ------------------------------------------------------------------------------------------ */

int ListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

QHash<int, QByteArray> ListModel::roleNames() const
{
    QHash<int, QByteArray> names;
    for (size_t column = 0; column < m_roles.size(); column++)
        names.insert(Qt::UserRole + int(column), m_roles[column].name);
    return names;
}

/* A role named as one of Qt's, such as "toolTip", is that one too; what else is shown and edited is the first. */
int ListModel::column_of(int role) const
{
    if (role >= Qt::UserRole)
        return role - Qt::UserRole < int(m_roles.size()) ? role - Qt::UserRole : -1;
    const QByteArray name = QAbstractListModel::roleNames().value(role);
    for (size_t column = 0; column < m_roles.size(); column++) {
        if (!name.isEmpty() && m_roles[column].name == name)
            return int(column);
    }
    return role == Qt::DisplayRole || role == Qt::EditRole ? 0 : -1;
}

void ListModel::add_roles(size_t column, QList<int> *roles) const
{
    const int own = Qt::UserRole + int(column);
    if (roles->contains(own))
        return;
    roles->append(own);
    const QHash<int, QByteArray> theirs = QAbstractListModel::roleNames();
    for (auto role = theirs.begin(); role != theirs.end(); ++role) {
        if (column_of(role.key()) == int(column))
            roles->append(role.key());
    }
}

QVariant ListModel::data(const QModelIndex &index, int role) const
{
    const int column = column_of(role);
    return column < 0 || !checkIndex(index, CheckIndexOption::IndexIsValid)
               ? QVariant()
               : m_rows[size_t(index.row())][size_t(column)];
}

Qt::ItemFlags ListModel::flags(const QModelIndex &index) const
{
    const Qt::ItemFlags flags = QAbstractListModel::flags(index);
    const bool editable = index.isValid() && m_roles[size_t(column_of(Qt::EditRole))].editable;
    return editable ? flags | Qt::ItemIsEditable : flags;
}

/* Makes a value that of the column's type, where nothing of it is lost. */
bool ListModel::fit(size_t column, QVariant *value) const
{
    const Role &role = m_roles[column];
    const QMetaType given = value->metaType();

    if (!role.type.isValid() || given == role.type)
        return true;
    if (!value->isValid() || given.id() == QMetaType::Nullptr) {
        *value = QVariant();
        return role.optional;
    }
    if (role.type.id() == QMetaType::Bool && given.id() == QMetaType::QString)
        return false; /* any text would be true */
    if (role.type.id() == QMetaType::LongLong &&
        (given.id() == QMetaType::Double || given.id() == QMetaType::Float)) {
        const double number = value->toDouble();
        if (!(std::trunc(number) == number && std::fabs(number) < 9.2e18))
            return false;
    }
    return value->convert(role.type);
}

bool ListModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    const int column = column_of(role);
    if (column < 0 || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    const Role &known = m_roles[size_t(column)];
    QVariant fitting = value;
    const char *why = !known.editable                  ? "cannot be edited"
                      : !fit(size_t(column), &fitting) ? "does not take what a view has set it to"
                                                       : nullptr;
    if (why) {
        const QByteArray text = "role '" + known.name + "' of a qi.ListModel " + why +
                                ", of type " + (value.typeName() ? value.typeName() : "none") +
                                " (row " + QByteArray::number(index.row()) + ")";
        qip_qt_log(QI_LOG_WARNING, "qi", text.constData());
        return false;
    }
    QVariant &held = m_rows[size_t(index.row())][size_t(column)];
    if (held == fitting)
        return true;
    held = fitting;
    QList<int> roles;
    add_roles(size_t(column), &roles);
    const int row = index.row();
    Q_EMIT dataChanged(index, index, roles);
    Q_EMIT edited(row, QString::fromUtf8(known.name), fitting);
    return true;
}

/* -- for Python -------------------------------------------------------------------------------------- */

qsizetype ListModel::size() const
{
    return qsizetype(m_rows.size() + m_added.size()) - m_count + m_under_way;
}

void ListModel::refuse_while_telling() const
{
    if (m_telling)
        throw Busy();
}

void ListModel::splice(qsizetype first, qsizetype count, Range rows)
{
    refuse_while_telling();
    if (first < 0 || count < 0 || first + count > size())
        throw NoSuchRow();
    if (count)
        remove(first, count);
    if (!rows.empty())
        insert(first, std::move(rows));
}

void ListModel::insert(qsizetype first, Range rows)
{
    const qsizetype place = first - m_first;
    const bool beside = m_waiting == Insertion && place >= 0 && place <= qsizetype(m_added.size());

    if (beside) {
        m_added.insert(m_added.begin() + place, std::make_move_iterator(rows.begin()),
                       std::make_move_iterator(rows.end()));
        return;
    }
    tell();
    m_added = std::move(rows);
    m_first = first;
    m_waiting = Insertion;
    tell_soon();
}

void ListModel::remove(qsizetype first, qsizetype count)
{
    const qsizetype place = first - m_first;

    if (m_waiting == Insertion && place >= 0 && place + count <= qsizetype(m_added.size())) {
        m_added.erase(m_added.begin() + place, m_added.begin() + place + count);
        if (m_added.empty())
            m_waiting = Nothing;
        return;
    }
    if (m_waiting == Removal && first <= m_first && m_first <= first + count) {
        m_first = first;
        m_count += count;
        return;
    }
    tell();
    m_first = first;
    m_count = count;
    m_waiting = Removal;
    tell_soon();
}

void ListModel::move(qsizetype first, qsizetype count, qsizetype to)
{
    refuse_while_telling();
    if (first < 0 || count < 0 || to < 0 || first + count > size() || to + count > size())
        throw NoSuchRow();
    if (count == 0 || first == to)
        return;
    tell();
    const auto rows = m_rows.begin();
    const qsizetype before = to > first ? to + count : to; /* where it goes, by the rows as they are */
    m_telling = true;
    beginMoveRows(QModelIndex(), int(first), int(first + count - 1), QModelIndex(), int(before));
    if (to > first)
        std::rotate(rows + first, rows + first + count, rows + before);
    else
        std::rotate(rows + to, rows + first, rows + first + count);
    endMoveRows();
    m_telling = false;
}

void ListModel::edit(qsizetype row, size_t column, QVariant value)
{
    tell_rows();
    if (row < 0 || row >= qsizetype(m_rows.size()))
        throw NoSuchRow();
    m_rows[size_t(row)][column] = std::move(value);
    m_edits.emplace_back(row, column);
    tell_soon();
}

bool ListModel::edit(const QModelIndex &index, QVariant value, int role)
{
    const int column = column_of(role);
    if (column < 0 || !fit(size_t(column), &value))
        return false;
    edit(index.row(), size_t(column), std::move(value));
    return true;
}

/* -- what is told ------------------------------------------------------------------------------------ */

void ListModel::tell_soon()
{
    if (m_posted)
        return;
    m_posted = true;
    QCoreApplication::postEvent(this, new QEvent(QEvent::User));
}

bool ListModel::event(QEvent *event)
{
    if (event->type() != QEvent::User)
        return QAbstractListModel::event(event);
    m_posted = false;
    tell();
    return true;
}

void ListModel::tell()
{
    /* While rows wait there are no edits that wait, and the other way round they come first: see insert(), edit(). */
    tell_rows();
    tell_edits();
}

void ListModel::tell_rows()
{
    if (m_telling || m_waiting == Nothing)
        return;
    const auto first = std::exchange(m_first, 0), count = std::exchange(m_count, 0);
    Range added = std::exchange(m_added, {});
    const auto what = std::exchange(m_waiting, Nothing);

    if (m_rows.capacity() < m_rows.size() + added.size()) /* so that nothing fails below */
        m_rows.reserve(std::max(m_rows.size() + added.size(), 2 * m_rows.size()));
    m_telling = true;
    if (what == Insertion) {
        m_under_way = qsizetype(added.size());
        beginInsertRows(QModelIndex(), int(first), int(first + m_under_way - 1));
        m_rows.insert(m_rows.begin() + first, std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));
        m_under_way = 0;
        endInsertRows();
    } else {
        m_under_way = -count;
        beginRemoveRows(QModelIndex(), int(first), int(first + count - 1));
        m_rows.erase(m_rows.begin() + first, m_rows.begin() + first + count);
        m_under_way = 0;
        endRemoveRows();
    }
    m_telling = false;
}

void ListModel::tell_edits()
{
    auto edits = std::exchange(m_edits, {});
    std::sort(edits.begin(), edits.end());
    struct Run {
        qsizetype first, last;
        QList<int> roles;
    };
    std::vector<Run> runs;
    for (const auto &[row, column] : edits) {
        if (runs.empty() || (row > runs.back().last + 1 && runs.size() < most_ranges))
            runs.push_back({row, row, {}});
        runs.back().last = row;
        add_roles(column, &runs.back().roles);
    }
    for (const Run &run : runs) {
        if (run.last < qsizetype(m_rows.size())) /* somebody who was told may have removed them */
            Q_EMIT dataChanged(index(int(run.first)), index(int(run.last)), run.roles);
    }
}

} // namespace qi
