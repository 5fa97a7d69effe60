/* SPDX-License-Identifier: BSD-3-Clause */
// qi_scope: namespaces of the host's, apart from __main__ and from each other; and qi_import().
#include <cstring>
#include <string>
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;
using tests::take;

namespace
{

int exec(qi_scope *scope, const char *source)
{
    return qi_scope_exec(scope, source, std::strlen(source), nullptr);
}

std::string eval(qi_scope *scope, const char *expression)
{
    qi_value value = qi_none();
    const int status = qi_scope_eval(scope, expression, std::strlen(expression), &value);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    return take(value);
}

struct Scope {
    explicit Scope(Host &host) { REQUIRE(qi_scope_new(host.runtime, &handle) == QI_OK); }
    ~Scope() { qi_scope_release(handle); }
    qi_scope *handle = nullptr;
};

} // namespace

TEST_CASE("scopes share no names with __main__ or each other")
{
    Host host;
    Scope one(host), two(host);

    host.exec("x = 'main'");
    CHECK(exec(one.handle, "x = 1\ndef f(): return x") == QI_OK);
    CHECK(exec(two.handle, "x = 2\ndef f(): return x") == QI_OK);
    CHECK(eval(one.handle, "f()") == "1");
    CHECK(eval(two.handle, "f()") == "2");
    CHECK(host.eval("x") == "'main'");
    CHECK(exec(one.handle, "y") == QI_ERR_PYTHON);
    CHECK(eval(one.handle, "len([1])") == "1"); // the built-in names are there
    CHECK(eval(one.handle, "__name__") != eval(two.handle, "__name__"));
}

TEST_CASE("names are set and read by the host")
{
    Host host;
    Scope scope(host);
    const qi_value items[] = {qi_int(1), qi_text("two")}, list = qi_list(items, 2);
    qi_value out = qi_none();

    REQUIRE(qi_scope_set(scope.handle, "given", &list) == QI_OK);
    CHECK(exec(scope.handle, "given.append(3)\ntotal = len(given)") == QI_OK);
    REQUIRE(qi_scope_get(scope.handle, "given", &out) == QI_OK);
    CHECK(take(out) == "[1, 'two', 3]");
    REQUIRE(qi_scope_get(scope.handle, "total", &out) == QI_OK);
    CHECK(take(out) == "3");

    const qi_value bad = qi_text("\xff");
    out = qi_int(5);
    CHECK(qi_scope_get(scope.handle, "totel", &out) == QI_ERR_NOT_FOUND);
    CHECK(std::string(qi_last_error()->message).find("near names: 'total'") != std::string::npos);
    CHECK(qi_scope_get(scope.handle, nullptr, &out) == QI_ERR_ARGUMENT);
    CHECK(qi_scope_get(scope.handle, "total", nullptr) == QI_ERR_ARGUMENT);
    for (const char *name : {"", "a b", "1a", "a.b"})
        CHECK(qi_scope_set(scope.handle, name, &list) == QI_ERR_ARGUMENT);
    CHECK(qi_scope_set(scope.handle, "\xff", &list) == QI_ERR_ENCODING);
    CHECK(qi_scope_set(scope.handle, "a", nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_scope_set(scope.handle, "a", &bad) == QI_ERR_ENCODING);
    CHECK(out.as.integer == 5);
}

TEST_CASE("classes of a scope are found by who looks for their module")
{
    Host host;
    Scope scope(host);

    CHECK(exec(scope.handle, "from __future__ import annotations\n"
                             "import dataclasses, pickle, typing\n"
                             "@dataclasses.dataclass\n"
                             "class Point:\n"
                             "    x: int\n"
                             "    kind: ClassVar[str] = 'point'\n"
                             "from typing import ClassVar\n"
                             "copy = pickle.loads(pickle.dumps(Point(1)))") == QI_OK);
    CHECK(eval(scope.handle, "copy") == eval(scope.handle, "copy"));
    CHECK(eval(scope.handle, "copy.x") == "1");
}

TEST_CASE("a released scope is gone, and what it gave away is not")
{
    Host host;
    qi_scope *scope = nullptr;
    qi_value function = qi_none(), out = qi_none();

    REQUIRE(qi_scope_new(host.runtime, &scope) == QI_OK);
    CHECK(exec(scope,
               "import weakref\nclass Big: pass\nbig = Big()\nkept = 7\ndef f(): return kept") ==
          QI_OK);
    REQUIRE(qi_scope_get(scope, "f", &function) == QI_OK);
    const std::string name = eval(scope, "__name__");
    CHECK(host.eval(("__import__('sys').modules.get(" + name + ") is not None").c_str()) == "True");
    std::thread([&] { qi_scope_release(scope); }).join();
    CHECK(host.eval(("__import__('sys').modules.get(" + name + ")").c_str()) == "None");
    CHECK(exec(scope, "1") == QI_ERR_HANDLE);
    CHECK(qi_scope_get(scope, "f", &out) == QI_ERR_HANDLE);
    REQUIRE(qi_value_call(&function, nullptr, nullptr, 0, nullptr, 0, &out) == QI_OK);
    CHECK(take(out) == "7");
    qi_value_clear(&function);
    qi_scope_release(scope);
    qi_scope_release(nullptr);
}

TEST_CASE("a scope may be released by its own code")
{
    Host host;
    static qi_scope *scope;
    qi_function release;

    qi_function_init(&release);
    release.signature = "()";
    release.call = [](const qi_value *, size_t, qi_value *, void *) {
        qi_scope_release(scope);
        return int(QI_OK);
    };
    REQUIRE(qi_function_register(host.runtime, "release", &release) == QI_OK);
    REQUIRE(qi_scope_new(host.runtime, &scope) == QI_OK);
    CHECK(exec(scope, "import qi\nqi.host.release()\nx = 1\nassert x == 1") == QI_OK);
    CHECK(exec(scope, "1") == QI_ERR_HANDLE);
}

TEST_CASE("source with a NUL or without UTF-8 is refused whole")
{
    Host host;
    Scope scope(host);
    const char source[] = "x = 1\0x = 2";
    qi_value out = qi_int(5);

    CHECK(qi_exec_n(host.runtime, source, sizeof source - 1, nullptr) == QI_ERR_ENCODING);
    CHECK(std::string(qi_last_error()->message).find("NUL at byte 5") != std::string::npos);
    CHECK(qi_scope_exec(scope.handle, source, sizeof source - 1, nullptr) == QI_ERR_ENCODING);
    CHECK(qi_eval_n(host.runtime, "1\0+1", 4, &out) == QI_ERR_ENCODING);
    CHECK(qi_scope_eval(scope.handle, "1\0+1", 4, &out) == QI_ERR_ENCODING);
    CHECK(qi_exec_n(host.runtime, "'\xff'", 3, nullptr) == QI_ERR_ENCODING);
    CHECK(qi_exec_n(host.runtime, nullptr, 3, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_exec_n(host.runtime, "1", 1, "\xff") == QI_ERR_ENCODING);
    CHECK(out.as.integer == 5);

    CHECK(qi_exec_n(host.runtime, nullptr, 0, nullptr) == QI_OK);
    CHECK(qi_exec_n(host.runtime, "x = 3 + not this", 5, "sized.py") ==
          QI_OK); // the size holds, and not the NUL
    CHECK(qi_eval_n(host.runtime, "x + 1 and more", 5, &out) == QI_OK);
    CHECK(take(out) == "4");
    CHECK(host.eval("x") == "3");
}

TEST_CASE("tracebacks show the lines of a scope's source")
{
    Host host;
    Scope scope(host);
    const char source[] = "def f():\n    return 1 / 0\nf()";

    CHECK(qi_scope_exec(scope.handle, source, std::strlen(source), "formula") == QI_ERR_PYTHON);
    const std::string traceback = qi_last_error()->traceback;
    CHECK(traceback.find("\"formula\", line 2, in f") != std::string::npos);
    CHECK(traceback.find("return 1 / 0") != std::string::npos);
}

TEST_CASE("scopes belong to their runtime and the GUI thread")
{
    Host host;
    qi_scope *scope = nullptr, *other = nullptr;
    int there = QI_OK;

    CHECK(qi_scope_new(host.runtime, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_scope_new(nullptr, &scope) == QI_ERR_HANDLE);
    REQUIRE(qi_scope_new(host.runtime, &scope) == QI_OK);
    std::thread([&] { there = exec(scope, "1"); }).join();
    CHECK(there == QI_ERR_WRONG_THREAD);
    host.shutdown();
    CHECK(exec(scope, "1") == QI_ERR_NOT_RUNNING);
    CHECK(qi_scope_new(host.runtime, &other) == QI_ERR_NOT_RUNNING);
    qi_scope_release(scope);
}

TEST_CASE("modules are imported by name and looked into")
{
    Host host;
    qi_value module = qi_none(), out = qi_none();
    const qi_value path = qi_text("/a/b");

    REQUIRE(qi_import(host.runtime, "os.path", &module) == QI_OK);
    REQUIRE(qi_value_call(&module, "basename", &path, 1, nullptr, 0, &out) == QI_OK);
    CHECK(take(out) == "'b'");
    qi_value_clear(&module);
    CHECK(qi_import(host.runtime, "json", nullptr) == QI_OK);
    CHECK(host.eval("'json' in __import__('sys').modules") == "True");
    module = qi_int(5);
    CHECK(qi_import(host.runtime, "jsn", &module) == QI_ERR_NOT_FOUND);
    CHECK(std::string(qi_last_error()->message).find("'json'") != std::string::npos);
    for (const char *name : {"", ".", "a..b", "a:b", "a b"})
        CHECK(qi_import(host.runtime, name, &module) == QI_ERR_ARGUMENT);
    CHECK(qi_import(host.runtime, nullptr, &module) == QI_ERR_ARGUMENT);
    CHECK(qi_import(host.runtime, "\xff", &module) == QI_ERR_ENCODING);
    CHECK(module.as.integer == 5);
}
