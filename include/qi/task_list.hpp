/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi::TaskList is the tasks of the event loop as a model, for views and QML of your own.
 *
 *     auto *tasks = new qi::TaskList(runtime, &window);
 *     view->setModel(tasks);
 *     connect(button, &QPushButton::clicked, tasks, [=] { tasks->cancel(chosenId()); });
 *
 * It looks at the tasks by itself, every `interval` milliseconds, and changes only what is another: a view keeps its place and
 * selection. It outlives its runtime without harm: it is empty then. All of its members belong to the GUI thread.
 */
#ifndef QI_TASK_LIST_HPP
#define QI_TASK_LIST_HPP

#include <memory>

#include <QtCore/qabstractitemmodel.h>

#include <qi/monitor.h>
#include <qi/widgets_api.hpp>

namespace qi
{
QI_ABI_BEGIN

class TaskListPrivate;

class QI_WIDGETS_API TaskList : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(int interval READ interval WRITE setInterval)

  public:
    /** What there is of each task, as qi_tasks_list() has it; in QML the names that stand behind them. Others may come later.
     * They are words of others as they are: what takes text for markup, as QML's Text does, wants Text.PlainText. */
    enum Role {
        IdRole = Qt::UserRole + 1, /**< taskId, for cancel() */
        NameRole,                  /**< name; Qt::DisplayRole has it in one line */
        StateRole,                 /**< taskState: "running", "ready", "waiting" or "cancelling" */
        AgeRole,                   /**< age, in seconds, at the last look */
        PluginRole,                /**< plugin: the id of the one whose task it is, "" */
        SignalRole,                /**< signal that launched it, "" */
        TargetRole,                /**< target, "module:callable", "" */
        CoroutineRole,             /**< coroutine that it runs; Qt::ToolTipRole has it as text */
        WaitingForRole,            /**< waitingFor: what its innermost coroutine awaits, "" */
        ParentRole /**< parentId: the task that launched it, or awaits it; -1: unknown */
    };
    Q_ENUM(Role)

    /** Lists the tasks of a runtime; NULL: of whichever the process has at the time. */
    explicit TaskList(qi_runtime *runtime = nullptr, QObject *parent = nullptr);
    ~TaskList() override;

    int count() const;
    /** Where a task stands; invalid, if it has ended. */
    Q_INVOKABLE QModelIndex find(qint64 id) const;

    /** Milliseconds from one look at the tasks to the next; 500 unless set. Below 50 is 50, 0 only looks when asked to. */
    int interval() const;
    void setInterval(int milliseconds);

    int rowCount(const QModelIndex &parent = QModelIndex()) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;

  public Q_SLOTS:
    /** Cancels a task; one that has ended meanwhile is no error. */
    void cancel(qint64 id);
    /** Looks at the tasks now. */
    void refresh();

  Q_SIGNALS:
    void countChanged();
    /** A slot could not do what it is for. */
    void refused(qint64 id, const QString &message);

  private:
    friend class TaskListPrivate;
    const std::unique_ptr<TaskListPrivate> d;
};

QI_ABI_END
} // namespace qi

#endif /* QI_TASK_LIST_HPP */
