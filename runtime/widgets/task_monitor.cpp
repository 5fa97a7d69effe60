/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The task monitor: what it is made of, and when it looks. Each look asks for all tasks at once and
 * takes as long as there are many of them, so the pause until the next one is at least ten times that.
 */
#include <qi/task_monitor.hpp>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qpointer.h>
#include <QtCore/qsavefile.h>
#include <QtCore/qset.h>
#include <QtCore/qtimer.h>
#include <QtGui/qaction.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qevent.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qfiledialog.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qmessagebox.h>
#include <QtWidgets/qsplitter.h>
#include <QtWidgets/qtoolbutton.h>
#include <QtWidgets/qtreeview.h>

#include <qi/monitor.h>

#include "code_delegate.h"
#include "counter_plots.h"
#include "first_focus.h"
#include "panel_keys.h"
#include "task_filter.h"
#include "task_model.h"
#include "plain_text.h"
#include "theme.h"
#include "trace_view.h"
#include "values.h"
#include "widget_action.h"

namespace qi
{
QI_ABI_BEGIN

class TaskMonitorPrivate
{
  public:
    TaskMonitorPrivate(TaskMonitor *monitor, qi_runtime *ofWhich);

    void makeActions();
    void makeView();
    void makeLayout();
    void fit(QSize size);
    QAction *action(theme::Icon icon, const QString &text, const QKeySequence &key,
                    const QString &about)
    {
        return widget_action(q, icon, text, key, about);
    }
    QToolButton *button(QAction *action);

    qi_runtime *runtime() const { return given ? given : qi_runtime_current(); }
    void look();
    void trace(bool on);
    void lookAgain();
    void readCounters(qi_runtime *runtime);
    void showStack();
    void showCount();
    void say(const QString &text);
    void expandNew(const QModelIndex &parent, int first, int last);
    void expandOnce(const QModelIndex &index);
    void forgetGone();
    void openMenu(const QPoint &place);
    void save();
    void saveTo(const QString &name, const QString &text);
    QModelIndexList selectedRows() const;
    void appendText(QString &text, const QModelIndex &row, int depth) const;
    QString rowText(const QModelIndex &row, int depth) const;

    TaskMonitor *q;
    qi_runtime *given;
    qi_runtime *traced = nullptr; /* the one that notes parents and ages for us */
    bool isPaused = false, isLooking = false;
    int interval = 500;
    QTimer *timer;
    QSet<qint64> expanded; /* tasks whose children were shown once */
    values::Owned list;    /* what the runtime answered last: the stacks are read from it */

    TaskModel model;
    TaskFilter filter;
    QAction *cancel, *pause, *refresh, *copy, *saveAs, *find, *expand, *collapse;
    QLineEdit *words;
    QTreeView *tree;
    TraceView *stack;
    CounterPlots *plots;
    QLabel *status;
    QToolButton *cancelButton;
};

/* -- what it is made of ------------------------------------------------------------------------- */

TaskMonitorPrivate::TaskMonitorPrivate(TaskMonitor *monitor, qi_runtime *ofWhich)
    : q(monitor), given(ofWhich)
{
    filter.setSourceModel(&model);
    makeActions();
    makeView();
    makeLayout();
    timer = new QTimer(q);
    timer->setSingleShot(true);
    QObject::connect(timer, &QTimer::timeout, q, [this] { look(); });
    showStack();
}

void TaskMonitorPrivate::makeActions()
{
    cancel = action(theme::Icon::Stop, TaskMonitor::tr("Cancel task"), QKeySequence::Delete,
                    TaskMonitor::tr("Cancel the selected tasks"));
    pause = action(theme::Icon::Pause, TaskMonitor::tr("Pause"), QKeySequence(Qt::CTRL | Qt::Key_P),
                   TaskMonitor::tr("Let the list stand still"));
    refresh = action(theme::Icon::Reload, TaskMonitor::tr("Refresh"), QKeySequence(Qt::Key_F5),
                     TaskMonitor::tr("Look now"));
    copy = action(theme::Icon::Copy, TaskMonitor::tr("Copy"), QKeySequence::Copy,
                  TaskMonitor::tr("Copy the selected tasks with their stacks, or all, as text"));
    saveAs = action(theme::Icon::Save, TaskMonitor::tr("Save as…"), QKeySequence::Save,
                    TaskMonitor::tr("Save what is shown as text"));
    find = action(theme::Icon::Search, TaskMonitor::tr("Filter"), QKeySequence::Find,
                  TaskMonitor::tr("Type what the tasks shall contain"));
    expand = new QAction(TaskMonitor::tr("Expand all"), q);
    collapse = new QAction(TaskMonitor::tr("Collapse all"), q);
    pause->setCheckable(true);
    cancel->setEnabled(false);
    QObject::connect(cancel, &QAction::triggered, q, &TaskMonitor::cancelSelected);
    QObject::connect(pause, &QAction::toggled, q, &TaskMonitor::setPaused);
    QObject::connect(refresh, &QAction::triggered, q, &TaskMonitor::refresh);
    QObject::connect(copy, &QAction::triggered, q, &TaskMonitor::copy);
    QObject::connect(saveAs, &QAction::triggered, q, [this] { save(); });
    QObject::connect(find, &QAction::triggered, q, [this] {
        words->setFocus(Qt::ShortcutFocusReason);
        words->selectAll();
    });
    QObject::connect(expand, &QAction::triggered, q, [this] { tree->expandAll(); });
    QObject::connect(collapse, &QAction::triggered, q, [this] { tree->collapseAll(); });
}

void TaskMonitorPrivate::makeView()
{
    tree = new QTreeView(q);
    tree->setObjectName(QStringLiteral("tasks"));
    tree->setAccessibleName(TaskMonitor::tr("Tasks"));
    tree->setModel(&filter);
    tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    tree->setUniformRowHeights(true);
    tree->setAlternatingRowColors(true);
    tree->setItemDelegate(new CodeDelegate(tree));
    tree->setAllColumnsShowFocus(true);
    tree->setSortingEnabled(true);
    tree->sortByColumn(TaskModel::Age, Qt::DescendingOrder);
    tree->setContextMenuPolicy(Qt::CustomContextMenu);
    PanelKeys::of(q)->watch(tree); // it would copy a cell
    tree->header()->setStretchLastSection(true);
    const int letter = tree->fontMetrics().averageCharWidth();
    const int widths[] = {28, 12, 12, 12, 34, 30};
    for (int column = 0; column < TaskModel::ColumnCount; column++)
        tree->setColumnWidth(column, widths[column] * letter);
    QObject::connect(tree, &QWidget::customContextMenuRequested, q,
                     [this](const QPoint &place) { openMenu(place); });
    QObject::connect(tree->selectionModel(), &QItemSelectionModel::selectionChanged, q,
                     [this] { showStack(); });
    QObject::connect(tree->selectionModel(), &QItemSelectionModel::currentChanged, q,
                     [this] { showStack(); });
    QObject::connect(
        &filter, &QAbstractItemModel::rowsInserted, q,
        [this](const QModelIndex &parent, int first, int last) { expandNew(parent, first, last); });

    stack = new TraceView(q);
    stack->setObjectName(QStringLiteral("stack"));
    stack->setLayoutDirection(Qt::LeftToRight); // it is code
    stack->setAccessibleName(TaskMonitor::tr("Stack of the selected task"));
    QObject::connect(stack, &TraceView::openRequested, q, &TaskMonitor::openRequested);
}

QToolButton *TaskMonitorPrivate::button(QAction *action)
{
    auto *button = new QToolButton(q);

    button->setDefaultAction(action);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setAccessibleName(action->iconText());
    return button;
}

void TaskMonitorPrivate::makeLayout()
{
    words = new QLineEdit(q);
    words->setObjectName(QStringLiteral("filter"));
    words->setPlaceholderText(TaskMonitor::tr("Filter tasks"));
    words->setAccessibleName(words->placeholderText());
    words->setClearButtonEnabled(true);
    QObject::connect(words, &QLineEdit::textChanged, q, [this](const QString &text) {
        filter.setWords(text);
        showCount();
    });
    status = new QLabel(q);
    plain::onlyText(status);
    status->setObjectName(QStringLiteral("status"));
    plots = new CounterPlots(q);

    auto *bar = new QHBoxLayout;
    bar->addWidget(words, 1);
    cancelButton = button(cancel);
    bar->addWidget(cancelButton);
    for (QAction *each : {pause, refresh, copy, saveAs})
        bar->addWidget(button(each));

    auto *split = new QSplitter(Qt::Vertical, q);
    split->addWidget(tree);
    split->addWidget(stack);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);

    auto *column = new QVBoxLayout(q);
    column->addWidget(plots);
    column->addLayout(bar);
    column->addWidget(split, 1);
    column->addWidget(status);
    /* fit() sees to it that what is shown has its room. */
    const QFontMetrics letter = q->fontMetrics();
    q->setMinimumSize(letter.averageCharWidth() * 30, letter.height() * 7);
}

/* Of a dock there may be little. What is left out comes back with the room, and what one does with tasks stays to the last. */
void TaskMonitorPrivate::fit(QSize size)
{
    const int lines = size.height() / q->fontMetrics().height();
    const int letters = size.width() / q->fontMetrics().averageCharWidth();

    plots->setVisible(lines >= 18 && letters >= 54);
    stack->setVisible(lines >= 12);
    status->setVisible(lines >= 8);
    cancelButton->setToolButtonStyle(letters < 60 ? Qt::ToolButtonIconOnly
                                                  : Qt::ToolButtonTextBesideIcon);
}

/* -- looking ------------------------------------------------------------------------------------ */

void TaskMonitorPrivate::readCounters(qi_runtime *runtime)
{
    qi_loop_counters counters;

    qi_loop_counters_init(&counters);
    if (qi_loop_counters_read(runtime, &counters) == QI_OK)
        plots->add(counters);
}

/* Who made which task is noted while somebody looks, since that costs each new task a little. */
void TaskMonitorPrivate::trace(bool on)
{
    qi_runtime *wanted = on ? runtime() : nullptr;

    if (wanted == traced)
        return;
    /* One that has ended notes nothing, and says so; that is no news. */
    if (traced)
        qi_tasks_trace(traced, false);
    traced = wanted && qi_tasks_trace(wanted, true) == QI_OK ? wanted : nullptr;
}

/* Beware: the views' slots run meanwhile, and one that runs an event loop may bring us here again. */
void TaskMonitorPrivate::look()
{
    if (isLooking)
        return;
    isLooking = true;
    QElapsedTimer took;
    took.start();
    trace(q->isVisible());
    qi_runtime *from = runtime();
    if (from && qi_tasks_list(from, list.out()) == QI_OK) {
        readCounters(from);
        model.update(readTasks(list.get()));
        forgetGone();
        showStack();
        showCount();
    } else {
        model.update({});
        plots->clear();
        say(from ? QString::fromUtf8(qi_last_error()->message)
                 : TaskMonitor::tr("Python is not running."));
    }
    /* The ages go on by themselves; only what is seen of them is painted. */
    tree->viewport()->update();
    isLooking = false;
    timer->setInterval(qMax(interval, int(took.elapsed()) * 10));
    lookAgain();
}

void TaskMonitorPrivate::lookAgain()
{
    if (isPaused || !q->isVisible())
        timer->stop();
    else
        timer->start();
}

void TaskMonitorPrivate::say(const QString &text)
{
    status->setText(plain::line(text));
}

void TaskMonitorPrivate::showCount()
{
    int shown = 0;
    QList<QModelIndex> parents = {QModelIndex()};

    while (!parents.isEmpty()) {
        const QModelIndex parent = parents.takeLast();
        const int rows = filter.rowCount(parent);
        shown += rows;
        for (int row = 0; row < rows; row++)
            if (const QModelIndex child = filter.index(row, 0, parent); filter.hasChildren(child))
                parents.append(child);
    }
    const int all = int(values::items(list.get()).count);
    say(shown == all ? TaskMonitor::tr("Tasks: %1").arg(all)
                     : TaskMonitor::tr("Tasks: %1 of %2").arg(shown).arg(all));
}

/* A task that begins to have children shows them; what somebody has collapsed stays so. */
void TaskMonitorPrivate::expandOnce(const QModelIndex &index)
{
    const qint64 id = index.data(TaskModel::IdRole).toLongLong();

    if (expanded.contains(id))
        return;
    expanded.insert(id);
    tree->expand(index);
}

void TaskMonitorPrivate::expandNew(const QModelIndex &parent, int first, int last)
{
    QModelIndexList parents;

    if (parent.isValid())
        expandOnce(parent);
    for (int row = first; row <= last; row++)
        parents.append(filter.index(row, 0, parent));
    while (!parents.isEmpty()) {
        const QModelIndex index = parents.takeLast();
        const int rows = filter.rowCount(index);
        for (int row = 0; row < rows; row++)
            parents.append(filter.index(row, 0, index));
        if (rows > 0)
            expandOnce(index);
    }
}

void TaskMonitorPrivate::forgetGone()
{
    if (expanded.size() > 64)
        expanded.removeIf([this](qint64 id) { return !model.find(id).isValid(); });
}

QModelIndexList TaskMonitorPrivate::selectedRows() const
{
    return tree->selectionModel()->selectedRows();
}

void TaskMonitorPrivate::showStack()
{
    const QModelIndexList rows = selectedRows();
    const QModelIndex current = tree->currentIndex();
    const TaskInfo *task = nullptr;

    if (!rows.isEmpty())
        task = model.task(
            filter.mapToSource(rows.contains(current.siblingAtColumn(0)) ? current : rows.first()));
    cancel->setEnabled(task);
    stack->setEmptyText(task ? TaskMonitor::tr("This task has no frames of Python.")
                             : TaskMonitor::tr("Select a task to see where it waits."));
    stack->setFrames(task ? readStack(list.get(), task->id) : QList<Frame>());
}

/* -- what one can do ---------------------------------------------------------------------------- */

void TaskMonitorPrivate::openMenu(const QPoint &place)
{
    QPointer<QMenu> menu = new QMenu(q);

    menu->addActions({cancel, copy});
    menu->addSeparator();
    menu->addActions({expand, collapse});
    menu->addSeparator();
    menu->addActions({pause, refresh, saveAs});
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(tree->viewport()->mapToGlobal(place));
}

QString TaskMonitorPrivate::rowText(const QModelIndex &row, int depth) const
{
    QStringList cells;

    for (int column = 0; column < TaskModel::ColumnCount; column++)
        if (const QString cell = row.siblingAtColumn(column).data().toString(); !cell.isEmpty())
            cells += cell;
    QString text = QString(depth * 2, QLatin1Char(' ')) + cells.join(QStringLiteral(" | ")) +
                   QLatin1Char('\n');
    for (const Frame &frame : readStack(list.get(), row.data(TaskModel::IdRole).toLongLong()))
        text += QStringLiteral("%1    %2, %3:%4\n")
                    .arg(QString(depth * 2, QLatin1Char(' ')), plain::line(frame.function),
                         plain::line(frame.file))
                    .arg(frame.line);
    return text;
}

void TaskMonitorPrivate::appendText(QString &text, const QModelIndex &parent, int depth) const
{
    for (int row = 0; row < filter.rowCount(parent); row++) {
        const QModelIndex index = filter.index(row, 0, parent);
        text += rowText(index, depth);
        appendText(text, index, depth + 1);
    }
}

/* What was shown when it was asked for. The dialog has no event loop of its own, in which the monitor could go. */
void TaskMonitorPrivate::save()
{
    auto *dialog = new QFileDialog(q, TaskMonitor::tr("Save the tasks"));

    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(QStringLiteral("tasks.txt"));
    QObject::connect(dialog, &QFileDialog::fileSelected, q,
                     [this, text = q->text()](const QString &name) { saveTo(name, text); });
    dialog->open();
}

void TaskMonitorPrivate::saveTo(const QString &name, const QString &text)
{
    QSaveFile file(name);

    if (file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) >= 0 && file.commit())
        return;
    auto *problem = new QMessageBox(
        QMessageBox::Warning, TaskMonitor::tr("Save the tasks"),
        TaskMonitor::tr("%1 cannot be written: %2").arg(plain::line(name), file.errorString()),
        QMessageBox::Ok, q);
    problem->setTextFormat(Qt::PlainText);
    problem->setAttribute(Qt::WA_DeleteOnClose);
    problem->open();
}

TaskMonitor::TaskMonitor(qi_runtime *runtime, QWidget *parent)
    : QWidget(parent), d(std::make_unique<TaskMonitorPrivate>(this, runtime))
{
    setWindowTitle(tr("Tasks"));
    hand_focus_to(this, d->tree);
}

TaskMonitor::~TaskMonitor()
{
    d->trace(false);
    /* While what their slots use is there. */
    qDeleteAll(findChildren<QWidget *>(Qt::FindDirectChildrenOnly));
}

bool TaskMonitor::isPaused() const
{
    return d->isPaused;
}

void TaskMonitor::setPaused(bool paused)
{
    if (d->isPaused == paused)
        return;
    d->isPaused = paused;
    d->pause->setChecked(paused);
    d->plots->interrupt();
    if (paused)
        d->lookAgain();
    else
        refresh();
    Q_EMIT pausedChanged(paused);
}

int TaskMonitor::interval() const
{
    return d->interval;
}

void TaskMonitor::setInterval(int milliseconds)
{
    d->interval = qMax(50, milliseconds);
    d->timer->setInterval(d->interval);
    d->lookAgain();
}

QString TaskMonitor::filter() const
{
    return d->words->text();
}

void TaskMonitor::setFilter(const QString &words)
{
    d->words->setText(words);
}

QString TaskMonitor::text() const
{
    QString text = d->plots->text() + QStringLiteral("\n\n");

    d->appendText(text, {}, 0);
    return text;
}

void TaskMonitor::refresh()
{
    d->look();
}

void TaskMonitor::cancelSelected()
{
    QList<qint64> ids;

    for (const QModelIndex &row : d->selectedRows())
        ids += row.data(TaskModel::IdRole).toLongLong();
    /* One that has ended meanwhile is none to speak of. */
    for (const qint64 id : std::as_const(ids))
        if (const int status = qi_tasks_cancel(d->runtime(), id);
            status != QI_OK && status != QI_ERR_NOT_FOUND)
            d->say(QString::fromUtf8(qi_last_error()->message));
    if (!ids.isEmpty())
        QTimer::singleShot(0, this, &TaskMonitor::refresh);
}

void TaskMonitor::copy() const
{
    QString text;

    for (const QModelIndex &row : d->selectedRows())
        text += d->rowText(row, 0);
    QGuiApplication::clipboard()->setText(text.isEmpty() ? this->text() : text);
}

void TaskMonitor::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    d->fit(event->size());
}

void TaskMonitor::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    d->plots->interrupt();
    if (!d->isPaused)
        QTimer::singleShot(0, this, &TaskMonitor::refresh);
}

void TaskMonitor::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    d->trace(false);
    d->lookAgain();
}

QI_ABI_END
} // namespace qi
