// SPDX-License-Identifier: BSD-3-Clause
// qi.ListModel in QML: roles by name in delegates, bindings that follow, and edits from there.
#include <QtCore/qpointer.h>
#include <QtQuick/qquickitem.h>
#include <QtQuick/qquickwindow.h>

#include "tests/qml/stage.h"

using tests::Stage;

namespace
{

class Lists : public Stage
{
  public:
    Lists()
    {
        exec("from dataclasses import dataclass\n"
             "@dataclass\n"
             "class Order:\n"
             "    name: str\n"
             "    price: float = 0.0\n"
             "orders = qi.ListModel([Order('a', 1), Order('b', 2)], editable=['price'])\n"
             "edits = []\n"
             "orders.edited.connect(lambda *what: edits.append(what))\n"
             "def get(): return orders\n"
             "async def later(): return orders\n");
        load(QStringLiteral(
            "import QtQuick\n"
            "import Qi\n"
            "Item {\n"
            "    width: 100; height: 100\n"
            "    property var orders: Python.call('__main__:get')\n"
            "    property alias count: view.count\n"
            "    function shown() { let texts = []; for (let i = 0; i < view.count; i++)\n"
            "        texts.push(view.itemAtIndex(i) ? view.itemAtIndex(i).shown : null)\n"
            "        return texts }\n"
            "    function set(row, value) { view.itemAtIndex(row).set(value) }\n"
            "    function seen() { return view.contentItem.children.length }\n"
            "    ListView {\n"
            "        id: view\n"
            "        anchors.fill: parent\n"
            "        model: orders\n"
            "        delegate: Item {\n"
            "            property string shown: model.name + ' ' + price\n"
            "            width: 10; height: 10\n"
            "            function set(value) { model.price = value }\n"
            "        }\n"
            "    }\n"
            "}"));
        qobject_cast<QQuickItem *>(root)->setParentItem(window.contentItem());
        window.resize(100, 100);
        window.show();
    }
    std::string shown() { return js(QStringLiteral("shown()")); }

    QQuickWindow window;
};

} // namespace

TEST_CASE("delegates have the roles of a model by name, and follow it")
{
    Lists stage;

    stage.until([&] { return stage.shown() == R"(["a 1","b 2"])"; });
    stage.exec("orders[0]['price'] = 5; orders.append(Order('c', 3))");
    stage.until([&] { return stage.shown() == R"(["a 5","b 2","c 3"])"; });
    stage.exec("orders.move(0, 2); del orders[0]");
    stage.until([&] { return stage.shown() == R"(["c 3","a 5"])"; });
    CHECK(stage.eval("get() is orders") == "True");
}

TEST_CASE("QML edits a role by assigning to it")
{
    Lists stage;

    stage.until([&] { return stage.shown() == R"(["a 1","b 2"])"; });
    stage.run(QStringLiteral("set(1, 7.5)"));
    stage.until([&] { return stage.shown() == R"(["a 1","b 7.5"])"; });
    CHECK(stage.eval("orders[1]['price']") == "7.5");
    stage.until([&] { return stage.eval("edits") == "[(1, 'price', 7.5)]"; });
    stage.run(QStringLiteral("set(1, 'much')"));
    stage.settle();
    CHECK(stage.eval("orders[1]['price'], len(edits)") == "(7.5, 1)");
}

TEST_CASE("a model of a hundred thousand rows makes the delegates that are seen")
{
    Lists stage;

    stage.exec("orders.extend(Order(str(number)) for number in range(100_000))");
    stage.until([&] { return stage.js(QStringLiteral("count")) == "100002"; });
    stage.settle();
    CHECK(stage.root->property("count").toInt() == 100002);
    CHECK(std::stoi(stage.js(QStringLiteral("seen()"))) < 100);
}

TEST_CASE("the collector of JavaScript takes no model, and a view outlives its own")
{
    Lists stage;

    stage.until([&] { return stage.js(QStringLiteral("count")) == "2"; });
    stage.run(QStringLiteral("gc()"));
    stage.settle();
    CHECK(stage.eval("orders.alive") == "True");
    qi_value value = qi_none();
    REQUIRE(qi_eval(stage.python.handle(), "orders", &value) == QI_OK);
    const QPointer<QObject> model = qi_value_object(&value);
    qi_value_clear(&value);
    REQUIRE(model);
    stage.exec("orders.edited.disconnect(); del orders; gc.collect()");
    stage.until([&] {
        stage.settle(); /* deletions, too */
        return !model;
    });
    stage.settle();
}
