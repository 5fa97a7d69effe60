/* SPDX-License-Identifier: BSD-3-Clause */
// Bytecode that nobody has agreed to runs neither in interpreters that a plugin has the standard library start, nor after
// the plugin's end.
#include <qi/qi.h>

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

namespace
{

/* Puts bytecode beside a source that says something else, which Python takes without a look at the source. */
const char *const plant = R"(
import importlib.util, importlib._bootstrap_external as external, os
def plant(path, code):
    planted = importlib.util.cache_from_source(path)
    os.makedirs(os.path.dirname(planted), exist_ok=True)
    with open(planted, "wb") as file:
        file.write(external._code_to_hash_pyc(compile(code, path, "exec"), bytes(8), False))
)";

const char *const source = R"(
import multiprocessing
import goods
def activate(ctx):
    def tell(how):
        child = multiprocessing.get_context(how).Process(target=goods.tell, args=(ctx.data_folder / how,))
        child.start()
        child.join()
        assert child.exitcode == 0
    for how in "spawn", "forkserver", "fork":
        ctx.action(how, how, lambda how=how: tell(how))
)";

std::string content(const std::string &path)
{
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : "";
}

} // namespace

TEST_CASE("children of a plugin run its sources, whatever bytecode lies there")
{
    QTemporaryDir cache;
    const bool has_cache = GENERATE(true, false);
    PluginHost host;
    host.exec(("import os; os.environ['XDG_CACHE_HOME'] = '" +
               (has_cache ? cache.path().toStdString() : "/dev/null/cache") + "'")
                  .c_str());
    host.write("orders", source, "private = \"vendor\"\n");
    host.write_file("orders", "vendor/goods.py",
                    "def tell(path): print('honest', end='', file=open(path, 'w'))\n");
    host.start();
    REQUIRE(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    host.exec(plant);
    host.exec(("plant('" + host.folder() +
               "/plugins/orders/vendor/goods.py', \"def tell(path): print('planted', end='', "
               "file=open(path, 'w'))\")")
                  .c_str());
    const std::string data = host.eval("str(__import__('qi').plugin.manager.data_folder)");
    const std::string folder = data.substr(1, data.size() - 2) + "/orders/";
    for (const char *how : {"spawn", "forkserver", "fork"}) {
        INFO(how);
        CHECK(qi_plugin_trigger(host.runtime, "orders", how, nullptr, nullptr) == QI_OK);
        CHECK(content(folder + how) == "honest");
    }
    CHECK(QFileInfo::exists(cache.filePath(QStringLiteral("qi/children"))) == has_cache);
    host.exec("import multiprocessing.forkserver as server\nserver._forkserver._stop()\n"
              "import multiprocessing.resource_tracker as tracker\n"
              "tracker._resource_tracker._stop()\n");
}

TEST_CASE("the flags of children are as before when plugins have ended")
{
    PluginHost host;
    host.exec("import subprocess\nbefore = subprocess._args_from_interpreter_flags");
    host.write("orders", "import multiprocessing.util\ndef activate(ctx): pass\n");
    host.start();
    REQUIRE(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.eval("'-X' in subprocess._args_from_interpreter_flags()") == "True");
    qi_task *task = nullptr;
    REQUIRE(qi_plugins_stop(host.runtime, nullptr, &task) == QI_OK);
    host.until([&] { return qi_task_state(task) == QI_TASK_STATE_DONE; });
    qi_task_release(task);
    CHECK(host.eval("subprocess._args_from_interpreter_flags is before") == "True");
    host.exec("import multiprocessing.util");
    CHECK(host.eval("multiprocessing.util._args_from_interpreter_flags() == before()") == "True");
}

TEST_CASE("a private package that stays loaded imports what was agreed to, or nothing")
{
    PluginHost host;
    host.write("orders", "import stays\ndef activate(ctx): pass\n", "private = \"vendor\"\n");
    host.write_file("orders", "vendor/stays/__init__.py", "from . import _lsprof\n");
    host.write_file("orders", "vendor/stays/late.py", "value = 'honest'\n");
    host.write_file("orders", "vendor/stays/later.py", "value = 'honest'\n");
    host.exec(("import shutil, _lsprof\nshutil.copy(_lsprof.__file__, '" + host.folder() +
               "/plugins/orders/vendor/stays/_lsprof.so')")
                  .c_str());
    host.start();
    REQUIRE(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    REQUIRE(host.eval("'stays' in __import__('sys').modules") == "True");
    host.exec(plant);
    const std::string late = host.folder() + "/plugins/orders/vendor/stays/";
    host.exec(("plant('" + late + "late.py', \"value = 'planted'\")").c_str());
    host.write_file("orders", "vendor/stays/later.py", "value = 'edited'\n");
    CHECK(host.eval("__import__('stays.late').late.value") == "'honest'");
    host.exec("import importlib\ntry: importlib.import_module('stays.later')\n"
              "except ImportError as error: refused = str(error)");
    CHECK(host.eval("refused").find("has changed since the user agreed") != std::string::npos);
}
