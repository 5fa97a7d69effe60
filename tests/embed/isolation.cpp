// SPDX-License-Identifier: BSD-3-Clause
// Which Python is started, and what of the user's surroundings it sees.
#include "tests/embed/embedding.h"

namespace
{

std::string message()
{
    return qi_last_error()->message;
}

} // namespace

TEST_CASE("environment_and_current_folder_have_no_effect") // T49
{
    Folder folder;
    folder.write("planted.py", "");
    const QString before = QDir::currentPath();
    QDir::setCurrent(QString::fromStdString(folder.path()));
    qputenv("PYTHONHOME", "/nowhere");
    qputenv("PYTHONPATH", folder.path().c_str());
    qputenv("PYTHONSTARTUP", folder.file("planted.py").c_str());
    qputenv("PYTHONUTF8", "0");

    Embedding host;
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_exec(host.runtime, "import planted", nullptr) == QI_ERR_PYTHON);
    CHECK(host.eval("'' in __import__('sys').path") == "False");
    CHECK(host.eval("__import__('sys').flags.no_user_site") == "1");
    QDir::setCurrent(before);
}

TEST_CASE("the_environment_counts_where_the_host_wants_it")
{
    Folder folder;
    folder.write("planted.py", "");
    qputenv("PYTHONPATH", folder.path().c_str());

    Embedding host;
    host.config.use_environment = true;
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_exec(host.runtime, "import planted", nullptr) == QI_OK);
}

// `PYTHONPATH=$PYTHONPATH:/here` has one where there was none. A process starts its interpreter once.
static void expect_no_current_folder(const QByteArray &path, bool finds)
{
    Folder folder;
    for (const char *name : {"concurrent", "signal", "traceback", "sitecustomize", "planted"})
        folder.write((std::string(name) + ".py").c_str(), "open('ran', 'w')\n");
    QDir::setCurrent(QString::fromStdString(folder.path()));
    qputenv("PYTHONPATH", path);

    Embedding host;
    host.config.use_environment = true;
    REQUIRE(host.init() == QI_OK);
    CHECK(qi_exec(host.runtime, "import planted", nullptr) == QI_ERR_PYTHON);
    CHECK(qi_exec(host.runtime, "import found", nullptr) == (finds ? QI_OK : QI_ERR_PYTHON));
    host.exec(
        "import subprocess, sys\n"
        "child = subprocess.run([sys.executable, '-P', '-c', 'import planted'], stderr=-3)\n");
    CHECK(host.eval("child.returncode") == "1");
    CHECK_FALSE(QFileInfo::exists(QStringLiteral("ran")));
    QDir::setCurrent(QStringLiteral("/"));
}

TEST_CASE("empty_entries_of_a_path_are_not_the_current_folder")
{
    Folder meant;
    meant.write("found.py", "");
    expect_no_current_folder("::" + QByteArray::fromStdString(meant.path()) + ":", true);
}

TEST_CASE("a_path_of_empty_entries_is_none")
{
    expect_no_current_folder(":", false);
}

// The standard library starts them by `python -c`, which imports from the current folder unless it is told not to.
TEST_CASE("children_of_multiprocessing_import_nothing_from_the_current_folder")
{
    Folder folder;
    folder.write("multiprocessing.py", "open('ran', 'w')\n");
    folder.write("multiprocessing/__init__.py", "open('ran', 'w')\n");
    QDir::setCurrent(QString::fromStdString(folder.path()));

    for (const char *begin : {"context = multiprocessing.get_context('spawn')\n"
                              "child = context.Process(target=os.getpid)\n"
                              "child.start(); child.join()\n"
                              "assert child.exitcode == 0\n",
                              "from multiprocessing import shared_memory\n"
                              "memory = shared_memory.SharedMemory(create=True, size=8)\n"
                              "memory.close(); memory.unlink()\n"
                              "multiprocessing.resource_tracker._resource_tracker._stop()\n"}) {
        Embedding host;
        host.config.use_environment = true;
        REQUIRE(host.init() == QI_OK);
        host.exec(std::string("import multiprocessing, multiprocessing.resource_tracker, os\n") +
                  begin);
        CHECK_FALSE(QFileInfo::exists(QStringLiteral("ran")));
    }
    QDir::setCurrent(QStringLiteral("/"));
}

TEST_CASE("what_debugpy_starts_takes_no_more_of_the_environment_than_the_host")
{
    Folder folder;
    folder.write("sitecustomize.py", "open('ran', 'w')\n");
    QDir::setCurrent(QString::fromStdString(folder.path()));
    qputenv("PYTHONPATH", ":/nowhere");
    qputenv("PYTHONNOUSERSITE", "");

    Embedding host;
    REQUIRE(host.init() == QI_OK);
    if (host.eval("__import__('importlib.util').util.find_spec('debugpy') is None") == "True")
        return; /* its package is not there on each machine that the tests run on */
    host.exec("import os, qi.debug\n"
              "where = qi.debug.listen(backend='debugpy')");
    CHECK(host.eval("where.port > 0") == "True");
    CHECK(host.eval("os.environ['PYTHONPATH'], os.environ['PYTHONNOUSERSITE']") ==
          "(':/nowhere', '')");
    CHECK_FALSE(QFileInfo::exists(QStringLiteral("ran")));
    QDir::setCurrent(QStringLiteral("/"));
}

TEST_CASE("a_wrong_home_is_an_error_and_a_right_one_works_after_it") // T49
{
    Folder folder;
    const std::string path = folder.path();
    Embedding host;

    host.config.home = "/no/such/folder";
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find("/no/such/folder") != std::string::npos);
    host.config.home = path.c_str(); // is there, but empty
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find("encodings") != std::string::npos);
    folder.write("lib/python3.5/encodings/__init__.py", "");
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find("python3.5") != std::string::npos);
    CHECK(host.runtime == nullptr);

    host.config.home = QI_PYTHON_PREFIX;
    CHECK(host.init() == QI_OK);
    CHECK(host.eval("__import__('sys').prefix") == "'" QI_PYTHON_PREFIX "'");
}

TEST_CASE("a_process_cannot_change_to_another_home")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    qi_runtime_shutdown(host.runtime, 0);
    host.config.home = QI_PYTHON_PREFIX;
    CHECK(host.init() == QI_ERR_INTERPRETER);
    host.config.home = nullptr;
    CHECK(host.init() == QI_OK);
}

TEST_CASE("a_virtual_environment_is_used_by_its_path") // T50
{
    Folder venv;
    const std::string path = venv.path();
    venv.write("pyvenv.cfg",
               "home = " QI_PYTHON_PREFIX "/bin\nversion = " QI_PYTHON_VERSION ".0\n");
    venv.write("lib/python" QI_PYTHON_VERSION "/site-packages/only_in_venv.py", "x = 5\n");
    venv.link("bin/python3", QI_PYTHON_EXECUTABLE);

    Embedding host;
    host.config.venv = path.c_str();
    REQUIRE(host.init() == QI_OK);
    host.exec("import sys, only_in_venv");
    CHECK(host.eval("sys.prefix") == "'" + path + "'");
    CHECK(host.eval("sys.executable") == "'" + path + "/bin/python3'"); // T51
}

TEST_CASE("a_folder_that_is_no_usable_virtual_environment_is_an_error") // T50
{
    Folder venv;
    const std::string path = venv.path();
    Embedding host;
    host.config.venv = path.c_str();

    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find("pyvenv.cfg") != std::string::npos);
    venv.write("pyvenv.cfg", "home = /nowhere/bin\nversion = 3.6.1\n");
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find("3.6.1") != std::string::npos);
    venv.write("pyvenv.cfg", "home = /nowhere/bin\n");
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find("bin/python") != std::string::npos);
    venv.write("elsewhere/python", "#!/bin/sh\n"); // an interpreter, but no library above it
    QFile::setPermissions(QString::fromStdString(venv.file("elsewhere/python")),
                          QFile::ReadOwner | QFile::ExeOwner);
    venv.link("bin/python3", venv.file("elsewhere/python").c_str());
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(message().find("standard library") != std::string::npos);
    host.config.venv = nullptr;
    CHECK(host.init() == QI_OK);
}

TEST_CASE("sys_executable_is_a_real_interpreter_whatever_is_on_path") // T51
{
    Folder folder;
    folder.write("python3", "#!/bin/sh\nexit 1\n");
    QFile::setPermissions(QString::fromStdString(folder.file("python3")),
                          QFile::ReadOwner | QFile::ExeOwner);
    qputenv("PATH", folder.path().c_str());

    Embedding host;
    REQUIRE(host.init() == QI_OK);
    host.exec("import sys, subprocess\n"
              "answer = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], "
              "capture_output=True).stdout");
    CHECK(host.eval("sys.executable") == "'" QI_PYTHON_EXECUTABLE "'");
    CHECK(host.eval("answer.decode().strip()") == "'42'");
}

TEST_CASE("sys_executable_is_what_the_host_says") // T51
{
    Embedding host;
    host.config.executable = "/nowhere/python";

    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("__import__('sys').executable") == "'/nowhere/python'");
}

TEST_CASE("the_package_inside_the_library_shows_its_source")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    host.exec("import inspect, qi._life.embed, qi._python.names\n"
              "lines = inspect.getsource(qi._python.names.name_of)\n"
              "try:\n"
              "    qi._life.embed.start_loop()\n"
              "except TypeError: pass\n"
              "import sys, qi\n"
              "found = [f for f in sys.meta_path if 'libqi' in repr(f)]\n");
    CHECK(host.eval("lines.startswith('def name_of')") == "True");
    CHECK(host.eval("len(found)") == "1");
    CHECK(host.eval("qi.__file__") == "'/<qi>/qi/__init__.py'");
}

TEST_CASE("a_package_named_qi_on_the_path_does_not_take_our_place")
{
    Folder folder;
    folder.write("qi/__init__.py", "raise ImportError('not ours')\n");
    const std::string path = folder.path();
    const char *paths[] = {path.c_str()};
    Embedding host;
    host.config.module_paths = paths;
    host.config.module_path_count = 1;

    REQUIRE(host.init() == QI_OK);
    CHECK(qi_exec(host.runtime, "import qi; qi.QiLoopMode", nullptr) == QI_OK);
}

TEST_CASE("python_code_cannot_end_the_hosts_loop_for_all_others")
{
    Embedding host;

    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio\n"
              "loop = asyncio.get_running_loop()\n"
              "beats = []\n"
              "def beat():\n"
              "    beats.append(len(beats))\n"
              "    loop.call_later(0.001, beat)\n"
              "beat()\n"
              "refused = []\n"
              "def pump():\n" // as add-ons do that bring a loop of their own
              "    for call in loop.stop, loop.run_forever, loop.close:\n"
              "        try: call()\n"
              "        except RuntimeError as error: refused.append(str(error))\n"
              "pump()\n"
              "loop.call_soon(pump)\n");
    CHECK(host.until_true("len(beats) > 5 and len(refused) == 6"));
    for (const char *told : {"test.py:", "stop()", "which all its plugins share", "cancel its task"})
        CHECK(host.eval("refused[0]").find(told) != std::string::npos);
    CHECK(host.errors.empty());
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
}
