/* SPDX-License-Identifier: BSD-3-Clause */
/* A task in one line: its title, how far it is, and a button that cancels it. */
#ifndef QI_WIDGETS_TASK_ROW_H
#define QI_WIDGETS_TASK_ROW_H

#include <QtWidgets/qwidget.h>

class QLabel;
class QProgressBar;
class QToolButton;

namespace qi
{

/* What a row shows. */
struct TaskStep {
    QString title, text; /* of the task, and of what it is at */
    qint64 value = 0, maximum = 0;
    bool isKnown = false;     /* the maximum is: else nobody knows how long it takes */
    bool isCancelled = false; /* it was asked to end */

    bool operator==(const TaskStep &other) const
    {
        return title == other.title && text == other.text && value == other.value &&
               maximum == other.maximum && isKnown == other.isKnown &&
               isCancelled == other.isCancelled;
    }
};

class TaskRow : public QWidget
{
    Q_OBJECT

  public:
    explicit TaskRow(QWidget *parent = nullptr);
    void setStep(const TaskStep &step);

  Q_SIGNALS:
    void cancelled();

  private:
    QLabel *m_title;
    QProgressBar *m_bar;
    QToolButton *m_cancel;
    TaskStep m_step;
};

} // namespace qi

#endif
