// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <QVector>

class Window;

// The demo driven by itself: it clicks the real buttons, waits for what they promise, and says of each
// promise whether it was kept.
class Tour : public QObject
{
    Q_OBJECT

  public:
    Tour(Window *window, const QString &screenshot, QObject *parent = nullptr);

    void start();
    int failures() const { return m_failures; }
    // One line with a mark; counts what was not kept.
    void claim(bool kept, const QString &text);

  signals:
    void finished();

  private:
    struct Step {
        std::function<void()> act;    // once, may be empty
        std::function<bool()> until;  // polled; empty: at once
        std::function<void()> verify; // afterwards, may be empty
    };

    void plan();
    void planOrders();
    void planTicker();
    void planTrouble();
    void planDownloads();
    void planMessageBox();
    void planEnd();
    void then(Step step) { m_steps.append(std::move(step)); }
    void advance();

    Window *m_window;
    QString m_screenshot;
    QVector<Step> m_steps;
    qsizetype m_at = -1; // the step that waits
    QTimer m_timer;
    QElapsedTimer m_clock;
    int m_failures = 0;
    int m_quotes = 0;      // when the message box opened
    qint64 m_received = 0; // likewise
};
