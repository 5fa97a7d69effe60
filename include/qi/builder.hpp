/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building values whose shape is only known at run time, of items of several types.
 *
 *     qi::Builder rows;
 *     rows.beginList();
 *     while (query.next())
 *         rows.beginMap().entry("symbol", query.value(0)).entry("price", query.value(1).toDouble()).end();
 *     qi::Result<qi::Value> value = rows.end().finish();
 *
 * An error sticks, and finish() tells of the first one. One thread at a time.
 */
#ifndef QI_BUILDER_HPP
#define QI_BUILDER_HPP

#include <optional>
#include <utility>

#include <qi/builder.h>
#include <qi/result.hpp>
#include <qi/types.hpp>
#include <qi/value.hpp>

namespace qi
{
QI_ABI_BEGIN

/** Builds one value after the other. Thread: any. */
class Builder
{
  public:
    Builder()
    {
        if (qi_builder_new(&m_handle) != QI_OK)
            m_error = Error::last();
    }
    Builder(Builder &&other) noexcept
        : m_handle(std::exchange(other.m_handle, nullptr)), m_error(std::move(other.m_error))
    {
    }
    Builder &operator=(Builder &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        std::swap(m_error, other.m_error);
        return *this;
    }
    Builder(const Builder &) = delete;
    Builder &operator=(const Builder &) = delete;
    ~Builder() { qi_builder_release(m_handle); }

    /** Begins a list, in which what is added up to its end() are the items. */
    Builder &beginList() { return with(qi_builder_begin_list); }
    /** Begins a tuple. */
    Builder &beginTuple() { return with(qi_builder_begin_tuple); }
    /** Begins a map, in which each value follows its key. */
    Builder &beginMap() { return with(qi_builder_begin_map); }
    /** Ends what was begun last. */
    Builder &end() { return with(qi_builder_end); }
    /** Sets the key of what is added, or begun, next. */
    template <typename T> Builder &key(const T &key) { return put(qi_builder_key, key); }
    /** Adds a value of any type that Converter knows. */
    template <typename T> Builder &add(const T &value) { return put(qi_builder_add, value); }
    /** Adds a value to a map under its key. */
    template <typename K, typename T> Builder &entry(const K &key, const T &value)
    {
        return this->key(key).add(value);
    }

    /** What was built, or what went wrong first; it may then build another value. Fails as qi_builder_finish(). */
    Result<Value> finish()
    {
        qi_value value = qi_none();
        const int status = qi_builder_finish(m_handle, &value);
        Value built(value);
        if (m_error)
            return *std::exchange(m_error, std::nullopt);
        if (status != QI_OK)
            return Error::last();
        return built;
    }

    /** The handle for the C API. Borrowed. */
    qi_builder *handle() const { return m_handle; }

  private:
    Builder &with(void (*step)(qi_builder *))
    {
        step(m_handle);
        return *this;
    }
    template <typename T> Builder &put(void (*step)(qi_builder *, qi_value), const T &value)
    {
        Storage storage;
        step(m_handle, storage.write(value));
        if (storage.error() && !m_error)
            m_error = storage.error();
        return *this;
    }

    qi_builder *m_handle = nullptr;
    std::optional<Error> m_error; /* of what could not be written */
};

QI_ABI_END
} // namespace qi

#endif /* QI_BUILDER_HPP */
