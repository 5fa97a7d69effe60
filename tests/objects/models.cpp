/* SPDX-License-Identifier: BSD-3-Clause */
// Models read as rows: tables by their headers, lists by their roles, trees by their parents.
#include <memory>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qstringlistmodel.h>
#include <QtCore/qthread.h>
#include <QtGui/qstandarditemmodel.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"

using tests::Host;
using tests::raises;
using tests::show;

namespace
{

/* As for QML: one column, roles with names, and more to be fetched. */
class Songs : public QAbstractListModel
{
    Q_OBJECT

  public:
    enum Role { Title = Qt::UserRole, Length };

    int rowCount(const QModelIndex &parent = QModelIndex()) const override
    {
        return parent.isValid() ? 0 : loaded;
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        if (role == Title)
            return QStringLiteral("song %1").arg(index.row());
        return role == Length ? QVariant(index.row() * 10) : QVariant();
    }
    QHash<int, QByteArray> roleNames() const override
    {
        return {{Title, "title"}, {Length, "length"}};
    }
    bool canFetchMore(const QModelIndex &) const override { return loaded < 5; }
    void fetchMore(const QModelIndex &) override
    {
        beginInsertRows(QModelIndex(), loaded, loaded + 1);
        loaded += 2;
        endInsertRows();
    }
    Q_INVOKABLE QString title_of(const QModelIndex &index) const
    {
        return index.isValid() ? index.data(Title).toString() : QStringLiteral("none");
    }
    Q_INVOKABLE QModelIndex at(int row) const { return index(row); }

    int loaded = 2;
};

/* Has three rows until somebody has asked some times, as one that another thread changes. */
class Melting : public QAbstractListModel
{
    Q_OBJECT

  public:
    int rowCount(const QModelIndex & = QModelIndex()) const override
    {
        return patience-- > 0 ? 3 : 0;
    }
    QVariant data(const QModelIndex &, int) const override { return 1; }

    mutable int patience = 0;
};

/* Ann, Bob and Cid with their ages; Bob has two children. */
std::unique_ptr<QStandardItemModel> people()
{
    auto model = std::make_unique<QStandardItemModel>();
    const char *const names[] = {"Ann", "Bob", "Cid"};

    model->setHorizontalHeaderLabels({QStringLiteral("name"), QStringLiteral("age")});
    for (int row = 0; row < 3; row++) {
        auto *age = new QStandardItem;
        age->setData(30 + row, Qt::DisplayRole);
        model->appendRow({new QStandardItem(QString::fromLatin1(names[row])), age});
    }
    for (const char *child : {"Bea", "Ben"})
        model->item(1)->appendRow({new QStandardItem(QString::fromLatin1(child)), new QStandardItem});
    return model;
}

} // namespace

TEST_CASE("table is a sequence of rows, which are mappings by header")
{
    Host host;
    auto model = people();
    show(host, "people", model.get());

    CHECK(host.eval("len(people), people.columns, bool(people), isinstance(people, qi.Model)") ==
          "(3, ['name', 'age'], True, True)");
    CHECK(host.eval("people[0]['name'], people[0]['age'], people[-1][0], people[2, 1]") ==
          "('Ann', 30, 'Cid', 32)");
    CHECK(host.eval("dict(people[0]), list(people[0]), 'age' in people[0], 'size' in people[0]") ==
          "({'name': 'Ann', 'age': 30}, ['name', 'age'], True, False)");
    CHECK(host.eval("[row['name'] for row in people], [row['age'] for row in people[1:]]") ==
          "(['Ann', 'Bob', 'Cid'], [31, 32])");
    CHECK(host.eval("people[0].get('size', 1), people[0].row, people[0].column, people[0].value") ==
          "(1, 0, 0, 'Ann')");
    CHECK(host.eval("people[0], people[1:]") ==
          "(<qi.Row 0 {'name': 'Ann', 'age': 30}>, [<qi.Row 1 {'name': 'Bob', 'age': 31}>, "
          "<qi.Row 2 {'name': 'Cid', 'age': 32}>])");
    /* The proxy of a model is that of any object, too. */
    CHECK(host.eval("people.rowCount(), people.objectName, people is qi.host.people") ==
          "(3, '', True)");
}

TEST_CASE("list is read by the names of its roles, and fetched as it is iterated over")
{
    Host host;
    Songs songs;
    show(host, "songs", &songs);

    CHECK(host.eval("len(songs), dict(songs[1]), songs.roles['length']") ==
          "(2, {'title': 'song 1', 'length': 10}, 257)");
    CHECK(host.eval("[song['title'] for song in songs]") ==
          "['song 0', 'song 1', 'song 2', 'song 3', 'song 4', 'song 5']");
    CHECK(host.eval("len(songs)") == "6");
}

TEST_CASE("rows of a tree have rows")
{
    Host host;
    auto model = people();
    show(host, "people", model.get());

    CHECK(host.eval("[child['name'] for child in people[1].rows()], len(people[0].rows())") ==
          "(['Bea', 'Ben'], 0)");
    CHECK(host.eval("people.rows(people[1])[1].parent == people[1], people[1].parent, "
                    "people.rows(1)[0].parent.row") == "(True, None, 1)");
    CHECK(host.eval("len(people.rows()), people.rows(people[1])[0, 0]") == "(3, 'Bea')");
    CHECK(host.eval("people[1].rows()[0].model is people") == "True");
}

TEST_CASE("assigning writes through the model")
{
    Host host;
    auto model = people();
    QStringListModel words({QStringLiteral("a"), QStringLiteral("b")});
    Songs songs;
    show(host, "people", model.get());
    show(host, "words", &words);
    show(host, "songs", &songs);

    host.exec("people[0]['name'] = 'Eve'; people[1][1] = 40; people[1]['name', 'toolTip'] = 'tip'\n"
              "words[1][0] = 'z'");
    CHECK(model->item(0)->text() == QStringLiteral("Eve"));
    CHECK(model->item(1, 1)->data(Qt::DisplayRole).toInt() == 40);
    CHECK(host.eval("people[1]['toolTip'], people[1].data('toolTip'), people[1].data(0, 1)") ==
          "('tip', 'tip', 40)");
    CHECK(words.stringList().last() == QStringLiteral("z"));
    CHECK(raises(host, "songs[0]['title'] = 'x'") ==
          "ValueError: the model did not take 'x' for 'title'");
}

TEST_CASE("wrong rows, columns and parents are named")
{
    Host host;
    auto model = people(), other = people();
    show(host, "people", model.get());
    show(host, "other", other.get());

    CHECK(raises(host, "people[3]") == "IndexError: there is no row 3; there are 3");
    CHECK(raises(host, "people[-4]") == "IndexError: there is no row -4; there are 3");
    CHECK(raises(host, "people['x']") ==
          "TypeError: rows are numbered: an int or a slice expected, got str");
    CHECK(raises(host, "people[0]['size']")
              .find("KeyError: \"no column or role 'size'; there is "
                    "'name', 'age', ") == 0);
    CHECK(raises(host, "people[0][2]") == "IndexError: there is no column 2; there are 2");
    CHECK(raises(host, "len(people.rows(other[0]))").find("belongs to another model") !=
          std::string::npos);
    CHECK(raises(host, "people.rows('x')").find("TypeError: rows are numbered") == 0);
}

TEST_CASE("row stays the same when others come and go, and ends with its own")
{
    Host host;
    auto model = people();
    show(host, "people", model.get());

    host.exec("bob = people[1]; ann = people[0]; kept = {bob}");
    model->removeRow(0);
    CHECK(host.eval("bob.row, bob['name'], bob.valid, ann.valid, ann, bob == people[0], "
                    "hash(bob) == hash(people[0]), bob != people[1]") ==
          "(0, 'Bob', True, False, <qi.Row, removed>, True, True, True)");
    CHECK(raises(host, "ann['name']") == "LookupError: the row was removed from its model");
    CHECK(raises(host, "ann.row").find("LookupError") == 0);
    CHECK(raises(host, "people.rows(ann)").find("LookupError") == 0);
    model.reset();
    CHECK(host.eval("bob.valid, bob, bob in kept") == "(False, <qi.Row, removed>, True)");
    CHECK(raises(host, "bob['name']") == "ReferenceError: the model of the row was destroyed");
    CHECK(raises(host, "len(people)").find("ReferenceError") == 0);
}

TEST_CASE("model that loses rows while it is iterated over ends the iteration")
{
    Host host;
    Melting model;
    show(host, "model", &model);

    for (int patience = 0; patience < 15; patience++) {
        INFO(patience);
        model.patience = patience;
        CHECK(host.eval("len(list(model)) <= 3") == "True");
        model.patience = patience;
        CHECK(host.eval("len(model[:]) <= 3") == "True");
    }
}

TEST_CASE("row finds its columns when others come and go")
{
    Host host;
    auto model = people();
    show(host, "people", model.get());

    host.exec("bob = people[1]; ann = next(iter(people))");
    CHECK(host.eval("bob['age'], ann['age']") == "(31, 30)");
    model->insertColumn(0);
    CHECK(host.eval("bob['age'], ann['age'], bob['name'], list(bob)") ==
          "(31, 30, 'Bob', [0, 'name', 'age'])");
    model->removeColumn(0);
    CHECK(host.eval("bob['age'], dict(ann)") == "(31, {'name': 'Ann', 'age': 30})");
}

TEST_CASE("indexes in calls and signals are rows")
{
    Host host;
    Songs songs;
    auto model = people();
    show(host, "songs", &songs);
    show(host, "people", model.get());

    CHECK(host.eval("songs.title_of(songs[1]), songs.title_of(None), songs.at(1) == songs[1], "
                    "songs.at(9), songs.index(0, 0)['title']") ==
          "('song 1', 'none', True, None, 'song 0')");
    host.exec(
        "told = []\n"
        "people.dataChanged.connect(lambda first, last: told.append((first.row, first.column, "
        "first.value, last == first)))\n"
        "people.rowsInserted.connect(lambda parent, first, last: told.append((parent, first)))\n"
        "people[2]['age'] = 50");
    model->appendRow(new QStandardItem(QStringLiteral("Dan")));
    model->item(0)->appendRow(new QStandardItem(QStringLiteral("Abe")));
    CHECK(host.eval("told[0]") == "(2, 1, 50, True)");
    CHECK(host.eval("(None, 3) in told, (people[0], 0) in told") == "(True, True)");
    CHECK(raises(host, "songs.title_of(3)").find("a row of a model, or None, expected, got int") !=
          std::string::npos);
}

TEST_CASE("change signal of a model is awaited")
{
    Host host;
    auto model = people();
    show(host, "people", model.get());

    host.exec("got = []\n"
              "async def wait():\n"
              "    parent, first, last = await people.rowsRemoved\n"
              "    got.append((parent, first, last, len(people)))\n"
              "task = qi.run_task(wait())");
    model->removeRows(0, 2);
    host.until([&] { return host.eval("task.done()") == "True"; });
    CHECK(host.eval("got") == "[(None, 0, 1, 1)]");
}

TEST_CASE("headers that are no text, or the same twice, leave the column its number")
{
    Host host;
    QStandardItemModel model(1, 3);
    show(host, "model", &model);

    model.setHorizontalHeaderItem(0, new QStandardItem(QStringLiteral("a")));
    model.setHorizontalHeaderItem(1, new QStandardItem(QStringLiteral("a")));
    model.setHorizontalHeaderItem(2, new QStandardItem(QString()));
    for (int column = 0; column < 3; column++)
        model.setItem(0, column, new QStandardItem(QString::number(column)));
    CHECK(host.eval("dict(model[0])") == "{'a': '0', 1: '1', 2: '2'}");
}

TEST_CASE("model in another thread is read there, and its rows end there")
{
    Host host;
    QThread worker;
    auto *model = people().release();
    show(host, "people", model);
    model->moveToThread(&worker);
    QObject::connect(&worker, &QThread::finished, model, &QObject::deleteLater);
    worker.start();

    CHECK(host.eval("[row['name'] for row in people]") == "['Ann', 'Bob', 'Cid']");
    host.exec("row = people[0]; row['name'] = 'Eve'");
    CHECK(host.eval("row['name'], people[0].rows(), row == people[0]").find("('Eve', ") == 0);
    host.exec("import gc, threading\n"
              "twin, other, seen = people[0], people[1], []\n"
              "def compare(): seen.append((row == twin, row == other, {row, twin, other} == {row, "
              "other}))\n"
              "thread = threading.Thread(target=compare); thread.start(); thread.join()");
    CHECK(host.eval("seen, row == twin, row == other") == "([(True, False, True)], True, False)");
    host.exec("del row, twin; gc.collect()");
    worker.quit();
    worker.wait();
    CHECK(host.eval("other.valid, other == other") == "(False, True)");
    host.exec("del other; gc.collect()");
}

TEST_CASE("rows of models that were destroyed are the same only if they were")
{
    Host host;
    auto one = people(), two = people();
    show(host, "one", one.get());
    show(host, "two", two.get());

    host.exec("a, b, again = one[0], two[0], one[0]");
    const std::string hash = host.eval("hash(a)");
    one.reset();
    two.reset();
    CHECK(host.eval("a == b, a == again, hash(a) == hash(again), len({a, b, again})") ==
          "(False, True, True, 2)");
    CHECK(host.eval("hash(a)") == hash);
}

TEST_CASE("rows outlast a model whose signals the host has cut off")
{
    Host host;
    auto model = people();
    show(host, "people", model.get());

    host.exec("ann = people[0]");
    model->disconnect();
    model.reset();
    auto next = people();
    show(host, "people", next.get());
    CHECK(host.eval("ann.valid, ann == people[0], people[0].valid, people[0]['name']") ==
          "(False, False, True, 'Ann')");
    host.exec("del ann");
}

#include "models.moc"
