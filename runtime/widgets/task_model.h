/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tree of tasks. update() compares a new list with what is shown and changes only what differs, so
 * that views keep their selection, what is expanded, and their place.
 *
 * Invariants: the children of a node are in the order of their ids, and a node's `row` is its place
 * among them. The age of a task is no data that changes: it is worked out when it is painted, from the
 * time at which the task was first seen.
 */
#ifndef QI_WIDGETS_TASK_MODEL_H
#define QI_WIDGETS_TASK_MODEL_H

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qelapsedtimer.h>

#include "task_info.h"

namespace qi
{

class TaskModel : public QAbstractItemModel
{
    Q_OBJECT

  public:
    enum Column { Name, State, Age, Plugin, StartedBy, WaitingFor, ColumnCount };
    enum Role { SortRole = Qt::UserRole, FilterRole, IdRole };

    explicit TaskModel(QObject *parent = nullptr);
    ~TaskModel() override;

    void update(const QList<TaskInfo> &tasks);

    /* NULL where the index is none of ours. */
    const TaskInfo *task(const QModelIndex &index) const;
    QModelIndex find(qint64 id) const;
    /* Seconds since the task began. */
    double age(const QModelIndex &index) const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Node;
    using Parents = std::unordered_map<qint64, qint64>;

    Node *node(const QModelIndex &index) const;
    QModelIndex indexOf(const Node *node) const;
    void moveStrays(const Parents &wanted, bool toTheRoot);
    void moveNode(Node *node, Node *parent);
    void removeVanished(const Parents &wanted);
    void removeRun(Node *parent, int first, int last);
    void insertNew(const QList<TaskInfo> &tasks, const Parents &wanted);
    void insertRun(Node *parent, std::vector<Node *> &&run);
    void changeShown(const QList<TaskInfo> &tasks);

    std::unordered_map<qint64, std::unique_ptr<Node>> m_nodes;
    std::unique_ptr<Node> m_root;
    QElapsedTimer m_clock;
};

/* How long, in the unit that suits: "340 ms", "12 s", "3 min 20 s". */
QString durationText(double seconds);

} // namespace qi

#endif
