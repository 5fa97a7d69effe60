/* SPDX-License-Identifier: BSD-3-Clause */
// qi::TaskList: the tasks of the loop as a model, for views of the host's own.
#include <qi/task_list.hpp>

#include <memory>
#include <string>

#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>

#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

struct Listed {
    Listed()
    {
        desk.exec("import asyncio, qi\n"
                  "tasks = {}\n"
                  "async def waits(): await asyncio.Event().wait()\n"
                  "def launch(*names):\n"
                  "    for name in names: tasks[name] = qi.run_task(waits(), name=name)\n"
                  "def end(*names):\n"
                  "    for name in names: tasks.pop(name).cancel()\n");
        list.setInterval(0);
    }
    void launch(const char *name)
    {
        desk.exec(("launch('" + std::string(name) + "')").c_str());
        (void)names();
    }
    /* What is shown after one more look. */
    std::string names()
    {
        desk.settle();
        list.refresh();
        std::string all;
        for (int row = 0; row < list.count(); row++)
            all += (row ? " " : "") + list.index(row).data().toString().toStdString();
        return all;
    }

    tests::Desk desk;
    qi::TaskList list{desk.runtime};
    const QAbstractItemModelTester tester{&list,
                                          QAbstractItemModelTester::FailureReportingMode::Fatal};
};

} // namespace

TEST_CASE("tasks are rows in the order in which they were seen, whatever goes between")
{
    Listed host;
    QSignalSpy counts(&host.list, &qi::TaskList::countChanged);
    CHECK(host.names().empty());
    CHECK(counts.isEmpty());
    for (const char *name : {"a", "b", "c", "d", "e"})
        host.launch(name);
    CHECK(host.names() == "a b c d e");
    CHECK(counts.size() == 5);
    const QPersistentModelIndex kept = host.list.index(3);
    host.desk.exec("end('b', 'c', 'e')");
    host.launch("f");
    host.launch("g");
    CHECK(host.names() == "a d f g");
    CHECK(kept.row() == 1);
    host.desk.exec("end('a', 'f')");
    host.launch("h");
    CHECK(host.names() == "d g h");
    host.desk.exec("launch('i', 'j', 'k'); end('g')"); /* several at once, in any order */
    CHECK(host.names().substr(0, 4) == "d h ");
    CHECK(host.list.count() == 5);
    counts.clear();
    host.desk.exec("end(*list(tasks))");
    CHECK(host.names().empty());
    CHECK(counts.size() == 1);
    CHECK_FALSE(kept.isValid());
}

TEST_CASE("a row tells what the task is and does, and changes where that is another")
{
    Listed host;
    host.desk.exec("launch('orders')");
    REQUIRE(host.names() == "orders");
    const QModelIndex row = host.list.index(0);
    CHECK(row.data(qi::TaskList::StateRole) == QStringLiteral("waiting"));
    CHECK(row.data(qi::TaskList::CoroutineRole).toString().contains(QStringLiteral("waits")));
    CHECK(row.data(Qt::ToolTipRole).toString().contains(QStringLiteral("waits")));
    CHECK(row.data(qi::TaskList::WaitingForRole).toString().contains(QStringLiteral("Event.wait")));
    CHECK(row.data(qi::TaskList::PluginRole).toString().isEmpty());
    CHECK(row.data(qi::TaskList::ParentRole).toLongLong() == -1);
    CHECK(row.data(qi::TaskList::AgeRole).toDouble() >= 0);
    CHECK_FALSE(row.data(Qt::DecorationRole).isValid());
    CHECK_FALSE(QModelIndex().data(qi::TaskList::NameRole).isValid());
    CHECK(host.list.roleNames().value(qi::TaskList::IdRole) == "taskId");
    const qint64 id = row.data(qi::TaskList::IdRole).toLongLong();
    CHECK(host.list.find(id) == row);
    CHECK_FALSE(host.list.find(id + 1).isValid());

    QSignalSpy changes(&host.list, &QAbstractItemModel::dataChanged);
    (void)host.names();
    REQUIRE(changes.size() == 1); /* the age alone */
    CHECK(changes[0][2].value<QList<int>>() == QList<int>{qi::TaskList::AgeRole});
    host.desk.exec("tasks['orders'].set_name('prices')");
    CHECK(host.names() == "prices");
    CHECK(changes.size() == 3);
}

TEST_CASE("a task of the list is cancelled, and one that has ended is none")
{
    Listed host;
    QSignalSpy refused(&host.list, &qi::TaskList::refused);
    host.launch("orders");
    host.launch("prices");
    REQUIRE(host.names() == "orders prices");
    const qint64 id = host.list.index(0).data(qi::TaskList::IdRole).toLongLong();
    host.list.cancel(id);
    CHECK(host.names() == "prices");
    host.list.cancel(id);
    CHECK(refused.isEmpty());
    host.desk.exec("end('prices')");
}

TEST_CASE("a list looks by itself, and not more often than that")
{
    tests::Desk desk;
    qi::TaskList list(desk.runtime);
    CHECK(list.interval() == 500);
    list.setInterval(1);
    CHECK(list.interval() == 50);
    desk.exec("import asyncio, qi\ntask = qi.run_task(asyncio.sleep(1000))");
    CHECK(list.count() == 0);
    desk.until([&] { return list.count() == 1; });
    desk.exec("task.cancel()");
    desk.until([&] { return list.count() == 0; });
    list.setInterval(0);
    CHECK(list.interval() == 0);
}

TEST_CASE("whoever hears of a change may look again, and a list outlives its runtime")
{
    auto desk = std::make_unique<tests::Desk>();
    qi::TaskList list;
    QObject::connect(&list, &qi::TaskList::countChanged, &list, [&] {
        list.refresh();
        QCoreApplication::processEvents();
    });
    desk->exec("import asyncio, qi\ntask = qi.run_task(asyncio.sleep(1000))");
    list.refresh();
    CHECK(list.count() == 1);
    QSignalSpy refused(&list, &qi::TaskList::refused);
    REQUIRE(qi_runtime_shutdown(desk->runtime, 0) == QI_OK);
    list.refresh();
    CHECK(list.count() == 0);
    list.cancel(1);
    CHECK(refused.size() == 1);
}
