/* SPDX-License-Identifier: BSD-3-Clause */
/* The window with the errors of tasks: a list, the newest on top, and below it the traceback of the one that is chosen. */
#ifndef QI_WIDGETS_TASK_ERRORS_H
#define QI_WIDGETS_TASK_ERRORS_H

#include <QtCore/qdatetime.h>
#include <QtCore/qlist.h>
#include <QtWidgets/qdialog.h>

class QListWidget;

namespace qi
{

class TraceView;

struct TaskError {
    QTime time;
    QString title, message, traceback;
};

class TaskErrors : public QDialog
{
    Q_OBJECT

  public:
    explicit TaskErrors(QWidget *parent);
    /* The oldest first. The one that somebody reads stays chosen while others come. */
    void setErrors(const QList<TaskError> &errors);

  Q_SIGNALS:
    void openRequested(const QString &file, int line);
    void cleared();

  private:
    void showTrace();

    QList<TaskError> m_errors; /* as they are shown, the newest first */
    QListWidget *m_list;
    TraceView *m_trace;
};

} // namespace qi

#endif
