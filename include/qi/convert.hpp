/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conversions of an application's own types, for whatever Python touches: arguments of signals, properties,
 * invokable methods, exposed functions, results of tasks, and containers of them all.
 *
 *     qi::register_converter<Money>(
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

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <qi/base.h>

namespace qi
{

/* A conversion as the library keeps it; register_converter() makes one. */
struct AnyConverter {
    QMetaType type;
    /* What Python's object becomes before `from` gets it; invalid: what suits it best. */
    QMetaType wanted;
    /* Makes a QVariant that Python can have of the value at `value`. Empty: as without a converter. */
    std::function<QVariant(const void *value)> to;
    /* Makes a value of the type; an invalid QVariant: it cannot be done, and `why` may say why. Empty: as
     * without a converter. */
    std::function<QVariant(const QVariant &given, QString *why)> from;
};

} // namespace qi

extern "C" {

/**
 * Registers a conversion, in place of the one that the type had.
 *
 * It is copied. It may be registered at any time, before the runtime starts and after; connections and
 * functions that are there already use it, but for types that are enumerations or containers.
 * Thread: any. Fails: QI_ERR_ARGUMENT (the type is invalid, or one that libqi itself converts).
 */
QI_API int qi_converter_register(const qi::AnyConverter *converter);
}

namespace qi
{

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
template <typename T, typename R> QVariant converted(R &&made, QString *why)
{
    using Made = std::decay_t<R>;
    if constexpr (!is_optional_like<Made, T>) {
        (void)why;
        return QVariant::fromValue<T>(std::forward<R>(made));
    } else {
        if (made)
            return QVariant::fromValue<T>(*std::forward<R>(made));
        if constexpr (HasError<Made>::value)
            *why = made.error().message;
        return QVariant();
    }
}

template <typename T, typename From>
QVariant convert_from(From &from, const QVariant &given, QString *why)
{
    using Given = typename FirstParameter<From>::Type;
    if constexpr (std::is_same_v<Given, QVariant>)
        return converted<T>(std::invoke(from, given), why);
    else
        return converted<T>(std::invoke(from, *static_cast<const Given *>(given.constData())), why);
}

template <typename From> QMetaType wanted_by()
{
    using Given = typename FirstParameter<From>::Type;
    if constexpr (std::is_same_v<Given, QVariant>)
        return QMetaType();
    else
        return QMetaType::fromType<Given>();
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
bool register_converter(To to_python, From from_python)
{
    static_assert(std::is_default_constructible_v<T> && std::is_copy_constructible_v<T>,
                  "qi: Qt's properties and calls want types that have a default and can be copied");
    AnyConverter converter;

    converter.type = QMetaType::fromType<T>();
    if constexpr (!std::is_same_v<To, std::nullptr_t>)
        converter.to = [to_python](const void *value) mutable {
            return detail::in_variant(std::invoke(to_python, *static_cast<const T *>(value)));
        };
    if constexpr (!std::is_same_v<From, std::nullptr_t>) {
        converter.wanted = detail::wanted_by<From>();
        converter.from = [from_python](const QVariant &given, QString *why) mutable {
            return detail::convert_from<T>(from_python, given, why);
        };
    }
    return qi_converter_register(&converter) == QI_OK;
}

} // namespace qi

#endif /* QI_CONVERT_HPP */
