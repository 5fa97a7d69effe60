/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How containers cross, by how their items do; and all that the library's own conversions know. The second
 * half of <qi/types.hpp>, which includes it.
 */
#ifndef QI_TYPES_CONTAINERS_HPP
#define QI_TYPES_CONTAINERS_HPP

#include <chrono>
#include <variant>

#include <qi/types.hpp>

QT_FORWARD_DECLARE_CLASS(QCborArray)
QT_FORWARD_DECLARE_CLASS(QCborMap)
QT_FORWARD_DECLARE_CLASS(QJsonArray)
QT_FORWARD_DECLARE_CLASS(QJsonObject)

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

template <typename T, typename = void> struct IsRange : std::false_type {
};
template <typename T>
struct IsRange<T, std::void_t<typename T::value_type, decltype(std::declval<const T &>().begin()),
                              decltype(std::declval<const T &>().end()),
                              decltype(std::declval<const T &>().size())>> : std::true_type {
};

template <typename T, typename = void> struct IsMap : std::false_type {
};
template <typename T>
struct IsMap<T, std::void_t<typename T::key_type, typename T::mapped_type,
                            typename T::const_iterator, decltype(std::declval<const T &>().size())>>
    : std::true_type {
};

/* Sets and the hashes of Qt insert(); lists push_back(). */
template <typename T, typename Item, typename = void> struct HasPushBack : std::false_type {
};
template <typename T, typename Item>
struct HasPushBack<T, Item, std::void_t<decltype(std::declval<T &>().push_back(std::declval<Item>()))>>
    : std::true_type {
};

template <typename T> struct IsText : std::false_type {
};
template <typename C, typename Traits, typename A>
struct IsText<std::basic_string<C, Traits, A>> : std::true_type {
};
template <typename C, typename Traits>
struct IsText<std::basic_string_view<C, Traits>> : std::true_type {
};
template <> struct IsText<QString> : std::true_type {
};
template <> struct IsText<QStringView> : std::true_type {
};
template <> struct IsText<QLatin1String> : std::true_type {
};
template <> struct IsText<QByteArray> : std::true_type {
};
template <> struct IsText<QByteArrayView> : std::true_type {
};

template <typename T> struct IsArray : std::false_type {
};
template <typename T, size_t size> struct IsArray<std::array<T, size>> : std::true_type {
};

template <typename T, typename... Of>
inline constexpr bool is_one_of = (std::is_same_v<T, Of> || ...);

/* Containers whose items are of a type of their own, or of any: the library converts them as a whole. */
template <typename T>
inline constexpr bool is_whole = is_one_of<T, QVariantList, QVariantMap, QVariantHash, QJsonArray,
                                           QJsonObject, QCborArray, QCborMap>;

template <typename T> inline constexpr bool is_map = IsMap<T>::value && !is_whole<T>;
template <typename T>
inline constexpr bool is_list = IsRange<T>::value && !IsMap<T>::value && !IsText<T>::value &&
                                !IsPath<T>::value && !is_whole<T>;

/* Calls `take` for each item of a list, or of what Python has for one: a tuple, a set, any other. */
template <typename Take>
Result<void> each_item(const qi_value &value, const QString &wanted, Take take)
{
    if (value.kind == QI_KIND_LIST || value.kind == QI_KIND_TUPLE) {
        for (size_t i = 0; i < value.as.list.count; i++) {
            Result<void> taken = take(value.as.list.items[i], i);
            if (!taken)
                return at(QStringLiteral("item %1").arg(i), taken.error());
        }
        return {};
    }
    if (value.kind != QI_KIND_PYTHON)
        return wrong_type(wanted, value);
    Result<QVariant> listed = to_variant(value, QMetaType::fromType<QVariantList>());
    if (!listed)
        return wrong_type(wanted, value);
    const QVariantList items = listed->toList();
    for (qsizetype i = 0; i < items.size(); i++) {
        Storage storage;
        const qi_value item = storage.variant(items[i]);
        Result<void> taken = storage.error() ? Result<void>(*storage.error()) : take(item, size_t(i));
        if (!taken)
            return at(QStringLiteral("item %1").arg(i), taken.error());
    }
    return {};
}

} // namespace detail

/* -- lists and sets ------------------------------------------------------------------------------------ */

template <typename T>
struct Converter<T, std::enable_if_t<detail::is_list<T> && !detail::IsArray<T>::value &&
                                     isWritable<typename T::value_type>>> {
    using Item = typename T::value_type;

    static QString name() { return QStringLiteral("list of %1").arg(typeName<Item>()); }
    static qi_value write(const T &list, Storage &storage)
    {
        qi_value *items = storage.items(size_t(list.size()));
        size_t count = 0;
        for (auto it = list.begin(); it != list.end(); ++it) {
            if constexpr (std::is_same_v<Item, bool>) /* std::vector<bool> gives out proxies */
                items[count++] = storage.write(bool(*it));
            else
                items[count++] = storage.write(*it);
        }
        return qi_list(items, count);
    }
    template <typename Wanted = Item, typename = std::enable_if_t<isReadable<Wanted>>>
    static Result<T> read(const qi_value &value)
    {
        T list;
        Result<void> done = detail::each_item(value, name(), [&](const qi_value &from, size_t) {
            return qi::read<Item>(from).map([&](Item &&item) {
                if constexpr (detail::HasPushBack<T, Item>::value)
                    list.push_back(std::move(item));
                else
                    list.insert(std::move(item));
            });
        });
        if (!done)
            return done.error();
        return list;
    }
};

template <typename Item, size_t size>
struct Converter<std::array<Item, size>, std::enable_if_t<isWritable<Item>>> {
    using Array = std::array<Item, size>;

    static QString name()
    {
        return QStringLiteral("list of %1 %2").arg(size).arg(typeName<Item>());
    }
    static qi_value write(const Array &array, Storage &storage)
    {
        qi_value *items = storage.items(size);
        for (size_t i = 0; i < size; i++)
            items[i] = storage.write(array[i]);
        return qi_list(items, size);
    }
    template <typename Wanted = Item, typename = std::enable_if_t<isReadable<Wanted>>>
    static Result<Array> read(const qi_value &value)
    {
        Array array{};
        size_t count = 0;
        Result<void> done = detail::each_item(value, name(), [&](const qi_value &from, size_t i) {
            count++;
            return i >= size
                       ? Result<void>(Error::make(QI_ERR_TYPE, QStringLiteral("one too many")))
                       : qi::read<Item>(from).map([&](Item &&item) { array[i] = std::move(item); });
        });
        if (!done)
            return done.error();
        if (count < size)
            return detail::wrong_type(name(), value);
        return array;
    }
};

/* -- maps ------------------------------------------------------------------------------------------------ */

template <typename T>
struct Converter<T, std::enable_if_t<detail::is_map<T> && isWritable<typename T::key_type> &&
                                     isWritable<typename T::mapped_type>>> {
    using Key = typename T::key_type;
    using Item = typename T::mapped_type;

    static QString name()
    {
        return QStringLiteral("map of %1 to %2").arg(typeName<Key>(), typeName<Item>());
    }
    static qi_value write(const T &map, Storage &storage)
    {
        qi_entry *entries = storage.entries(size_t(map.size()));
        size_t count = 0;
        for (auto it = map.begin(); it != map.end(); ++it)
            entries[count++] = {storage.write(key_at(it)), storage.write(value_at(it))};
        return qi_map(entries, count);
    }
    template <typename K = Key, typename I = Item,
              typename = std::enable_if_t<isReadable<K> && isReadable<I>>>
    static Result<T> read(const qi_value &value)
    {
        if (value.kind == QI_KIND_PYTHON)
            return read_subclass(value);
        if (value.kind != QI_KIND_MAP)
            return detail::wrong_type(name(), value);
        T map;
        for (size_t i = 0; i < value.as.map.count; i++) {
            const qi_entry &entry = value.as.map.entries[i];
            Result<Key> key = qi::read<Key>(entry.key);
            if (!key)
                return detail::at(QStringLiteral("a key"), key.error());
            Result<Item> item = qi::read<Item>(entry.value);
            if (!item)
                return detail::at(QStringLiteral("key %1").arg(detail::describe(entry.key)),
                                  item.error());
            put(map, std::move(*key), std::move(*item));
        }
        return map;
    }

  private:
    /* The iterators of Qt's maps give out values, those of the standard's pairs. */
    template <typename Iterator> static const Key &key_at(const Iterator &it)
    {
        if constexpr (is_qt<Iterator>(0))
            return it.key();
        else
            return it->first;
    }
    template <typename Iterator> static const Item &value_at(const Iterator &it)
    {
        if constexpr (is_qt<Iterator>(0))
            return it.value();
        else
            return it->second;
    }
    template <typename Iterator>
    static constexpr auto is_qt(int) -> decltype(std::declval<const Iterator &>().key(), true)
    {
        return true;
    }
    template <typename Iterator> static constexpr bool is_qt(long) { return false; }

    static void put(T &map, Key &&key, Item &&item)
    {
        if constexpr (is_qt<typename T::const_iterator>(0))
            map.insert(std::move(key), std::move(item));
        else
            map.emplace(std::move(key), std::move(item));
    }

    /* A defaultdict, an OrderedDict: opaque as they are, but a QVariantMap can be made of them. */
    static Result<T> read_subclass(const qi_value &value)
    {
        Result<QVariant> plain = detail::to_variant(value, QMetaType::fromType<QVariantMap>());
        if (!plain)
            return detail::wrong_type(name(), value);
        Storage storage;
        const qi_value map = storage.variant(*plain);
        if (storage.error() || map.kind != QI_KIND_MAP)
            return detail::wrong_type(name(), value);
        return read(map);
    }
};

/* -- several of different types ----------------------------------------------------------------------- */

namespace detail
{

/* What Python shall get as a tuple. */
inline qi_value write_tuple(const qi_value *items, size_t count, Storage &storage)
{
    qi_value *kept = storage.items(count);
    for (size_t i = 0; i < count; i++)
        kept[i] = items[i];
    return qi_tuple(kept, count);
}

template <typename... Items> QString tuple_name()
{
    QStringList names;
    (names.append(typeName<Items>()), ...);
    return QStringLiteral("tuple of ") + names.join(QStringLiteral(", "));
}

template <typename Tuple, typename... Items, size_t... index>
Result<Tuple> read_tuple(const qi_value &value, std::index_sequence<index...>)
{
    const QString wanted = tuple_name<Items...>();
    std::tuple<std::optional<Items>...> read;
    size_t count = 0;
    Result<void> done = each_item(value, wanted, [&](const qi_value &from, size_t at) -> Result<void> {
        Result<void> taken = Error::make(QI_ERR_TYPE, QStringLiteral("one too many"));
        auto take = [&](auto &slot) {
            using Item = typename std::decay_t<decltype(slot)>::value_type;
            taken = qi::read<Item>(from).map([&](Item &&item) { slot.emplace(std::move(item)); });
        };
        ((at == index ? take(std::get<index>(read)) : void()), ...);
        count++;
        return taken;
    });
    if (!done)
        return done.error();
    if (count != sizeof...(Items))
        return wrong_type(wanted, value);
    return Tuple(std::move(*std::get<index>(read))...);
}

} // namespace detail

template <typename A, typename B>
struct Converter<std::pair<A, B>, std::enable_if_t<isWritable<A> && isWritable<B>>> {
    static QString name() { return detail::tuple_name<A, B>(); }
    static qi_value write(const std::pair<A, B> &pair, Storage &storage)
    {
        const qi_value items[] = {storage.write(pair.first), storage.write(pair.second)};
        return detail::write_tuple(items, 2, storage);
    }
    template <typename X = A, typename Y = B, typename = std::enable_if_t<isReadable<X> && isReadable<Y>>>
    static Result<std::pair<A, B>> read(const qi_value &value)
    {
        return detail::read_tuple<std::pair<A, B>, A, B>(value, std::make_index_sequence<2>());
    }
};

template <typename... Items>
struct Converter<std::tuple<Items...>,
                 std::enable_if_t<(sizeof...(Items) > 0) && (isWritable<Items> && ...)>> {
    using Tuple = std::tuple<Items...>;

    static QString name() { return detail::tuple_name<Items...>(); }
    static qi_value write(const Tuple &tuple, Storage &storage)
    {
        return std::apply(
            [&](const Items &...item) {
                const qi_value items[] = {storage.write(item)...};
                return detail::write_tuple(items, sizeof...(Items), storage);
            },
            tuple);
    }
    template <bool readable = (isReadable<Items> && ...), typename = std::enable_if_t<readable>>
    static Result<Tuple> read(const qi_value &value)
    {
        return detail::read_tuple<Tuple, Items...>(value, std::index_sequence_for<Items...>());
    }
};

template <typename T> struct Converter<std::optional<T>, std::enable_if_t<isWritable<T>>> {
    static QString name() { return typeName<T>() + QStringLiteral(" or None"); }
    static qi_value write(const std::optional<T> &value, Storage &storage)
    {
        return value ? storage.write(*value) : qi_none();
    }
    template <typename Wanted = T, typename = std::enable_if_t<isReadable<Wanted>>>
    static Result<std::optional<T>> read(const qi_value &value)
    {
        if (value.kind == QI_KIND_NONE)
            return std::optional<T>();
        return qi::read<T>(value).map([](T &&read) { return std::optional<T>(std::move(read)); });
    }
};

namespace detail
{

/* One alternative of a variant after the other, until one takes the value. */
template <typename Variant, typename First, typename... Rest>
Result<Variant> read_variant_of(const qi_value &value, const QString &wanted)
{
    Result<First> read = qi::read<First>(value);
    if (read)
        return Variant(std::in_place_type<First>, std::move(*read));
    if constexpr (sizeof...(Rest) > 0)
        return read_variant_of<Variant, Rest...>(value, wanted);
    else
        return wrong_type(wanted, value);
}

template <typename... Items> QString variant_name()
{
    QStringList names;
    (names.append(typeName<Items>()), ...);
    return names.join(QStringLiteral(" or "));
}

} // namespace detail

/* The value that it holds; from Python, the first of its types that takes the value. */
template <typename... Items>
struct Converter<std::variant<Items...>, std::enable_if_t<(isWritable<Items> && ...)>> {
    using Variant = std::variant<Items...>;

    static QString name() { return detail::variant_name<Items...>(); }
    static qi_value write(const Variant &variant, Storage &storage)
    {
        if (variant.valueless_by_exception())
            return storage.fail(
                Error::make(QI_ERR_TYPE, QStringLiteral("a std::variant without a value")));
        return std::visit([&](const auto &item) { return storage.write(item); }, variant);
    }
    template <bool readable = (isReadable<Items> && ...), typename = std::enable_if_t<readable>>
    static Result<Variant> read(const qi_value &value)
    {
        return detail::read_variant_of<Variant, Items...>(value, name());
    }
};

template <> struct Converter<std::monostate> {
    static QString name() { return QStringLiteral("None"); }
    static qi_value write(std::monostate, Storage &) { return qi_none(); }
    static Result<std::monostate> read(const qi_value &value)
    {
        if (value.kind != QI_KIND_NONE)
            return detail::wrong_type(name(), value);
        return std::monostate();
    }
};

/* Seconds, as asyncio and time have them. What is finer than the duration is rounded. */
template <typename Rep, typename Period> struct Converter<std::chrono::duration<Rep, Period>> {
    using Duration = std::chrono::duration<Rep, Period>;
    using Seconds = std::chrono::duration<double>;

    static QString name() { return QStringLiteral("seconds"); }
    static qi_value write(Duration time, Storage &)
    {
        return qi_real(std::chrono::duration_cast<Seconds>(time).count());
    }
    static Result<Duration> read(const qi_value &value)
    {
        const Result<double> seconds = qi::read<double>(value);
        if (!seconds)
            return seconds.error().status == QI_ERR_RANGE ? seconds.error()
                                                          : detail::wrong_type(name(), value);
        const std::chrono::duration<double, Period> count = Seconds(*seconds);
        if constexpr (std::is_floating_point_v<Rep>) {
            return Duration(Rep(count.count()));
        } else { /* both limits are powers of two, and so exactly doubles */
            const double rounded = std::round(count.count());
            constexpr double least = double(std::numeric_limits<Rep>::min());
            if (!(rounded >= least && rounded < std::ldexp(1.0, std::numeric_limits<Rep>::digits)))
                return detail::out_of_range(detail::metatype_name<Rep>(), value);
            return Duration(Rep(rounded));
        }
    }
};

/* -- whatever the library's own conversions know ------------------------------------------------------ */

namespace detail
{

template <typename T> struct IsTuple : std::false_type {
};
template <typename A, typename B> struct IsTuple<std::pair<A, B>> : std::true_type {
};
template <typename... T> struct IsTuple<std::tuple<T...>> : std::true_type {
};

/* What has a converter above, also where the application has declared it for Qt. */
template <typename T> struct IsVariant : std::false_type {
};
template <typename... T> struct IsVariant<std::variant<T...>> : std::true_type {
};
template <typename T> struct IsDuration : std::false_type {
};
template <typename Rep, typename Period>
struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {
};

template <typename T> struct IsMetaType : std::bool_constant<bool(QMetaTypeId2<T>::Defined)> {
};

/* A class that is left over by all the above; the last is asked only then, as it looks into the type. */
template <typename T>
struct IsVariantType
    : std::conjunction<std::is_class<T>,
                       std::bool_constant<!IsText<T>::value && !is_list<T> && !is_map<T> && !IsTuple<T>::value &&
                                          !IsVariant<T>::value && !IsDuration<T>::value>,
                       IsMetaType<T>> {
};

} // namespace detail

template <> struct Converter<QVariant> {
    static QString name() { return QStringLiteral("QVariant"); }
    static qi_value write(const QVariant &value, Storage &storage)
    {
        return storage.variant(value);
    }
    static Result<QVariant> read(const qi_value &value)
    {
        return detail::to_variant(value, QMetaType());
    }
};

template <typename T> struct Converter<T, std::enable_if_t<detail::IsVariantType<T>::value>> {
    static QString name() { return detail::metatype_name<T>(); }
    static qi_value write(const T &value, Storage &storage)
    {
        return storage.variant(QVariant::fromValue(value));
    }
    static Result<T> read(const qi_value &value) { return detail::read_variant<T>(value); }
};

QI_ABI_END
} // namespace qi

#endif /* QI_TYPES_CONTAINERS_HPP */
