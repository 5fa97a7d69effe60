// SPDX-License-Identifier: BSD-3-Clause
#include "trouble.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>

#include "look.h"
#include "python.h"

TroubleDesk::TroubleDesk(QWidget *parent) : QWidget(parent)
{
    m_ask = new QPushButton(tr("Ask in a message box"));
    m_raise = new QPushButton(tr("Raise an error"));
    m_answer = new QLabel(tr("QMessageBox::exec() inside a coroutine; the rest goes on."));
    m_answer->setObjectName("faint");
    m_answer->setWordWrap(true);
    m_headline = new QLabel(tr("No errors so far"));
    m_headline->setTextFormat(Qt::PlainText);
    m_headline->setWordWrap(true);
    m_origin = new QLabel;
    m_origin->setObjectName("faint");
    m_origin->hide();
    m_traceback = new QPlainTextEdit;
    m_traceback->setReadOnly(true);
    m_traceback->setFont(Look::fixed());
    m_traceback->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_traceback->setPlaceholderText(tr("The traceback of the last error"));

    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_ask);
    row->addWidget(m_raise);
    row->addStretch(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(row);
    layout->addWidget(m_answer);
    layout->addSpacing(4);
    layout->addWidget(m_headline);
    layout->addWidget(m_origin);
    layout->addWidget(m_traceback, 1);
}

bool TroubleDesk::confirm(const QString &question)
{
    QMessageBox box(QMessageBox::Question, tr("libqi demo"), question,
                    QMessageBox::Yes | QMessageBox::No, window());
    return box.exec() == QMessageBox::Yes;
}

void TroubleDesk::answer(const QString &text)
{
    m_answer->setText(text);
}

void TroubleDesk::showFailure(const Failure &failure)
{
    m_headline->setText(failure.message.startsWith(failure.type)
                            ? failure.message
                            : failure.type + ": " + failure.message);
    m_headline->setStyleSheet(QString("color: %1; font-weight: 600").arg(Look::bad().name()));
    QStringList parts;
    if (!failure.signal.isEmpty())
        parts << tr("signal %1").arg(failure.signal);
    if (!failure.target.isEmpty())
        parts << tr("target %1").arg(failure.target);
    if (!failure.task.isEmpty())
        parts << tr("task %1").arg(failure.task);
    m_origin->setText(parts.join("  ·  "));
    m_origin->setVisible(!parts.isEmpty());
    m_traceback->setPlainText(failure.traceback.trimmed());
    m_traceback->verticalScrollBar()->setValue(m_traceback->verticalScrollBar()->maximum());
}

QString TroubleDesk::failureText() const
{
    return m_headline->text() + '\n' + m_origin->text() + '\n' + m_traceback->toPlainText();
}

QString TroubleDesk::answerText() const
{
    return m_answer->text();
}
