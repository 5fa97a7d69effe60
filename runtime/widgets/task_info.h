/* SPDX-License-Identifier: BSD-3-Clause */
/* One task as qi_tasks_list() describes it. */
#ifndef QI_WIDGETS_TASK_INFO_H
#define QI_WIDGETS_TASK_INFO_H

#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include <qi/value.h>

namespace qi
{

struct Frame {
    QString file, function, text;
    int line = 0;
    bool operator==(const Frame &other) const
    {
        return line == other.line && file == other.file && function == other.function &&
               text == other.text;
    }
};

struct TaskInfo {
    qint64 id = 0;
    qint64 parent = -1; /* or -1 */
    QString name, state, plugin, signal, target, coroutine, waitingFor;
    double age = 0; /* seconds */
    bool current = false;

    /* Tells whether a row shows the same of both. What grows by itself, the age, does not count. */
    bool looksLike(const TaskInfo &other) const;
    /* What started it, in one line: the signal and the slot, or else the coroutine. */
    QString startedBy() const;
};

QList<TaskInfo> readTasks(const qi_value &list);

/* The stack of one task of the list, innermost frame last; reading those of all would cost a lot. */
QList<Frame> readStack(const qi_value &list, qint64 id);

} // namespace qi

#endif
