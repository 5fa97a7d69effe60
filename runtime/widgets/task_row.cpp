/* SPDX-License-Identifier: BSD-3-Clause */
#include "task_row.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qprogressbar.h>
#include <QtWidgets/qtoolbutton.h>

#include "plain_text.h"
#include "theme.h"

namespace qi
{

static constexpr int kSteps = 1000; /* of the bar, whatever the task counts in */

TaskRow::TaskRow(QWidget *parent)
    : QWidget(parent), m_title(new QLabel(this)), m_bar(new QProgressBar(this)),
      m_cancel(new QToolButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_title, 1);
    layout->addWidget(m_bar);
    layout->addWidget(m_cancel);
    plain::onlyText(m_title);
    m_bar->setTextVisible(false);
    m_bar->setFixedWidth(fontMetrics().averageCharWidth() * 16);
    m_bar->setMaximumHeight(fontMetrics().height());
    m_cancel->setAutoRaise(true);
    m_cancel->setIcon(theme::icon(theme::Icon::Stop));
    m_cancel->setObjectName(QStringLiteral("cancel"));
    connect(m_cancel, &QToolButton::clicked, this, &TaskRow::cancelled);
    m_step.title = QString(QChar(0)); /* unlike any other */
}

void TaskRow::setStep(const TaskStep &step)
{
    if (step == m_step)
        return;
    m_step = step;
    const QString title = plain::line(step.title, 60);
    const QString text = step.isCancelled ? tr("cancelling") : plain::line(step.text, 60);
    m_title->setText(text.isEmpty() || text == title ? title
                                                     : QStringLiteral("%1: %2").arg(title, text));
    m_title->setToolTip(plain::tip(
        step.text.isEmpty() ? step.title : step.title + QStringLiteral("\n") + step.text));
    m_bar->setRange(0, step.isKnown ? kSteps : 0);
    if (step.isKnown)
        m_bar->setValue(int(double(step.value) / double(step.maximum) * kSteps));
    m_bar->setAccessibleName(tr("Progress of %1").arg(title));
    m_cancel->setEnabled(!step.isCancelled);
    m_cancel->setToolTip(plain::tip(tr("Cancel %1").arg(title)));
    m_cancel->setAccessibleName(tr("Cancel %1").arg(title));
}

} // namespace qi
