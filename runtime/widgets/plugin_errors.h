/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The errors of a plugin as a list, and below it the traceback of the one that is chosen. The library tells
 * of each error once, so those of all plugins are kept here.
 */
#ifndef QI_WIDGETS_PLUGIN_ERRORS_H
#define QI_WIDGETS_PLUGIN_ERRORS_H

#include <utility>

#include <QtCore/qdatetime.h>
#include <QtCore/qhash.h>
#include <QtWidgets/qsplitter.h>

#include "plugin_info.h"

class QListWidget;

namespace qi
{

class TraceView;

class PluginErrors : public QSplitter
{
    Q_OBJECT

  public:
    explicit PluginErrors(QWidget *parent = nullptr);

    /* Keeps an error; it is seen when its plugin is shown the next time. */
    void record(const QString &plugin, const QString &message, const QString &traceback);
    void setPlugin(const PluginInfo &info);
    /* How many the list has. */
    qsizetype lineCount() const { return m_lines.size(); }

  Q_SIGNALS:
    void openRequested(const QString &file, int line);

  private:
    struct Problem {
        QTime time;
        QString message, traceback;
    };
    using Line = std::pair<QString, QString>; /* what the list has, and its traceback */

    QList<Line> linesOf(const PluginInfo &info) const;
    void showTrace();

    QHash<QString, QList<Problem>> m_problems;
    QList<Line> m_lines;
    QListWidget *m_list;
    TraceView *m_trace;
};

} // namespace qi

#endif
