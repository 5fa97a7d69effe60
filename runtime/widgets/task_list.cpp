/* SPDX-License-Identifier: BSD-3-Clause */
#include <qi/task_list.hpp>

#include <algorithm>
#include <utility>

#include <QtCore/qtimer.h>

#include "plain_text.h"
#include "task_info.h"
#include "values.h"

namespace qi
{
QI_ABI_BEGIN

static constexpr int kInterval = 500, kShortest = 50; /* ms */

/* Invariant: the rows are in the order of their ids, which is that in which the tasks were seen first. */
class TaskListPrivate
{
  public:
    TaskListPrivate(TaskList *list, qi_runtime *runtime) : q(list), given(runtime) {}

    qi_runtime *runtime() const { return given ? given : qi_runtime_current(); }
    void look();
    void update(QList<TaskInfo> &&tasks);
    void removeVanished(const QList<TaskInfo> &tasks);
    void insertNew(const QList<TaskInfo> &tasks);
    void changeShown(const QList<TaskInfo> &tasks);
    int find(qint64 id) const;

    TaskList *q;
    qi_runtime *given;
    QTimer timer;
    QList<TaskInfo> rows;
    bool isLooking = false;
};

static bool isBefore(const TaskInfo &task, qint64 id)
{
    return task.id < id;
}

static qsizetype placeOf(const QList<TaskInfo> &tasks, qint64 id)
{
    return std::lower_bound(tasks.begin(), tasks.end(), id, isBefore) - tasks.begin();
}

int TaskListPrivate::find(qint64 id) const
{
    const qsizetype place = placeOf(rows, id);
    return place < rows.size() && rows[place].id == id ? int(place) : -1;
}

/* Beware: whoever hears of a change may run an event loop, in which the timer fires, or look by himself. */
void TaskListPrivate::look()
{
    values::Owned list;
    qi_runtime *from = runtime();

    if (isLooking)
        return;
    const qsizetype before = rows.size();
    isLooking = true;
    if (from)
        (void)qi_tasks_list(from, list.out());
    update(readTasks(list.get()));
    isLooking = false;
    if (rows.size() != before)
        Q_EMIT q->countChanged(); /* last: it may delete the list */
}

void TaskListPrivate::update(QList<TaskInfo> &&tasks)
{
    std::sort(tasks.begin(), tasks.end(),
              [](const TaskInfo &a, const TaskInfo &b) { return a.id < b.id; });
    removeVanished(tasks);
    insertNew(tasks);
    changeShown(tasks);
}

void TaskListPrivate::removeVanished(const QList<TaskInfo> &tasks)
{
    const auto isThere = [&](const TaskInfo &task) {
        const qsizetype place = placeOf(tasks, task.id);
        return place < tasks.size() && tasks[place].id == task.id;
    };

    for (qsizetype last = rows.size() - 1; last >= 0; last--) {
        if (isThere(rows[last]))
            continue;
        qsizetype first = last;
        while (first > 0 && !isThere(rows[first - 1]))
            first--;
        q->beginRemoveRows({}, int(first), int(last));
        rows.remove(first, last - first + 1);
        q->endRemoveRows();
        last = first;
    }
}

/* A task may have been there before those that are shown: then nothing had told of it yet. */
void TaskListPrivate::insertNew(const QList<TaskInfo> &tasks)
{
    for (qsizetype first = 0; first < tasks.size(); first++) {
        if (first < rows.size() && rows[first].id == tasks[first].id)
            continue;
        qsizetype end = first + 1;
        while (end < tasks.size() && (first >= rows.size() || tasks[end].id < rows[first].id))
            end++;
        q->beginInsertRows({}, int(first), int(end - 1));
        for (qsizetype i = first; i < end; i++)
            rows.insert(i, tasks[i]);
        q->endInsertRows();
        first = end - 1;
    }
}

/* The ages change always, which is told once for all. */
void TaskListPrivate::changeShown(const QList<TaskInfo> &tasks)
{
    QList<int> others;

    for (qsizetype i = 0; i < rows.size(); i++) {
        if (!rows[i].looksLike(tasks[i]) || rows[i].parent != tasks[i].parent)
            others.append(int(i));
        rows[i] = tasks[i];
    }
    for (const int row : std::as_const(others))
        Q_EMIT q->dataChanged(q->index(row), q->index(row));
    if (!rows.isEmpty())
        Q_EMIT q->dataChanged(q->index(0), q->index(int(rows.size()) - 1), {TaskList::AgeRole});
}

TaskList::TaskList(qi_runtime *runtime, QObject *parent)
    : QAbstractListModel(parent), d(std::make_unique<TaskListPrivate>(this, runtime))
{
    connect(&d->timer, &QTimer::timeout, this, &TaskList::refresh);
    d->timer.start(kInterval);
    d->look();
}

TaskList::~TaskList() = default;

int TaskList::count() const
{
    return int(d->rows.size());
}

QModelIndex TaskList::find(qint64 id) const
{
    const int row = d->find(id);
    return row < 0 ? QModelIndex() : index(row);
}

int TaskList::interval() const
{
    return d->timer.isActive() ? d->timer.interval() : 0;
}

void TaskList::setInterval(int milliseconds)
{
    if (milliseconds <= 0)
        d->timer.stop();
    else
        d->timer.start(qMax(kShortest, milliseconds));
}

int TaskList::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant TaskList::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const TaskInfo &task = d->rows[index.row()];
    switch (role) {
    case IdRole:
        return task.id;
    case Qt::DisplayRole:
        return plain::line(task.name);
    case NameRole:
        return task.name;
    case StateRole:
        return task.state;
    case AgeRole:
        return task.age;
    case PluginRole:
        return task.plugin;
    case SignalRole:
        return task.signal;
    case TargetRole:
        return task.target;
    case Qt::ToolTipRole:
        return plain::tip(task.coroutine);
    case CoroutineRole:
        return task.coroutine;
    case WaitingForRole:
        return task.waitingFor;
    case ParentRole:
        return task.parent;
    }
    return {};
}

QHash<int, QByteArray> TaskList::roleNames() const
{
    return {{IdRole, "taskId"},      {NameRole, "name"},           {StateRole, "taskState"},
            {AgeRole, "age"},        {PluginRole, "plugin"},       {SignalRole, "signal"},
            {TargetRole, "target"},  {CoroutineRole, "coroutine"}, {WaitingForRole, "waitingFor"},
            {ParentRole, "parentId"}};
}

void TaskList::cancel(qint64 id)
{
    qi_runtime *runtime = d->runtime();

    if (!runtime) {
        Q_EMIT refused(id, QStringLiteral("there is no runtime"));
        return;
    }
    const int status = qi_tasks_cancel(runtime, id);
    if (status != QI_OK && status != QI_ERR_NOT_FOUND)
        Q_EMIT refused(id, QString::fromUtf8(qi_last_error()->message));
}

void TaskList::refresh()
{
    d->look();
}

QI_ABI_END
} // namespace qi
