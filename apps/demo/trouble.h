// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QWidget>

struct Failure;
class QLabel;
class QPlainTextEdit;
class QPushButton;

// What can go wrong and does not: a message box inside a coroutine, and an exception that nobody awaits.
class TroubleDesk : public QWidget
{
    Q_OBJECT

  public:
    explicit TroubleDesk(QWidget *parent = nullptr);

    // Runs a QMessageBox in an event loop of its own, and returns the answer.
    Q_INVOKABLE bool confirm(const QString &question);
    Q_INVOKABLE void answer(const QString &text);

    void showFailure(const Failure &failure);
    QString failureText() const;
    QString answerText() const;
    QPushButton *askButton() const { return m_ask; }
    QPushButton *raiseButton() const { return m_raise; }

  private:
    QPushButton *m_ask, *m_raise;
    QLabel *m_answer, *m_headline, *m_origin;
    QPlainTextEdit *m_traceback;
};
