/* SPDX-License-Identifier: BSD-3-Clause */
/* Lets those rows through whose text, that of the filter's role, contains all words in any case. */
#ifndef QI_WIDGETS_WORD_FILTER_H
#define QI_WIDGETS_WORD_FILTER_H

#include <QtCore/qsortfilterproxymodel.h>
#include <QtCore/qstringlist.h>

namespace qi
{

class WordFilter : public QSortFilterProxyModel
{
    Q_OBJECT

  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setWords(const QString &words)
    {
#if QT_VERSION >= QT_VERSION_CHECK(6, 10, 0) // since when invalidateFilter() is on its way out
        beginFilterChange();
        m_words = wordsOf(words);
        endFilterChange(Direction::Rows);
#else
        m_words = wordsOf(words);
        invalidateFilter();
#endif
    }

  protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        if (m_words.isEmpty())
            return true;
        const QString text = sourceModel()->index(row, 0, parent).data(filterRole()).toString();
        for (const QString &word : m_words)
            if (!text.contains(word, Qt::CaseInsensitive))
                return false;
        return true;
    }

  private:
    static QStringList wordsOf(const QString &text)
    {
        return text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    }

    QStringList m_words;
};

} // namespace qi

#endif
