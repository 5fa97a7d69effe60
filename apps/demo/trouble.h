// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QMap>
#include <QWidget>

struct Failure;
class QLabel;
class QHBoxLayout;
class QPlainTextEdit;
class QPushButton;

// What goes wrong, on command, and what is heard of it: errors that nobody awaits, and a window that is stuck.
// The commands are actions of the plugin `trouble`.
class TroubleDesk : public QWidget
{
    Q_OBJECT

  public:
    explicit TroubleDesk(QWidget *parent = nullptr);

    // Runs a QMessageBox in an event loop of its own, and returns the answer.
    Q_INVOKABLE bool confirm(const QString &question);
    Q_INVOKABLE void answer(const QString &text);

    void showFailure(const Failure &failure);
    void showStall(const QString &plugin, const QString &task, int milliseconds,
                   const QString &stack);
    // The plugin has come or gone.
    void setActive(bool active);

    QString failureText() const;
    QString stallText() const { return m_stall; }
    QString answerText() const;
    // The button of a command: "ask", "fail", "storm", "hang" or "leak".
    QPushButton *button(const QString &command) const;

  signals:
    void provoked();                        // the button "fail", which the plugin is connected to
    void commanded(const QString &command); // the others, which are actions of the plugin

  private:
    QHBoxLayout *makeButtons();
    void showText(const QString &headline, const QString &origin, const QString &details);

    QMap<QString, QPushButton *> m_buttons;
    QString m_stall;
    QLabel *m_answer, *m_headline, *m_origin;
    QPlainTextEdit *m_traceback;
};
