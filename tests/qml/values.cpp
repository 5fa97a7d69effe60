// SPDX-License-Identifier: BSD-3-Clause
// Values of JavaScript in Python, and back.
#include <QtCore/qdatetime.h>
#include <QtQml/qqmlcontext.h>

#include "tests/qml/stage.h"

using tests::Stage;

namespace
{

// What QML hands over, and takes, in each way that there is.
class Desk : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE void put(const QVariant &value) { m_value = value; }
    Q_INVOKABLE QVariant get() const { return m_value; }
    Q_INVOKABLE void putScript(const QJSValue &value) { m_value = QVariant::fromValue(value); }
    Q_INVOKABLE QJSValue script(const QJSValue &value) { return value; }

  private:
    QVariant m_value;
};

const char source[] = R"(
    import QtQuick
    Item {
        id: root
        property var value
        signal told(var first, var second)
        function set(text) { value = eval(text) }
        function put(text) { desk.put(eval(text)) }
        function call(f, list) { return f.apply(null, list) }
        function same(a) { return a }
        function failing() { return function () { throw new TypeError("no") } }
    })";

class Values : public Stage
{
  public:
    Values()
    {
        QJSEngine::setObjectOwnership(&desk, QJSEngine::CppOwnership);
        engine->rootContext()->setContextProperty(QStringLiteral("desk"), &desk);
        load(QString::fromLatin1(source));
        REQUIRE(python.registerObject(QStringLiteral("root"), root));
        REQUIRE(python.registerObject(QStringLiteral("desk"), &desk));
        exec("root, desk = qi.host.root, qi.host.desk");
    }
    // The repr() in Python of what an expression of JavaScript gives, as a property, an argument and a result.
    std::string in_python(const std::string &expression)
    {
        exec("text = " + python_text("(" + expression + ")"));
        const std::string property = eval("root.set(text) or root.value");
        CHECK(eval("root.put(text) or desk.get()") == property);
        return property;
    }

    Desk desk;

  private:
    static std::string python_text(const std::string &text) { return "r'''" + text + "'''"; }
};

} // namespace

TEST_CASE("plain values have a type of Python's by their kind")
{
    Values stage;

    CHECK(stage.in_python("3") == "3");
    CHECK(stage.in_python("3.5") == "3.5");
    CHECK(stage.in_python(
              "({a: 9007199254740992, b: 9007199254740994, c: -1, d: -0.0, e: NaN, f: 1e300})") ==
          "{'a': 9007199254740992, 'b': 9007199254740994.0, 'c': -1, 'd': -0.0, 'e': nan, 'f': "
          "1e+300}");
    CHECK(stage.in_python("[true, false, null, undefined, 'ü', '']") ==
          "[True, False, None, None, 'ü', '']");
    CHECK(stage.in_python("[new Number(2), new String('x'), new Boolean(false)]") ==
          "[2, 'x', False]");
}

TEST_CASE("objects, arrays, maps and sets nest, and keep their order")
{
    Values stage;

    CHECK(stage.in_python("({b: 1, a: [1, {c: []}], constructor: 2})") ==
          "{'b': 1, 'a': [1, {'c': []}], 'constructor': 2}");
    CHECK(stage.in_python("({})") == "{}");
    CHECK(stage.in_python("[]") == "[]");
    CHECK(stage.in_python("[1,,3]") == "[1, None, 3]");
    CHECK(stage.in_python("new Map([['z', 1], [2, [3]], [null, {}]])") ==
          "{'z': 1, 2: [3], None: {}}");
    CHECK(stage.in_python("new Set([2])") == "{2}");
    CHECK(stage.in_python("new Set([[1], 2])") == "[[1], 2]");
    CHECK(stage.in_python("Object.assign(Object.create(null), {b: 1, a: [{}]})") ==
          "{'b': 1, 'a': [{}]}");
    CHECK(stage.raises("root.set('new Map([[{}, 1]])'); root.value").find("TypeError") == 0);
}

TEST_CASE("memory is bytes, of typed arrays their own part of it")
{
    Values stage;

    CHECK(stage.in_python("new Uint8Array([1, 2, 3]).buffer") == "b'\\x01\\x02\\x03'");
    CHECK(stage.in_python("new Uint8Array(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)") ==
          "b'\\x02\\x03'");
    CHECK(stage.in_python("[new Uint16Array([258]), new DataView(new ArrayBuffer(1))]") ==
          "[b'\\x02\\x01', b'\\x00']");
}

TEST_CASE("dates know their time zone, patterns are compiled, addresses are text")
{
    qputenv("TZ", "Europe/Berlin");
    Values stage;

    CHECK(stage.in_python("[new Date(0)]") ==
          "[datetime.datetime(1970, 1, 1, 1, 0, "
          "tzinfo=datetime.timezone(datetime.timedelta(seconds=3600)))]");
    stage.exec("root.set('[new Date(0)]')");
    CHECK(stage.eval("root.value[0].timestamp()") == "0.0");
    CHECK(stage.in_python("[new Date(NaN)]") == "[None]");
    CHECK(stage.in_python(R"(/^(?<first>a)\k<first>/i)") ==
          R"(re.compile('^(?P<first>a)(?P=first)', re.IGNORECASE))");
    CHECK(stage.in_python("[/b/gm]") == "[re.compile('b', re.MULTILINE)]");
    CHECK(stage.in_python("[new URL('http://localhost/a?b#c')]") == "['http://localhost/a?b#c']");
    stage.exec("root.set(r'[/\\cA(/.source.length, /[^]/]')");
    CHECK(stage.raises("root.value").find("ValueError") == 0);
}

TEST_CASE("functions are callables, and what they throw is raised with its place")
{
    Values stage;

    stage.exec("root.set('(function add(a, b) { return {sum: a + b} })'); add = root.value");
    CHECK(stage.eval("add, add(1, 2), add('a', 'b')") ==
          "(<qi.qml.JSFunction add>, {'sum': 3}, {'sum': 'ab'})");
    CHECK(stage.eval("type(add), callable(add)") == "(<class 'qi.qml.JSFunction'>, True)");
    stage.exec("failing = root.failing()");
    CHECK(stage.raises("failing()") == "qi.qml.JSError: TypeError: no (file:///quick/test.qml:11)");
    stage.exec("try: failing()\nexcept qi.qml.JSError as error: caught = error");
    CHECK(stage.eval("caught.name, caught.message, caught.file, caught.line, 'test.qml:11' in "
                     "caught.stack") == "('TypeError', 'no', 'file:///quick/test.qml', 11, True)");
    stage.exec("root.set('(function () { throw 5 })')");
    CHECK(stage.raises("root.value()") == "qi.qml.JSError: Error: 5");
    stage.exec("root.set('(function () { return new RangeError(`kept`) })')");
    CHECK(stage.eval("type(root.value()).__name__, root.value().message") == "('JSError', 'kept')");
    stage.exec("answer = []\n"
               "def elsewhere():\n"
               "    try: add(1, 2)\n"
               "    except RuntimeError as error: answer.append(str(error))\n"
               "thread = threading.Thread(target=elsewhere); thread.start(); thread.join()");
    CHECK(stage.eval("answer").find("belongs to the GUI thread") != std::string::npos);
}

TEST_CASE("errors are exceptions that are not raised, symbols are themselves")
{
    Values stage;

    stage.exec("root.set('[new RangeError(`far`), Symbol(`x`), new WeakMap(), "
               "Promise.resolve(1)]'); values = root.value");
    CHECK(stage.eval("[type(value).__name__ for value in values]") ==
          "['JSError', 'Variant', 'Variant', 'Variant']");
    CHECK(stage.eval("values[0].name, values[0].message") == "('RangeError', 'far')");
    stage.exec("root.set('[Symbol.iterator]'); symbol = root.value[0]\nroot.set('(function (s) { "
               "return [typeof s, s === Symbol.iterator] })')");
    CHECK(stage.eval("root.value(symbol)") == "['symbol', True]");
}

TEST_CASE("what refers to itself, is too deep or throws is refused")
{
    Values stage;

    stage.exec("root.set('var a = {b: []}; a.b.push(a); a')");
    CHECK(stage.raises("root.value")
              .find("ValueError: QJSValue: a value of JavaScript refers to itself") == 0);
    stage.exec("root.set('var m = new Map(); m.set(1, m); [m]')");
    CHECK(stage.raises("root.value").find("ValueError") == 0);
    stage.exec("root.set('var s = {}; ({a: s, b: s, c: [s, s]})')");
    CHECK(stage.eval("root.value") == "{'a': {}, 'b': {}, 'c': [{}, {}]}");
    stage.exec("root.set('var d = []; for (var i = 0; i < 199; i++) d = [d]; d')");
    CHECK(stage.eval("len(root.value)") == "1");
    stage.exec("root.set('var d = []; for (var i = 0; i < 100000; i++) d = [d]; d')");
    CHECK(stage.raises("root.value")
              .find("ValueError: QJSValue: a value of JavaScript is nested deeper than 200") == 0);
    stage.exec("root.set('({get boom() { throw new Error(`bang`) }})')");
    CHECK(stage.raises("root.value").find("bang") != std::string::npos);
}

TEST_CASE("objects and value types survive both ways")
{
    Values stage;

    CHECK(stage.eval("root.set('root') or root.value is root, root.set('[root]') or root.value[0] "
                     "is root") == "(True, True)");
    CHECK(stage.in_python("[Qt.point(1, 2), Qt.size(3, 4), Qt.rect(0, 0, 5, 6)]") ==
          "[PointF(x=1.0, y=2.0), SizeF(width=3.0, height=4.0), RectF(x=0.0, y=0.0, width=5.0, "
          "height=6.0)]");
    for (const char *value : {"Qt.rgba(1, 0, 0, 1)", "Qt.vector2d(1, 2)", "Qt.vector3d(1, 2, 3)",
                              "Qt.vector4d(1, 2, 3, 4)", "Qt.quaternion(1, 0, 0, 0)",
                              "Qt.matrix4x4(1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16)",
                              "Qt.font({pointSize: 12})", "Qt.point(1, 2)", "Qt.rect(1, 2, 3, 4)"}) {
        INFO(value);
        stage.exec("root.set('[" + std::string(value) +
                   "]'); kept = root.value[0]; root.value = kept");
        CHECK(stage.js(QStringLiteral("String(value) === String(%1)").arg(QLatin1String(value))) ==
              "true");
        stage.exec(
            "root.set('(function (value) { return String(value) })'); told = root.value(kept)");
        CHECK(stage.js(QStringLiteral("String(%1)").arg(QLatin1String(value))) ==
              "\"" + stage.eval("told").substr(1, stage.eval("told").size() - 2) + "\"");
    }
}

TEST_CASE("what Python gives is JavaScript's own")
{
    Values stage;
    const auto shown = [&](const std::string &value) {
        stage.exec("root.set('''(function (value) {\n"
                   "    const kind = Object.prototype.toString.call(value).slice(8, -1)\n"
                   "    return kind + ' ' + (kind == 'ArrayBuffer' ? value.byteLength : "
                   "JSON.stringify(value)) })''')\n"
                   "text = root.value(" +
                   value + ")");
        return stage.eval("text");
    };

    CHECK(shown("None") == "'Null null'");
    CHECK(shown("True") == "'Boolean true'");
    CHECK(shown("2 ** 53") == "'Number 9007199254740992'");
    CHECK(shown("10 ** 30") == "'Number 1e+30'");
    CHECK(shown("2 ** 63") == "'Number 9223372036854776000'");
    CHECK(shown("0.5") == "'Number 0.5'");
    CHECK(shown("'ü'") == "'String \"ü\"'");
    CHECK(shown("{'a': [1, (2, None)], 3: {}}") == "'Object {\"3\":{},\"a\":[1,[2,null]]}'");
    CHECK(shown("{1}") == "'Array [1]'");
    CHECK(shown("b'ab'") == "'ArrayBuffer 2'");
    CHECK(shown("bytearray(3)") == "'ArrayBuffer 3'");
    CHECK(shown("datetime.datetime.fromtimestamp(0, datetime.timezone.utc)") ==
          "'Date \"1970-01-01T00:00:00.000Z\"'");
    CHECK(shown("__import__('uuid').UUID(int=1)") ==
          "'String \"00000000-0000-0000-0000-000000000001\"'");
    CHECK(shown("print") == "'Function undefined'");
    CHECK(shown("ValueError('odd')").find("'Error {") == 0);
    CHECK(shown("re.compile('(?P<x>a)', re.I)") == "'RegExp {}'");
    CHECK(shown("__import__('collections').OrderedDict(a=1)") == "'Object {\"a\":1}'");
    CHECK(shown("object()").find("'") == 0);
    stage.exec("circle = []; circle.append(circle)");
    CHECK(stage.raises("root.value(circle)").find("RecursionError") == 0);
}

TEST_CASE("callables of Python's are functions of JavaScript, and themselves when they come back")
{
    Values stage;

    stage.exec("seen = []\n"
               "def hear(*values):\n"
               "    seen.append(values)\n"
               "    if values[0] == 'raise': raise KeyError('lost')\n"
               "    return {'n': len(values)}\n"
               "root.set('(function (f) { return f(1, [2], {a: f}).n })')");
    CHECK(stage.eval("root.value(hear), seen[0][:2], seen[0][2]['a'] is hear") ==
          "(3, (1, [2]), True)");
    stage.exec("root.set('(function (f) { try { f(`raise`) } catch (e) { return [e instanceof "
               "Error, e.name, e.type, "
               "e.traceback.includes(`hear`), String(e)] } })')");
    CHECK(stage.eval("root.value(hear)[:4]") == "[True, 'KeyError', 'KeyError', True]");
    stage.exec("root.set('(function () {})'); function = root.value\nroot.set('(function (f, g) { "
               "return f === g })')");
    CHECK(stage.eval("root.value(function, function)") == "True");
    stage.exec("import weakref\n"
               "class Counted:\n"
               "    def __call__(self): return 1\n"
               "counted = Counted(); gone = weakref.ref(counted)\n"
               "root.set('(function (f) { return f() })')");
    CHECK(stage.eval("root.value(counted)") == "1");
    stage.exec("del counted");
    stage.engine->collectGarbage();
    stage.settle();
    CHECK(stage.eval("gone()") == "None");
}

TEST_CASE("signals and functions of QML carry values of JavaScript")
{
    Values stage;

    stage.exec(
        "heard = []\nroot.told.connect(lambda first, second: heard.append((first, second)))");
    stage.run(QStringLiteral("told({a: 1}, [new Date(0), x => x + 1])"));
    CHECK(stage.eval("heard[0][0], heard[0][1][0].timestamp(), heard[0][1][1](2)") ==
          "({'a': 1}, 0.0, 3)");
    CHECK(stage.eval("root.same({'b': 1, 'a': [1]}), root.same([{}]), root.same(None)") ==
          "({'a': [1], 'b': 1}, [{}], None)"); // a QVariantMap has its keys in order
    CHECK(stage.raises("desk.putScript({'a': 1})").find("no engine of QML has imported Qi") !=
          std::string::npos);
    stage.exec("root.value = {'a': [1, {'b': 2}]}");
    CHECK(stage.js(QStringLiteral("[value.a[1].b, value.a.length, Array.isArray(value.a)]")) ==
          "[2,2,true]");
}

TEST_CASE("functions outlive their engine without harm")
{
    Values stage;

    stage.exec("root.set('[function () { return 1 }, Symbol(`x`)]'); call, symbol = root.value");
    CHECK(stage.eval("call()") == "1");
    stage.drop_engine();
    CHECK(stage.raises("call()").find("RuntimeError: the engine") == 0);
    stage.exec("import threading; del symbol\n"
               "things = [call]; del call\n"
               "thread = threading.Thread(target=things.clear); thread.start(); thread.join()");
    stage.settle();
}

TEST_CASE("values are not touched in other threads")
{
    Values stage;

    stage.exec("root.set('({a: 1})')\nanswer = []\n"
               "def elsewhere():\n"
               "    try: answer.append(desk.get())\n"
               "    except Exception as error: answer.append(str(error))\n"
               "root.put('({a: 1})')\n"
               "thread = threading.Thread(target=elsewhere); thread.start()\n"
               "async def joined(): await asyncio.to_thread(thread.join)\n");
    qi::Task<> joined = stage.python.execAsync(QStringLiteral("await joined()"));
    stage.until([&] { return joined.isFinished(); });
    CHECK(stage.eval("answer").find("GUI thread") != std::string::npos);
}

#include "values.moc"
