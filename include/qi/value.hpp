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

#include <utility>

#include <QtCore/qdebug.h>

#include <qi/deprecated.hpp>
#include <qi/types.hpp>

namespace qi
{

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

} // namespace qi

#endif /* QI_VALUE_HPP */
