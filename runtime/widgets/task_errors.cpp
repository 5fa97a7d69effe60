/* SPDX-License-Identifier: BSD-3-Clause */
#include "task_errors.h"

#include <QtCore/qobject.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qpushbutton.h>

#include "plain_text.h"
#include "trace_view.h"

namespace qi
{

TaskErrors::TaskErrors(QWidget *parent)
    : QDialog(parent), m_list(new QListWidget(this)), m_trace(new TraceView(this))
{
    auto *layout = new QVBoxLayout(this);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton *clear = buttons->addButton(tr("Clear"), QDialogButtonBox::ResetRole);

    setWindowTitle(tr("Errors of tasks"));
    setAttribute(Qt::WA_DeleteOnClose);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_trace, 2);
    layout->addWidget(buttons);
    m_list->setObjectName(QStringLiteral("errors"));
    m_list->setAccessibleName(tr("Errors of tasks"));
    m_trace->setObjectName(QStringLiteral("traceback"));
    m_trace->setAccessibleName(tr("Traceback"));
    m_trace->setEmptyText(tr("No errors."));
    connect(m_list, &QListWidget::currentRowChanged, this, &TaskErrors::showTrace);
    connect(m_trace, &TraceView::openRequested, this, &TaskErrors::openRequested);
    connect(clear, &QPushButton::clicked, this, &TaskErrors::cleared);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    resize(fontMetrics().averageCharWidth() * 90, fontMetrics().height() * 24);
}

void TaskErrors::setErrors(const QList<TaskError> &errors)
{
    const QSignalBlocker quiet(m_list);
    /* Counted from the oldest, whose number does not change when others come. */
    const qsizetype read = m_errors.size() - m_list->currentRow();
    const bool reads = m_list->currentRow() > 0;

    m_errors = QList<TaskError>(errors.crbegin(), errors.crend());
    m_list->clear();
    for (const TaskError &error : std::as_const(m_errors)) {
        auto *item = new QListWidgetItem(QStringLiteral("%1  %2: %3")
                                             .arg(error.time.toString(QStringLiteral("HH:mm:ss")),
                                                  plain::line(error.title, 60),
                                                  plain::line(error.message)),
                                         m_list);
        item->setToolTip(plain::tip(error.message));
    }
    const qsizetype row = reads ? qMin(m_errors.size() - read, m_errors.size() - 1) : 0;
    m_list->setCurrentRow(int(qMax(qsizetype(0), row)));
    showTrace();
}

void TaskErrors::showTrace()
{
    const int row = m_list->currentRow();
    const bool any = row >= 0 && row < m_errors.size();

    m_trace->setTraceback(!any                                ? QString()
                          : m_errors[row].traceback.isEmpty() ? m_errors[row].message
                                                              : m_errors[row].traceback);
}

} // namespace qi
