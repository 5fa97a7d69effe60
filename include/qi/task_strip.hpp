/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi::TaskStrip shows in a status bar what the application has asked Python for: the tasks that run, with their progress and a
 * button that cancels, and errors, to be clicked on.
 *
 *     auto *strip = new qi::TaskStrip;
 *     statusBar()->addPermanentWidget(strip);
 *     strip->watch(task.handle(), tr("Import"));
 *
 * It shows the tasks that it is given, looks at them ten times a second while one runs, and takes no time otherwise. It
 * outlives its runtime without harm. All of its members belong to the GUI thread.
 */
#ifndef QI_TASK_STRIP_HPP
#define QI_TASK_STRIP_HPP

#include <memory>

#include <QtWidgets/qwidget.h>

#include <qi/task.h>
#include <qi/widgets_api.hpp>

namespace qi
{
QI_ABI_BEGIN

class TaskStripPrivate;

class QI_WIDGETS_API TaskStrip : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(int errorCount READ errorCount NOTIFY errorCountChanged)

  public:
    explicit TaskStrip(QWidget *parent = nullptr);
    ~TaskStrip() override;

    /**
     * Shows a task until it has ended, under a title; empty: its name. The strip keeps a reference to it meanwhile. What it
     * fails with is shown as an error, and counts as asked for: it is not reported to the error callback any more. The progress is that of
     * a task which was launched with `progress` or QI_TASK_FLAG_PROGRESS, as those of C++ are. NULL does nothing.
     */
    void watch(qi_task *task, const QString &title = QString());
    /**
     * The same for a task whose failure is somebody else's business: that goes to the error callback, or to who waits for it.
     * Actions of plugins are followed by the strip of the window in whose menus and toolbars qi::PluginManager has put them.
     */
    void follow(qi_task *task, const QString &title = QString());

    /** How many tasks are shown that have not ended. */
    int count() const;
    /** How many errors wait to be looked at. */
    int errorCount() const;

  public Q_SLOTS:
    /** Cancels all tasks that are shown. */
    void cancelAll();
    /** Shows an error of something else, for example what the error callback hears. */
    void addError(const QString &title, const QString &message, const QString &traceback = QString());
    /** Shows the errors in a window, as a click on their button does. */
    void showErrors();
    void clearErrors();

  Q_SIGNALS:
    void countChanged(int count);
    void errorCountChanged(int count);
    /** Somebody wants to see a line of a source file. */
    void openRequested(const QString &file, int line);

  private:
    friend class TaskStripPrivate;
    const std::unique_ptr<TaskStripPrivate> d;
};

QI_ABI_END
} // namespace qi

#endif /* QI_TASK_STRIP_HPP */
