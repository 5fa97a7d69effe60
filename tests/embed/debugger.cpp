// SPDX-License-Identifier: BSD-3-Clause
// qi_debugger_listen() from C; that a debugger can attach is tested in tests/run/test_debug.py.

#include "embedding.h"

TEST_CASE("a debugger can be listened for")
{
    Embedding host;
    qi_value where = qi_none(), again = qi_none();

    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_debugger_listen(host.runtime, nullptr, 0, &where) == QI_OK);
    CHECK(std::string(qi_value_get(&where, "backend")->as.text.data) == "pdb");
    CHECK(QFileInfo(QString::fromUtf8(qi_value_get(&where, "path")->as.text.data)).exists());
    CHECK(std::string(qi_value_get(&where, "text")->as.text.data).find("connect with") !=
          std::string::npos);
    CHECK_FALSE(qi_debugger_is_attached(host.runtime));
    REQUIRE(qi_debugger_listen(host.runtime, "pdb", 0, &again) == QI_OK);
    CHECK(qi_value_equal(&where, &again));
    REQUIRE(qi_debugger_listen(host.runtime, nullptr, 0, nullptr) == QI_OK);
    qi_value_clear(&where);
    qi_value_clear(&again);
    host.exec("import qi.debug; qi.debug.stop()");
}

TEST_CASE("listening for a debugger is refused where it cannot be")
{
    Embedding host;
    qi_value where = qi_none();

    CHECK(qi_debugger_listen(nullptr, nullptr, 0, &where) == QI_ERR_HANDLE);
    CHECK_FALSE(qi_debugger_is_attached(nullptr));
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_debugger_listen(host.runtime, "debugpy", 70000, &where) == QI_ERR_RANGE);
    CHECK(qi_debugger_listen(host.runtime, "gdb", 0, &where) == QI_ERR_PYTHON);
    // Whoever asked for a port before had debugpy, and must say now that they want what comes with it.
    CHECK(qi_debugger_listen(host.runtime, nullptr, 5678, &where) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message).find("anybody on this machine") != std::string::npos);
    CHECK(where.kind == QI_KIND_NONE);
}
