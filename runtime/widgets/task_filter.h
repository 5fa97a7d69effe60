/* SPDX-License-Identifier: BSD-3-Clause */
/* Lets those tasks through that contain all words, and their parents; sorts by what a column means. */
#ifndef QI_WIDGETS_TASK_FILTER_H
#define QI_WIDGETS_TASK_FILTER_H

#include <QtCore/qsortfilterproxymodel.h>

#include "task_model.h"

namespace qi
{

class TaskFilter : public QSortFilterProxyModel
{
    Q_OBJECT

  public:
    explicit TaskFilter(QObject *parent = nullptr) : QSortFilterProxyModel(parent)
    {
        setRecursiveFilteringEnabled(true);
        setSortRole(TaskModel::SortRole);
        setSortCaseSensitivity(Qt::CaseInsensitive);
    }

    void setWords(const QString &words)
    {
        m_words = words.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
        invalidateFilter();
    }

  protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        if (m_words.isEmpty())
            return true;
        const QString text = sourceModel()->index(row, 0, parent).data(TaskModel::FilterRole).toString();
        for (const QString &word : m_words)
            if (!text.contains(word, Qt::CaseInsensitive))
                return false;
        return true;
    }

  private:
    QStringList m_words;
};

} // namespace qi

#endif
