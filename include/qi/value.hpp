/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A value of Python of whatever kind, owned: for results whose type is only known at run time.
 *
 *     qi::Value answer = python.eval<qi::Value>(text).value();
 *     if (answer.kind() == QI_KIND_LIST)
 *         show(answer.to<QStringList>().value_or(QStringList()));
 */
#ifndef QI_VALUE_HPP
#define QI_VALUE_HPP

#include <cstddef>
#include <utility>

#include <QtCore/qdebug.h>

#include <qi/call.hpp>
#include <qi/deprecated.hpp>
#include <qi/types.hpp>

namespace qi
{
QI_ABI_BEGIN

/** Owns a qi_value. It may be moved, or copied with copy(), and used in any thread. */
class Value : public detail::OldValue<Value>
{
  public:
    /** None. */
    Value() : m_value(qi_none()) {}
    /** Takes a value that came out of libqi. */
    explicit Value(const qi_value &owned) : m_value(owned) {}
    Value(Value &&other) noexcept : m_value(std::exchange(other.m_value, qi_none())) {}
    Value &operator=(Value &&other) noexcept
    {
        std::swap(m_value, other.m_value);
        return *this;
    }
    Value(const Value &) = delete;
    Value &operator=(const Value &) = delete;
    ~Value() { qi_value_clear(&m_value); }

    /** Makes one of a value of any type that Converter knows. */
    template <typename T> static Result<Value> of(const T &value)
    {
        Storage storage;
        const qi_value written = storage.write(value);
        return storage.error() ? Result<Value>(*storage.error()) : copyOf(written);
    }
    /** An owning copy of a value of the C API. Fails as qi_value_copy(). */
    static Result<Value> copyOf(const qi_value &value)
    {
        qi_value made = qi_none();
        if (qi_value_copy(&made, &value) != QI_OK)
            return Error::last();
        return Value(made);
    }
    /** An owning copy. Fails as qi_value_copy(). */
    Result<Value> copy() const { return copyOf(m_value); }

    int kind() const { return m_value.kind; }
    bool isNone() const { return kind() == QI_KIND_NONE; }
    /** The value for the C API, borrowed. */
    const qi_value &get() const { return m_value; }

    /** The value as a T, or an error that says what it is. */
    template <typename T> Result<T> to() const { return qi::read<T>(m_value); }
    /** What a map has under a text key, as a T; none if it has no such key. */
    template <typename T> Result<T> at(const char *key) const
    {
        const qi_value *found = qi_value_get(&m_value, key);
        return qi::read<T>(found ? *found : qi_none());
    }
    /** The same for a key of any type. */
    template <typename T, typename Key> Result<T> find(const Key &key) const
    {
        Storage storage;
        const qi_value wanted = storage.write(key);
        if (storage.error())
            return *storage.error();
        const qi_value *found = qi_value_find(&m_value, &wanted);
        return qi::read<T>(found ? *found : qi_none());
    }
    /** How many items a list or tuple has, or entries a map; else 0. */
    std::size_t size() const
    {
        if (kind() == QI_KIND_LIST || kind() == QI_KIND_TUPLE)
            return m_value.as.list.count;
        return kind() == QI_KIND_MAP ? m_value.as.map.count : 0;
    }
    /** An item of a list or tuple, as a T; none if it has not so many. */
    template <typename T> Result<T> item(std::size_t index) const
    {
        const qi_value *found = qi_value_at(&m_value, index);
        return qi::read<T>(found ? *found : qi_none());
    }

    /*
     * What code of Python's answers, for objects that are opaque to C++, and all others. Thread: GUI. An exception of
     * Python is the error.
     */

    /** An attribute, as getattr() has it. Fails as qi_value_attribute(). */
    template <typename T = Value> Result<T> attribute(const char *name) const
    {
        qi_value value = qi_none();
        if (qi_value_attribute(&m_value, name, &value) != QI_OK)
            return Error::last();
        return detail::read_owned<T>(value, QString::fromUtf8(name));
    }
    /** Calls it: a function, a class, whatever Python can call. Fails as qi_value_call(). */
    template <typename R = void, typename... A> Result<R> call(const A &...arguments) const
    {
        return detail::call<R>(callee(nullptr), arguments...);
    }
    /** Calls a method of it. Fails as qi_value_call(). */
    template <typename R = void, typename... A>
    Result<R> callMethod(const char *name, const A &...arguments) const
    {
        return detail::call<R>(callee(name), arguments...);
    }
    /** The items of a set, a generator, or whatever Python can iterate over. Fails as qi_value_items(). */
    template <typename T = Value> Result<T> items() const
    {
        qi_value value = qi_none();
        if (qi_value_items(&m_value, &value) != QI_OK)
            return Error::last();
        return detail::read_owned<T>(value, QStringLiteral("items()"));
    }
    /** What Python's str() makes of it. Fails as qi_value_text(). */
    Result<QString> text() const
    {
        qi_value value = qi_none();
        if (qi_value_text(&m_value, &value) != QI_OK)
            return Error::last();
        return detail::read_owned<QString>(value, QStringLiteral("text()"));
    }

    /** The value as Python's repr() would show it. */
    QString describe() const
    {
        QByteArray text(qsizetype(qi_value_describe(&m_value, nullptr, 0)), '\0');
        qi_value_describe(&m_value, text.data(), size_t(text.size()) + 1);
        return QString::fromUtf8(text);
    }

    friend bool operator==(const Value &a, const Value &b)
    {
        return qi_value_equal(&a.m_value, &b.m_value);
    }
    friend bool operator!=(const Value &a, const Value &b) { return !(a == b); }
    friend QDebug operator<<(QDebug debug, const Value &value)
    {
        const QDebugStateSaver saver(debug);
        debug.noquote() << value.describe();
        return debug;
    }

  private:
    detail::Callee callee(const char *method) const
    {
        detail::Callee callee;
        callee.value = &m_value;
        callee.method = method;
        return callee;
    }

    qi_value m_value;
};

template <> struct Converter<Value> {
    static QString name() { return QStringLiteral("any value"); }
    static qi_value write(const Value &value, Storage &) { return value.get(); }
    static Result<Value> read(const qi_value &value) { return Value::copyOf(value); }
};

template <> struct Converter<qi_value> {
    static QString name() { return QStringLiteral("any value"); }
    static qi_value write(const qi_value &value, Storage &) { return value; }
};

QI_ABI_END
} // namespace qi

#endif /* QI_VALUE_HPP */
