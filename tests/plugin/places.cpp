/* SPDX-License-Identifier: BSD-3-Clause */
// Where plugins may be, and that a folder of plugins is none of modules.
#include <cstdio>
#include <string>

#include <unistd.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfile.h>

#include <qi/plugin.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

namespace
{

/* Starts the plugins of this folder, in place of that of the host. */
int start_with(PluginHost &host, const std::string &folder)
{
    const char *folders[] = {folder.c_str()};
    return host.try_to_start([&](qi_plugins_config &config) { config.application_folders = folders; });
}

std::string listed(PluginHost &host)
{
    qi_value plugins = qi_none();
    REQUIRE(qi_plugins_list(host.runtime, &plugins) == QI_OK);
    return tests::take(plugins);
}

} // namespace

TEST_CASE("a folder of plugins from which modules are imported is refused")
{
    PluginHost host;
    host.write("orders", "def activate(ctx): pass\n");
    const std::string plugins = host.folder() + "/plugins";

    host.exec(("import sys; sys.path.insert(0, '" + plugins + "/')").c_str());
    CHECK(start_with(host, plugins) == QI_ERR_ARGUMENT);
    const std::string message = qi_last_error()->message;
    CHECK(message.find(plugins) != std::string::npos);
    CHECK(message.find("imported by its name without anybody's consent") != std::string::npos);
    host.exec("del sys.path[0]");
    CHECK(start_with(host, plugins) == QI_OK);
    CHECK(listed(host).find("'orders'") != std::string::npos);
}

TEST_CASE("a folder of plugins that holds one of modules is refused")
{
    PluginHost host;
    host.write("orders", "def activate(ctx): pass\n");
    const std::string plugins = host.folder() + "/plugins";

    for (const char *name :
         {"csv", "bisect", "hashlib", "dataclasses", "tomllib", "difflib", "zipimport", "graphlib"})
        host.write_file("shared", std::string(name) + ".py",
                        "import sys; sys.is_a_strangers = True\n");
    host.exec(("import sys; sys.path.insert(0, '" + plugins + "/shared')").c_str());
    CHECK(start_with(host, plugins) == QI_ERR_ARGUMENT);
    CHECK(host.eval("hasattr(sys, 'is_a_strangers')") == "False");
    CHECK(std::string(qi_last_error()->message).find("or holds a folder that is") !=
          std::string::npos);
}

TEST_CASE("a folder of plugins that is one of modules by a symlink is not searched, and says so")
{
    PluginHost host;
    host.write("orders", "def activate(ctx): pass\n");
    const std::string plugins = host.folder() + "/plugins", link = host.folder() + "/link";

    REQUIRE(symlink("plugins", link.c_str()) == 0);
    host.exec(("import sys; sys.path.insert(0, '" + plugins + "')").c_str());
    REQUIRE(start_with(host, link) == QI_OK);
    const std::string all = listed(host);
    CHECK(all.find("'orders'") == std::string::npos);
    CHECK(all.find("imported by its name without anybody's consent") != std::string::npos);
}

TEST_CASE("relative folders of plugins begin at the program")
{
    PluginHost host;
    const std::string program = QCoreApplication::applicationDirPath().toStdString();

    host.write("orders", "def activate(ctx): pass\n");
    REQUIRE(chdir(host.folder().c_str()) == 0);
    REQUIRE(start_with(host, "plugins") == QI_OK);
    CHECK(listed(host).find("'orders'") == std::string::npos);
    bool told = false;
    for (const std::string &line : host.log)
        told |= line.find("there is no folder " + program + "/plugins") != std::string::npos;
    CHECK(told);
}

TEST_CASE("an empty folder of plugins is refused")
{
    PluginHost host;

    CHECK(start_with(host, "") == QI_ERR_ARGUMENT);
    CHECK(std::string(qi_last_error()->message).find("application_folders is empty") !=
          std::string::npos);
    for (const char *qi_plugins_config::*member :
         {&qi_plugins_config::settings_file, &qi_plugins_config::data_folder}) {
        qi_plugins_config config;
        qi_plugins_config_init(&config);
        config.*member = "";
        CHECK(qi_plugins_start(host.runtime, &config) == QI_ERR_ARGUMENT);
    }
}
