/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The arguments of calls of Python, by place and by name.
 *
 *     auto best = python.call<double>("quotes:best", "EURUSD", qi::named("side", "buy"), qi::named("count", 3));
 *     auto task = python.run<QVariant>(target, qi::spread(list, map)); // as many as there are, of any types
 */
#ifndef QI_ARGUMENTS_HPP
#define QI_ARGUMENTS_HPP

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <QtCore/qvariant.h>

#include <qi/types.hpp>
#include <qi/value.h>

namespace qi
{
QI_ABI_BEGIN

/** A keyword argument. It views the value, and so has its place in the call itself. */
template <typename T> struct Named {
    const char *name;
    const T &value;
};

/** Gives a call an argument by name, wherever it stands among the others. */
template <typename T> Named<T> named(const char *name, const T &value)
{
    return {name, value};
}

/** Several arguments for a call whose number and types are known at run time only. It views them, as Named does. */
struct Spread {
    const QVariantList &arguments;
    const QVariantMap &named;
};

/** Gives a call the items of a list as arguments, as `*list` does in Python, and those of a map by name. */
inline Spread spread(const QVariantList &arguments, const QVariantMap &named)
{
    return {arguments, named};
}
/** The same with a list alone. */
inline Spread spread(const QVariantList &arguments)
{
    static const QVariantMap none;
    return {arguments, none};
}

/** The same for the items of a range, as a std::span<qi::Value> or a std::vector<int>. It views it. */
template <typename Range> struct SpreadRange {
    const Range &arguments;
};

/** Gives a call the items of a range as arguments. */
template <typename Range, typename = typename Range::value_type>
SpreadRange<Range> spread(const Range &arguments)
{
    return {arguments};
}

namespace detail
{

template <typename T> struct IsArgument : std::bool_constant<isWritable<T>> {
};
template <typename Range>
struct IsArgument<SpreadRange<Range>> : std::bool_constant<isWritable<typename Range::value_type>> {
};
template <typename T> struct IsArgument<Named<T>> : std::bool_constant<isWritable<T>> {
};
template <> struct IsArgument<Spread> : std::true_type {
};

/* The arguments of a call, as C wants them, in memory of the caller's that has room for `most` of either sort. */
class CallArguments
{
  public:
    CallArguments(qi_value *values, qi_entry *entries, std::size_t most)
        : m_values(values), m_entries(entries), m_most(most)
    {
    }

    template <typename T> void add(const T &value) { m_values[m_count++] = m_storage.write(value); }
    template <typename T> void add(const Named<T> &named)
    {
        m_entries[m_entry_count].key = qi_text(named.name);
        m_entries[m_entry_count++].value = m_storage.write(named.value);
    }
    template <typename Range> void add(const SpreadRange<Range> &spread)
    {
        make_room(std::size_t(spread.arguments.size()), 0);
        for (const auto &argument : spread.arguments)
            add(argument);
    }
    void add(const Spread &spread)
    {
        make_room(std::size_t(spread.arguments.size()), std::size_t(spread.named.size()));
        for (const QVariant &argument : spread.arguments)
            add(argument);
        for (auto i = spread.named.cbegin(); i != spread.named.cend(); ++i) {
            m_entries[m_entry_count].key = m_storage.text(i.key());
            m_entries[m_entry_count++].value = m_storage.write(i.value());
        }
    }

    const qi_value *values() const { return m_values; }
    std::size_t count() const { return m_count; }
    const qi_entry *entries() const { return m_entry_count ? m_entries : nullptr; }
    std::size_t entry_count() const { return m_entry_count; }
    /* Why one of them cannot be given. */
    const std::optional<Error> &error() const { return m_storage.error(); }

  private:
    /* For so many besides those that were expected. */
    void make_room(std::size_t more_values, std::size_t more_entries)
    {
        qi_value *values = m_storage.items(m_count + more_values + m_most);
        qi_entry *entries = m_storage.entries(m_entry_count + more_entries + m_most);
        std::copy(m_values, m_values + m_count, values);
        std::copy(m_entries, m_entries + m_entry_count, entries);
        m_values = values;
        m_entries = entries;
    }

    qi_value *m_values;
    qi_entry *m_entries;
    std::size_t m_most, m_count = 0, m_entry_count = 0;
    Storage m_storage;
};

} // namespace detail

QI_ABI_END
} // namespace qi

#endif /* QI_ARGUMENTS_HPP */
