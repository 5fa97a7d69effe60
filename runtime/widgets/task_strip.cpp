/* SPDX-License-Identifier: BSD-3-Clause */
#include <qi/task_strip.hpp>

#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qframe.h>
#include <QtWidgets/qtoolbutton.h>

#include <utility>
#include <vector>

#include "plain_text.h"
#include "task_errors.h"
#include "task_row.h"
#include "theme.h"
#include "values.h"

namespace qi
{
QI_ABI_BEGIN

static constexpr int kLookEvery = 100; /* ms */
static constexpr qsizetype kErrors = 100;

/* The reference to a task. */
class HeldTask
{
  public:
    explicit HeldTask(qi_task *task) : m_task(qi_task_retain(task)) {}
    HeldTask(HeldTask &&other) noexcept : m_task(std::exchange(other.m_task, nullptr)) {}
    HeldTask &operator=(HeldTask &&other) noexcept
    {
        std::swap(m_task, other.m_task);
        return *this;
    }
    HeldTask(const HeldTask &) = delete;
    HeldTask &operator=(const HeldTask &) = delete;
    ~HeldTask() { qi_task_release(m_task); }

    qi_task *get() const { return m_task; }

  private:
    qi_task *m_task;
};

struct WatchedTask {
    HeldTask task;
    TaskStep step;
    bool asks = true; /* for what it fails with */

    void look()
    {
        values::Owned told;
        if (qi_task_describe(task.get(), told.out()) != QI_OK)
            return;
        const qi_value *progress = qi_value_get(&told.get(), "progress");
        if (!progress || progress->kind != QI_KIND_MAP)
            return;
        step.value = values::integer(*progress, "value");
        step.maximum = values::integer(*progress, "maximum");
        step.isKnown = step.maximum > 0;
        step.value = qBound(qint64(0), step.value, qMax(qint64(0), step.maximum));
        step.text = values::text(*progress, "text");
    }
};

class TaskStripPrivate
{
  public:
    explicit TaskStripPrivate(TaskStrip *strip);

    void look();
    void show();
    void showAll();
    void cancel(std::size_t index);
    void tell(int before);
    void add(qi_task *task, const QString &title, bool asks);

    TaskStrip *q;
    QTimer *timer;
    QToolButton *problems, *more;
    TaskRow *first;
    QPointer<QFrame> popup;
    QList<TaskRow *> rows; /* of the popup */
    QPointer<TaskErrors> window;
    std::vector<WatchedTask> tasks; /* those that run, the oldest first */
    QList<TaskError> errors;        /* the oldest first */
};

TaskStripPrivate::TaskStripPrivate(TaskStrip *strip)
    : q(strip), timer(new QTimer(strip)), problems(new QToolButton(strip)),
      more(new QToolButton(strip)), first(new TaskRow(strip))
{
    auto *layout = new QHBoxLayout(q);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(problems);
    layout->addWidget(first, 1);
    layout->addWidget(more);
    for (QToolButton *button : {problems, more}) {
        button->setAutoRaise(true);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    }
    problems->setIcon(theme::icon(theme::Icon::Error));
    problems->setObjectName(QStringLiteral("problems"));
    more->setIcon(theme::icon(theme::Icon::Task));
    more->setObjectName(QStringLiteral("more"));
    first->setObjectName(QStringLiteral("first"));
    timer->setInterval(kLookEvery);
    QObject::connect(timer, &QTimer::timeout, q, [this] { look(); });
    QObject::connect(problems, &QToolButton::clicked, q, &TaskStrip::showErrors);
    QObject::connect(more, &QToolButton::clicked, q, [this] { showAll(); });
    QObject::connect(first, &TaskRow::cancelled, q, [this] { cancel(0); });
    show();
}

/* Beware: whoever hears of what has changed may do anything, with the strip as well. */
void TaskStripPrivate::look()
{
    const int before = int(tasks.size());
    std::vector<WatchedTask> running;
    QList<TaskError> failed;

    for (WatchedTask &watched : tasks) {
        if (qi_task_state(watched.task.get()) == QI_TASK_STATE_PENDING) {
            watched.look();
            running.push_back(std::move(watched));
            continue;
        }
        if (!watched.asks)
            continue;
        const int status = qi_task_result(watched.task.get(), nullptr);
        if (status == QI_OK || status == QI_ERR_CANCELLED || status == QI_ERR_SHUTTING_DOWN)
            continue;
        const qi_error *error = qi_last_error();
        failed.append({QTime::currentTime(), watched.step.title, QString::fromUtf8(error->message),
                       QString::fromUtf8(error->traceback)});
    }
    tasks = std::move(running);
    if (tasks.empty())
        timer->stop();
    show();
    const QPointer<TaskStrip> alive(q);
    for (const TaskError &error : std::as_const(failed)) {
        q->addError(error.title, error.message, error.traceback);
        if (!alive)
            return;
    }
    tell(before);
}

void TaskStripPrivate::tell(int before)
{
    if (int(tasks.size()) != before)
        Q_EMIT q->countChanged(int(tasks.size()));
}

void TaskStripPrivate::show()
{
    const int others = int(tasks.size()) - 1;

    first->setVisible(!tasks.empty());
    if (!tasks.empty())
        first->setStep(tasks.front().step);
    more->setVisible(others > 0);
    more->setText(QStringLiteral("+%1").arg(qMax(0, others)));
    more->setToolTip(TaskStrip::tr("Show all tasks"));
    more->setAccessibleName(TaskStrip::tr("%1 more tasks").arg(qMax(0, others)));
    problems->setVisible(!errors.isEmpty());
    problems->setText(QString::number(errors.size()));
    problems->setToolTip(errors.isEmpty() ? QString()
                                          : plain::tip(errors.last().title + QStringLiteral("\n") +
                                                       errors.last().message));
    problems->setAccessibleName(TaskStrip::tr("%1 errors of tasks").arg(errors.size()));
    if (!popup)
        return;
    if (tasks.size() != std::size_t(rows.size())) {
        popup->close(); /* under the mouse is another than before */
        return;
    }
    for (std::size_t i = 0; i < tasks.size(); i++)
        rows[qsizetype(i)]->setStep(tasks[i].step);
}

void TaskStripPrivate::showAll()
{
    if (popup)
        popup->close();
    popup = new QFrame(q, Qt::Popup);
    popup->setAttribute(Qt::WA_DeleteOnClose);
    popup->setFrameStyle(int(QFrame::StyledPanel) | int(QFrame::Plain));
    popup->setObjectName(QStringLiteral("all"));
    auto *layout = new QVBoxLayout(popup);
    rows.clear();
    for (std::size_t i = 0; i < tasks.size(); i++) {
        auto *row = new TaskRow(popup);
        row->setStep(tasks[i].step);
        layout->addWidget(row);
        rows.append(row);
        QObject::connect(row, &TaskRow::cancelled, q, [this, i] { cancel(i); });
    }
    popup->adjustSize();
    popup->move(q->mapToGlobal(QPoint(q->width() - popup->width(), -popup->height())));
    popup->show();
}

void TaskStripPrivate::cancel(std::size_t index)
{
    if (index >= tasks.size())
        return;
    tasks[index].step.isCancelled = true;
    (void)qi_task_cancel(tasks[index].task.get()); /* else it has ended, which the next look sees */
    show();
}

TaskStrip::TaskStrip(QWidget *parent) : QWidget(parent), d(std::make_unique<TaskStripPrivate>(this))
{
}

TaskStrip::~TaskStrip()
{
    /* While what their slots use is there. */
    qDeleteAll(findChildren<QWidget *>(Qt::FindDirectChildrenOnly));
}

void TaskStripPrivate::add(qi_task *task, const QString &title, bool asks)
{
    if (qi_task_state(task) == QI_TASK_STATE_INVALID)
        return;
    const int before = q->count();
    WatchedTask watched{HeldTask(task), {}, asks};
    watched.step.title = title.isEmpty() ? QString::fromUtf8(qi_task_name(task)) : title;
    watched.look();
    tasks.push_back(std::move(watched));
    timer->start();
    show();
    tell(before);
}

void TaskStrip::watch(qi_task *task, const QString &title)
{
    d->add(task, title, true);
}

void TaskStrip::follow(qi_task *task, const QString &title)
{
    d->add(task, title, false);
}

int TaskStrip::count() const
{
    return int(d->tasks.size());
}

int TaskStrip::errorCount() const
{
    return int(d->errors.size());
}

void TaskStrip::cancelAll()
{
    for (std::size_t i = 0; i < d->tasks.size(); i++)
        d->cancel(i);
}

void TaskStrip::addError(const QString &title, const QString &message, const QString &traceback)
{
    d->errors.append({QTime::currentTime(), title, message, traceback});
    if (d->errors.size() > kErrors)
        d->errors.removeFirst();
    d->show();
    if (d->window)
        d->window->setErrors(d->errors);
    Q_EMIT errorCountChanged(errorCount());
}

void TaskStrip::showErrors()
{
    if (!d->window) {
        d->window = new TaskErrors(this);
        connect(d->window, &TaskErrors::openRequested, this, &TaskStrip::openRequested);
        connect(d->window, &TaskErrors::cleared, this, &TaskStrip::clearErrors);
    }
    d->window->setErrors(d->errors);
    d->window->show();
    d->window->raise();
    d->window->activateWindow();
}

void TaskStrip::clearErrors()
{
    if (d->errors.isEmpty())
        return;
    d->errors.clear();
    d->show();
    if (d->window)
        d->window->setErrors(d->errors);
    Q_EMIT errorCountChanged(0);
}

QI_ABI_END
} // namespace qi
