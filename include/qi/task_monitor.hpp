/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi::TaskMonitor shows what asyncio does inside of the application: the live tree of its tasks, where
 * each of them waits, and the counters of the loop as small plots.
 *
 *     auto *monitor = new qi::TaskMonitor(runtime);
 *     dock->setWidget(monitor);
 *
 * It asks the runtime for news twice a second, less often where that takes long, and not at all while it
 * is hidden or paused. All of its members belong to the GUI thread.
 */
#ifndef QI_TASK_MONITOR_HPP
#define QI_TASK_MONITOR_HPP

#include <memory>

#include <QtWidgets/qwidget.h>

#include <qi/runtime.h>
#include <qi/widgets_api.hpp>

namespace qi
{
QI_ABI_BEGIN

class TaskMonitorPrivate;

class QI_WIDGETS_API TaskMonitor : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(bool paused READ isPaused WRITE setPaused NOTIFY pausedChanged)
    Q_PROPERTY(int interval READ interval WRITE setInterval)
    Q_PROPERTY(QString filter READ filter WRITE setFilter)

  public:
    /** Shows the tasks of a runtime; NULL: of whichever the process has at the time. */
    explicit TaskMonitor(qi_runtime *runtime, QWidget *parent = nullptr);
    ~TaskMonitor() override;

    /** Tells whether what is shown stands still. */
    bool isPaused() const;
    void setPaused(bool paused);

    /** Milliseconds from one look at the tasks to the next, at least; 500 unless set. Below 50 is 50. */
    int interval() const;
    void setInterval(int milliseconds);

    /** The words that each shown task must contain, in any of its columns and in any case. */
    QString filter() const;
    void setFilter(const QString &words);

    /** What is shown, as text: the counters, and the tree of the tasks that the filter lets through. */
    QString text() const;

  public Q_SLOTS:
    /** Asks the runtime for news now, also while paused. */
    void refresh();
    /** Cancels the tasks that are selected. */
    void cancelSelected();
    /** Copies what is selected, or else all that is shown, to the clipboard. */
    void copy() const;

  Q_SIGNALS:
    /** Somebody wants to see a line of a source file. */
    void openRequested(const QString &file, int line);
    void pausedChanged(bool paused);

  protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

  private:
    friend class TaskMonitorPrivate;
    const std::unique_ptr<TaskMonitorPrivate> d;
};

QI_ABI_END
} // namespace qi

#endif /* QI_TASK_MONITOR_HPP */
