/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which types of C++ cross to Python and back, chosen at compile time.
 *
 *   bool, integers, float, double, enums          bool, int, float, int
 *   QString, const char *, std::string(_view), …   str
 *   QByteArray, QByteArrayView                     bytes
 *   lists, vectors, arrays, sets                   list; from any list, tuple or set
 *   maps and hashes, ordered or not                dict
 *   std::pair, std::tuple                          tuple
 *   std::optional                                  the value, or None
 *   std::variant, std::monostate                   the value that it has, None; the first type that takes the value
 *   std::filesystem::path                          str; from a pathlib.Path, too (GUI thread)
 *   std::chrono::duration                          a float: seconds, as asyncio has them; from an int, too
 *   QObject * and subclasses                       the proxy, or None for nullptr
 *   QVariant, QDateTime, QUrl, QPoint, gadgets, …  as properties and signals of these types do
 *   qi::Value                                      anything
 *
 * A type is strict about what it takes from Python: what is of another kind, or out of range, is an error
 * that says what came and what was wanted. An int is taken for a double where it has exactly that value, and
 * for a float as closely as a float can; a double is never taken for an int, nor an int for a bool.
 *
 * For a type of your own there are two ways. Declare it with Q_DECLARE_METATYPE or Q_GADGET, and it crosses
 * as the library's conversions have it, which the application may extend at run time. Or specialise
 * qi::Converter, which needs no more than the types above:
 *
 *     template <> struct qi::Converter<Money> {
 *         static QString name() { return QStringLiteral("Money"); }
 *         static qi_value write(const Money &money, qi::Storage &storage)
 *         {
 *             return storage.write(money.toString());
 *         }
 *         static qi::Result<Money> read(const qi_value &value)
 *         {
 *             return qi::read<QString>(value).and_then(&Money::parse);
 *         }
 *     };
 */
#ifndef QI_TYPES_HPP
#define QI_TYPES_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <QtCore/qbytearray.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qstringview.h>
#include <QtCore/qvariant.h>

#include <qi/call.h>
#include <qi/qt.hpp>
#include <qi/result.hpp>
#include <qi/value.h>

namespace qi
{
QI_ABI_BEGIN

class Storage;

/** How a type crosses; see the head of this file. What has neither write() nor read() does not. */
template <typename T, typename Enable = void> struct Converter {
};

namespace detail
{

template <typename T, typename = void> struct HasWrite : std::false_type {
};
template <typename T>
struct HasWrite<
    T, std::void_t<decltype(Converter<T>::write(std::declval<const T &>(), std::declval<Storage &>()))>>
    : std::true_type {
};

template <typename T, typename = void> struct HasRead : std::false_type {
};
template <typename T>
struct HasRead<T, std::void_t<decltype(Converter<T>::read(std::declval<const qi_value &>()))>>
    : std::true_type {
};

} // namespace detail

/** Whether values of a type can be given to Python. */
template <typename T> inline constexpr bool isWritable = detail::HasWrite<std::decay_t<T>>::value;
/** Whether values of a type can be got from Python. */
template <typename T>
inline constexpr bool isReadable = std::is_void_v<T> || detail::HasRead<T>::value;

#ifndef QI_NO_DEPRECATED
template <typename T>
QI_DEPRECATED("use isWritable")
inline constexpr bool is_writable = isWritable<T>;
template <typename T>
QI_DEPRECATED("use isReadable")
inline constexpr bool is_readable = isReadable<T>;
#endif

/**
 * Keeps what written values point at, until it is destroyed. Thread: the one that made it.
 *
 * Errors of write() are kept here, too, since most values have none: see error().
 */
class Storage
{
  public:
    Storage() = default;
    Storage(const Storage &) = delete;
    Storage &operator=(const Storage &) = delete;
    ~Storage()
    {
        for (qi_value &value : m_owned)
            qi_value_clear(&value);
    }

    /** Writes a value of a type that Converter knows. Borrowed from the value or from the storage. */
    template <typename T> qi_value write(const T &value)
    {
        using Type = std::decay_t<const T &>;
        static_assert(
            isWritable<Type>,
            "qi: values of this type cannot be given to Python; convert it to a type of "
            "<qi/types.hpp>, declare it with Q_DECLARE_METATYPE, or specialise qi::Converter");
        if constexpr (isWritable<Type>)
            return Converter<Type>::write(value, *this);
        else
            return qi_none();
    }

    /** Text that is kept; half a pair of surrogates stays one, as it does in properties. */
    qi_value text(QStringView text)
    {
        if (!text.isValidUtf16()) /* which has no UTF-8 */
            return variant(QVariant(text.toString()));
        return kept(text.toUtf8(), qi_text_n);
    }
    /** Bytes that are kept; they share the array's memory. */
    qi_value bytes(const QByteArray &bytes) { return kept(bytes, qi_bytes); }
    /** Room for the items of a list, or the values of anything else. */
    qi_value *items(size_t count)
    {
        m_items.emplace_back(new qi_value[count]());
        return m_items.back().get();
    }
    /** Room for the entries of a map. */
    qi_entry *entries(size_t count)
    {
        m_entries.emplace_back(new qi_entry[count]());
        return m_entries.back().get();
    }
    /** An owning value, which is cleared with the storage. */
    qi_value own(const qi_value &owned)
    {
        m_owned.push_back(owned);
        return owned;
    }
    /** A value by the conversions that the library has for Qt's types. Takes the GIL. */
    qi_value variant(const QVariant &variant)
    {
        qi_value value = qi_none();
        if (qi_value_from_variant(&variant, &value) != QI_OK)
            return fail(Error::last());
        return own(value);
    }

    /** Notes that a value cannot be written; the first error counts. Returns none. */
    qi_value fail(Error error)
    {
        if (!m_error)
            m_error = std::move(error);
        return qi_none();
    }
    /** What went wrong, or nothing. */
    const std::optional<Error> &error() const { return m_error; }

  private:
    template <typename Data> qi_value kept(QByteArray bytes, qi_value (*make)(const Data *, size_t))
    {
        m_bytes.push_back(std::move(bytes));
        return make(m_bytes.back().constData(), size_t(m_bytes.back().size()));
    }

    std::vector<QByteArray> m_bytes;
    std::vector<std::unique_ptr<qi_value[]>> m_items;
    std::vector<std::unique_ptr<qi_entry[]>> m_entries;
    std::vector<qi_value> m_owned;
    std::optional<Error> m_error;
};

/** The name of a type, for messages. */
template <typename T> QString typeName()
{
    if constexpr (std::is_void_v<T>)
        return QStringLiteral("None");
    else
        return Converter<T>::name();
}

#ifndef QI_NO_DEPRECATED
template <typename T> QI_DEPRECATED("use typeName()") QString type_name()
{
    return typeName<T>();
}
#endif

/** Makes a T of a value; fails with QI_ERR_TYPE or QI_ERR_RANGE, and says what came. Thread: any. */
template <typename T> Result<T> read(const qi_value &value)
{
    static_assert(
        isReadable<T>,
        "qi: values of this type cannot be got from Python; use a type of <qi/types.hpp>, "
        "declare it with Q_DECLARE_METATYPE, or specialise qi::Converter. What only views "
        "memory of others, as QStringView and const char * do, cannot be a result.");
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return Converter<T>::read(value);
}

namespace detail
{

/* How a value reads in Python, cut to what fits into a message. */
inline QString describe(const qi_value &value)
{
    char text[80];
    const size_t length = qi_value_describe(&value, text, sizeof text);
    return QString::fromUtf8(text) + (length >= sizeof text ? QStringLiteral("…") : QString());
}

inline Error wrong_type(const QString &wanted, const qi_value &value)
{
    return Error::make(QI_ERR_TYPE, QStringLiteral("%1 expected, got %2 %3")
                                        .arg(wanted, QString::fromUtf8(qi_kind_name(value.kind)),
                                             describe(value)));
}

inline Error out_of_range(const QString &wanted, const qi_value &value)
{
    return Error::make(QI_ERR_RANGE,
                       QStringLiteral("%1 is out of range for %2").arg(describe(value), wanted));
}

/* The same error, with the place inside of a container before it. */
inline Error at(const QString &place, Error error)
{
    error.message = place + QStringLiteral(": ") + error.message;
    return error;
}

/* A QVariant of type `type`, of any value, by the conversions of the library. */
inline Result<QVariant> to_variant(const qi_value &value, QMetaType type)
{
    QVariant variant(type);
    if (qi_value_to_variant(&value, &variant) != QI_OK)
        return Error::last();
    return variant;
}

template <typename T> Result<T> read_variant(const qi_value &value)
{
    Result<QVariant> variant = to_variant(value, QMetaType::fromType<T>());
    if (!variant)
        return variant.error();
    return std::move(variant)->template value<T>();
}

template <typename T> QString metatype_name()
{
    return QString::fromUtf8(QMetaType::fromType<T>().name());
}

/* std::filesystem::path, whose header nobody has to pay for who does not use it. */
template <typename T, typename = void> struct IsPath : std::false_type {
};
template <typename T>
struct IsPath<T, std::void_t<decltype(T::preferred_separator), typename T::string_type,
                             decltype(std::declval<const T &>().lexically_normal())>>
    : std::true_type {
};

/* Text of the sort that views somebody's memory. */
template <typename T>
inline constexpr bool is_utf8_view = std::is_same_v<T, const char *> || std::is_same_v<T, char *> ||
                                     std::is_same_v<T, std::string_view> ||
                                     std::is_same_v<T, QLatin1String>;

template <typename T>
inline constexpr bool is_integer = std::is_integral_v<T> && !std::is_same_v<T, bool> &&
                                   !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t> &&
                                   !std::is_same_v<T, wchar_t>;

template <typename T>
inline constexpr bool is_object_pointer = std::is_pointer_v<T> &&std::is_convertible_v<T, const QObject *>;

} // namespace detail

/* -- scalars --------------------------------------------------------------------------------------- */

template <> struct Converter<bool> {
    static QString name() { return QStringLiteral("bool"); }
    static qi_value write(bool value, Storage &) { return qi_bool(value); }
    static Result<bool> read(const qi_value &value)
    {
        if (value.kind != QI_KIND_BOOL)
            return detail::wrong_type(name(), value);
        return value.as.boolean;
    }
};

template <typename T> struct Converter<T, std::enable_if_t<detail::is_integer<T>>> {
    using Limits = std::numeric_limits<T>;

    static QString name() { return detail::metatype_name<T>(); }
    static qi_value write(T value, Storage &)
    {
        if constexpr (std::is_unsigned_v<T>)
            return qi_uint(uint64_t(value));
        else
            return qi_int(int64_t(value));
    }
    static Result<T> read(const qi_value &value)
    {
        if (value.kind == QI_KIND_BOOL)
            return T(value.as.boolean);
        if (value.kind == QI_KIND_PYTHON) /* beyond 64 bits, or an object that has an index */
            return detail::read_variant<T>(value);
        if constexpr (std::is_unsigned_v<T> && sizeof(T) == sizeof(uint64_t)) {
            if (value.kind == QI_KIND_UINT)
                return T(value.as.natural);
        }
        if (value.kind == QI_KIND_UINT)
            return detail::out_of_range(name(), value);
        if (value.kind != QI_KIND_INT)
            return detail::wrong_type(name(), value);
        if (!fits(value.as.integer))
            return detail::out_of_range(name(), value);
        return T(value.as.integer);
    }

  private:
    static bool fits(int64_t number)
    {
        if constexpr (std::is_unsigned_v<T>)
            return number >= 0 && uint64_t(number) <= uint64_t(Limits::max());
        else
            return number >= int64_t(Limits::min()) && number <= int64_t(Limits::max());
    }
};

template <typename T> struct Converter<T, std::enable_if_t<std::is_floating_point_v<T>>> {
    static_assert(sizeof(T) <= sizeof(double),
                  "qi: Python has no numbers as precise as long double");

    static QString name() { return detail::metatype_name<T>(); }
    static qi_value write(T value, Storage &) { return qi_real(double(value)); }
    static Result<T> read(const qi_value &value)
    {
        if (value.kind == QI_KIND_INT)
            return of_int(value);
        if (value.kind == QI_KIND_PYTHON || value.kind == QI_KIND_UINT)
            return detail::read_variant<T>(value);
        if (value.kind != QI_KIND_REAL)
            return detail::wrong_type(name(), value);
        const double number = value.as.real;
        if (std::isfinite(number) && std::fabs(number) > double(std::numeric_limits<T>::max()))
            return detail::out_of_range(name(), value);
        return T(number);
    }

  private:
    static Result<T> of_int(const qi_value &value)
    {
        const int64_t number = value.as.integer;
        const int64_t exact = int64_t(1) << std::numeric_limits<T>::digits;
        if (number < -exact || number > exact)
            return detail::out_of_range(name(), value);
        return T(number);
    }
};

template <> struct Converter<std::nullptr_t> {
    static QString name() { return QStringLiteral("None"); }
    static qi_value write(std::nullptr_t, Storage &) { return qi_none(); }
};

/* An enum is a number in Python; one that Qt's meta-objects know goes by name as well. */
template <typename T> struct Converter<T, std::enable_if_t<std::is_enum_v<T>>> {
    using Number = std::underlying_type_t<T>;

    static QString name() { return detail::metatype_name<T>(); }
    static qi_value write(T value, Storage &storage)
    {
        if constexpr (QMetaTypeId2<T>::Defined)
            return storage.variant(QVariant::fromValue(value));
        else
            return Converter<Number>::write(Number(value), storage);
    }
    static Result<T> read(const qi_value &value) { return detail::read_variant<T>(value); }
};

/* -- text and bytes ---------------------------------------------------------------------------------- */

template <> struct Converter<QString> {
    static QString name() { return QStringLiteral("QString"); }
    static qi_value write(const QString &text, Storage &storage) { return storage.text(text); }
    static Result<QString> read(const qi_value &value)
    {
        if (value.kind == QI_KIND_PYTHON) { /* a str that has no UTF-8, or none at all */
            Result<QString> whole = detail::read_variant<QString>(value);
            return whole ? whole : detail::wrong_type(name(), value);
        }
        if (value.kind != QI_KIND_TEXT)
            return detail::wrong_type(name(), value);
        return QString::fromUtf8(value.as.text.data, qsizetype(value.as.text.size));
    }
};

template <> struct Converter<QStringView> {
    static QString name() { return QStringLiteral("QStringView"); }
    static qi_value write(QStringView text, Storage &storage) { return storage.text(text); }
};

template <> struct Converter<std::string> {
    static QString name() { return QStringLiteral("std::string"); }
    static qi_value write(const std::string &text, Storage &)
    {
        return qi_text_n(text.data(), text.size());
    }
    static Result<std::string> read(const qi_value &value)
    {
        if (value.kind != QI_KIND_TEXT)
            return detail::wrong_type(name(), value);
        return std::string(value.as.text.data, value.as.text.size);
    }
};

/* UTF-8 that the caller keeps until the call returns. A null pointer is None. */
template <> struct Converter<const char *> {
    static QString name() { return QStringLiteral("const char *"); }
    static qi_value write(const char *text, Storage &) { return qi_text(text); }
};

template <> struct Converter<char *> : Converter<const char *> {
};

template <> struct Converter<std::string_view> {
    static QString name() { return QStringLiteral("std::string_view"); }
    static qi_value write(std::string_view text, Storage &)
    {
        return qi_text_n(text.data(), text.size());
    }
};

template <> struct Converter<QLatin1String> {
    static QString name() { return QStringLiteral("QLatin1String"); }
    static qi_value write(QLatin1String text, Storage &storage)
    {
        return storage.text(QString(text));
    }
};

template <> struct Converter<QLatin1Char> {
    static QString name() { return QStringLiteral("QLatin1Char"); }
    static qi_value write(QLatin1Char character, Storage &storage)
    {
        return storage.text(QString(character));
    }
};

/* A str of one character. */
template <typename T>
struct Converter<T, std::enable_if_t<std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>>> {
    static QString name() { return detail::metatype_name<T>(); }
    static qi_value write(T character, Storage &storage)
    {
        return storage.variant(QVariant::fromValue(character));
    }
    static Result<T> read(const qi_value &value) { return detail::read_variant<T>(value); }
};

template <> struct Converter<QByteArray> {
    static QString name() { return QStringLiteral("QByteArray"); }
    static qi_value write(const QByteArray &bytes, Storage &storage)
    {
        return storage.bytes(bytes);
    }
    static Result<QByteArray> read(const qi_value &value)
    {
        if (value.kind == QI_KIND_PYTHON) /* bytearray, memoryview, array */
            return detail::read_variant<QByteArray>(value);
        if (value.kind != QI_KIND_BYTES)
            return detail::wrong_type(name(), value);
        return QByteArray(value.as.text.data, qsizetype(value.as.text.size));
    }
};

template <> struct Converter<QByteArrayView> {
    static QString name() { return QStringLiteral("QByteArrayView"); }
    static qi_value write(QByteArrayView bytes, Storage &)
    {
        return qi_bytes(bytes.data(), size_t(bytes.size()));
    }
};

template <typename T> struct Converter<T, std::enable_if_t<detail::IsPath<T>::value>> {
    static QString name() { return QStringLiteral("std::filesystem::path"); }
    static qi_value write(const T &path, Storage &storage) { return storage.write(path.native()); }
    static Result<T> read(const qi_value &value)
    {
        qi_value text = qi_none();
        if (value.kind == QI_KIND_TEXT)
            return T(std::string(value.as.text.data, value.as.text.size));
        if (value.kind != QI_KIND_PYTHON || /* else a pathlib.Path, or its like */
            qi_value_call(&value, "__fspath__", nullptr, 0, nullptr, 0, &text) != QI_OK)
            return detail::wrong_type(name(), value);
        Result<std::string> path = qi::read<std::string>(text);
        qi_value_clear(&text);
        if (!path)
            return path.error();
        return T(*path);
    }
};

/* -- objects ------------------------------------------------------------------------------------------ */

template <typename T> struct Converter<T, std::enable_if_t<detail::is_object_pointer<T>>> {
    using Class = std::remove_cv_t<std::remove_pointer_t<T>>;

    static QString name()
    {
        return QString::fromUtf8(Class::staticMetaObject.className()) + QStringLiteral(" *");
    }
    static qi_value write(T object, Storage &)
    {
        /* Python has no const: see the guide. */
        return qi_qobject(const_cast<QObject *>(static_cast<const QObject *>(object)));
    }
    static Result<T> read(const qi_value &value)
    {
        if (value.kind == QI_KIND_NONE)
            return static_cast<T>(nullptr);
        if (value.kind == QI_KIND_PYTHON) /* a wrapper of PyQt6's or PySide6's */
            return detail::read_variant<Class *>(value).map([](Class *made) { return T(made); });
        if (value.kind != QI_KIND_OBJECT)
            return detail::wrong_type(name(), value);
        QObject *object = qi_value_object(&value);
        if (!object)
            return Error::make(QI_ERR_DEAD_OBJECT,
                               name() + QStringLiteral(" expected, got one that was destroyed"));
        if (T wanted = qobject_cast<Class *>(object))
            return wanted;
        return Error::make(QI_ERR_TYPE,
                           QStringLiteral("%1 expected, got a %2")
                               .arg(name(), QString::fromUtf8(object->metaObject()->className())));
    }
};

QI_ABI_END
} // namespace qi

#include <qi/types_containers.hpp> /* IWYU pragma: export */

#endif /* QI_TYPES_HPP */
