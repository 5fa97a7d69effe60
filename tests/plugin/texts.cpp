/* SPDX-License-Identifier: BSD-3-Clause */
// Texts that are no UTF-8 or have a NUL in them: of one plugin, they must not keep the others from being used.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

static const char plain[] = "def activate(ctx): pass\n";

TEST_CASE("a folder whose name is not UTF-8 is listed, and blocked, beside the others")
{
    PluginHost host;
    host.write("orders", plain);
    host.exec(("import os; odd = b'" + host.folder() +
               "/plugins/caf\\xe9'; os.mkdir(odd); open(odd + b'/plugin.toml', 'w').close()")
                  .c_str());
    host.start();
    qi_value list = qi_none();
    REQUIRE(qi_plugins_list(host.runtime, &list) == QI_OK);
    CHECK(list.as.list.count == 2);
    qi_value_clear(&list);
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    bool blocked = false;
    for (const tests::PluginEvent &event : host.events)
        blocked = blocked ||
                  (event.id.rfind("caf", 0) == 0 && event.state == QI_PLUGIN_STATE_BLOCKED);
    CHECK(blocked);
}

TEST_CASE("an error whose text C cannot take is the plugin's failure all the same")
{
    PluginHost host;
    host.write("orders", "def activate(ctx): raise ValueError('no\\0thing')\n");
    host.write("prices", "def activate(ctx): raise ValueError('lone \\udcff')\n");
    host.write("stocks",
               "def activate(ctx): pass\ndef deactivate(): raise ValueError('\\udcff\\0')\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_FAILED);
    CHECK(host.info("orders", "reason").find("thing") != std::string::npos);
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_FAILED);
    CHECK(host.info("prices", "reason").find("lone") != std::string::npos);
    CHECK(host.take_reports().size() == 2);
    CHECK(host.enable("stocks") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("stocks") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("stocks", "errors") == "1");
}

TEST_CASE("what a plugin shows does not keep the host from listing the others")
{
    PluginHost host;
    host.write("orders",
               "def activate(ctx):\n"
               "    ctx.action('go', 'lone \\udcff', print)\n"
               "    try: ctx.settings.place = 'caf\\udce9'\n"
               "    except ValueError as wrong: ctx.action('why', str(wrong), print)\n",
               "[settings.place]\ntype = \"path\"\n");
    host.write("prices", plain);
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.info("orders", "actions").find("not Unicode") != std::string::npos);
    qi_value list = qi_none();
    REQUIRE(qi_plugins_list(host.runtime, &list) == QI_OK);
    CHECK(list.as.list.count == 2);
    qi_value_clear(&list);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
}

TEST_CASE("a manifest that breaks what reads it is a blocked plugin, not the end of the others")
{
    const std::string digits(5000, '9'), letters(5000, 'f');
    std::string deep = "[contributes.a";
    for (int i = 0; i < 5000; i++)
        deep += ".a";
    const std::string manifests[] = {
        "[settings.a]\ntype = \"int\"\ndefault = " + digits + "\n",
        "[settings.a]\ntype = \"float\"\ndefault = 0x" + letters + "\n",
        "[settings.a]\ntype = \"float\"\nminimum = 0x" + letters + "\n",
        "[contributes]\nnumber = 0x" + letters + "\n",
        "[contributes]\nactions = [{name = [\"a\"], text = \"b\"}]\n",
        "private = \"" + letters + "\"\n",
        deep + "]\nb = 1\n",
        "dependencies = [\"a; " + std::string(3000, '(') + "python_version>'3'" +
            std::string(3000, ')') + "\"]\n",
    };
    PluginHost host;
    host.write("orders", plain);
    int number = 0;
    for (const std::string &more : manifests)
        host.write("broken" + std::to_string(number++), plain, more);
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    while (number--)
        CHECK(host.info(("broken" + std::to_string(number)).c_str(), "state") == "'blocked'");
}

TEST_CASE("settings that somebody has edited are their defaults, where they do not fit")
{
    PluginHost host;
    host.write("orders", plain,
               "[settings.number]\ntype = \"int\"\ndefault = 4\n"
               "[settings.factor]\ntype = \"float\"\ndefault = 0.5\n"
               "[settings.names]\ntype = \"list\"\ndefault = [\"a\"]\n"
               "[settings.title]\ntype = \"text\"\ndefault = \"none\"\n");
    host.exec(("open('" + host.folder() +
               "/settings.ini', 'w').write('[plugins]\\norders\\\\enabled=@Invalid()\\n"
               "orders\\\\settings\\\\number=@Variant("
               "\\\\0\\\\0\\\\0\\\\x6\\\\x7f\\\\xf0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0)\\n"
               "orders\\\\settings\\\\factor=1, 2\\norders\\\\settings\\\\title=a, b\\n')")
                  .c_str());
    host.start();
    qi_value value = qi_none();
    REQUIRE(qi_plugin_get_setting(host.runtime, "orders", "number", &value) == QI_OK);
    CHECK(tests::take(value) == "4");
    REQUIRE(qi_plugin_get_setting(host.runtime, "orders", "factor", &value) == QI_OK);
    CHECK(tests::take(value) == "0.5");
    REQUIRE(qi_plugin_get_setting(host.runtime, "orders", "title", &value) == QI_OK);
    CHECK(tests::take(value) == "'a, b'");
}

TEST_CASE("an empty list is kept as one")
{
    PluginHost host;
    host.write("orders", plain, "[settings.names]\ntype = \"list\"\ndefault = [\"a\"]\n");
    host.start();
    qi_value empty = qi_list(nullptr, 0), value = qi_none();
    REQUIRE(qi_plugin_set_setting(host.runtime, "orders", "names", &empty) == QI_OK);
    REQUIRE(host.shutdown() == QI_OK);
    REQUIRE(qi_runtime_init(nullptr, &host.runtime) == QI_OK);
    host.start();
    REQUIRE(qi_plugin_get_setting(host.runtime, "orders", "names", &value) == QI_OK);
    CHECK(tests::take(value) == "[]");
}

TEST_CASE("what a plugin says of itself and of its errors steers no terminal")
{
    PluginHost host;
    host.write("orders", "def activate(ctx):\n"
                         "    ctx.action('go', 'odd \\x1b[2J\\ntext', print, tooltip='\\u202e')\n"
                         "    raise ValueError('no \\x1b[31m\\rthing')\n");
    host.write("prices", "def activate(ctx): ctx.action('go', 'odd \\x1b[2J\\u202e', print)\n",
               "[settings.place]\ntype = \"text\"\ntitle = \"\\u001b]0;\\u0007\"\ndefault = "
               "\"\\u001b\"\n");
    host.exec(("import os; odd = '" + host.folder() +
               "/plugins/odd\\x1b[2J\\n'; os.mkdir(odd); open(odd + '/plugin.toml', 'w').close()")
                  .c_str());
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_FAILED);
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.info("orders", "reason").find("no \\\\x1b[31m\\\\x0dthing") != std::string::npos);
    CHECK(host.take_reports().size() == 1);
    CHECK(host.info("prices", "actions").find("odd \\\\x1b[2J\\\\u202e") != std::string::npos);
    for (const tests::PluginEvent &event : host.events)
        CHECK((event.id + event.reason + event.traceback).find_first_of("\x1b\r\a") ==
              std::string::npos);
    for (const tests::PluginEvent &event : host.events)
        CHECK(event.id.find('\n') == std::string::npos);
    // A value is what it is.
    qi_value value = qi_none();
    REQUIRE(qi_plugin_get_setting(host.runtime, "prices", "place", &value) == QI_OK);
    CHECK(std::string(value.as.text.data, value.as.text.size) == "\x1b");
    qi_value_clear(&value);
}
