// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QLabel>
#include <QPointer>
#include <QProgressBar>
#include <QToolButton>
#include <QVector>
#include <QWidget>
#include <qi/qi.hpp>

class Python;
class QGridLayout;
class QPushButton;

// One file: each download of it is one task of Python, which this object can cancel.
class Download : public QObject
{
    Q_OBJECT

  public:
    Download(const QString &name, qint64 size, QGridLayout *grid, int row, Python *python,
             QObject *parent);
    ~Download() override;

    void start();
    void cancel();

    QString name() const { return m_name; }
    QString state() const { return m_state; } // "", "running", "done", "cancelled" or "failed"
    qint64 received() const { return m_received; }
    qint64 size() const { return m_size; }

    qi_task *task() const { return m_task.handle(); }

  signals:
    void changed();
    void started();

  private:
    void setState(const QString &state, const QString &text);
    void show(const qi::Progress &progress);
    void ended(const qi::Result<qint64> &received);

    QString m_name, m_state;
    qint64 m_size, m_received = 0;
    Python *m_python;
    qi::Task<qint64> m_task;
    // The window may have deleted them first.
    QPointer<QProgressBar> m_bar;
    QPointer<QLabel> m_label, m_text;
    QPointer<QToolButton> m_cancel;
};

// The downloader. The plugin `downloads` offers the files and fetches them.
class DownloadDesk : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(QString server READ server WRITE setServer)

  public:
    explicit DownloadDesk(Python *python, QWidget *parent = nullptr);

    QString server() const { return m_server; }
    void setServer(const QString &url);

    // One more file that can be had from the server.
    Q_INVOKABLE void offer(const QString &name, qint64 size);
    // The server has gone, and with it the files.
    Q_INVOKABLE void clear();

    const QVector<Download *> &files() const { return m_files; }
    int running() const { return count("running"); }
    int count(const QString &state) const;
    qint64 received() const;
    QPushButton *startButton() const { return m_start; }
    void startAll();
    void cancelAll();

  signals:
    void started(Download *download);

  private:
    void showTotals();

    Python *m_python;
    QString m_server;
    QGridLayout *m_grid;
    QLabel *m_about;
    QPushButton *m_start, *m_stop;
    QVector<Download *> m_files;
};
