/* SPDX-License-Identifier: BSD-3-Clause */
#include "counter_plots.h"

#include <algorithm>

#include <QtCore/qlocale.h>
#include <QtWidgets/qboxlayout.h>

#include "sparkline.h"

namespace qi
{

static QString whole(double number)
{
    return QLocale().toString(qRound64(number));
}

static QString milliseconds(double number)
{
    return CounterPlots::tr("%1 ms").arg(QLocale().toString(number, 'f', number < 10 ? 1 : 0));
}

static QString percent(double number)
{
    return CounterPlots::tr("%1 %").arg(QLocale().toString(number, 'f', number < 10 ? 1 : 0));
}

CounterPlots::CounterPlots(QWidget *parent) : QWidget(parent)
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    m_turns = plot(tr("Turns/s"), 10, whole);
    m_ready = plot(tr("Ready"), 10, whole);
    m_lag = plot(tr("Lag"), 10, milliseconds);
    m_busy = plot(tr("Busy"), 100, percent);
    m_tasks = plot(tr("Tasks"), 10, whole);
}

Sparkline *CounterPlots::plot(const QString &title, double least,
                              std::function<QString(double)> format)
{
    auto *sparkline = new Sparkline(title, least, std::move(format), this);

    layout()->addWidget(sparkline);
    return sparkline;
}

void CounterPlots::add(const qi_loop_counters &counters)
{
    const bool isFirst = !m_since.isValid() || counters.turns < m_before.turns;
    const double seconds = isFirst ? 0 : double(m_since.nsecsElapsed()) / 1e9;

    if (!isFirst && seconds > 0) {
        const double busy = double(counters.busy_ns - m_before.busy_ns);
        m_turns->add(double(counters.turns - m_before.turns) / seconds);
        m_ready->add(double(counters.ready));
        m_lag->add(double(counters.lag_ns) / 1e6);
        m_busy->add(std::min(100.0, busy / seconds / 1e7));
        m_tasks->add(double(counters.tasks));
    }
    m_before = counters;
    m_since.start();
}

void CounterPlots::interrupt()
{
    m_since.invalidate();
}

void CounterPlots::clear()
{
    interrupt();
    for (Sparkline *sparkline : {m_turns, m_ready, m_lag, m_busy, m_tasks})
        sparkline->clear();
}

QString CounterPlots::text() const
{
    QStringList lines;

    for (const Sparkline *sparkline : {m_turns, m_ready, m_lag, m_busy, m_tasks})
        lines += sparkline->accessibleName();
    return lines.join(QLatin1Char('\n'));
}

} // namespace qi
