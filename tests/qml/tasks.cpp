// SPDX-License-Identifier: BSD-3-Clause
// Python.run(), call() and eval() of QML: tasks, promises, and errors that say where.
#include "tests/qml/stage.h"

using tests::Report;
using tests::Stage;

namespace
{

class Tasks : public Stage
{
  public:
    Tasks()
    {
        exec("import asyncio, qi\n"
             "class desk: pass\n"
             "gate = None\n"
             "async def add(a, b=0): return a + b\n"
             "async def wait(value=1):\n"
             "    global gate\n"
             "    gate = asyncio.get_running_loop().create_future()\n"
             "    await gate\n"
             "    return value\n"
             "async def fails(text='no paper'): raise ValueError(text)\n"
             "async def fails_later():\n"
             "    await wait()\n"
             "    raise ValueError('too late')\n"
             "async def steps():\n"
             "    qi.progress(1, 3, 'begun')\n"
             "    await wait()\n"
             "    qi.progress(2, 3, 'half')\n"
             "def plain(*values, **named): return [list(values), named]\n"
             "def breaks(): raise KeyError('lost')\n"
             "def adder(): return add\n");
        load(QStringLiteral(
            "import QtQuick\n"
            "import Qi\n"
            "Item {\n"
            "    property var task: null\n"
            "    property var heard: []\n"
            "    property string shown: task ? task.state + ' ' + task.running + ' ' + "
            "task.progress + '/' +"
            " task.progressMaximum + ' ' + task.progressText + ' ' + JSON.stringify(task.result) : "
            "''\n"
            "    property string wrong: task && task.error ? task.error.type + ': ' + "
            "task.error.message : ''\n"
            "    function hear(x) { heard.push(x instanceof Error ? 'Error ' + x.message : x); "
            "return x }\n"
            "    function launch(name, list) { task = Python.run('__main__:' + name, list); }\n"
            "    function forget(name, list) { Python.run('__main__:' + name, list) }\n"
            "}"));
    }
    std::string heard() { return js(QStringLiteral("heard")); }
    void open() { exec("gate.set_result(None)"); }
    // The one report that there is by now.
    Report report()
    {
        std::vector<Report> reports;
        until([&] { return !(reports = take_reports()).empty(); });
        REQUIRE(reports.size() == 1);
        return reports[0];
    }
};

} // namespace

TEST_CASE("a task has run to its first wait when run() returns, and bindings follow it")
{
    Tasks stage;

    stage.run(QStringLiteral("launch('add', [1, 2])"));
    CHECK(stage.js(QStringLiteral("shown")) == R"("2 false 0/0  3")");
    stage.run(QStringLiteral("launch('steps')"));
    stage.until(
        [&] { return stage.js(QStringLiteral("shown")) == R"("1 true 1/3 begun undefined")"; });
    stage.open();
    stage.until([&] { return stage.js(QStringLiteral("task.running")) == "false"; });
    CHECK(stage.js(QStringLiteral("shown")) == R"("2 false 2/3 half null")");
    CHECK(stage.js(QStringLiteral("[task.state === PythonTask.Done, task.target]")) ==
          R"([true,"__main__:steps"])");
}

TEST_CASE("promises chain, whether the task ends before or after")
{
    Tasks stage;

    stage.run(QStringLiteral(
        "Python.run('__main__:add', [1, 2]).then(hear).then(x => x * 2).then(hear)"));
    stage.until([&] { return stage.heard() == "[3,6]"; });
    stage.run(QStringLiteral(
        "Python.run('__main__:wait', [7]).then(hear).finally(() => hear('end')).then(hear)"));
    stage.settle();
    CHECK(stage.heard() == "[3,6]");
    stage.open();
    stage.until([&] { return stage.heard() == R"([3,6,7,"end",7])"; });
    stage.run(QStringLiteral(
        "Promise.all([Python.run('__main__:add', [1]), 2, Python.run('__main__:add', ['x', 'y'])])"
        ".then(list => hear(list.join()))"));
    stage.until([&] { return stage.heard() == R"([3,6,7,"end",7,"1,2,xy"])"; });
    CHECK(stage.js(QStringLiteral("Python.run('__main__:add', [1]).then() instanceof Promise")) ==
          "true");
}

TEST_CASE("an error is the promise's and the property's, with type and traceback")
{
    Tasks stage;

    stage.run(QStringLiteral(
        "Python.run('__main__:fails').catch(e => { hear(e); hear([e.name, e.type, e.status, "
        "e.traceback.includes('fails')].join()); return 5 }).then(hear)"));
    stage.until([&] { return stage.heard().find("5]") != std::string::npos; });
    CHECK(stage.heard() == R"(["Error no paper","ValueError,ValueError,QI_ERR_PYTHON,true",5])");
    stage.run(QStringLiteral("heard = []; Python.run('__main__:fails', ['b']).then(hear, "
                             "hear).finally(() => hear('f'))"));
    stage.until([&] { return stage.heard() == R"(["Error b","f"])"; });
    stage.run(QStringLiteral("launch('fails', ['shown'])"));
    CHECK(stage.js(QStringLiteral("wrong")) == R"("ValueError: shown")");
    stage.run(QStringLiteral("heard = []; Python.run('__main__:flies').catch(hear)"));
    stage.until([&] { return stage.heard().find("flies") != std::string::npos; });
    stage.run(QStringLiteral("heard = []; Python.run('__main__:plain').catch(hear)"));
    stage.until([&] { return stage.heard().find("coroutine") != std::string::npos; });
    stage.settle();
}

TEST_CASE("an error that nobody takes is reported, with the place of its launch")
{
    Tasks stage;

    stage.run(QStringLiteral("forget('fails')"));
    Report report = stage.report();
    CHECK(report.message == "ValueError: no paper (launched at file:///quick/test.qml:10)");
    CHECK(report.type == "ValueError");
    CHECK(report.target == "__main__:fails");
    CHECK(report.traceback.find("in fails") != std::string::npos);
    stage.run(QStringLiteral("Python.run('__main__:fails').then(hear).then(hear)"));
    CHECK(stage.report().type == "ValueError");
    CHECK(stage.heard() == "[]");
    stage.run(QStringLiteral("Python.run('__main__:fails').finally(() => hear('end'))"));
    CHECK(stage.report().type == "ValueError");
    stage.run(QStringLiteral("Python.run('__main__:add', [1]).then(x => x.no.where)"));
    report = stage.report();
    CHECK(report.status == QI_ERR_STATE);
    CHECK(report.message.find("TypeError: ") == 0);
    stage.run(QStringLiteral("forget('flies')"));
    CHECK(stage.report().status == QI_ERR_NOT_FOUND);
    stage.settle();
}

TEST_CASE("a task is cancelled, times out, or ends with its owner")
{
    Tasks stage;

    stage.run(QStringLiteral("launch('wait'); task.catch(e => hear(e.status)); task.cancel()"));
    stage.until([&] { return stage.heard() == R"(["QI_ERR_CANCELLED"])"; });
    CHECK(stage.js(QStringLiteral("task.state === PythonTask.Cancelled")) == "true");
    stage.run(QStringLiteral("launch('wait'); task.cancel()"));
    stage.until([&] { return stage.js(QStringLiteral("task.running")) == "false"; });
    stage.run(QStringLiteral("heard = []; Python.run('__main__:wait', [], {timeout: 1, name: "
                             "'short'}).catch(e => hear(e.status))"));
    stage.until([&] { return stage.heard() == R"(["QI_ERR_TIMEOUT"])"; });
    stage.run(QStringLiteral(
        "heard = []; var o = Qt.createQmlObject('import QtQml; QtObject {}', this);"
        "Python.run('__main__:wait', [], {owner: o}).catch(e => hear(e.status)); o.destroy()"));
    stage.until([&] {
        stage.settle();
        return stage.heard() == R"(["QI_ERR_CANCELLED"])";
    });
}

TEST_CASE("plain functions answer at once, and what they raise is thrown")
{
    Tasks stage;

    CHECK(stage.js(
              QStringLiteral("Python.call('__main__:plain', [1, {a: [null]}], {side: 'buy'})")) ==
          R"([[1,{"a":[null]}],{"side":"buy"}])");
    CHECK(stage.js(QStringLiteral(
              "(function () { try { Python.call('__main__:breaks') } catch (e) { "
              "return [e instanceof Error, e.name, e.type, e.traceback.includes('breaks')] } "
              "})()")) == R"([true,"KeyError","KeyError",true])");
    CHECK(stage.js(QStringLiteral("Python.eval('[n * n for n in range(4)]')")) == "[0,1,4,9]");
    CHECK(stage.js(QStringLiteral(
              "(function () { try { Python.eval('1 +') } catch (e) { return e.name } })()")) ==
          R"("SyntaxError")");
    CHECK(stage
              .js(QStringLiteral("(function () { try { Python.call('__main__:plain', 5) } catch "
                                 "(e) { return e.message } })()"))
              .find("array") != std::string::npos);
}

TEST_CASE("a coroutine function that JavaScript has gives tasks")
{
    Tasks stage;

    stage.run(QStringLiteral("var f = Python.call('__main__:adder'); f(1, 2).then(hear); "
                             "Python.run(f, [3], {named: {b: 4}}).then(hear)"));
    stage.until([&] { return stage.heard() == "[3,7]"; });
    CHECK(stage.js(QStringLiteral("Python.call(Python.eval('plain'), [1])")) == "[[1],{}]");
    CHECK(stage.js(QStringLiteral("Python.call('__main__:plain', [1, x => x + 1])[0][1](2)")) == "3");
}

TEST_CASE("what Python has put into a property is JavaScript's own when it is asked for")
{
    Tasks stage;

    REQUIRE(stage.python.registerObject(QStringLiteral("root"), stage.root));
    stage.exec("qi.host.root.task = plain");
    CHECK(stage.js(QStringLiteral("[typeof task, Python.value(task)(1), Python.value(3)]")) ==
          R"(["object",[[1],{}],3])");
}

TEST_CASE("tasks go on without their objects, and functions still hear of them")
{
    Tasks stage;

    stage.run(QStringLiteral("Python.run('__main__:wait', [3]).then(hear)"));
    for (int i = 0; i < 3; i++) {
        stage.engine->collectGarbage();
        stage.settle();
    }
    stage.open();
    stage.until([&] { return stage.heard() == "[3]"; });
    stage.run(QStringLiteral("forget('fails_later')"));
    stage.engine->collectGarbage();
    stage.settle();
    stage.open();
    CHECK(stage.report().message.find(
              "ValueError: too late (launched at file:///quick/test.qml:10)") == 0);
}

TEST_CASE("engines are destroyed while tasks run")
{
    Tasks stage;

    stage.run(QStringLiteral("launch('fails_later'); task.catch(hear)"));
    stage.drop_engine();
    stage.open();
    CHECK(stage.report().message.find("ValueError: too late") == 0);
}

TEST_CASE("a runtime that ends takes the tasks along, and says so afterwards")
{
    Tasks stage;

    stage.run(QStringLiteral("launch('wait'); task.catch(e => hear(e.status))"));
    CHECK(qi_runtime_shutdown(stage.python.handle(), 0) == QI_OK);
    stage.until([&] { return stage.heard() == R"(["QI_ERR_CANCELLED"])"; });
    CHECK(stage.js(QStringLiteral("task.running")) == "false");
    stage.run(QStringLiteral("heard = []; Python.run('__main__:add').catch(e => hear(e.status))"));
    stage.until([&] { return stage.heard() == R"(["QI_ERR_NOT_RUNNING"])"; });
    CHECK(stage.js(QStringLiteral(
              "(function () { try { Python.eval('1') } catch (e) { return e.status } })()")) ==
          R"("QI_ERR_NOT_RUNNING")");
}
