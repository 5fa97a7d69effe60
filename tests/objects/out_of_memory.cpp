// SPDX-License-Identifier: BSD-3-Clause
// Memory that is missing in libqi's glue to Qt is an error of the call, and the runtime goes on: the program's own operator
// new fails for the first allocation of a piece of work, then for the second, and so on until there is none.
#include <cstdlib>
#include <functional>
#include <new>
#include <string>

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>
#include <QtCore/qstringlistmodel.h>

#include <qi/qi.h>
#include <qi/qt.hpp>

#include "tests/support/cargo.h"
#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/leaks.h"
#include "tests/support/show.h"
#include "tests/support/thing.h"

namespace
{

// In the thread that has set it: how many allocations are left, the last of which fails; 0: none does.
thread_local long left;
thread_local bool has_failed;

} // namespace

void *operator new(std::size_t size)
{
    if (left > 0 && --left == 0) {
        has_failed = true;
        throw std::bad_alloc();
    }
    if (void *memory = std::malloc(size ? size : 1))
        return memory;
    throw std::bad_alloc();
}

// A sanitizer has one of its own, whose memory free() would not take.
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    if (left > 0 && --left == 0) {
        has_failed = true;
        return nullptr;
    }
    return std::malloc(size ? size : 1);
}

// Where gcc 14 puts these in place, and not what belongs to them, it takes them for a pair that does not match.
[[gnu::noinline]] void operator delete(void *memory) noexcept
{
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace
{

using tests::Cargo;
using tests::Host;
using tests::show;
using tests::Thing;

bool is_of_memory(int status)
{
    if (status == QI_ERR_MEMORY)
        return true;
    const char *type = qi_last_error()->python_type;
    return status == QI_ERR_PYTHON && type && std::string(type) == "MemoryError";
}

// Does the work with each of its allocations missing once. What may fail so says that it is memory; where libqi can do
// without, it does. How many there were.
int starve(const std::function<int()> &work)
{
    for (int number = 1; number < 5000; number++) {
        has_failed = false;
        left = number;
        const int status = work();
        left = 0;
        INFO("allocation " << number << ": " << qi_last_error()->message);
        if (status != QI_OK) {
            REQUIRE(has_failed);
            REQUIRE(is_of_memory(status));
        }
        REQUIRE(work() == QI_OK); // the runtime goes on
        if (!has_failed)
            return number - 1;
    }
    FAIL("there is no end of allocations");
    return 0;
}

int starve(Host &host, const char *source)
{
    INFO(source);
    REQUIRE(qi_exec(host.runtime, source, nullptr) == QI_OK); // what is made once is there
    return starve([&] { return qi_exec(host.runtime, source, nullptr); });
}

class Playlist : public QStringListModel
{
    Q_OBJECT

  public:
    Playlist() : QStringListModel({QStringLiteral("one"), QStringLiteral("two")})
    {
        m_count.start();
        m_count.addResult(rowCount());
        m_count.finish();
    }

    Q_INVOKABLE QFuture<int> count() { return m_count.future(); }

  private:
    QPromise<int> m_count; /* made before, since Qt loses memory where some is missing in that */
};

} // namespace

TEST_CASE("properties")
{
    Host host;
    Thing thing;
    thing.anything = QVariantMap{{QStringLiteral("a"), 1}, {QStringLiteral("b"), QVariantList{1, 2}}};
    show(host, "thing", &thing);
    int count = 0;
    for (const char *source :
         {"thing.level, thing.title, thing.fixed, thing.mood, thing.traits, thing.parcel, "
          "thing.friendly",
          "thing.anything", "thing.level = 3", "thing.title = 'a title'",
          "thing.anything = {'a': [1, 2.5, 'x', b'y', None]}", "thing.mood = 'Glad'",
          "thing.traits = 'Fast|Loud'",
          "thing.friendly = thing", "thing.setProperty('dynamic', {'k': [1]}); thing.property('dynamic'); thing.dynamicPropertyNames()",
          "del thing.level", "dir(thing)", "thing.nothing if hasattr(thing, 'nothing') else None"})
        count += starve(host, source);
    CHECK(count > 10);
}

TEST_CASE("calls and conversions")
{
    Host host;
    Thing thing;
    Cargo cargo;
    show(host, "thing", &thing);
    show(host, "cargo", &cargo);
    thing.child(QStringLiteral("x"));
    host.exec("import datetime, uuid");
    int count = 0;
    for (const char *source :
         {"thing.add(1, 2), thing.greet('x'), thing.greet(), thing.kind(1.5)",
          "thing.echo([1, {'a': b'c'}, 'd', (1, 2), {1, 2}, None, 2.5])", "thing.doubled([1, 2, 3])",
          "thing.weigh(thing.packed(3))", "cargo.text('x'), cargo.character('c'), cargo.bytes(b'x')",
          "cargo.text_list(['a', 'b']), cargo.bytes_list([b'a']), cargo.list([1, 'a'])",
          "cargo.map({'a': 1}), cargo.names({1: 'a'}), cargo.reals([1.5])",
          "cargo.date(datetime.date(2020, 1, 2)), cargo.time(datetime.time(1, 2)), "
          "cargo.moment(datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc))",
          "cargo.url('http://x.org/'), cargo.uuid(uuid.UUID(int=5))",
          "cargo.point((1, 2)), cargo.rect((1, 2, 3, 4)), cargo.rect_f((1, 2, 3, 4))",
          "cargo.variant({'a': [1, (2, 3)]}), cargo.json({'a': [1]}), cargo.json_object({'a': 1}), "
          "cargo.json_array([1])",
          "thing.children(), thing.findChild(name='x').parent(), thing.findChildren()",
          "thing.__doc__, str(thing.greet.__doc__), repr(thing), repr(thing.packed(1))"})
        count += starve(host, source);
    CHECK(count > 30);
}

// Left out are connecting and rows of models, since Qt's lists of connections and of indexes are broken where it throws in the
// middle of a change, and its QHash, which says that it throws nothing.
TEST_CASE("emissions")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);
    host.exec("heard = []\n"
              "async def hear(*args): heard.append(args)\n"
              "plain = thing.several.connect(lambda *args: heard.append(args))\n"
              "slot = thing.levelChanged.connect(qi.asyncslot(hear))\n"
              "method = thing.carried.connect(thing.echo)");
    int count = 0;
    for (const char *source : {"thing.several.emit(1, 'x', 2.5, True)",
                               "thing.levelChanged.emit(3)", "thing.carried.emit({'a': [1]})"})
        count += starve(host, source);
    CHECK(count > 3);

    // An emission of C++'s own whose arguments cannot be converted is reported.
    const QVariant value = QVariantMap{{QStringLiteral("a"), QVariantList{1, QStringLiteral("x")}}};
    starve([&] {
        Q_EMIT thing.carried(value);
        return QI_OK;
    });
    for (const tests::Report &report : host.take_reports())
        CHECK(report.type == "MemoryError");
}

TEST_CASE("models and futures")
{
    Host host;
    Playlist model;
    show(host, "model", &model);
    (void)starve(host, "len(model), model.columns, len(model.rows())"); // it may need none

    // A QVariant that cannot make its value loses the block for it.
    tests::Uncounted qt_loses_it;
    CHECK(starve(host, "future = model.count(); future.done(), future.result(), future.results(), "
                       "repr(future)") > 2);
}

TEST_CASE("values of the C API")
{
    Host host;
    const QVariant variant = QVariantMap{{QStringLiteral("a"), QVariantList{1, QStringLiteral("x")}}};
    CHECK(starve([&] {
              qi_value value = {};
              QVariant back;
              int status = qi_value_from_variant(&variant, &value);
              if (status == QI_OK)
                  status = qi_value_to_variant(&value, &back);
              qi_value_clear(&value);
              return status;
          }) > 1);
}

#include "out_of_memory.moc"
