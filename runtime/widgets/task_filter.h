/* SPDX-License-Identifier: BSD-3-Clause */
/* Lets those tasks through that contain all words, and their parents; sorts by what a column means. */
#ifndef QI_WIDGETS_TASK_FILTER_H
#define QI_WIDGETS_TASK_FILTER_H

#include "task_model.h"
#include "word_filter.h"

namespace qi
{

class TaskFilter : public WordFilter
{
    Q_OBJECT

  public:
    explicit TaskFilter(QObject *parent = nullptr) : WordFilter(parent)
    {
        setRecursiveFilteringEnabled(true);
        setFilterRole(TaskModel::FilterRole);
        setSortRole(TaskModel::SortRole);
        setSortCaseSensitivity(Qt::CaseInsensitive);
    }
};

} // namespace qi

#endif
