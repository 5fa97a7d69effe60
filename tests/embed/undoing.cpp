// SPDX-License-Identifier: BSD-3-Clause
// What can be set can be asked for, and what was begun can be ended.
#include <qi/convert.hpp>
#include <qi/qt.hpp>

#include <QtCore/qstring.h>

#include "tests/embed/embedding.h"

namespace
{

struct Parcel {
    int weight;
};

} // namespace

TEST_CASE("the_slice_and_the_debug_mode_are_read_as_they_were_set")
{
    Embedding host;
    unsigned slice = 0;
    bool on = true;
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_get_slice(host.runtime, &slice) == QI_OK);
    CHECK(slice == 2000);
    CHECK(qi_runtime_set_slice(host.runtime, 700) == QI_OK);
    CHECK(qi_runtime_get_slice(host.runtime, &slice) == QI_OK);
    CHECK(slice == 700);
    CHECK(qi_runtime_get_debug(host.runtime, &on) == QI_OK);
    CHECK_FALSE(on);
    CHECK(qi_runtime_set_debug(host.runtime, true) == QI_OK);
    CHECK(host.eval("__import__('asyncio').get_running_loop().get_debug()") == "True");
    host.exec("import asyncio\nasyncio.get_running_loop().set_debug(False)");
    on = true;
    CHECK(qi_runtime_get_debug(host.runtime, &on) == QI_OK);
    CHECK_FALSE(on);
    CHECK(qi_runtime_get_slice(host.runtime, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_runtime_get_debug(host.runtime, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_runtime_set_debug(nullptr, true) == QI_ERR_HANDLE);
}

TEST_CASE("debug_mode_at_run_time_tells_of_a_slow_callback")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_runtime_set_debug(host.runtime, true) == QI_OK);
    host.exec("import asyncio, time\nasyncio.get_running_loop().call_soon(time.sleep, 0.2)");
    CHECK(host.until([&] {
        std::lock_guard<std::mutex> lock(host.mutex);
        return Embedding::contains(host.log, "took");
    }));
}

TEST_CASE("a_name_is_taken_out_of_a_scope")
{
    Embedding host;
    qi_scope *scope;
    const qi_value value = qi_int(3);
    qi_value found = qi_none();
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_scope_new(host.runtime, &scope) == QI_OK);
    REQUIRE(qi_scope_set(scope, "width", &value) == QI_OK);
    CHECK(qi_scope_unset(scope, "width") == QI_OK);
    CHECK(qi_scope_get(scope, "width", &found) == QI_ERR_NOT_FOUND);
    CHECK(qi_scope_unset(scope, "width") == QI_ERR_NOT_FOUND);
    CHECK(qi_scope_unset(scope, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_scope_unset(nullptr, "width") == QI_ERR_HANDLE);
    qi_scope_release(scope);
}

TEST_CASE("a_debugger_that_listens_is_stopped_and_listens_again_elsewhere")
{
    Embedding host;
    qi_value first, second;
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_debugger_stop(host.runtime) == QI_OK);
    REQUIRE(qi_debugger_listen(host.runtime, nullptr, 0, &first) == QI_OK);
    const char *path = nullptr;
    REQUIRE(qi_value_to_text(qi_value_get(&first, "path"), &path, nullptr) == QI_OK);
    CHECK(QFile::exists(QString::fromUtf8(path)));
    CHECK(qi_debugger_stop(host.runtime) == QI_OK);
    CHECK_FALSE(QFile::exists(QString::fromUtf8(path)));
    REQUIRE(qi_debugger_listen(host.runtime, nullptr, 0, &second) == QI_OK);
    CHECK_FALSE(qi_value_equal(qi_value_get(&first, "path"), qi_value_get(&second, "path")));
    CHECK(qi_debugger_stop(host.runtime) == QI_OK);
    CHECK(qi_debugger_stop(nullptr) == QI_ERR_HANDLE);
    qi_value_clear(&first);
    qi_value_clear(&second);
}

TEST_CASE("a_converter_is_taken_out_again_and_ends_once")
{
    static int ends = 0;
    qi_converter converter;
    const QMetaType type = QMetaType::fromType<Parcel>();
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    qi_converter_init(&converter);
    converter.type = type.id();
    converter.to = [](const void *, QVariant *out, void *) {
        *out = QStringLiteral("parcel");
        return int(QI_OK);
    };
    converter.destroy = [](void *) { ends++; };
    CHECK(qi_converter_unregister(type.id()) == QI_ERR_NOT_FOUND);
    REQUIRE(qi_converter_register(&converter) == QI_OK);
    const QVariant variant = QVariant::fromValue(Parcel{3});
    qi_value value;
    REQUIRE(qi_value_from_variant(&variant, &value) == QI_OK);
    CHECK(value.kind == QI_KIND_TEXT);
    qi_value_clear(&value);
    CHECK(qi_converter_unregister(type.id()) == QI_OK);
    CHECK(ends == 1);
    REQUIRE(qi_value_from_variant(&variant, &value) == QI_OK);
    CHECK(value.kind == QI_KIND_PYTHON);
    qi_value_clear(&value);
    CHECK(qi_converter_unregister(type.id()) == QI_ERR_NOT_FOUND);
}

TEST_CASE("a_callable_that_is_retained_wants_two_releases")
{
    Embedding host;
    qi_callable *callable;
    qi_value length;
    const qi_value text = qi_text("abc");
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_callable_resolve(host.runtime, "builtins:len", &callable) == QI_OK);
    CHECK(qi_callable_retain(callable) == callable);
    qi_callable_release(callable);
    REQUIRE(qi_callable_call_values(callable, &text, 1, nullptr, 0, &length) == QI_OK);
    CHECK(length.as.integer == 3);
    qi_callable_release(callable);
    CHECK(qi_callable_call_values(callable, &text, 1, nullptr, 0, &length) == QI_ERR_HANDLE);
    CHECK(qi_callable_retain(callable) == nullptr);
}
