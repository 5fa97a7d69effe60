/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The arguments of calls of Python, by place and by name.
 *
 *     python.call<double>("quotes:best", "EURUSD", qi::named("side", "buy"), qi::named("count", 3));
 */
#ifndef QI_ARGUMENTS_HPP
#define QI_ARGUMENTS_HPP

#include <cstddef>
#include <type_traits>

#include <qi/types.hpp>
#include <qi/value.h>

namespace qi
{

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

namespace detail
{

template <typename T> struct IsArgument : std::bool_constant<isWritable<T>> {
};
template <typename T> struct IsArgument<Named<T>> : std::bool_constant<isWritable<T>> {
};

/* The arguments of a call, as C wants them, in memory of the caller's. */
class CallArguments
{
  public:
    CallArguments(qi_value *values, qi_entry *entries) : m_values(values), m_entries(entries) {}

    template <typename T> void add(const T &value) { m_values[m_count++] = m_storage.write(value); }
    template <typename T> void add(const Named<T> &named)
    {
        m_entries[m_entry_count].key = qi_text(named.name);
        m_entries[m_entry_count++].value = m_storage.write(named.value);
    }

    const qi_value *values() const { return m_values; }
    std::size_t count() const { return m_count; }
    const qi_entry *entries() const { return m_entry_count ? m_entries : nullptr; }
    std::size_t entry_count() const { return m_entry_count; }
    /* Why one of them cannot be given. */
    const std::optional<Error> &error() const { return m_storage.error(); }

  private:
    qi_value *m_values;
    qi_entry *m_entries;
    std::size_t m_count = 0, m_entry_count = 0;
    Storage m_storage;
};

} // namespace detail

} // namespace qi

#endif /* QI_ARGUMENTS_HPP */
