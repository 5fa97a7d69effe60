/* SPDX-License-Identifier: BSD-3-Clause */
/* What the loop does, as a row of plots: turns, ready length, lag, busy share and tasks. */
#ifndef QI_WIDGETS_COUNTER_PLOTS_H
#define QI_WIDGETS_COUNTER_PLOTS_H

#include <QtCore/qelapsedtimer.h>
#include <QtWidgets/qwidget.h>

#include <qi/monitor.h>

namespace qi
{

class Sparkline;

class CounterPlots : public QWidget
{
    Q_OBJECT

  public:
    explicit CounterPlots(QWidget *parent = nullptr);

    /* Adds one sample; what is a rate counts from the sample before. */
    void add(const qi_loop_counters &counters);
    /* The next sample begins anew, since nobody looked for a while. */
    void interrupt();
    void clear();
    /* One line for each number. */
    QString text() const;

  private:
    Sparkline *plot(const QString &title, double least, std::function<QString(double)> format);

    Sparkline *m_turns, *m_ready, *m_lag, *m_busy, *m_tasks;
    qi_loop_counters m_before = {};
    QElapsedTimer m_since;
};

} // namespace qi

#endif
