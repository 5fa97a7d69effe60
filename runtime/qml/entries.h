// SPDX-License-Identifier: BSD-3-Clause
/*
 * What JavaScript keeps in an order, for a dict of Python: keys and values of any kind. Qt's own maps have sorted keys of text.
 * It is a template since Qt's type system knows containers by theirs.
 */
#ifndef QIP_QML_ENTRIES_H
#define QIP_QML_ENTRIES_H

#include <algorithm>
#include <utility>
#include <vector>

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

template <typename K, typename V> class Entries
{
  public:
    using key_type = K;
    using mapped_type = V;
    using value_type = std::pair<const K, V>;
    using iterator = typename std::vector<value_type>::iterator;
    using const_iterator = typename std::vector<value_type>::const_iterator;

    iterator begin() { return m_entries.begin(); }
    iterator end() { return m_entries.end(); }
    const_iterator begin() const { return m_entries.begin(); }
    const_iterator end() const { return m_entries.end(); }
    const_iterator cbegin() const { return m_entries.begin(); }
    const_iterator cend() const { return m_entries.end(); }
    std::size_t size() const { return m_entries.size(); }
    iterator find(const K &key)
    {
        return std::find_if(begin(), end(),
                            [&](const value_type &entry) { return entry.first == key; });
    }
    const_iterator find(const K &key) const { return const_cast<Entries *>(this)->find(key); }
    void add(const K &key, const V &value) { m_entries.emplace_back(key, value); }

  private:
    std::vector<value_type> m_entries;
};

} // namespace qi

Q_DECLARE_ASSOCIATIVE_CONTAINER_METATYPE(qi::Entries)

#endif
