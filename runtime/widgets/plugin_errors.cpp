/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_errors.h"

#include <QtWidgets/qlistwidget.h>

#include "plain_text.h"
#include "trace_view.h"

namespace qi
{

/* How many errors are kept for each plugin. */
static constexpr qsizetype kErrors = 100;

PluginErrors::PluginErrors(QWidget *parent)
    : QSplitter(Qt::Vertical, parent), m_list(new QListWidget(this)), m_trace(new TraceView(this))
{
    m_list->setObjectName(QStringLiteral("errors"));
    m_list->setAccessibleName(tr("Errors of the plugin"));
    m_trace->setObjectName(QStringLiteral("traceback"));
    m_trace->setAccessibleName(tr("Traceback"));
    m_trace->setEmptyText(tr("No errors."));
    setStretchFactor(1, 1);
    setSizes({m_list->fontMetrics().height() * 6, 1000});
    setChildrenCollapsible(false);
    connect(m_list, &QListWidget::currentRowChanged, this, &PluginErrors::showTrace);
    connect(m_trace, &TraceView::openRequested, this, &PluginErrors::openRequested);
}

void PluginErrors::record(const QString &plugin, const QString &message, const QString &traceback)
{
    QList<Problem> &known = m_problems[plugin];

    known.append({QTime::currentTime(), plain::whole(message), plain::whole(traceback)});
    if (known.size() > kErrors)
        known.removeFirst();
}

/* What made it fail comes first, and below the errors that it went on after, the newest on top. */
QList<PluginErrors::Line> PluginErrors::linesOf(const PluginInfo &info) const
{
    const QList<Problem> known = m_problems.value(info.id);
    QList<Line> lines;

    if (!info.traceback.isEmpty())
        lines.append({info.reason.isEmpty() ? info.stateText() : info.reason, info.traceback});
    for (auto problem = known.crbegin(); problem != known.crend(); ++problem) {
        if (problem->traceback == info.traceback && !problem->traceback.isEmpty())
            continue;
        const QString time = problem->time.toString(QStringLiteral("HH:mm:ss"));
        lines.append(
            {QStringLiteral("%1  %2").arg(time, problem->message.section(QLatin1Char('\n'), 0, 0)),
             problem->traceback.isEmpty() ? problem->message : problem->traceback});
    }
    return lines;
}

/* The line that somebody reads stays selected while others come. */
void PluginErrors::setPlugin(const PluginInfo &info)
{
    const QList<Line> lines = linesOf(info);

    if (lines != m_lines) {
        const int row = m_list->currentRow();
        const Line read = row >= 0 && row < m_lines.size() ? m_lines[row] : Line();
        m_lines = lines;
        m_list->clear();
        for (const Line &line : lines) {
            auto *item = new QListWidgetItem(plain::line(line.first), m_list);
            item->setToolTip(plain::tip(line.first));
        }
        m_list->setCurrentRow(int(qMax(qsizetype(0), lines.indexOf(read))));
    }
    m_list->setVisible(!lines.isEmpty());
    showTrace();
}

void PluginErrors::showTrace()
{
    const int row = m_list->currentRow();

    m_trace->setTraceback(row >= 0 && row < m_lines.size() ? m_lines[row].second : QString());
}

} // namespace qi
