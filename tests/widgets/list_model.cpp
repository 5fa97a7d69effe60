/* SPDX-License-Identifier: BSD-3-Clause */
// qi.ListModel: rows of Python in views of Widgets, which are told in batches, and edit.
#include <QtCore/qpointer.h>
#include <QtCore/qsortfilterproxymodel.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qlistview.h>

#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

const char orders[] = R"(
import asyncio, collections, dataclasses, gc, threading, qi

@dataclasses.dataclass
class Order:
    name: str
    price: float | None = None
    count: int = 1

Line = collections.namedtuple('Line', 'name count')
told = []

def listen(model):
    told.clear()
    model.dataChanged.connect(lambda first, last, roles: told.append(f'edit {first.row}-{last.row}'))
    model.rowsInserted.connect(lambda parent, first, last: told.append(f'insert {first}-{last}'))
    model.rowsRemoved.connect(lambda parent, first, last: told.append(f'remove {first}-{last}'))
    model.rowsMoved.connect(lambda source, first, last, target, to: told.append(f'move {first}-{last} {to}'))

def unlisten():
    for signal in (model.dataChanged, model.rowsInserted, model.rowsRemoved, model.rowsMoved):
        signal.disconnect()

def names():
    return ''.join(row['name'] for row in model)

def refusal(function, *values, **named):
    try:
        function(*values, **named)
    except Exception as error:
        return f'{type(error).__name__}: {error}'
)";

struct Orders : tests::Desk {
    Orders() { exec(orders); }

    /* The QObject of what an expression gives, which Python goes on to own; checked by Qt's own tester. */
    QAbstractItemModel *model(const char *expression)
    {
        exec((std::string("model = ") + expression + "\nlisten(model)").c_str());
        qi_value value = qi_none();
        REQUIRE(qi_eval(runtime, "model", &value) == QI_OK);
        auto *model = qobject_cast<QAbstractItemModel *>(qi_value_object(&value));
        qi_value_clear(&value);
        REQUIRE(model);
        m_tester = std::make_unique<QAbstractItemModelTester>(
            model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        return model;
    }
    std::string told() { return eval("(model.tell(), told[:], told.clear())[1]"); }

  private:
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

} // namespace

TEST_CASE("rows are mappings, dataclasses and named tuples, whose roles have names and types")
{
    Orders desk;
    QAbstractItemModel *model = desk.model("qi.ListModel([Order('a', 1), Order('b', None, 3)])");

    CHECK(model->rowCount() == 2);
    CHECK(model->roleNames() == QHash<int, QByteArray>{{Qt::UserRole, "name"},
                                                       {Qt::UserRole + 1, "price"},
                                                       {Qt::UserRole + 2, "count"}});
    CHECK(model->index(0, 0).data(Qt::UserRole + 1) == QVariant(1.0));
    CHECK(model->index(1, 0).data() == QVariant(QStringLiteral("b")));
    CHECK(desk.eval("model, isinstance(model, qi.Model), dict(model[1]), model[0]['price']") ==
          "(<qi.ListModel, 2 rows of name, price, count>, True, {'name': 'b', 'price': None, "
          "'count': 3}, 1.0)");
    CHECK(
        desk.eval(
            "[dict(row) for row in qi.ListModel([Line('x', 2), {'name': 'y', 'count': 'any'}])]") ==
        "[{'name': 'x', 'count': 2}, {'name': 'y', 'count': 'any'}]");
    CHECK(desk.eval("qi.ListModel([], roles=Order), qi.ListModel(roles=['a', 'b'])") ==
          "(<qi.ListModel, 0 rows of name, price, count>, <qi.ListModel, 0 rows of a, b>)");
    /* What Qt has no type for stays itself. */
    CHECK(desk.eval("qi.ListModel([{'x': Order}])[0]['x'] is Order") == "True");
}

TEST_CASE("views are told in batches")
{
    Orders desk;
    QAbstractItemModel *model = desk.model("qi.ListModel(roles=Order)");

    desk.exec("for name in 'abcdef': model.append(Order(name))");
    CHECK(model->rowCount() == 0);
    CHECK(desk.eval("len(model)") == "6");
    desk.settle();
    CHECK(model->rowCount() == 6);
    CHECK(desk.told() == "['insert 0-5']");
    desk.exec(
        "model.insert(1, Order('x')); model.insert(2, Order('y')); model.insert(1, Order('w'))");
    CHECK(desk.told() == "['insert 1-3']");
    CHECK(desk.eval("names()") == "'awxybcdef'");
    desk.exec("del model[1]; del model[1]; del model[1]; del model[0]");
    CHECK(desk.told() == "['remove 0-3']");
    desk.exec("for row in (3, 1, 0): model[row]['price'] = 2\nmodel.update(1, count=7, name='c')");
    CHECK(desk.told() == "['edit 0-1', 'edit 3-3']");
    desk.exec("model.move(0, 3); model.move(3, 1, 2)");
    CHECK(desk.told() == "['move 0-0 4', 'move 3-4 1']");
    CHECK(desk.eval("names()") == "'cbfde'");
    desk.exec("model[1:3] = [Order('1'), Order('2'), Order('3')]; model[-1] = Order('z', 9)");
    CHECK(desk.told() == "['remove 1-2', 'insert 1-3', 'edit 5-5']");
    CHECK(desk.eval("names(), model[-1]['price']") == "('c123dz', 9.0)");
    /* What came and went again is told to nobody; rows that are read are told of before. */
    desk.exec("model.append(Order('n')); del model[-1]");
    CHECK(desk.told() == "[]");
    desk.exec("model.append(Order('n')); popped = model.pop()\n"
              "model.append(Order('m')); del model[::2]; model.clear(); model.append(Order('k'))");
    CHECK(desk.eval("popped['name'], names()") == "('n', 'k')");
    desk.exec("for row in range(1000): model.append(Order('n'))\n"
              "model.tell(); told.clear()\n"
              "for row in range(0, 1000, 3): model.update(row, count=2)");
    CHECK(desk.eval("(model.tell(), len(told) <= 64, told[-1])[1:]").find("(True, 'edit ") == 0);
}

TEST_CASE("a view of Widgets shows and edits the first role, and Python hears of it")
{
    Orders desk;
    QAbstractItemModel *model = desk.model(
        "qi.ListModel([{'name': 'b', 'toolTip': 'second', 'count': 1}, {'name': 'a', 'toolTip': "
        "'first', 'count': 2}],"
        " roles={'name': str, 'toolTip': str, 'count': int}, editable=['name', 'count'])");
    desk.exec("edits = []; model.edited.connect(lambda *what: edits.append(what))");
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(model);
    sorted.sort(0);
    QListView view;
    view.setModel(&sorted);
    view.show();

    CHECK(sorted.index(0, 0).data(Qt::ToolTipRole) == QVariant(QStringLiteral("first")));
    view.edit(sorted.index(0, 0));
    auto *editor = view.findChild<QLineEdit *>();
    REQUIRE(editor);
    QTest::keyClicks(editor, QStringLiteral("c"));
    QTest::keyClick(editor, Qt::Key_Return);
    desk.until([&] { return desk.eval("edits") == "[(1, 'name', 'c')]"; });
    CHECK(desk.eval("names(), told") == "('bc', ['edit 1-1'])");
    CHECK(sorted.index(1, 0).data() == QVariant(QStringLiteral("c")));
    /* Text is a number where it can be one, and what is not for views stays. */
    const int count = Qt::UserRole + 2, tip = Qt::ToolTipRole;
    CHECK(model->setData(model->index(0, 0), QStringLiteral("12"), count));
    CHECK(desk.eval("model[0]['count']") == "12");
    CHECK(model->setData(model->index(0, 0), 3.0, count));
    desk.log.clear();
    CHECK_FALSE(model->setData(model->index(0, 0), QStringLiteral("many"), count));
    CHECK_FALSE(model->setData(model->index(0, 0), 2.5, count));
    CHECK_FALSE(model->setData(model->index(0, 0), QVariant(), count));
    CHECK_FALSE(model->setData(model->index(0, 0), QStringLiteral("tip"), tip));
    CHECK_FALSE(model->setData(model->index(9, 0), 1, count));
    CHECK(desk.eval("dict(model[0])") == "{'name': 'b', 'toolTip': 'second', 'count': 3}");
    CHECK((model->flags(model->index(0, 0)) & Qt::ItemIsEditable) != 0);
}

TEST_CASE("what does not fit is refused, and nothing of it is there")
{
    Orders desk;
    desk.model("qi.ListModel([Order('a', 1)])");
    const auto refusal = [&](const char *call) {
        return desk.eval((std::string("refusal(") + call + ")").c_str());
    };

    CHECK(refusal("model.extend, [Order('b'), Order(3)]") ==
          R"("TypeError: row 1, role 'name': str expected, got int")");
    CHECK(refusal("model.append, Order(None)") ==
          R"("TypeError: row 0, role 'name': str expected, got None")");
    CHECK(refusal("model.append, Order('b', 1, 2**70)").find("OverflowError: row 0, role 'count'") ==
          1);
    CHECK(refusal("model.append, {'name': 'b', 'count': 1}") ==
          R"("ValueError: row 0 has no 'price'; there is 'name', 'count'")");
    CHECK(refusal("model.append, {'name': 'b', 'count': 1, 'prize': 1}") ==
          R"("ValueError: row 0 has 'prize', which is no role; there is 'name', 'price', 'count'")");
    CHECK(refusal("model.append, 'b'") ==
          "'TypeError: row 0: a mapping, a dataclass or a named tuple expected, got str'");
    CHECK(refusal("model.update, 0, price=2, name=4") ==
          R"("TypeError: role 'name': str expected, got int")");
    CHECK(refusal("model.update, 1, price=2") == "'IndexError: there is no row 1; there are 1'");
    CHECK(refusal("model.move, 0, 1") == "'IndexError: there is no row 1; there are 1'");
    CHECK(refusal("model.move, 0, 0, 2") == "'IndexError: there are no such rows'");
    CHECK(refusal("model.__setitem__, slice(0, 1, 2), []").find("ValueError: rows are replaced") == 1);
    CHECK(refusal("model[0].__setitem__, 'count', 'x'") ==
          R"("ValueError: the model did not take 'x' for 'count'")");
    CHECK(desk.eval("[dict(row) for row in model]") == "[{'name': 'a', 'price': 1.0, 'count': 1}]");

    CHECK(refusal("qi.ListModel, []").find("ValueError: without rows") == 1);
    CHECK(refusal("qi.ListModel, [{}]") == "'ValueError: a model has one role or more'");
    CHECK(refusal("qi.ListModel, [3]").find("TypeError: row 0: a mapping") == 1);
    CHECK(refusal("qi.ListModel, [], roles='name'").find("TypeError: roles are") == 1);
    CHECK(refusal("qi.ListModel, [], roles={'a': 3}") ==
          R"("TypeError: role 'a': a type expected, got 3")");
    CHECK(refusal("qi.ListModel, [], roles=int").find("TypeError: roles are") == 1);
    CHECK(refusal("qi.ListModel, [], roles=['a'], editable='a'").find("TypeError: editable is") == 1);
    CHECK(refusal("qi.ListModel, [], roles=['a'], editable=['b']").find("ValueError: editable has 'b'") ==
          1);
    CHECK(refusal("type, 'Mine', (qi.ListModel,), {}").find("TypeError: qi.ListModel cannot be") == 1);
}

TEST_CASE("an async generator feeds a model, as long as there is one")
{
    Orders desk;
    desk.exec("closed = []\n"
              "gate = asyncio.Queue()\n"
              "async def later():\n"
              "    try:\n"
              "        while (name := await gate.get()): yield Order(name)\n"
              "    finally:\n"
              "        closed.append(True)\n"
              "async def at_once():\n"
              "    for number in range(1000): yield Order(str(number))\n");
    QPointer<QAbstractItemModel> model = desk.model("qi.ListModel(later(), roles=Order)");
    CHECK(model->rowCount() == 0);
    desk.exec("gate.put_nowait('a'); gate.put_nowait('b')");
    desk.until([&] { return model->rowCount() == 2; });
    desk.exec("gate.put_nowait(None)");
    desk.until([&] { return desk.eval("closed") == "[True]"; });

    desk.exec("closed.clear(); task = model.feed(later()); gate.put_nowait(7)");
    desk.until([&] {
        return desk.eval("task.done() and str(task.exception())") ==
               R"("row 0, role 'name': str expected, got int")";
    });
    desk.exec("task = model.feed(at_once())");
    desk.until([&] { return model->rowCount() == 1002; });
    CHECK(desk.eval("refusal(qi.ListModel, at_once())").find("TypeError: rows that come later") == 1);

    /* The QObject ends with the last reference, which a connection is as well, and the generator with it. */
    desk.exec("closed.clear(); task = model.feed(later())");
    desk.settle();
    desk.exec("unlisten(); del model; gc.collect(); gate.put_nowait('x')");
    desk.until([&] { return desk.eval("task.done()") == "True"; });
    desk.until([&] {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        return !model;
    });
}

TEST_CASE("another thread changes a model, which lives in the GUI thread")
{
    Orders desk;
    QAbstractItemModel *model = desk.model("qi.ListModel([Order('a')])");

    desk.exec("made = []\n"
              "def work():\n"
              "    for name in 'bcd': model.append(Order(name))\n"
              "    model[0]['price'] = 4\n"
              "    made.append(qi.ListModel([Order('own')]))\n"
              "thread = threading.Thread(target=work); thread.start()");
    desk.until([&] { return desk.eval("thread.is_alive()") == "False"; });
    CHECK(desk.eval("names(), model[0]['price'], made[0][0]['name']") == "('abcd', 4.0, 'own')");
    CHECK(model->rowCount() == 4);
}

TEST_CASE("rows that come or go while views are told of others are refused")
{
    Orders desk;
    desk.model("qi.ListModel([Order('a')])");
    desk.exec("answers = []\n"
              "def on(*what):\n"
              "    if len(answers) < 2:\n"
              "        answers.append(refusal(model.append, Order('x')))\n"
              "        answers.append(refusal(model.update, 0, count=5))\n"
              "model.rowsInserted.connect(on, qi.ConnectionType.DirectConnection)\n"
              "model.append(Order('b')); model.tell()");
    CHECK(desk.eval("answers[0][:26], answers[1], names(), model[0]['count']") ==
          "('RuntimeError: rows cannot ', None, 'ab', 5)");
}

TEST_CASE("a hundred thousand rows in a view are few notifications and few reads")
{
    Orders desk;
    QAbstractItemModel *model = desk.model("qi.ListModel(roles={'name': str, 'count': int})");
    QListView view;
    view.setUniformItemSizes(true);
    view.setModel(model);
    view.show();

    desk.exec("for number in range(100_000): model.append({'name': str(number), 'count': number})");
    desk.until([&] { return model->rowCount() == 100000; });
    CHECK(desk.told() == "['insert 0-99999']");
    desk.exec("for number in range(0, 100_000): model.update(number, count=-number)");
    CHECK(desk.told() == "['edit 0-99999']");
    desk.exec("del model[10:99_990]; model.move(0, 5, 10)");
    CHECK(desk.told() == "['remove 10-99989', 'move 0-9 15']");
    CHECK(desk.eval("model[0]['name'], model[5]['count'], len(model)") == "('99990', 0, 20)");
}
