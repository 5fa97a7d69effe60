// SPDX-License-Identifier: BSD-3-Clause
// PythonSlot of QML: signals of items that launch coroutines.
#include <QtCore/qregularexpression.h>

#include "tests/qml/stage.h"

using tests::Stage;

namespace
{

class Slots : public Stage
{
  public:
    explicit Slots(const QString &inside)
    {
        exec("calls, waits = [], []\n"
             "async def hear(*values): calls.append(values)\n"
             "async def wait(number=0):\n"
             "    calls.append(number)\n"
             "    gate = asyncio.get_running_loop().create_future()\n"
             "    waits.append(gate)\n"
             "    try: await gate\n"
             "    except asyncio.CancelledError: calls.append('cancelled'); raise\n"
             "async def fails(): raise ValueError('no paper')\n"
             "def plain(): pass\n");
        load(QStringLiteral("import QtQuick\n"
                            "import Qi\n"
                            "Item {\n"
                            "    id: root\n"
                            "    signal told(int number, var more)\n"
                            "    signal other()\n"
                            "    property int level: 0\n"
                            "    property Item child: null\n") +
             inside + QStringLiteral("\n}"));
    }
};

} // namespace

TEST_CASE("a signal of the parent launches a coroutine with its arguments")
{
    Slots stage(QStringLiteral("PythonSlot { signal: 'told'; run: '__main__:hear' }"));

    stage.run(QStringLiteral("told(3, {a: [1]})"));
    CHECK(stage.eval("calls") == "[(3, {'a': [1]})]");
}

TEST_CASE("any object may be the sender, with any of its signals")
{
    Slots stage(
        QStringLiteral("PythonSlot { sender: root; signal: 'levelChanged'; run: '__main__:hear' }\n"
                       "Timer { id: timer }\n"
                       "PythonSlot { sender: timer; signal: 'triggered'; run: '__main__:hear' }\n"
                       "function fire() { timer.triggered() }\n"));

    stage.run(QStringLiteral("level = 5"));
    stage.run(QStringLiteral("fire()"));
    CHECK(stage.eval("calls") == "[(), ()]");
}

TEST_CASE("overlap policies decide about a second emission")
{
    Slots stage(QStringLiteral(
        "PythonSlot { id: slot; signal: 'told'; run: '__main__:wait'; overlap: PythonSlot.Drop }\n"
        "function choose(overlap) { slot.overlap = overlap }"));
    const auto twice = [&](const char *policy) {
        stage.exec("calls.clear(); waits.clear()");
        stage.run(QStringLiteral("choose(PythonSlot.%1)").arg(QLatin1String(policy)));
        stage.run(QStringLiteral("[told(1, null), told(2, null), told(3, null)]"));
        stage.settle();
        const std::string begun = stage.eval("calls");
        for (int i = 0; i < 3; i++) {
            stage.exec("for wait_ in waits:\n    if not wait_.done(): wait_.set_result(None)");
            stage.settle();
        }
        return begun + " " + stage.eval("calls");
    };

    stage.exec("wait_for = wait\nasync def wait(number, more): await wait_for(number)");
    stage.run(QStringLiteral("choose(PythonSlot.Concurrent)"));
    CHECK(twice("Drop") == "[1] [1]");
    CHECK(twice("Concurrent") == "[1, 2, 3] [1, 2, 3]");
    CHECK(twice("Queue") == "[1] [1, 2, 3]");
    CHECK(twice("Latest") == "[1] [1, 3]");
    CHECK(twice("Restart").find("'cancelled'") != std::string::npos);
}

TEST_CASE("a change of a property connects anew, or not at all")
{
    Slots stage(QStringLiteral("PythonSlot { id: slot; signal: 'other'; run: '__main__:hear' }\n"
                               "property bool on: slot.connected\n"
                               "function set(name, value) { slot[name] = value }"));
    const auto calls = [&] {
        stage.exec("calls.clear()");
        stage.run(QStringLiteral("[other(), told(1, 2)]"));
        return stage.eval("len(calls)");
    };

    CHECK(calls() == "1");
    stage.run(QStringLiteral("set('enabled', false)"));
    CHECK(calls() == "0");
    CHECK(stage.js(QStringLiteral("on")) == "false");
    stage.run(QStringLiteral("set('signal', 'told')"));
    stage.run(QStringLiteral("set('enabled', true)"));
    CHECK(calls() == "1");
    CHECK(stage.eval("calls") == "[(1, 2)]");
    stage.run(QStringLiteral("set('sender', null)"));
    CHECK(calls() == "0");
    stage.run(QStringLiteral("set('sender', root)"));
    stage.run(QStringLiteral("set('run', '')"));
    CHECK(calls() == "0");
    stage.run(QStringLiteral("set('run', '__main__:hear')"));
    CHECK(calls() == "1");
}

TEST_CASE("items die while their tasks run")
{
    Slots stage(QStringLiteral(
        "Component { id: made; Item { signal go(); PythonSlot { signal: 'go'; run: '__main__:wait' "
        "} } }\n"
        "function make() { child = made.createObject(root) }\n"
        "Item { id: far; PythonSlot { sender: root.child; signal: 'go'; run: '__main__:hear' } }"));

    stage.run(QStringLiteral("make()"));
    stage.run(QStringLiteral("child.go()"));
    CHECK(stage.eval("calls") == "[0, ()]");
    stage.run(QStringLiteral("child.destroy()"));
    stage.settle();
    stage.engine->collectGarbage();
    CHECK(stage.js(QStringLiteral("child")) == "null");
    stage.exec("waits[0].set_result(None)");
    stage.settle();
    stage.run(QStringLiteral("make()"));
    stage.run(QStringLiteral("child.go()"));
    stage.drop_engine();
    stage.exec("waits[1].set_result(None)");
    stage.settle();
}

TEST_CASE("wrong names are told with the place in QML, failures are reported")
{
    Slots stage(QStringLiteral("PythonSlot { signal: 'tolled'; run: '__main__:hear' }\n"
                               "PythonSlot { signal: 'told'; run: '__main__:heer' }\n"
                               "PythonSlot { signal: 'told'; run: '__main__:plain' }\n"
                               "PythonSlot { signal: 'other'; run: '__main__:fails' }"));

    const QString warnings = stage.take_warnings().join(QLatin1Char('\n'));
    INFO(warnings.toStdString());
    CHECK(warnings.count(QLatin1Char('\n')) == 2);
    for (const char *told : {":9:.*told", ":10:.*hear", ":11:.*coroutine"})
        CHECK(warnings.contains(
            QRegularExpression(QLatin1String("file:///quick/test.qml") + QLatin1String(told))));
    stage.run(QStringLiteral("other()"));
    stage.settle();
    const auto reports = stage.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].type == "ValueError");
    CHECK(reports[0].signal.find("other()") != std::string::npos);
}
