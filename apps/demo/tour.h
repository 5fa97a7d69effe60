// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <QTemporaryDir>
#include <QTimer>
#include <QVector>

#include "plugins.h"

class Window;

// The demo driven by itself: it clicks the real buttons, waits for what they promise, and says of each
// promise whether it was kept. It works on a copy of the plugins, which it changes to see them reloaded.
class Tour : public QObject
{
    Q_OBJECT

  public:
    Tour(Window *window, const QString &screenshot, QObject *parent = nullptr);

    // Copies the plugins; what becomes of them is kept beside the copy. False: there was no place for it.
    bool copyPlugins(const QString &folder);
    PluginPlaces places() const;
    // For qi_plugins_config: agrees to what the tour itself has changed, and keeps the questions. `user` is a Tour.
    static bool agree(const qi_plugin_consent *consent, void *user);

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
    void planStart();
    void planOrders();
    void planTicker();
    void planFeed();
    void planDownloads();
    void planMessageBox();
    void planErrors();
    void planHang();
    void planWidgets();
    void planReload();
    void planPicture();
    void planEnd();
    void then(Step step) { m_steps.append(std::move(step)); }
    void advance();
    // Ends with this step.
    void giveUp(const QString &why);
    bool are(const QStringList &ids, const QString &state) const;

    Window *m_window;
    QString m_screenshot;
    QTemporaryDir m_folder;
    QStringList m_asked; // "new orders", and so on
    QString m_changed;   // the plugin that the tour has changed
    QVector<Step> m_steps;
    qsizetype m_at = -1; // the step that waits
    QTimer m_timer;
    QElapsedTimer m_clock;
    int m_failures = 0;
    int m_quotes = 0;      // when the message box opened, or the window was stuck
    qint64 m_received = 0; // likewise
};
