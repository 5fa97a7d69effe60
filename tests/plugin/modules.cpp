/* SPDX-License-Identifier: BSD-3-Clause */
// Each plugin has its own modules, whatever they are called.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

TEST_CASE(
    "two plugins may both have a module util, imported absolutely or relatively, early or late")
{
    PluginHost host;
    const char *source =
        "import util\n"
        "import util as alias, sub.part\n"
        "from util import NAME\n"
        "from . import util as relative\n"
        "import sys\n"
        "if not hasattr(sys, 'seen'): sys.seen = []\n"
        "def activate(ctx):\n"
        "    import util as late\n"
        "    from sub.part import NAME as part\n"
        "    space = {}\n"
        "    exec('import util as executed', space)\n"
        "    assert util is alias is relative is late is space['executed'] is __import__('util')\n"
        "    assert sub.part.NAME == part\n"
        "    sys.seen.append((NAME, part, util.__name__))\n";
    for (const char *id : {"one", "two"}) {
        host.write(id, source);
        host.write_file(id, "util.py", std::string("NAME = 'util of ") + id + "'\n");
        host.write_file(id, "sub/__init__.py", "import util\n");
        host.write_file(id, "sub/part.py",
                        std::string("from .. import util\nNAME = 'part of ") + id + "'\n");
    }
    host.start();
    CHECK(host.enable("one") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.enable("two") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("__import__('sys').seen") ==
          "[('util of one', 'part of one', 'qi_plugins.one.util'), ('util of two', 'part of two', "
          "'qi_plugins.two.util')]");
    CHECK(host.eval("'util' in __import__('sys').modules") == "False");
    CHECK(host.disable("one") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.eval("sorted(n for n in __import__('sys').modules if n.startswith('qi_plugins'))") ==
          "['qi_plugins', 'qi_plugins.two', 'qi_plugins.two.sub', 'qi_plugins.two.sub.part', "
          "'qi_plugins.two.two', 'qi_plugins.two.util']");
    CHECK(host.disable("two") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.eval("__import__('qi.plugin.modules', fromlist=['x'])._finder in "
                    "__import__('sys').meta_path") == "False");
}

TEST_CASE("what a plugin has not is the standard library's, and a missing module is named")
{
    PluginHost host;
    host.write("orders", "import json.decoder, sys\n"
                         "def activate(ctx):\n"
                         "    try: from . import nothing\n"
                         "    except ImportError as error: first = str(error)\n"
                         "    try: import qi_plugins.other\n"
                         "    except ModuleNotFoundError as error: second = str(error)\n"
                         "    sys.seen = json.__name__, first, second\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    std::string seen = host.eval("__import__('sys').seen");
    INFO(seen);
    CHECK(seen.find("('json', \"cannot import name 'nothing'") == 0);
    CHECK(seen.find("there is no active plugin 'other'") != std::string::npos);
}

TEST_CASE("objects of a plugin's classes can be pickled and found by name while it is on")
{
    PluginHost host;
    host.write("orders", "import dataclasses, pickle, typing\n"
                         "@dataclasses.dataclass\n"
                         "class Order:\n"
                         "    number: 'int'\n"
                         "def activate(ctx):\n"
                         "    assert pickle.loads(pickle.dumps(Order(7))) == Order(7)\n"
                         "    assert typing.get_type_hints(Order) == {'number': int}\n");
    host.start();
    INFO(host.states("orders"));
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
}

TEST_CASE("a private folder comes first for imports while the plugin is on, and goes with it")
{
    PluginHost host;
    host.write("orders",
               "import bundled, sys\n"
               "def activate(ctx): sys.seen = bundled.NAME, bundled.__name__\n",
               "private = \"vendor\"\n");
    host.write_file("orders", "vendor/bundled/__init__.py", "from bundled.part import NAME\n");
    host.write_file("orders", "vendor/bundled/part.py", "NAME = 'of the plugin'\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("__import__('sys').seen") == "('of the plugin', 'bundled')");
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.eval("[n for n in __import__('sys').modules if 'bundled' in n]") == "[]");
    CHECK(host.eval("[p for p in __import__('sys').path if 'vendor' in p]") == "[]");
}

TEST_CASE("tracebacks show the plugin's lines, and inspect finds its source")
{
    PluginHost host;
    host.write("orders", "import inspect\n"
                         "def activate(ctx):\n"
                         "    assert 'def activate(ctx)' in inspect.getsource(activate)\n"
                         "    raise ValueError('shown')  # this very line\n");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_FAILED);
    CHECK(host.info("orders", "traceback").find("# this very line") != std::string::npos);
    CHECK(host.info("orders", "traceback").find("lifecycle.py") == std::string::npos);
    CHECK(host.take_reports().size() == 1);
}

TEST_CASE("no bytecode is written into a plugin's folder")
{
    PluginHost host;
    host.write("orders", "import util\ndef activate(ctx): pass\n");
    host.write_file("orders", "util.py", "");
    host.start();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval(("__import__('os').path.exists('" + host.folder() + "/plugins/orders/__pycache__')")
                        .c_str()) == "False");
}
