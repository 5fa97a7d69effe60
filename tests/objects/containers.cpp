/* SPDX-License-Identifier: BSD-3-Clause */
// Containers nested in whatever depth, both ways: QVariant's own and those of C++ types.
#include <map>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <QtCore/qassociativeiterable.h>
#include <QtCore/qhash.h>
#include <QtCore/qmap.h>
#include <QtCore/qobject.h>
#include <QtCore/qsequentialiterable.h>
#include <QtCore/qset.h>
#include <QtCore/qvariant.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"

using tests::Host;
using tests::raises;
using tests::show;

using Words = QHash<int, QStringList>;
using Named = std::pair<QString, int>;
using Nested = QMap<QString, QList<QMap<QString, int>>>;
using StdMap = std::map<QString, double>;
Q_DECLARE_METATYPE(StdMap)

/* Is counted, and cannot be copied any more after some copies. */
struct Fragile {
    inline static int alive, copies_left;

    Fragile() { alive++; }
    Fragile(const Fragile &)
    {
        if (!copies_left--)
            throw std::bad_alloc();
        alive++;
    }
    Fragile &operator=(const Fragile &) = default;
    ~Fragile() { alive--; }
};
Q_DECLARE_METATYPE(Fragile)
using FragilePair = std::pair<Fragile, int>;

/* As QJSValue: one type for all, whose conversions to a container work for what is one. */
struct Script {
    QVariant value;

    QSequentialIterable list(bool *ok) const /* Qt's own of QJSValue says that it has worked */
    {
        *ok = value.typeId() == QMetaType::QString;
        return QSequentialIterable();
    }
    QAssociativeIterable pairs(bool *ok) const { return (*ok = false), QAssociativeIterable(); }
    QVariantMap map(bool *ok) const
    {
        *ok = value.typeId() == QMetaType::QVariantMap;
        return value.toMap();
    }
};
Q_DECLARE_METATYPE(Script)

namespace
{

class Store : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE QVariant echo(const QVariant &value) { return value; }
    Q_INVOKABLE QVariantMap map(const QVariantMap &value) { return value; }
    Q_INVOKABLE std::vector<int> vector(const std::vector<int> &value) { return value; }
    Q_INVOKABLE QList<QList<double>> matrix(const QList<QList<double>> &value) { return value; }
    Q_INVOKABLE Words words(const Words &value) { return value; }
    Q_INVOKABLE Nested nested(const Nested &value) { return value; }
    Q_INVOKABLE StdMap prices(const StdMap &value) { return value; }
    Q_INVOKABLE Named pair(const Named &value) { return value; }
    Q_INVOKABLE QList<Named> pairs(const QList<Named> &value) { return value; }
    Q_INVOKABLE Script script(const QVariant &value) { return {value}; }
    Q_INVOKABLE QVariant in_variant(const QVariant &value)
    {
        return QVariant::fromValue(Script{value});
    }
    Q_INVOKABLE Fragile fragile() { return Fragile(); }
    Q_INVOKABLE void take(const FragilePair &) {}
    Q_INVOKABLE QSet<int> set(const QSet<int> &value) { return value; }
    Q_INVOKABLE QList<QObject *> objects(const QList<QObject *> &value) { return value; }
    Q_INVOKABLE QVariant deep(int depth)
    {
        QVariant value = 1;
        for (int i = 0; i < depth; i++)
            value = QVariantList{value};
        return value;
    }
};

} // namespace

TEST_CASE("variants nest to any depth")
{
    Host host;
    Store store;
    show(host, "store", &store);

    host.exec("tree = {'a': [1, {'b': [None, 'x', b'y', {'c': [[], {}]}]}], 'd': 1.5}");
    CHECK(host.eval("store.echo(tree) == tree, store.map(tree) == tree") == "(True, True)");
    CHECK(host.eval("store.deep(100)").find("[[[[") == 0);
    CHECK(raises(host, "store.deep(100000)").find("RecursionError") == 0);
    host.exec("deep = []\nfor i in range(100000): deep = [deep]");
    CHECK(raises(host, "store.echo(deep)").find("RecursionError") == 0);
    host.exec("while deep: deep = deep.pop()");
}

TEST_CASE("containers of C++ types are converted item by item")
{
    Host host;
    Store store;
    show(host, "store", &store);

    CHECK(host.eval("store.vector([1, 2]), store.vector(()), store.matrix([[1, 2.5], []])") ==
          "([1, 2], [], [[1.0, 2.5], []])");
    CHECK(host.eval("store.words({1: ['a', 'b'], 2: []}) == {1: ['a', 'b'], 2: []}") == "True");
    CHECK(host.eval("store.nested({'a': [{'b': 1}, {}], 'c': []})") ==
          "{'a': [{'b': 1}, {}], 'c': []}");
    CHECK(host.eval("store.prices({'a': 1})") == "{'a': 1.0}");
    CHECK(host.eval("store.objects([store, None])[0] is store") == "True");
}

TEST_CASE("a conversion to a container that fails for the value makes an object that is opaque")
{
    Host host;
    Store store;
    show(host, "store", &store);
    for (const char *call : {"script", "in_variant"}) {
        host.exec(("get = store." + std::string(call)).c_str());
        CHECK(host.eval("type(get(1)).__name__") == "'Variant'");
    }
    QMetaType::registerConverter<Script, QSequentialIterable>(&Script::list);
    QMetaType::registerConverter<Script, QAssociativeIterable>(&Script::pairs);
    QMetaType::registerConverter<Script, QVariantMap>(&Script::map);
    for (const char *call : {"script", "in_variant"}) {
        host.exec(("get = store." + std::string(call)).c_str());
        CHECK(host.eval("type(get(1)).__name__, get({'a': [1]})") == "('Variant', {'a': [1]})");
        CHECK(host.eval("[type(each).__name__ for each in store.echo([get(1), get('x')])]") ==
              "['Variant', 'Variant']");
    }
}

TEST_CASE("pairs are tuples, and sets are sets")
{
    Host host;
    Store store;
    show(host, "store", &store);

    CHECK(host.eval("store.pair(('a', 1)), store.pairs([('a', 1), ['b', 2]])") ==
          "(('a', 1), [('a', 1), ('b', 2)])");
    CHECK(host.eval("store.set({3, 1}), store.set([1, 1]), store.set(frozenset())") ==
          "({1, 3}, {1}, set())");
    CHECK(raises(host, "store.pair((1, 2))").find("TypeError") == 0);
    CHECK(raises(host, "store.pair(('a',))").find("a tuple of 2 expected for std::pair<QString,int>") !=
          std::string::npos);
}

TEST_CASE("pair whose item cannot be copied is destroyed once")
{
    Host host;
    Store store;
    show(host, "store", &store);

    Fragile::copies_left = -1;
    host.exec("fragile = store.fragile()");
    const int alive = Fragile::alive;
    int failed = 0;
    for (int copies = 0; copies < 12; copies++) {
        Fragile::copies_left = copies;
        const std::string why = raises(host, "store.take((fragile, 1))");
        INFO(copies << ": " << why);
        failed += why.find("MemoryError") == 0;
        CHECK(Fragile::alive == alive);
    }
    CHECK(failed > 0);
    Fragile::copies_left = -1;
    host.exec("del fragile");
}

TEST_CASE("items that do not fit are refused, with what was expected")
{
    Host host;
    Store store;
    show(host, "store", &store);

    CHECK(raises(host, "store.vector([1, 'x'])").find("int expected for int, got str") !=
          std::string::npos);
    CHECK(raises(host, "store.vector(5)").find("list expected for std::vector<int>, got int") !=
          std::string::npos);
    CHECK(raises(host, "store.words({'a': []})").find("int expected for int, got str") !=
          std::string::npos);
    CHECK(raises(host, "store.words([1])").find("dict expected for QHash<int,") != std::string::npos);
    CHECK(raises(host, "store.map({1: 2})").find("str expected, got int") != std::string::npos);
}

#include "containers.moc"
