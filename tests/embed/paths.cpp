// SPDX-License-Identifier: BSD-3-Clause
// Where the paths of a configuration begin: at the program, and not where somebody has started it.
#include <unistd.h>

#include "tests/embed/embedding.h"

namespace
{

// The current folder is somebody's who has put there what Python would like to import.
struct Strangers {
    Strangers()
    {
        for (const char *name : {"json.py", "stranger.py", "plugins/json.py", "plugins/stranger.py"})
            folder.write(name, "raise SystemExit('of a stranger')\n");
        folder.write("venv/pyvenv.cfg", "home = /usr/bin\n");
        before = QDir::currentPath();
        REQUIRE(chdir(folder.path().c_str()) == 0);
    }
    ~Strangers() { QDir::setCurrent(before); }

    Folder folder;
    QString before;
};

std::string message()
{
    return qi_last_error()->message;
}

} // namespace

TEST_CASE("relative_module_paths_begin_at_the_program")
{
    Embedding host;
    const Strangers strangers;
    const std::string program = QCoreApplication::applicationDirPath().toStdString();
    const char *paths[] = {"plugins", ".", "../lib", "/usr/share"};
    host.config.module_paths = paths;
    host.config.module_path_count = 4;

    REQUIRE(host.init() == QI_OK);
    host.exec("import os, sys");
    CHECK(host.eval("sys.path[0]") == "'" + program + "/plugins'");
    CHECK(host.eval("sys.path[1]") == "'" + program + "'");
    CHECK(host.eval("sys.path[2]") ==
          "'" + QDir::cleanPath(QString::fromStdString(program + "/../lib")).toStdString() + "'");
    CHECK(host.eval("sys.path[3]") == "'/usr/share'");
    host.exec("import json\n"
              "assert json.loads('1') == 1\n"
              "try: import stranger\n"
              "except ImportError: pass\n");
    CHECK(host.contains(host.log, "there is no folder " + program + "/plugins"));
}

TEST_CASE("other_relative_paths_begin_at_the_program_as_well")
{
    Embedding host;
    const Strangers strangers;
    const std::string program = QCoreApplication::applicationDirPath().toStdString();

    host.config.venv = "venv"; // is in the current folder
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find(program + "/venv") != std::string::npos);
    host.config.venv = nullptr;
    host.config.home = "python";
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find(program + "/python") != std::string::npos);
    host.config.home = nullptr;
    host.config.executable = "bin/python3";
    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("__import__('sys').executable") == "'" + program + "/bin/python3'");
}

TEST_CASE("an_empty_path_is_refused_by_its_name")
{
    Embedding host;
    const char *paths[] = {"/usr/share", ""};
    host.config.module_paths = paths;
    host.config.module_path_count = 2;

    CHECK(host.init() == QI_ERR_ARGUMENT);
    CHECK(message().find("an entry of the configuration's module_paths is empty") == 0);
    host.config.module_path_count = 1;
    host.config.venv = "";
    CHECK(host.init() == QI_ERR_ARGUMENT);
    CHECK(message().find("the configuration's venv is empty") == 0);
    host.config.venv = nullptr;
    CHECK(host.init() == QI_OK);
}

// `executable`: the configured one; its text is what sys.executable is.
static void start_without_interpreter(const char *executable)
{
    Folder home, strangers;
    const std::string prefix = home.path(),
                      packages = "lib/python" QI_PYTHON_VERSION "/site-packages/";
    const QString before = QDir::currentPath();

    home.link("lib/python" QI_PYTHON_VERSION, QI_PYTHON_PREFIX "/lib/python" QI_PYTHON_VERSION);
    for (const char *at : {"pyvenv.cfg", "a/pyvenv.cfg", "a/b/pyvenv.cfg"})
        strangers.write(at, "home = /usr/bin\n");
    for (const char *at : {"", "a/", "a/b/"})
        strangers.write((at + packages + "stranger.pth").c_str(),
                        "import sys; sys.is_a_strangers = True\n");
    REQUIRE(chdir(strangers.file("a/b").c_str()) == 0);
    setenv("PATH", "/nowhere", 1);

    Embedding host;
    host.config.home = prefix.c_str();
    host.config.executable = executable;
    REQUIRE(host.init() == QI_OK);
    host.exec("import sys");
    CHECK(host.eval("hasattr(sys, 'is_a_strangers')") == "False");
    CHECK(host.eval("sys.prefix") == "'" + prefix + "'");
    const std::string expected = std::string("'") + (executable ? executable : "") + "'";
    CHECK(host.eval("sys.executable") == expected);
    CHECK(host.eval("sys._base_executable") == expected);
    QDir::setCurrent(before);
}

TEST_CASE("a_python_without_an_interpreter_takes_nothing_from_the_current_folder")
{
    start_without_interpreter(nullptr);
}

TEST_CASE("and_so_does_one_with_a_configured_interpreter")
{
    start_without_interpreter("/nowhere/python");
}

TEST_CASE("a_home_that_nobody_knows_is_not_a_folder_of_the_current_one")
{
    Folder strangers;
    const std::string packages = ".local/lib/python" QI_PYTHON_VERSION "/site-packages/";
    const QString before = QDir::currentPath();

    strangers.write((packages + "stranger.pth").c_str(), "import sys; sys.is_a_strangers = True\n");
    strangers.write(".pdbrc", "import sys; sys.is_a_strangers = True\n");
    REQUIRE(chdir(strangers.path().c_str()) == 0);
    setenv("HOME", ".", 1); // "~" is relative, as where there is neither HOME nor an entry for the user
    Embedding host;
    host.config.use_environment = true;
    REQUIRE(host.init() == QI_OK);
    host.exec("import pdb, sys");
    CHECK(host.eval("hasattr(sys, 'is_a_strangers')") == "False");
    CHECK(host.eval("pdb.Pdb(readrc=True).rcLines") == "[]");
    QDir::setCurrent(before);
}
