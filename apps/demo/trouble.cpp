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

static const struct {
    const char *command, *text;
} kButtons[] = {{"ask", QT_TRANSLATE_NOOP("TroubleDesk", "Ask in a message box")},
                {"fail", QT_TRANSLATE_NOOP("TroubleDesk", "Raise an error")},
                {"storm", QT_TRANSLATE_NOOP("TroubleDesk", "Many errors")},
                {"hang", QT_TRANSLATE_NOOP("TroubleDesk", "Hang")},
                {"leak", QT_TRANSLATE_NOOP("TroubleDesk", "Leave a thread")}};

TroubleDesk::TroubleDesk(QWidget *parent) : QWidget(parent)
{
    m_answer = new QLabel(tr("Enable the plugin “Trouble” to see what happens."));
    m_answer->setObjectName("faint");
    m_answer->setWordWrap(true);
    m_headline = new QLabel(tr("No errors so far"));
    m_headline->setTextFormat(Qt::PlainText);
    m_headline->setWordWrap(true);
    m_answer->setTextFormat(Qt::PlainText);
    m_origin = new QLabel;
    m_origin->setTextFormat(Qt::PlainText);
    m_origin->setObjectName("faint");
    m_origin->setWordWrap(true);
    m_origin->hide();
    m_traceback = new QPlainTextEdit;
    m_traceback->setReadOnly(true);
    m_traceback->setFont(Look::fixed());
    m_traceback->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_traceback->setPlaceholderText(tr("The traceback of the last error"));

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(6);
    layout->addLayout(makeButtons());
    layout->addWidget(m_answer);
    layout->addWidget(m_headline);
    layout->addWidget(m_origin);
    layout->addWidget(m_traceback, 1);
    setActive(false);
}

QHBoxLayout *TroubleDesk::makeButtons()
{
    auto *row = new QHBoxLayout;
    row->setSpacing(6);
    for (const auto &made : kButtons) {
        auto *button = new QPushButton(tr(made.text));
        const QString command = made.command;
        m_buttons.insert(command, button);
        row->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, command] {
            if (command == "fail")
                emit provoked();
            else
                emit commanded(command);
        });
    }
    row->addStretch(1);
    return row;
}

void TroubleDesk::setActive(bool active)
{
    for (QPushButton *button : std::as_const(m_buttons))
        button->setEnabled(active);
}

QPushButton *TroubleDesk::button(const QString &command) const
{
    return m_buttons.value(command);
}

bool TroubleDesk::confirm(const QString &question)
{
    QMessageBox box(QMessageBox::Question, tr("libqi demo"), question,
                    QMessageBox::Yes | QMessageBox::No, window());
    box.setTextFormat(Qt::PlainText);
    return box.exec() == QMessageBox::Yes;
}

void TroubleDesk::answer(const QString &text)
{
    m_answer->setText(text);
}

void TroubleDesk::showText(const QString &headline, const QString &origin, const QString &details)
{
    m_headline->setText(headline);
    m_headline->setStyleSheet(QString("color: %1; font-weight: 600").arg(Look::bad().name()));
    m_origin->setText(origin);
    m_origin->setVisible(!origin.isEmpty());
    m_traceback->setPlainText(details.trimmed());
    m_traceback->verticalScrollBar()->setValue(m_traceback->verticalScrollBar()->maximum());
}

void TroubleDesk::showFailure(const Failure &failure)
{
    QStringList parts;
    const std::pair<QString, QString> known[] = {{tr("plugin %1"), failure.plugin},
                                                 {tr("signal %1"), failure.signal},
                                                 {tr("target %1"), failure.target},
                                                 {tr("task %1"), failure.task}};
    for (const auto &[text, value] : known)
        if (!value.isEmpty())
            parts << text.arg(value);
    showText(failure.message.startsWith(failure.type) ? failure.message
                                                      : failure.type + ": " + failure.message,
             parts.join("  ·  "), failure.traceback);
}

void TroubleDesk::showStall(const QString &plugin, const QString &task, int milliseconds,
                            const QString &stack)
{
    m_stall = tr("The plugin %1 held the window for %2 ms").arg(plugin).arg(milliseconds);
    showText(m_stall, tr("task %1").arg(task), stack);
}

QString TroubleDesk::failureText() const
{
    return m_headline->text() + '\n' + m_origin->text() + '\n' + m_traceback->toPlainText();
}

QString TroubleDesk::answerText() const
{
    return m_answer->text();
}
