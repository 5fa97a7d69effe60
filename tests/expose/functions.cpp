/* SPDX-License-Identifier: BSD-3-Clause */
// qi_function_register(): functions of a C host as qi.host.<name>(…).
#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"

using tests::describe;
using tests::Host;
using tests::raises;

namespace
{

using Body = std::function<int(const qi_value *args, size_t count, qi_value *result)>;

/* What a test exposes; a count of those that were not destroyed. */
struct Exposed {
    explicit Exposed(Body body) : body(std::move(body)) { alive++; }
    ~Exposed()
    {
        alive--;
        destroyed_here = QThread::currentThread() == QCoreApplication::instance()->thread();
    }

    static int call(const qi_value *args, size_t count, qi_value *result, void *user)
    {
        return static_cast<Exposed *>(user)->body(args, count, result);
    }
    static void destroy(void *user) { delete static_cast<Exposed *>(user); }

    Body body;
    static std::atomic<int> alive;
    static std::atomic<bool> destroyed_here;
};

std::atomic<int> Exposed::alive{0};
std::atomic<bool> Exposed::destroyed_here{false};

int expose(Host &host, const char *name, const char *signature, Body body, unsigned flags = 0,
           QObject *owner = nullptr, const char *doc = nullptr)
{
    auto exposed = std::make_unique<Exposed>(std::move(body));
    qi_function function;

    qi_function_init(&function);
    function.call = Exposed::call;
    function.user = exposed.get();
    function.destroy = Exposed::destroy;
    function.signature = signature;
    function.doc = doc;
    function.owner = owner;
    function.flags = flags;
    const int status = qi_function_register(host.runtime, name, &function);
    if (status == QI_OK)
        (void)exposed.release();
    return status;
}

/* Gives back what it got, as text. */
int echo(const qi_value *args, size_t count, qi_value *result)
{
    std::string text;
    for (size_t i = 0; i < count; i++)
        text += (i ? ", " : "") + describe(args[i]);
    const qi_value borrowed = qi_text_n(text.data(), text.size());
    return qi_value_copy(result, &borrowed);
}

void begin(Host &host)
{
    host.exec("import asyncio, gc, inspect, pydoc, threading, qi\nfrom qi import host");
}

bool on_gui_thread()
{
    return QThread::currentThread() == QCoreApplication::instance()->thread();
}

} // namespace

TEST_CASE("arguments find their parameters by place and by name")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "echo", "(a: int, b: str = 'x', *, c: float = 0.5) -> str", echo) == QI_OK);
    CHECK(host.eval("host.echo(1)") == "\"1, 'x', 0.5\"");
    CHECK(host.eval("host.echo(1, 'y', c=2)") == "\"1, 'y', 2.0\"");
    CHECK(host.eval("host.echo(c=1, b='z', a=7)") == "\"7, 'z', 1.0\"");
    CHECK(host.eval("host.echo(*[1], **{'b': 'q'})") == "\"1, 'q', 0.5\"");

    REQUIRE(expose(host, "place", "(a, /, b)", echo) == QI_OK);
    CHECK(host.eval("host.place(1, b=2)") == "'1, 2'");
    CHECK(raises(host, "host.place(a=1, b=2)").find("unexpected keyword argument 'a'") !=
          std::string::npos);
    REQUIRE(expose(host, "any", nullptr, echo) == QI_OK);
    CHECK(host.eval("host.any(), host.any(1, 2.5, None, *range(8))") ==
          "('', '1, 2.5, None, 0, 1, 2, 3, 4, 5, 6, 7')");
    REQUIRE(expose(host, "more", "(first, *rest)", echo) == QI_OK);
    CHECK(host.eval("host.more(1, 2, 3)") == "'1, 2, 3'");
}

TEST_CASE("wrong arguments are TypeErrors that name function, parameter and what is wanted")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "desk.price", "(symbol: str, count: int = 1) -> float", echo) == QI_OK);
    CHECK(raises(host, "host.desk.price('A', 'b')") ==
          "TypeError: desk.price(), argument 'count': int expected, got str");
    CHECK(raises(host, "host.desk.price(3)") ==
          "TypeError: desk.price(), argument 'symbol': str expected, got int");
    CHECK(raises(host, "host.desk.price('A', 1.5)") ==
          "TypeError: desk.price(), argument 'count': int expected, got float");
    CHECK(raises(host, "host.desk.price()") ==
          "TypeError: desk.price() is missing the argument 'symbol'");
    CHECK(raises(host, "host.desk.price('A', 1, 2)") ==
          "TypeError: desk.price() takes 2 positional arguments but 3 were given");
    CHECK(raises(host, "host.desk.price('A', symbol='B')") ==
          "TypeError: desk.price() got multiple values for argument 'symbol'");
    CHECK(raises(host, "host.desk.price('A', cuont=2)") ==
          "TypeError: desk.price() got an unexpected keyword argument 'cuont'; did you mean "
          "'count'?");
}

TEST_CASE("annotations decide what arrives")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "f",
                   "(a: bool = True, b: int = 0, c: float = 0, d: str = '', e: bytes = b'', "
                   "f: list[int] = [], g: dict = {}, h: 'Anything' = None, i: int | None = None)",
                   echo) == QI_OK);
    CHECK(host.eval("host.f()") == "\"True, 0, 0.0, '', b'', [], {}, None, None\"");
    CHECK(host.eval("host.f(False, 2, 3, 'd', bytearray(b'e'), (1, 2), {'k': 1}, h=[1], i=4)") ==
          "\"False, 2, 3.0, 'd', b'e', [1, 2], {'k': 1}, [1], 4\"");
    CHECK(host.eval("host.f(e=memoryview(b'abc')[1:])") ==
          "\"True, 0, 0.0, '', b'bc', [], {}, None, None\"");
    CHECK(raises(host, "host.f(a=1)") == "TypeError: f(), argument 'a': bool expected, got int");
    CHECK(raises(host, "host.f(c='1')") == "TypeError: f(), argument 'c': float expected, got str");
    CHECK(raises(host, "host.f(e='x')") == "TypeError: f(), argument 'e': bytes expected, got str");
    CHECK(raises(host, "host.f(f={1})") == "TypeError: f(), argument 'f': list expected, got set");
    CHECK(raises(host, "host.f(g=[])") == "TypeError: f(), argument 'g': dict expected, got list");
    CHECK(raises(host, "host.f(b=None)") ==
          "TypeError: f(), argument 'b': int expected, got NoneType");
    host.exec("class Index:\n    def __index__(self): return 9\n"
              "class Bad:\n    def __index__(self): raise ValueError('no')\n");
    CHECK(host.eval("host.f(b=Index())").find("True, 9,") != std::string::npos);
    CHECK(raises(host, "host.f(b=Bad())") == "ValueError: f(), argument 'b': no");
}

TEST_CASE("function tells its signature, name and documentation")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "desk.price",
                   "(symbol: str, count: int = 1, *, at: 'Date | None' = None) -> float", echo, 0,
                   nullptr, "What so many of a symbol cost.") == QI_OK);
    CHECK(host.eval("str(inspect.signature(host.desk.price))") ==
          "\"(symbol: str, count: int = 1, *, at: 'Date | None' = None) -> float\"");
    CHECK(host.eval("host.desk.price.__name__, host.desk.price.__qualname__") ==
          "('price', 'desk.price')");
    CHECK(host.eval("host.desk.price.__doc__") == "'What so many of a symbol cost.'");
    CHECK(host.eval("'price(symbol: str' in pydoc.plain(pydoc.render_doc(host.desk.price))") ==
          "True");
    CHECK(host.eval("'What so many' in pydoc.plain(pydoc.render_doc(host.desk.price))") == "True");
    CHECK(host.eval("isinstance(host.desk.price, qi.HostFunction), callable(host.desk.price)") ==
          "(True, True)");
    CHECK(host.eval("host.desk.price").find("<qi.HostFunction desk.price(symbol: str") == 0);
}

TEST_CASE("dotted names are namespaces")
{
    Host host;
    begin(host);

    for (const char *name : {"desk.price", "desk.order.send", "desk.order.cancel", "now"})
        REQUIRE(expose(host, name, "()", echo) == QI_OK);
    CHECK(host.eval("dir(host.desk), dir(host.desk.order)") ==
          "(['order', 'price'], ['cancel', 'send'])");
    CHECK(host.eval("'now' in dir(host), 'desk' in dir(host)") == "(True, True)");
    CHECK(host.eval("host.desk.order") == "<namespace qi.host.desk.order: cancel, send>");
    CHECK(host.eval("host.desk == host.desk, host.desk == host.desk.order") == "(True, False)");
    CHECK(
        raises(host, "host.desk.prise")
            .find("AttributeError: the application has exposed no qi.host.desk.prise; did you mean "
                  "'price'?") == 0);
    CHECK(raises(host, "host.dekc").find("did you mean 'desk'?") != std::string::npos);
    CHECK(raises(host, "host.desk.price = 1").find("AttributeError: qi.host.desk is the application's") ==
          0);
    REQUIRE(qi_function_unregister(host.runtime, "desk.order.send") == QI_OK);
    REQUIRE(qi_function_unregister(host.runtime, "desk.order.cancel") == QI_OK);
    CHECK(host.eval("dir(host.desk)") == "['price']");
}

TEST_CASE("failures become the exceptions that suit them, with their messages")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "fail", "(status: int, text: str | None)",
                   [](const qi_value *args, size_t, qi_value *) {
                       const int status = int(args[0].as.integer);
                       return args[1].kind == QI_KIND_NONE ? status
                                                           : qi_fail(status, args[1].as.text.data);
                   }) == QI_OK);
    CHECK(raises(host, "host.fail(-1, 'no such day')") == "ValueError: no such day");
    CHECK(raises(host, "host.fail(-12, 'a')") == "TypeError: a");
    CHECK(raises(host, "host.fail(-13, 'b')") == "OverflowError: b");
    CHECK(raises(host, "host.fail(-10, 'c')") == "LookupError: c");
    CHECK(raises(host, "host.fail(-3, 'd')") == "RuntimeError: d");
    CHECK(raises(host, "host.fail(-15, 'e')") == "ReferenceError: e");
    /* Without a message of its own it gets that of the status, not what failed before. */
    qi_fail(QI_ERR_STATE, "something else");
    CHECK(raises(host, "host.fail(-3, None)") ==
          std::string("RuntimeError: ") + qi_status_text(QI_ERR_STATE));

    REQUIRE(expose(host, "throws", "()", [](const qi_value *, size_t, qi_value *) -> int {
                throw std::runtime_error("out of paper");
            }) == QI_OK);
    CHECK(raises(host, "host.throws()") ==
          "RuntimeError: the host threw a C++ exception: out of paper");
    CHECK(qi_fail(3, "x") == QI_ERR_ARGUMENT);
}

TEST_CASE("results of all kinds, borrowed and owned")
{
    Host host;
    QObject object;
    begin(host);

    REQUIRE(expose(host, "give", "(what: str)", [&](const qi_value *args, size_t, qi_value *result) {
                static const qi_value items[] = {qi_int(1), qi_text("two")};
                static const qi_entry entry = {qi_text("k"), qi_list(items, 2)};
                const std::string what = args[0].as.text.data;
                if (what == "map")
                    *result = qi_map(&entry, 1);
                else if (what == "object")
                    *result = qi_qobject(&object);
                else if (what == "eval")
                    return qi_eval(host.runtime, "{1, 2}", result);
                else if (what == "bad")
                    *result = qi_text("\xff");
                else if (what == "syntax")
                    return qi_eval(host.runtime, "1 +", result);
                return int(QI_OK);
            }) == QI_OK);
    object.setObjectName(QStringLiteral("it"));
    CHECK(host.eval("host.give('map'), host.give('none'), host.give('eval')") ==
          "({'k': [1, 'two']}, None, {1, 2})");
    CHECK(host.eval("host.give('object').objectName") == "'it'");
    CHECK(raises(host, "host.give('bad')").find("ValueError") == 0);
    CHECK(raises(host, "host.give('syntax')").find("RuntimeError: ") == 0);
}

TEST_CASE("function runs without the GIL, in the GUI thread whoever calls")
{
    Host host;
    begin(host);
    std::atomic<int> calls{0};

    REQUIRE(expose(host, "where", "() -> bool", [&](const qi_value *, size_t, qi_value *result) {
                calls++;
                *result = qi_bool(on_gui_thread());
                return int(QI_OK);
            }) == QI_OK);
    CHECK(host.eval("host.where()") == "True");
    host.exec("got = []\n"
              "async def work(): got.append(await asyncio.to_thread(host.where))\n"
              "task = qi.run_task(work())");
    host.until([&] { return host.eval("got") == "[True]"; });
    CHECK(calls == 2);

    /* A thread of Python's gets on while the function waits for it. */
    REQUIRE(expose(host, "wait", "()", [&](const qi_value *, size_t, qi_value *) {
                while (calls < 3)
                    QThread::yieldCurrentThread();
                return int(QI_OK);
            }) == QI_OK);
    const Body count = [&](const qi_value *, size_t, qi_value *) {
        calls++;
        return int(QI_OK);
    };
    REQUIRE(expose(host, "count", "()", count, QI_FUNCTION_FLAG_POOL) == QI_OK);
    host.exec("thread = threading.Thread(target=host.count); thread.start(); host.wait(); "
              "thread.join()");
    CHECK(calls == 3);
    QThreadPool::globalInstance()->waitForDone();
}

TEST_CASE("function on the pool gives a future to await")
{
    Host host;
    begin(host);

    const Body work = [](const qi_value *args, size_t, qi_value *result) {
        if (on_gui_thread())
            return qi_fail(QI_ERR_STATE, "this is the GUI thread");
        if (args[0].as.integer < 0)
            return qi_fail(QI_ERR_ARGUMENT, "below zero");
        if (args[0].as.integer > 100)
            throw std::runtime_error("too much");
        *result = qi_int(args[0].as.integer * 2);
        return int(QI_OK);
    };
    REQUIRE(expose(host, "work", "(n: int) -> int", work, QI_FUNCTION_FLAG_POOL) == QI_OK);
    host.exec("got = []\n"
              "async def work(n):\n"
              "    try: got.append(await host.work(n))\n"
              "    except Exception as error: got.append(repr(error))\n"
              "async def all():\n"
              "    await asyncio.gather(*(work(n) for n in (1, 2, 3)))\n"
              "    got.sort(); await work(-1); await work(101); got.append('end')\n"
              "task = qi.run_task(all())");
    CHECK(host.eval("isinstance(host.work(0), qi.HostFuture)") == "True");
    CHECK(raises(host, "host.work('x')") ==
          "TypeError: work(), argument 'n': int expected, got str");
    host.until([&] { return host.eval("got[-1:]") == "['end']"; });
    CHECK(host.eval("got") ==
          "[2, 4, 6, \"ValueError('below zero')\", "
          "\"RuntimeError('the host threw a C++ exception: too much')\", 'end']");
    QThreadPool::globalInstance()->waitForDone();
}

TEST_CASE("state is destroyed once nobody can call any more, in the GUI thread")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "f", "()", echo) == QI_OK);
    host.exec("kept = host.f");
    CHECK(Exposed::alive == 1);
    REQUIRE(expose(host, "f", "(a)", echo) == QI_OK); /* replaces it */
    CHECK(Exposed::alive == 1);
    CHECK(raises(host, "kept()") == "ReferenceError: qi.host.f() was replaced by the application; "
                                    "look it up again");
    CHECK(host.eval("host.f(1)") == "'1'");
    host.exec("kept = host.f");
    REQUIRE(qi_function_unregister(host.runtime, "f") == QI_OK);
    CHECK(Exposed::alive == 0);
    CHECK(Exposed::destroyed_here);
    CHECK(raises(host, "kept(1)") ==
          "ReferenceError: qi.host.f() was taken away by the application");
    CHECK(host.eval("kept").find("was taken away") != std::string::npos);
    CHECK(raises(host, "host.f").find("AttributeError") == 0);
    CHECK(qi_function_unregister(host.runtime, "f") == QI_ERR_NOT_FOUND);
}

TEST_CASE("function may take itself away, or shut the runtime down, while it runs")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "once", "()", [&](const qi_value *, size_t, qi_value *result) {
                CHECK(qi_function_unregister(host.runtime, "once") == QI_OK);
                CHECK(Exposed::alive == 1);
                *result = qi_int(5);
                return int(QI_OK);
            }) == QI_OK);
    CHECK(host.eval("host.once()") == "5");
    CHECK(Exposed::alive == 0);

    REQUIRE(expose(host, "stop", "()", [&](const qi_value *, size_t, qi_value *) {
                CHECK(host.shutdown() == QI_OK);
                return int(QI_OK);
            }) == QI_OK);
    (void)qi_exec(host.runtime, "host.stop()", nullptr);
    host.until([&] { return qi_runtime_state(host.runtime) == QI_RUNTIME_STATE_CLOSED; });
    CHECK(Exposed::alive == 0);
}

TEST_CASE("shutdown destroys all functions, also those that the pool runs")
{
    {
        Host host;
        begin(host);
        std::atomic<bool> may_end{false};
        const Body slow = [&](const qi_value *, size_t, qi_value *) {
            while (!may_end)
                QThread::yieldCurrentThread();
            return int(QI_OK);
        };

        REQUIRE(expose(host, "a.b", "()", echo) == QI_OK);
        REQUIRE(expose(host, "slow", "()", slow, QI_FUNCTION_FLAG_POOL) == QI_OK);
        host.exec("import sys; sys.kept = host.a.b; sys.future = host.slow()");
        CHECK(host.shutdown() == QI_OK);
        CHECK(Exposed::alive == 1);
        may_end = true;
        QThreadPool::globalInstance()->waitForDone();
        host.until([&] { return Exposed::alive == 0; });
        CHECK(Exposed::destroyed_here);
        REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
        CHECK(raises(host, "import sys; sys.kept()") ==
              "ReferenceError: qi.host.a.b() was taken away, since the runtime shut down");
    }
    CHECK(Exposed::alive == 0);
}

TEST_CASE("function of an object ends with it, and runs in its thread")
{
    Host host;
    begin(host);
    auto owner = std::make_unique<QObject>();
    QThread thread;
    QObject *elsewhere = new QObject;

    REQUIRE(expose(host, "own", "()", echo, 0, owner.get()) == QI_OK);
    host.exec("own = host.own; own()");
    owner.reset();
    CHECK(Exposed::alive == 0);
    CHECK(raises(host, "own()") ==
          "ReferenceError: qi.host.own() was the function of an object that was destroyed");

    elsewhere->moveToThread(&thread);
    thread.start();
    const Body where = [&](const qi_value *, size_t, qi_value *result) {
        *result = qi_bool(QThread::currentThread() == &thread);
        return int(QI_OK);
    };
    REQUIRE(expose(host, "there", "() -> bool", where, 0, elsewhere) == QI_OK);
    CHECK(host.eval("host.there()") == "True");
    QMetaObject::invokeMethod(elsewhere, [&] { delete elsewhere; });
    host.until([&] { return Exposed::alive == 0; });
    CHECK(raises(host, "host.there()").find("ReferenceError") == 0);
    thread.quit();
    thread.wait();
}

TEST_CASE("conversion of an argument may take the function away")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "f", "(n: int)", echo) == QI_OK);
    REQUIRE(expose(host, "remove", "()", [&](const qi_value *, size_t, qi_value *) {
                return qi_function_unregister(host.runtime, "f");
            }) == QI_OK);
    host.exec("class Trap:\n    def __index__(self): host.remove(); return 1\n");
    CHECK(raises(host, "host.f(Trap())") ==
          "ReferenceError: qi.host.f() was taken away by the application");
    CHECK(Exposed::alive == 1);
}

TEST_CASE("name of an argument may take the function away")
{
    Host host;
    begin(host);

    REQUIRE(expose(host, "f", "(n: int)", echo) == QI_OK);
    REQUIRE(expose(host, "remove", "()", [&](const qi_value *, size_t, qi_value *) {
                return qi_function_unregister(host.runtime, "f");
            }) == QI_OK);
    host.exec("class Trap(str):\n"
              "    def __eq__(self, other): host.remove(); return str.__eq__(self, other)\n"
              "    __hash__ = str.__hash__\n");
    CHECK(raises(host, "host.f(**{Trap('n'): 1})") ==
          "ReferenceError: qi.host.f() was taken away by the application");
    CHECK(Exposed::alive == 1);
}

TEST_CASE("what cannot be exposed is refused with a reason, and stays the caller's")
{
    Host host;
    QObject object;
    begin(host);

    CHECK(expose(host, "f", "(a", echo) == QI_ERR_ARGUMENT);
    CHECK(std::string(qi_last_error()->message).find("\"(a\"") != std::string::npos);
    for (const char *signature :
         {"a", "(a, **b)", "(a=1, b)", "(a=missing)", "(): pass\nimport os\ndef g()"})
        CHECK(expose(host, "f", signature, echo) == QI_ERR_ARGUMENT);
    for (const char *name : {"", "a b", "a..b", ".a", "a.", "class", "a.def", "1"})
        CHECK(expose(host, name, "()", echo) == QI_ERR_ARGUMENT);
    CHECK(expose(host, "f\xff", "()", echo) == QI_ERR_ENCODING);
    CHECK(expose(host, "f", "()", echo, 64) == QI_ERR_ARGUMENT);

    qi_function function;
    qi_function_init(&function);
    CHECK(qi_function_register(host.runtime, "f", &function) == QI_ERR_ARGUMENT);
    CHECK(qi_function_register(host.runtime, "f", nullptr) == QI_ERR_ARGUMENT);
    function.size = 3;
    CHECK(qi_function_register(host.runtime, "f", &function) == QI_ERR_ABI);

    REQUIRE(expose(host, "desk.price", "()", echo) == QI_OK);
    CHECK(expose(host, "desk", "()", echo) == QI_ERR_STATE);
    CHECK(expose(host, "desk.price.now", "()", echo) == QI_ERR_STATE);
    CHECK(qi_object_register(host.runtime, "desk", &object) == QI_ERR_STATE);
    REQUIRE(qi_object_register(host.runtime, "thing", &object) == QI_OK);
    CHECK(expose(host, "thing", "()", echo) == QI_ERR_STATE);
    CHECK(expose(host, "thing.f", "()", echo) == QI_ERR_STATE);
    CHECK(Exposed::alive == 1);
    int status = QI_OK;
    std::thread([&] { status = expose(host, "g", "()", echo); }).join();
    CHECK(status == QI_ERR_WRONG_THREAD);
}
