// SPDX-License-Identifier: BSD-3-Clause
// The tree of tasks changes by what differs from one list to the next, whatever comes, goes or moves.
#include "runtime/widgets/task_model.h"

#include <map>
#include <random>

#include <QtCore/qcoreapplication.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>

#include "runtime/widgets/task_filter.h"
#include "tests/support/catch.h"

using qi::TaskInfo;
using qi::TaskModel;

namespace
{

TaskInfo task(qint64 id, qint64 parent = -1)
{
    TaskInfo info;
    info.id = id;
    info.parent = parent;
    info.name = QStringLiteral("task %1").arg(id);
    info.state = QStringLiteral("waiting");
    return info;
}

/* The tree as text: "1(2(3)) 4". */
QString shape(const QAbstractItemModel &model, const QModelIndex &parent = {})
{
    QStringList parts;

    for (int row = 0; row < model.rowCount(parent); row++) {
        const QModelIndex index = model.index(row, 0, parent);
        const QString below = shape(model, index);
        const QString id = index.data(TaskModel::IdRole).toString();
        parts += below.isEmpty() ? id : QStringLiteral("%1(%2)").arg(id, below);
    }
    return parts.join(QLatin1Char(' '));
}

/* What the shape has to be, worked out the plain way. */
QString expected(const std::map<qint64, qint64> &parents, qint64 parent = -1)
{
    QStringList parts;

    for (const auto &[id, itsParent] : parents) {
        const bool isRoot = itsParent < 0 || !parents.count(itsParent);
        if (isRoot ? parent != -1 : itsParent != parent)
            continue;
        const QString below = expected(parents, id);
        parts += below.isEmpty() ? QString::number(id) : QStringLiteral("%1(%2)").arg(id).arg(below);
    }
    return parts.join(QLatin1Char(' '));
}

} // namespace

TEST_CASE("a list becomes a tree in whatever order it comes")
{
    TaskModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);

    model.update({task(3, 2), task(1), task(2, 1), task(4)});
    CHECK(shape(model) == QStringLiteral("1(2(3)) 4"));
    model.update({task(4), task(5, 4)});
    CHECK(shape(model) == QStringLiteral("4(5)"));
    model.update({});
    CHECK(shape(model).isEmpty());
}

TEST_CASE("a task whose parent has ended moves up and stays the same row to views")
{
    TaskModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.update({task(1), task(2, 1), task(3, 2)});
    const QPersistentModelIndex third = model.find(3);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);

    model.update({task(1), task(3, 2)});
    CHECK(shape(model) == QStringLiteral("1 3"));
    CHECK(third.isValid());
    CHECK(third.data(TaskModel::IdRole).toInt() == 3);
    CHECK(resets.isEmpty());
}

TEST_CASE("tasks that are each other's parents are shown all the same")
{
    TaskModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);

    model.update({task(1, 2), task(2, 1), task(3, 3), task(4, 2)});
    int shown = 0;
    for (const QChar letter : shape(model))
        shown += letter.isDigit();
    CHECK(shown == 4);
}

TEST_CASE("only what differs is told to views")
{
    TaskModel model;
    QList<TaskInfo> tasks;
    for (qint64 id = 1; id <= 100; id++)
        tasks += task(id);
    model.update(tasks);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    QSignalSpy inserts(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy removes(&model, &QAbstractItemModel::rowsRemoved);

    for (TaskInfo &each : tasks)
        each.age += 1; /* which all of them do all the time */
    model.update(tasks);
    CHECK(changes.isEmpty());

    tasks[10].waitingFor = QStringLiteral("a lock");
    tasks[11].waitingFor = QStringLiteral("a lock");
    tasks[50].state = QStringLiteral("cancelling");
    model.update(tasks);
    REQUIRE(changes.size() == 2);
    CHECK(changes[0][0].toModelIndex().row() == 10);
    CHECK(changes[0][1].toModelIndex().row() == 11);

    tasks.remove(20, 30);
    for (qint64 id = 101; id <= 140; id++)
        tasks += task(id);
    model.update(tasks);
    CHECK(removes.size() == 1);
    CHECK(inserts.size() == 1);
    CHECK(model.rowCount() == 110);
}

TEST_CASE("the age of a task goes on between two looks")
{
    TaskModel model;
    TaskInfo old = task(1);
    old.age = 100;

    model.update({old});
    CHECK(model.age(model.find(1)) >= 100);
    CHECK(model.age(model.find(1)) < 160);
    CHECK(
        model.find(1).siblingAtColumn(TaskModel::Age).data().toString().contains(QStringLiteral("min")));
}

TEST_CASE("whatever comes, goes and moves, the tree is right and rows that stay keep their place "
          "in views")
{
    std::mt19937 random(7);
    TaskModel model;
    qi::TaskFilter filter;
    filter.setSourceModel(&model);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QAbstractItemModelTester second(&filter, QAbstractItemModelTester::FailureReportingMode::Fatal);
    std::map<qint64, qint64> parents;
    std::map<qint64, QPersistentModelIndex> kept;
    qint64 next = 1;

    for (int round = 0; round < 150; round++) {
        for (auto each = parents.begin(); each != parents.end();)
            each = random() % 4 == 0 ? parents.erase(each) : std::next(each);
        for (unsigned fresh = random() % 8; fresh > 0; fresh--, next++) {
            auto parent = parents.begin();
            if (!parents.empty())
                std::advance(parent, random() % parents.size());
            parents[next] = parents.empty() || random() % 3 == 0 ? -1 : parent->first;
        }
        QList<TaskInfo> tasks;
        for (const auto &[id, parent] : parents)
            tasks += task(id, parent);
        std::shuffle(tasks.begin(), tasks.end(), random);
        model.update(tasks);
        INFO("round " << round);
        REQUIRE(shape(model) == expected(parents));
        for (auto each = kept.begin(); each != kept.end();) {
            REQUIRE(each->second.isValid() == bool(parents.count(each->first)));
            each = each->second.isValid() ? std::next(each) : kept.erase(each);
        }
        for (const auto &[id, parent] : parents)
            kept[id] = model.find(id);
        for (const auto &[id, index] : kept)
            REQUIRE(index.data(TaskModel::IdRole).toLongLong() == id);
    }
}

TEST_CASE("the filter wants all words and keeps the parents of what it lets through")
{
    TaskModel model;
    qi::TaskFilter filter;
    filter.setSourceModel(&model);
    TaskInfo leaf = task(3, 2);
    leaf.plugin = QStringLiteral("Orders");
    leaf.waitingFor = QStringLiteral("Event");
    model.update({task(1), task(2, 1), leaf, task(4)});

    filter.setWords(QStringLiteral(" orders  EVENT"));
    CHECK(shape(filter) == QStringLiteral("1(2(3))"));
    filter.setWords(QStringLiteral("orders lock"));
    CHECK(shape(filter).isEmpty());
    filter.setWords({});
    CHECK(shape(filter) == QStringLiteral("1(2(3)) 4"));
}

TEST_CASE("durations are said in the unit that suits")
{
    CHECK(qi::durationText(0.0004) == QStringLiteral("0 ms"));
    CHECK(qi::durationText(0.25) == QStringLiteral("250 ms"));
    CHECK(qi::durationText(59.9) == QStringLiteral("59 s"));
    CHECK(qi::durationText(200) == QStringLiteral("3 min 20 s"));
    CHECK(qi::durationText(7260) == QStringLiteral("2 h 1 min"));
}
