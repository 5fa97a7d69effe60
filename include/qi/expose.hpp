/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions of C++ that Python calls, as qi.host.<name>(…), with the types that <qi/types.hpp> converts:
 *
 *     python.registerFunction("desk.price", [this](const QString &symbol, int count) { return price(symbol) * count; },
 *                   {{"symbol", {"count", 1}}, "What so many of a symbol cost."}).expect("desk.price");
 *     python.registerFunction("desk.order", this, &Desk::order, {{"symbol", "count"}}).expect("desk.order");
 *
 * Python then has qi.host.desk.price("ACME", count=3), and help() of it. What a function returns becomes
 * Python's result: a qi::Result that failed raises the error, a QFuture is awaited, and an exception of C++
 * that leaves the function is a RuntimeError. It runs without the GIL, in the GUI thread or that of its owner,
 * whoever calls; with `onPool` in a thread of its own, and Python awaits the result. One that answers later takes a
 * qi::Promise first: see <qi/promise.hpp>.
 */
#ifndef QI_EXPOSE_HPP
#define QI_EXPOSE_HPP

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <QtCore/qfuture.h>
#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <qi/deprecated.hpp>
#include <qi/expose.h>
#include <qi/promise.hpp>
#include <qi/qt.hpp>
#include <qi/result.hpp>
#include <qi/text.hpp>
#include <qi/types.hpp>
#include <qi/value.hpp>

namespace qi
{
QI_ABI_BEGIN

/** A parameter of an exposed function: its name, and what it is where the caller leaves it out. */
class Parameter : public detail::OldParameter<Parameter>
{
  public:
    /** One that has to be given. */
    Parameter(const char *name) : m_name(name) {}
    /** One with a default: None, a bool, number, text, bytes, or a container of such. */
    template <typename T> Parameter(const char *name, const T &value) : m_name(name)
    {
        Storage storage;
        const qi_value written = storage.write(value);
        m_is_literal = !storage.error() && isLiteral(written);
        if (m_is_literal) {
            m_default.resize(qsizetype(qi_value_describe(&written, nullptr, 0)));
            qi_value_describe(&written, m_default.data(), size_t(m_default.size()) + 1);
        }
    }

    const QByteArray &name() const { return m_name; }
    /** As Python writes it; empty: there is none. */
    const QByteArray &defaultText() const { return m_default; }
    /** Whether Python can write the default. */
    bool isLiteral() const { return m_is_literal; }

  private:
    static bool isLiteral(const qi_value &value)
    {
        bool all = value.kind != QI_KIND_OBJECT && value.kind != QI_KIND_PYTHON;
        for (size_t i = 0;
             (value.kind == QI_KIND_LIST || value.kind == QI_KIND_TUPLE) && i < value.as.list.count;
             i++)
            all = all && isLiteral(value.as.list.items[i]);
        for (size_t i = 0; value.kind == QI_KIND_MAP && i < value.as.map.count; i++)
            all = all && isLiteral(value.as.map.entries[i].key) &&
                  isLiteral(value.as.map.entries[i].value);
        return all;
    }

    QByteArray m_name, m_default;
    bool m_is_literal = true;
};

/** How a function is exposed. */
struct FunctionOptions {
    /** The parameters in their order. Empty: they have no names, and are given by place. */
    QList<Parameter> parameters = {};
    /** __doc__ of the function. */
    QString doc = {};
    /** The function ends with this object, in whose thread it runs; for a member function the object itself. */
    QObject *owner = nullptr;
    /** Runs it in a thread of QThreadPool::globalInstance(), and Python awaits the result. */
    bool onPool = false;
};
#ifndef QI_NO_DEPRECATED
using ExposeOptions QI_DEPRECATED("use FunctionOptions") = FunctionOptions;
#endif

/* Callables of Python as parameters; as with qi::registerCallback(), which is called for them. */
template <> struct Converter<Callable> {
    static QString name() { return QStringLiteral("callable"); }
    static Result<Callable> read(const qi_value &value)
    {
        return detail::read_variant<Callable>(value);
    }
};
template <typename R, typename... A> struct Converter<std::function<R(A...)>> {
    static QString name() { return QStringLiteral("callable"); }
    static Result<std::function<R(A...)>> read(const qi_value &value)
    {
        return Converter<Callable>::read(value).map(
            [](Callable &&callable) { return Callback<R(A...)>::make(callable); });
    }
};

namespace detail
{

/* -- what a function takes and returns ------------------------------------------------------------- */

/* Types as they are, where a std::tuple would be made of them. */
template <typename... T> struct Types {
};

template <typename R, typename... A> struct Call {
    using Result = R;
    using Arguments = Types<std::decay_t<A>...>;
    using Indexes = std::index_sequence_for<A...>;
    static constexpr bool is_one = true;
    static constexpr bool takes_values = (!(std::is_lvalue_reference_v<A> &&
                                            !std::is_const_v<std::remove_reference_t<A>>)&&...);
    static constexpr bool is_readable = (qi::isReadable<std::decay_t<A>> && ...);
};

/* One that answers later takes a promise first, which is no argument of Python's. */
template <typename R, typename P, typename... A> struct Call<R, Promise<P>, A...> : Call<R, A...> {
    using Result = Promise<P>;
};
template <typename R, typename P, typename... A>
struct Call<R, const Promise<P> &, A...> : Call<R, Promise<P>, A...> {
};

/* Of what is no function, or more than one. */
template <typename F, typename = void> struct CallOf {
    using Result = void;
    static constexpr bool is_one = false, takes_values = true, is_readable = true;
};
template <typename R, typename... A> struct CallOf<R (*)(A...)> : Call<R, A...> {
};
template <typename R, typename... A> struct CallOf<R (*)(A...) noexcept> : Call<R, A...> {
};
template <typename C, typename R, typename... A> struct CallOf<R (C::*)(A...)> : Call<R, A...> {
};
template <typename C, typename R, typename... A>
struct CallOf<R (C::*)(A...) const> : Call<R, A...> {
};
template <typename C, typename R, typename... A>
struct CallOf<R (C::*)(A...) noexcept> : Call<R, A...> {
};
template <typename C, typename R, typename... A>
struct CallOf<R (C::*)(A...) const noexcept> : Call<R, A...> {
};
template <typename F>
struct CallOf<F, std::void_t<decltype(&F::operator())>> : CallOf<decltype(&F::operator())> {
};

template <typename T> struct IsFuture : std::false_type {
};
template <typename T> struct IsFuture<QFuture<T>> : std::true_type {
    using Type = T;
};
template <typename T> struct IsOptional : std::false_type {
};
template <typename T> struct IsOptional<std::optional<T>> : std::true_type {
    using Type = T;
};
template <typename T> struct IsFunction : std::is_same<T, Callable> {
};
template <typename S> struct IsFunction<std::function<S>> : std::true_type {
};

/* -- how Python writes types ------------------------------------------------------------------------- */

template <typename T> QByteArray annotation();

template <typename Tuple> struct TupleAnnotation;
template <template <typename...> class Tuple, typename... T> struct TupleAnnotation<Tuple<T...>> {
    static QByteArray text()
    {
        const QByteArrayList all = {annotation<T>()...};
        return "tuple[" + all.join(", ") + ']';
    }
};

template <typename Variant> struct VariantAnnotation;
template <typename... T> struct VariantAnnotation<std::variant<T...>> {
    static QByteArray text()
    {
        const QByteArrayList all = {annotation<T>()...};
        return all.join(" | ");
    }
};

/* A name of C++'s that need not be one of Python's. */
inline QByteArray quoted(const QByteArray &name)
{
    return '\'' + name + '\'';
}

template <typename T> QByteArray container_annotation()
{
    if constexpr (is_map<T>)
        return "dict[" + annotation<typename T::key_type>() + ", " +
               annotation<typename T::mapped_type>() + ']';
    else if constexpr (HasPushBack<T, typename T::value_type>::value || IsArray<T>::value)
        return "list[" + annotation<typename T::value_type>() + ']';
    else
        return "set[" + annotation<typename T::value_type>() + ']';
}

template <typename T> QByteArray other_annotation()
{
    if constexpr (is_one_of<T, QVariant, Value, qi_value>)
        return "object";
    else if constexpr (is_one_of<T, QVariantList, QJsonArray>)
        return "list";
    else if constexpr (is_one_of<T, QVariantMap, QVariantHash, QJsonObject>)
        return "dict";
    else if constexpr (is_object_pointer<T>)
        return "Object | None";
    else if constexpr (IsFunction<T>::value)
        return "'Callable' | None";
    else
        return quoted(typeName<T>().toUtf8());
}

template <typename T> QByteArray annotation()
{
    if constexpr (std::is_void_v<T> || is_one_of<T, std::nullptr_t, std::monostate>)
        return "None";
    else if constexpr (std::is_same_v<T, bool>)
        return "bool";
    else if constexpr (is_integer<T>)
        return "int";
    else if constexpr (std::is_floating_point_v<T> || IsDuration<T>::value)
        return "float";
    else if constexpr (IsVariant<T>::value)
        return VariantAnnotation<T>::text();
    else if constexpr (is_one_of<T, QByteArray, QByteArrayView>)
        return "bytes";
    else if constexpr (IsText<T>::value || is_utf8_view<T> || is_one_of<T, QChar, QUrl>)
        return "str";
    else if constexpr (IsOptional<T>::value)
        return annotation<typename IsOptional<T>::Type>() + " | None";
    else if constexpr (IsFuture<T>::value || IsPromise<T>::value)
        return "HostFuture";
    else if constexpr (IsResult<T>::value)
        return annotation<typename T::value_type>();
    else if constexpr (IsTuple<T>::value)
        return TupleAnnotation<T>::text();
    else if constexpr (is_map<T> || is_list<T>)
        return container_annotation<T>();
    else
        return other_annotation<T>();
}

/* -- a function that is exposed ----------------------------------------------------------------------- */

/* The text of a signature, or what is wrong with the options. */
inline Result<QByteArray> signature(const QByteArrayList &types, const QByteArray &result,
                                    const QList<Parameter> &parameters)
{
    QByteArrayList parts;

    if (!parameters.isEmpty() && parameters.size() != types.size())
        return Error::make(QI_ERR_ARGUMENT,
                           QStringLiteral("the options name %1 parameters, but the function has %2")
                               .arg(parameters.size())
                               .arg(types.size()));
    for (qsizetype i = 0; i < types.size(); i++) {
        const QByteArray number = QByteArray::number(i + 1);
        if (parameters.isEmpty()) {
            parts.append("arg" + number + ": " + types[i]);
            continue;
        }
        if (!parameters[i].isLiteral())
            return Error::make(QI_ERR_ARGUMENT,
                               QStringLiteral("the default of the parameter \"%1\" is nothing that "
                                              "Python could write; use std::optional")
                                   .arg(QString::fromUtf8(parameters[i].name())));
        const QByteArray text = parameters[i].defaultText();
        parts.append(parameters[i].name() + ": " + types[i] + (text.isEmpty() ? "" : " = " + text));
    }
    if (parameters.isEmpty() && !parts.isEmpty())
        parts.append("/");
    return '(' + parts.join(", ") + ") -> " + result;
}

/* Leaves an error for Python, with the type and traceback that it has of there. */
inline int fail(const Error &error)
{
    return with_raw(error, [](const qi_error &raw) { return qi_fail_again(&raw); });
}

/* Makes a value for Python that outlives what it was made of. */
template <typename T> int give(const T &value, qi_value *result)
{
    Storage storage;

    if constexpr (IsFuture<T>::value) {
        if constexpr (!std::is_void_v<typename IsFuture<T>::Type>)
            registerFuture<typename IsFuture<T>::Type>();
        const QVariant variant = QVariant::fromValue(value);
        return qi_value_from_variant(&variant, result);
    } else {
        static_assert(
            isWritable<T>,
            "qi: what an exposed function returns cannot be given to Python; convert it to a "
            "type of <qi/types.hpp>, declare it with Q_DECLARE_METATYPE, or specialise "
            "qi::Converter");
        const qi_value written = storage.write(value);
        return storage.error() ? fail(*storage.error()) : qi_value_copy(result, &written);
    }
}

template <typename R> int give_any(R &&returned, qi_value *result)
{
    using Type = std::decay_t<R>;
    if constexpr (!IsResult<Type>::value) {
        return give(returned, result);
    } else {
        if (!returned)
            return fail(returned.error());
        if constexpr (!std::is_void_v<typename Type::value_type>)
            return give(*returned, result);
        else
            return QI_OK;
    }
}

/* A function that is exposed, of whatever type. */
class ExposedBase
{
  public:
    ExposedBase() = default;
    ExposedBase(const ExposedBase &) = delete;
    ExposedBase &operator=(const ExposedBase &) = delete;
    virtual ~ExposedBase() = default;

    static int call(const qi_value *args, size_t, qi_value *result, void *user)
    {
        return static_cast<ExposedBase *>(user)->run(args, result, nullptr);
    }
    static void call_later(const qi_value *args, size_t, qi_promise *promise, void *user)
    {
        static_cast<ExposedBase *>(user)->run(args, nullptr, promise);
    }
    static void destroy(void *user) { delete static_cast<ExposedBase *>(user); }

    /* Leaves the error of an argument for Python. */
    int refuse(Error error, size_t index) const
    {
        error.message = QString::fromUtf8(name) + QStringLiteral("(), argument ") +
                        (index < size_t(parameters.size())
                             ? QStringLiteral("'%1'").arg(
                                   QString::fromUtf8(parameters[qsizetype(index)].name()))
                             : QString::number(index + 1)) +
                        QStringLiteral(": ") + error.message;
        return fail(error);
    }

    QByteArray name;
    QList<Parameter> parameters;

  private:
    /* Either with room for the result, or with a promise of it. */
    virtual int run(const qi_value *args, qi_value *result, qi_promise *promise) = 0;
};

template <size_t index, typename T> struct Argument {
    Result<T> value;
};

/* What is made of the arguments of a call: one class for all functions that take the same. */
template <typename Indexes, typename Taken> struct Arguments;
template <size_t... index, typename... T>
struct Arguments<std::index_sequence<index...>, Types<T...>> : Argument<index, T>... {
    explicit Arguments(const qi_value *args) : Argument<index, T>{qi::read<T>(args[index])}...
    {
        (void)args; /* of a function without parameters */
    }
    int check(const ExposedBase &exposed) const
    {
        int status = QI_OK;
        (void)exposed;
        ((status = status < 0 || Argument<index, T>::value
                       ? status
                       : exposed.refuse(Argument<index, T>::value.error(), index)),
         ...);
        return status;
    }
};

template <typename F, typename R, typename Indexes, typename Taken> class Exposed;
template <typename F, typename R, size_t... index, typename... T>
class Exposed<F, R, std::index_sequence<index...>, Types<T...>> final : public ExposedBase
{
  public:
    explicit Exposed(F &&function) : m_function(std::move(function)) {}
    explicit Exposed(const F &function) : m_function(function) {}

  private:
    int run(const qi_value *args, qi_value *result, qi_promise *) override
    {
        Arguments<std::index_sequence<index...>, Types<T...>> read(args);
        if (const int status = read.check(*this); status < 0)
            return status;
        if constexpr (std::is_void_v<R>) {
            m_function(std::move(*read.Argument<index, T>::value)...);
            (void)result;
            return QI_OK;
        } else {
            return give_any(m_function(std::move(*read.Argument<index, T>::value)...), result);
        }
    }

    F m_function;
};

template <typename F, typename P, size_t... index, typename... T>
class Exposed<F, Promise<P>, std::index_sequence<index...>, Types<T...>> final : public ExposedBase
{
  public:
    explicit Exposed(F &&function) : m_function(std::move(function)) {}
    explicit Exposed(const F &function) : m_function(function) {}

  private:
    int run(const qi_value *args, qi_value *, qi_promise *given) override
    {
        const Promise<P> promise(given);
        Arguments<std::index_sequence<index...>, Types<T...>> read(args);
        if (const int status = read.check(*this); status < 0) {
            (void)promise.reject(Error::last());
            return status;
        }
        m_function(promise, std::move(*read.Argument<index, T>::value)...);
        return QI_OK;
    }

    F m_function;
};

template <typename... A> QByteArrayList annotations(Types<A...>)
{
    return {annotation<A>()...};
}

/* The part of registerFunction() that knows no types. */
inline Result<void> expose_any(qi_runtime *runtime, const char *name,
                               std::unique_ptr<ExposedBase> exposed, const FunctionOptions &options,
                               const QByteArrayList &types, const QByteArray &returned, bool later)
{
    const auto text = signature(types, returned, options.parameters);
    if (!text)
        return text.error();
    Texts texts;
    const char *doc = texts.optional(options.doc, "the documentation of a function");
    exposed->name = name;
    exposed->parameters = options.parameters;
    qi_function spec;
    qi_function_init(&spec);
    if (later)
        spec.call_later = ExposedBase::call_later;
    else
        spec.call = ExposedBase::call;
    spec.user = exposed.get();
    spec.destroy = ExposedBase::destroy;
    spec.signature = text->constData();
    spec.doc = doc;
    spec.owner = options.owner;
    spec.flags = options.onPool ? unsigned(QI_FUNCTION_FLAG_POOL) : 0;
    const Result<void> done = texts.then([&] { return qi_function_register(runtime, name, &spec); });
    if (done)
        (void)exposed.release();
    return done;
}

} // namespace detail

/**
 * Shows a function to Python, as qi.host.<name>: see the head of <qi/expose.hpp>, and qi_function_register().
 *
 * `function` is a function or an object with one operator(), which may hold what cannot be copied; it is
 * destroyed in the GUI thread when nobody can call it any more. Thread: GUI. Fails as qi_function_register(), and with
 * QI_ERR_ARGUMENT where the options do not fit.
 */
template <typename F>
Result<void> registerFunction(qi_runtime *runtime, const char *name, F &&function,
                              const FunctionOptions &options = {})
{
    using Type = std::decay_t<F>;
    using Traits = detail::CallOf<Type>;
    static_assert(Traits::is_one,
                  "qi: registerFunction() wants a function, a member function with its object, or "
                  "an object with "
                  "one operator(); overloads and `auto` parameters say not what Python shall give");
    static_assert(
        Traits::takes_values,
        "qi: Python cannot give what a parameter `T &` refers to; take a value or a const &");
    static_assert(
        Traits::is_readable,
        "qi: a parameter of an exposed function is of a type that cannot be got from Python; "
        "use a type of <qi/types.hpp>, declare it with Q_DECLARE_METATYPE, or specialise "
        "qi::Converter. What only views memory of others, as QStringView, cannot be one.");
    using Returned = std::decay_t<typename Traits::Result>;

    if (options.onPool && detail::IsFuture<Returned>::value)
        return Error::make(QI_ERR_ARGUMENT,
                           QStringLiteral("a function that returns a QFuture is awaited "
                                          "as it is; leave `onPool` out"));
    if constexpr (Traits::is_one && Traits::takes_values && Traits::is_readable) {
        using Arguments = typename Traits::Arguments;
        using Exposed = detail::Exposed<Type, typename Traits::Result, typename Traits::Indexes, Arguments>;
        return detail::expose_any(
            runtime, name,
            std::unique_ptr<detail::ExposedBase>(new Exposed(std::forward<F>(function))), options,
            detail::annotations(Arguments()), detail::annotation<Returned>(),
            detail::IsPromise<Returned>::value);
    } else {
        return {};
    }
}

/**
 * Shows a member function of an object to Python. It ends with the object, if that is a QObject; any other
 * has to stay until qi_function_unregister() or the end of the runtime.
 */
template <typename Object, typename R, typename C, typename... A>
Result<void> registerFunction(qi_runtime *runtime, const char *name, Object *object,
                              R (C::*member)(A...), FunctionOptions options = {})
{
    if constexpr (std::is_convertible_v<Object *, QObject *>)
        options.owner = object;
    return registerFunction(
        runtime, name,
        [object, member](A... arguments) -> R {
            return (object->*member)(std::forward<A>(arguments)...);
        },
        options);
}
/** The same for one that is const. */
template <typename Object, typename R, typename C, typename... A>
Result<void> registerFunction(qi_runtime *runtime, const char *name, Object *object,
                              R (C::*member)(A...) const, FunctionOptions options = {})
{
    if constexpr (std::is_convertible_v<Object *, QObject *>)
        options.owner = object;
    return registerFunction(
        runtime, name,
        [object, member](A... arguments) -> R {
            return (object->*member)(std::forward<A>(arguments)...);
        },
        options);
}

#ifndef QI_NO_DEPRECATED
template <typename F>
QI_DEPRECATED("use registerFunction()")
Result<void> expose(qi_runtime *runtime, const char *name, F &&function,
                    const FunctionOptions &options = {})
{
    return registerFunction(runtime, name, std::forward<F>(function), options);
}
template <typename Object, typename Member,
          typename = std::enable_if_t<std::is_member_function_pointer_v<Member>>>
QI_DEPRECATED("use registerFunction()")
Result<void> expose(qi_runtime *runtime, const char *name, Object *object, Member member,
                    const FunctionOptions &options = {})
{
    return registerFunction(runtime, name, object, member, options);
}
#endif

QI_ABI_END
} // namespace qi

#endif /* QI_EXPOSE_HPP */
