/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conversions of an application's own types, for whatever Python touches: arguments of signals, properties,
 * invokable methods, exposed functions, results of tasks, and containers of them all.
 *
 *     qi::registerConverter<Money>(
 *         [](const Money &money) { return money.toString(); },                    // to Python: a str
 *         [](const QString &text) { return Money::parse(text); });                // from it
 *
 * Either function deals in a type that libqi converts already: a Qt type, a Q_GADGET, QVariantMap, QVariant
 * for anything, qi::Buffer for memory, or another one that has a converter. What the second takes is what
 * Python has to give, or TypeError is raised. It returns a Money, or a std::optional<Money> or
 * qi::Result<Money>, which say that it cannot be done; what either throws becomes a ValueError.
 *
 * Both should do nothing but convert: they are called in whatever thread a value crosses in, several at a
 * time, without the GIL.
 */
#ifndef QI_CONVERT_HPP
#define QI_CONVERT_HPP

#include <cstddef>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <qi/base.h>
#include <qi/expose.h>

extern "C" {

/* Makes `*out`, which Python can have, of the value at `value`; one of the type itself is opaque to Python. QI_OK, or what
 * qi_fail() returned, for a ValueError. */
typedef int (*qi_convert_to_fn)(const void *value, QVariant *out, void *user);

/* Makes `*out`, of the type that is registered, of what Python gave. QI_OK; QI_ERR_TYPE: it does not fit, which libqi
 * says; or what qi_fail() returned, for a ValueError that says why. */
typedef int (*qi_convert_from_fn)(const QVariant *given, QVariant *out, void *user);

/* A conversion of one type. Fill it with qi_converter_init() first. What its functions throw in C++ is a ValueError. */
typedef struct qi_converter {
    size_t size; /* set by qi_converter_init() */
    int type;    /* QMetaType::id() of the type */
    int wanted;  /* of what Python's object becomes before `from` gets it; 0: what suits it best */
    qi_convert_to_fn to;     /* NULL: as without a converter */
    qi_convert_from_fn from; /* NULL: as without a converter */
    void *user;              /* for both; kept until `destroy` is called */
    void (*destroy)(void *user); /* called when nothing uses the conversion any more, in any thread; NULL: no need */
} qi_converter;

/** Fills a converter with zeros and its size. Thread: any. Never fails. */
inline void qi_converter_init(qi_converter *converter)
{
    *converter = qi_converter{sizeof *converter, 0, 0, nullptr, nullptr, nullptr, nullptr};
}

/**
 * Registers a conversion, in place of the one that the type had.
 *
 * The structure is copied. It may be registered at any time, before the runtime starts and after; connections and
 * functions that are there already use it, but for types that are enumerations or containers. Where it fails,
 * `destroy` is not called. Thread: any. Fails: QI_ERR_ARGUMENT (the type is invalid, or one that libqi itself
 * converts), QI_ERR_ABI, QI_ERR_STATE (the process is ending), QI_ERR_MEMORY.
 */
QI_API int qi_converter_register(const qi_converter *converter);

/**
 * Takes the converter of a type out again, by the id of its QMetaType: values of it are opaque then, as without one.
 *
 * Its `destroy` is called before this returns, unless a conversion is under way in another thread: then at the end of that.
 * Thread: any. Fails: QI_ERR_NOT_FOUND (none is registered for that type).
 */
QI_API int qi_converter_unregister(int type);
}

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* The first parameter of a function, without reference and const. */
template <typename F> struct FirstParameter : FirstParameter<decltype(&F::operator())> {
};
template <typename R, typename A> struct FirstParameter<R (*)(A)> {
    using Type = std::decay_t<A>;
};
template <typename R, typename A> struct FirstParameter<R (*)(A) noexcept> {
    using Type = std::decay_t<A>;
};
template <typename C, typename R, typename A> struct FirstParameter<R (C::*)(A) const> {
    using Type = std::decay_t<A>;
};
template <typename C, typename R, typename A> struct FirstParameter<R (C::*)(A) const noexcept> {
    using Type = std::decay_t<A>;
};
template <typename C, typename R, typename A> struct FirstParameter<R (C::*)(A)> {
    using Type = std::decay_t<A>;
};

/* A value in a QVariant; a QVariant is its own. */
template <typename V> QVariant in_variant(V &&value)
{
    if constexpr (std::is_same_v<std::decay_t<V>, QVariant>)
        return std::forward<V>(value);
    else
        return QVariant::fromValue(std::forward<V>(value));
}

template <typename R, typename T>
inline constexpr bool is_optional_like = !std::is_same_v<R, T> && !std::is_convertible_v<R, T>;

template <typename R, typename = void> struct HasError : std::false_type {
};
template <typename R>
struct HasError<R, std::void_t<decltype(std::declval<const R &>().error().message)>>
    : std::true_type {
};

/* A T, an optional T, or a result that holds one or an error. */
template <typename T, typename R> int converted(R &&made, QVariant *out)
{
    using Made = std::decay_t<R>;
    if constexpr (!is_optional_like<Made, T>) {
        *out = QVariant::fromValue<T>(std::forward<R>(made));
    } else {
        if (made)
            *out = QVariant::fromValue<T>(*std::forward<R>(made));
        else if constexpr (HasError<Made>::value)
            return qi_fail(QI_ERR_RANGE, made.error().message.toUtf8().constData());
        else
            return QI_ERR_TYPE;
    }
    return QI_OK;
}

/* The two functions of a converter, for C. */
template <typename T, typename To, typename From> struct Conversion {
    To to;
    From from;

    static int call_to(const void *value, QVariant *out, void *user)
    {
        *out = in_variant(
            std::invoke(static_cast<Conversion *>(user)->to, *static_cast<const T *>(value)));
        return QI_OK;
    }
    static int call_from(const QVariant *given, QVariant *out, void *user)
    {
        using Given = typename FirstParameter<From>::Type;
        From &from = static_cast<Conversion *>(user)->from;
        if constexpr (std::is_same_v<Given, QVariant>)
            return converted<T>(std::invoke(from, *given), out);
        else
            return converted<T>(std::invoke(from, *static_cast<const Given *>(given->constData())),
                                out);
    }
    static void destroy(void *user) { delete static_cast<Conversion *>(user); }
};

template <typename From> int wanted_by()
{
    using Given = typename FirstParameter<From>::Type;
    if constexpr (std::is_same_v<Given, QVariant>)
        return 0;
    else
        return QMetaType::fromType<Given>().id();
}

} // namespace detail

/**
 * Registers how values of T become objects of Python and are made of them; see the head of this file.
 *
 * `to_python` is called with a const T &, `from_python` with what it takes; either may be nullptr, and that
 * direction is as without a converter. Once is enough; the last registration counts. Thread: any. False, with
 * qi_last_error() set, for a type that libqi converts itself.
 */
template <typename T, typename To, typename From>
bool registerConverter(To to_python, From from_python)
{
    static_assert(std::is_default_constructible_v<T> && std::is_copy_constructible_v<T>,
                  "qi: Qt's properties and calls want types that have a default and can be copied");
    using Conversion = detail::Conversion<T, To, From>;
    qi_converter converter;
    qi_converter_init(&converter);
    converter.type = QMetaType::fromType<T>().id();
    if constexpr (!std::is_same_v<To, std::nullptr_t>)
        converter.to = Conversion::call_to;
    if constexpr (!std::is_same_v<From, std::nullptr_t>) {
        converter.wanted = detail::wanted_by<From>();
        converter.from = Conversion::call_from;
    }
    auto *kept = new Conversion{std::move(to_python), std::move(from_python)};
    converter.user = kept;
    converter.destroy = Conversion::destroy;
    if (qi_converter_register(&converter) == QI_OK)
        return true;
    delete kept;
    return false;
}

/** Takes the converter of a type out again. Thread: any. False: none was registered. */
template <typename T> bool unregisterConverter()
{
    return qi_converter_unregister(QMetaType::fromType<T>().id()) == QI_OK;
}

#ifndef QI_NO_DEPRECATED
template <typename T, typename To, typename From>
QI_DEPRECATED("use registerConverter()")
bool register_converter(To to_python, From from_python)
{
    return registerConverter<T>(std::move(to_python), std::move(from_python));
}
#endif

QI_ABI_END
} // namespace qi

#endif /* QI_CONVERT_HPP */
