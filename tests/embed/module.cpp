// SPDX-License-Identifier: BSD-3-Clause
// A program that knows nothing of libqi, and a module of it that does: libqi comes by dlopen(), which shows its symbols, and
// those of libpython, to nobody else.
#include <dlfcn.h>

#include <string>

#include <QtCore/qcoreapplication.h>

#include <qi/runtime.h>

#include "tests/support/catch.h"

namespace
{

template <typename Function> Function *function(void *library, const char *name)
{
    return reinterpret_cast<Function *>(dlsym(library, name));
}

} // namespace

TEST_CASE("a library that was loaded for one module alone starts Python with its extension "
          "modules, and stays")
{
    int argc = 1;
    char name[] = "program", *argv[] = {name, nullptr};
    QCoreApplication app(argc, argv);
    REQUIRE_FALSE(dlsym(RTLD_DEFAULT, "Py_GetVersion"));
    REQUIRE_FALSE(dlsym(RTLD_DEFAULT, "qi_runtime_init"));

    void *library = dlopen(QI_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    REQUIRE(library);
    const auto error = function<decltype(qi_last_error)>(library, "qi_last_error");
    const auto eval = function<decltype(qi_eval)>(library, "qi_eval");
    const auto clear = function<decltype(qi_value_clear)>(library, "qi_value_clear");
    const auto init = function<decltype(qi_runtime_init)>(library, "qi_runtime_init");
    const auto shutdown = function<decltype(qi_runtime_shutdown)>(library, "qi_runtime_shutdown");
    REQUIRE((error && eval && clear && init && shutdown));

    qi_runtime *runtime;
    qi_value loaded;
    const int status = init(nullptr, &runtime);
    INFO((status == QI_OK ? "" : error()->message));
    REQUIRE(status == QI_OK);
    const int evaluated = eval(runtime, "__import__('_ctypes').__file__", &loaded);
    INFO((evaluated == QI_OK ? "" : error()->message));
    REQUIRE(evaluated == QI_OK);
    CHECK(std::string(loaded.as.text.data).find(".so") != std::string::npos);
    clear(&loaded);
    CHECK_FALSE(dlsym(RTLD_DEFAULT, "qi_runtime_init")); // that of libqi stays its own

    CHECK(shutdown(runtime, 0) == QI_OK);
    dlclose(library);
    CHECK(dlopen(QI_LIBRARY, RTLD_LAZY | RTLD_NOLOAD));
}
