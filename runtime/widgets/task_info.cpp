/* SPDX-License-Identifier: BSD-3-Clause */
#include "task_info.h"

#include "values.h"

namespace qi
{

bool TaskInfo::looksLike(const TaskInfo &other) const
{
    return current == other.current && state == other.state && waitingFor == other.waitingFor &&
           name == other.name && plugin == other.plugin && signal == other.signal &&
           target == other.target && coroutine == other.coroutine;
}

QString TaskInfo::startedBy() const
{
    if (signal.isEmpty())
        return target.isEmpty() ? coroutine : target;
    return target.isEmpty() ? signal : signal + QStringLiteral(" → ") + target;
}

static TaskInfo read(const qi_value &map)
{
    TaskInfo task;

    task.id = values::integer(map, "id");
    task.parent = values::integer(map, "parent", -1);
    task.name = values::text(map, "name");
    task.state = values::text(map, "state");
    task.age = values::real(map, "age");
    task.plugin = values::text(map, "plugin");
    task.signal = values::text(map, "signal");
    task.target = values::text(map, "target");
    task.coroutine = values::text(map, "coroutine");
    task.waitingFor = values::text(map, "waiting_for");
    task.current = values::flag(map, "current");
    return task;
}

QList<TaskInfo> readTasks(const qi_value &list)
{
    QList<TaskInfo> tasks;
    const values::Items maps = values::items(list);

    tasks.reserve(qsizetype(maps.count));
    for (const qi_value &map : maps)
        tasks.append(read(map));
    return tasks;
}

static QList<Frame> frames_of(const qi_value &task)
{
    QList<Frame> frames;

    for (const qi_value &map : values::items(task, "stack")) {
        Frame frame;
        frame.file = values::text(map, "file");
        frame.line = int(values::integer(map, "line"));
        frame.function = values::text(map, "function");
        frame.text = values::text(map, "text");
        frames.append(frame);
    }
    return frames;
}

QList<Frame> readStack(const qi_value &list, qint64 id)
{
    for (const qi_value &task : values::items(list))
        if (values::integer(task, "id") == id)
            return frames_of(task);
    return {};
}

} // namespace qi
