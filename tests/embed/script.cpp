// SPDX-License-Identifier: BSD-3-Clause
// qi_exec(), qi_exec_file(), qi_eval(), and names for host objects.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/embed/embedding.h"

namespace
{

std::string traceback()
{
    return qi_last_error()->traceback ? qi_last_error()->traceback : "";
}

} // namespace

TEST_CASE("source_runs_in_main_and_keeps_its_names")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    CHECK(qi_exec(host.runtime, "x = 6\ndef f(): return x * 7", nullptr) == QI_OK);
    CHECK(host.eval("f()") == "42");
    CHECK(host.eval("__name__") == "'__main__'");
    CHECK(qi_eval(host.runtime, "f()", nullptr) == QI_OK); // the result is not wanted
}

TEST_CASE("tracebacks_show_the_lines_of_the_source_that_failed")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    CHECK(qi_exec(host.runtime, "def f():\n    return 1 / zero\n", "calc.py") == QI_OK);
    CHECK(qi_exec(host.runtime, "zero = 0\nf()", "caller.py") == QI_ERR_PYTHON);
    CHECK(traceback().find("return 1 / zero") != std::string::npos);
    CHECK(traceback().find("\"calc.py\", line 2, in f") != std::string::npos);
    CHECK(traceback().find("\"caller.py\", line 2") != std::string::npos);
    CHECK(std::string(qi_last_error()->python_type) == "ZeroDivisionError");
}

TEST_CASE("cancellation_and_missing_memory_have_statuses_of_their_own")
{
    Embedding host;
    qi_value value = qi_none();
    REQUIRE(host.init() == QI_OK);

    CHECK(qi_exec(host.runtime, "import asyncio\nraise asyncio.CancelledError", nullptr) ==
          QI_ERR_CANCELLED);
    CHECK(qi_exec(host.runtime, "raise MemoryError", nullptr) == QI_ERR_MEMORY);
    CHECK(qi_eval(host.runtime, "next(iter(()), 1).missing", &value) == QI_ERR_PYTHON);
    CHECK(qi_exec(host.runtime, "def cancelled(): raise asyncio.CancelledError", nullptr) == QI_OK);
    CHECK(qi_eval(host.runtime, "cancelled()", &value) == QI_ERR_CANCELLED);
    CHECK(qi_call(host.runtime, "__main__:cancelled", nullptr, 0, nullptr, 0, &value) ==
          QI_ERR_CANCELLED);
}

TEST_CASE("a_syntax_error_is_an_error")
{
    Embedding host;
    qi_value value = qi_none();
    REQUIRE(host.init() == QI_OK);

    CHECK(qi_exec(host.runtime, "def :", "bad.py") == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "SyntaxError");
    CHECK(traceback().find("bad.py") != std::string::npos);
    CHECK(qi_exec(host.runtime, "await x", nullptr) == QI_ERR_PYTHON);
    CHECK(qi_eval(host.runtime, "x = 1", &value) == QI_ERR_PYTHON);
    CHECK(value.kind == QI_KIND_NONE);
}

// Another user may have put files of such names into the folder in which somebody stands.
TEST_CASE("what_is_told_of_an_error_is_read_from_no_file_below_the_current_folder")
{
    Folder folder;
    folder.write("libs/shipped.pyx", "one\ntwo is shipped\n");
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    host.exec(
        "import ast, contextlib, io, linecache, logging, re, symtable, sys, threading, "
        "traceback\n"
        "def of(code):\n" // as a module of Cython, whose code has the name of its source
        "    exec(compile('def f(): pass\\ndef g(): 1 / 0\\ng()', code, 'exec'))\n"
        "def told(function, *given):\n"
        "    try: function(*given)\n"
        "    except Exception: return traceback.format_exc()\n"
        "def everything():\n"
        "    linecache.clearcache()\n"
        "    return [told(*each) for each in ((exec, 'x = '), (exec, 'return'), (eval, "
        "'(yield)'),\n"
        "        (__import__('ast').parse, 'a b'), (of, 'mtrand.pyx'), (of, 'sub/mtrand.pyx'),\n"
        "        *((compile, text, name, 'exec') for name in ('rel.py', './rel', 'Rel')\n"
        "          for text in ('x = ', 'return', '(', 'nonlocal x', '*a = 1')),\n"
        "        (symtable.symtable, 'nonlocal x', 'rel.py', 'exec'), (symtable.symtable, 'a b', "
        "'rel.py', 'exec'),\n"
        "        *((compile, ast.parse('return 5'), name, 'exec') for name in ('rel.py', 'Rel')),\n"
        "        (compile, 'return', Name('Rel'), 'exec'), (after_many, 'Rel'),\n"
        "        *((sees, how, 'mtrand.pyx') for how in ('hook', 'thread', '__del__')))]\n"
        "class Name(str): pass\n"
        "def after_many(name):\n"
        "    tree = ast.parse('return', name)\n"
        "    for i in range(20): ast.parse('x', f'other{i}')\n"
        "    compile(tree, name, 'exec')\n"
        "def sees(how, code):\n" // what Qt programs of Python do in their hooks
        "    class Dies:\n"
        "        def __del__(self): of(code)\n"
        "    before = sys.excepthook, sys.unraisablehook, threading.excepthook\n"
        "    sys.excepthook = lambda *told: sys.__excepthook__(*told)\n"
        "    sys.unraisablehook = lambda told: sys.__unraisablehook__(told)\n"
        "    threading.excepthook = lambda told: threading.__excepthook__(told)\n"
        "    with contextlib.redirect_stderr(io.StringIO()) as said:\n"
        "        if how == 'thread':\n"
        "            thread = threading.Thread(target=of, args=(code,), name='worker')\n"
        "            thread.start()\n"
        "            thread.join()\n"
        "        elif how == '__del__':\n"
        "            Dies()\n"
        "        else:\n"
        "            try: of(code)\n"
        "            except Exception: sys.excepthook(*sys.exc_info())\n"
        "    sys.excepthook, sys.unraisablehook, threading.excepthook = before\n"
        "    raise Exception(re.sub(' at 0x[0-9a-f]+', '', said.getvalue()))\n");
    host.exec("sys.path.append('" + folder.file("libs") + "')");
    QDir::setCurrent(QString::fromStdString(folder.path()));
    const std::vector<std::string> sources = {"x = ", "return", "1 / 0", "await x"};
    const char *const names[] = {"<string>", "<expression>", "<unknown>",
                                 "calc.py",  "mtrand.pyx",   "sub/mtrand.pyx",
                                 "rel.py",   "rel",          "Rel"};
    const auto everything = [&] {
        host.exec("now = everything()\nfirst = globals().get('first', now)");
        std::string all = host.eval("now == first");
        for (const std::string &source : sources) {
            for (const char *name : {static_cast<const char *>(nullptr), "calc.py"}) {
                CHECK(qi_exec(host.runtime, source.c_str(), name) == QI_ERR_PYTHON);
                all += traceback();
            }
            CHECK(qi_eval(host.runtime, source.c_str(), nullptr) == QI_ERR_PYTHON);
            all += traceback();
        }
        return all;
    };

    const std::string before = everything();
    CHECK(before.find("\"calc.py\", line 1\n    x =") != std::string::npos);
    for (const char *told : {"Exception ignored in: <function", "Exception in thread worker:\\n"})
        CHECK(host.eval("'\\n'.join(first[-3:])").find(told) != std::string::npos);
    for (const char *name : names)
        folder.write(name, "# planted\nplanted\nplanted\n");
    CHECK(everything() == before);
    for (const char *name : names) {
        REQUIRE(unlink(folder.file(name).c_str()) == 0);
        REQUIRE(mkfifo(folder.file(name).c_str(), 0600) == 0);
    }
    CHECK(everything() == before); // and does not wait for ever
    CHECK(host.eval("told(of, 'shipped.pyx')").find("two is shipped") != std::string::npos);
    QDir::setCurrent(QStringLiteral("/"));
}

// A build in /tmp that has long been removed, as modules name it that come without their source.
TEST_CASE("what_is_told_of_an_error_is_read_from_no_file_that_another_user_has_put_there")
{
    Folder folder; /* below one where everybody may make files */
    Embedding host;
    const std::string name = folder.file("gone.py");
    REQUIRE(host.init() == QI_OK);
    host.exec("import linecache, symtable, traceback\nname = '" + name + "'\n" +
              "def of(): exec(compile('def g(): 1 / 0\\ng()', name, 'exec'))\n"
              "def everything():\n"
              "    all = ''\n"
              "    for each in (of, lambda: compile('return', name, 'exec'), lambda: compile('x = "
              "', name, 'exec'),\n"
              "                 lambda: symtable.symtable('nonlocal x', name, 'exec')):\n"
              "        try: each()\n"
              "        except Exception: all += traceback.format_exc()\n"
              "    return all\n"
              "before = everything()\n");
    REQUIRE(mkfifo(name.c_str(), 0600) == 0);
    CHECK(host.eval("everything() == before") == "True"); // and does not wait for ever
    REQUIRE(unlink(name.c_str()) == 0);
    folder.write("gone.py", "mine, one\nmine, two\n");
    CHECK(host.eval("everything().count('mine, one')") == "4");
    CHECK(host.eval("everything().count('mine, two')") == "1");
    REQUIRE(truncate(name.c_str(), (16 << 20) + 1) == 0);
    CHECK(host.eval("linecache.cache.pop(name, None) is None") == "False");
    CHECK(host.eval("everything() == before") == "True");
    folder.write("gone.py", "mine, one\nmine, two\n");
    CHECK(host.eval("everything().count('mine, one')") == "4");
    if (geteuid() == 0) {
        REQUIRE(chown(name.c_str(), 65534, 65534) == 0);
        CHECK(host.eval("linecache.cache.pop(name, None) is None") == "False");
        CHECK(host.eval("everything() == before") == "True");
    }
}

TEST_CASE("pdb_runs_no_commands_of_the_current_folder")
{
    Folder folder;
    Embedding host;
    folder.write("current/.pdbrc", "print('planted')\n");
    folder.write("home/.pdbrc", "print('of the user')\n");
    QDir::setCurrent(QString::fromStdString(folder.file("current")));
    REQUIRE(host.init() == QI_OK);
    host.exec("import io, os, pdb, sys\n"
              "os.environ['HOME'] = '" +
              folder.file("home") +
              "'\n"
              "def said(stop):\n"
              "    before, out = (sys.stdin, sys.stdout), io.StringIO()\n"
              "    sys.stdin, sys.stdout = io.StringIO('print(6 * 7)\\nc\\n'), out\n"
              "    try: stop()\n"
              "    finally: sys.stdin, sys.stdout = before\n"
              "    return out.getvalue()\n");
    for (const char *stop :
         {"said(breakpoint)", "said(pdb.set_trace)", "said(lambda: pdb.Pdb().set_trace())"}) {
        const std::string text = host.eval(stop);
        CHECK(text.find("planted") == std::string::npos);
        CHECK(text.find("of the user") != std::string::npos);
        CHECK(text.find("42") != std::string::npos);
    }
    QDir::setCurrent(QStringLiteral("/"));
}

TEST_CASE("a_file_that_was_named_from_the_current_folder_shows_its_lines")
{
    Folder folder;
    folder.write("bad.py", "# one\nraise ValueError('two')\n");
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    QDir::setCurrent(QString::fromStdString(folder.path()));
    CHECK(qi_exec_file(host.runtime, "bad.py") == QI_ERR_PYTHON);
    CHECK(traceback().find("\"bad.py\", line 2, in <module>\n    raise ValueError('two')") !=
          std::string::npos);
    QDir::setCurrent(QStringLiteral("/"));
}

TEST_CASE("text_that_is_none_or_no_utf8_is_refused")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    CHECK(qi_exec(host.runtime, nullptr, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_exec(host.runtime, "x = '\xFF'", nullptr) == QI_ERR_ENCODING);
    CHECK(qi_exec(host.runtime, "1", "\xFF") == QI_ERR_ENCODING);
    CHECK(qi_eval(host.runtime, nullptr, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_eval(host.runtime, "'\xC3'", nullptr) == QI_ERR_ENCODING);
    CHECK(qi_exec_file(host.runtime, nullptr) == QI_ERR_ARGUMENT);
}

TEST_CASE("a_file_runs_and_shows_its_lines")
{
    Folder folder;
    folder.write("good.py", "y = 5\n");
    folder.write("bad.py", "# one\nraise ValueError('two')\n");
    folder.write("latin.py", "# -*- coding: latin-1 -*-\ntext = '\xE4'\n");
    folder.write("nul.py", "");
    QFile(QString::fromStdString(folder.file("nul.py"))).resize(10);
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    CHECK(qi_exec_file(host.runtime, folder.file("good.py").c_str()) == QI_OK);
    CHECK(host.eval("y") == "5");
    CHECK(qi_exec_file(host.runtime, folder.file("bad.py").c_str()) == QI_ERR_PYTHON);
    CHECK(traceback().find("raise ValueError('two')") != std::string::npos);
    CHECK(qi_exec_file(host.runtime, folder.file("latin.py").c_str()) == QI_OK);
    CHECK(host.eval("ord(text)") == "228");
    CHECK(qi_exec_file(host.runtime, folder.file("nul.py").c_str()) == QI_ERR_ENCODING);
    CHECK(qi_exec_file(host.runtime, folder.file("none.py").c_str()) == QI_ERR_NOT_FOUND);
    CHECK(qi_exec_file(host.runtime, folder.path().c_str()) == QI_ERR_NOT_FOUND); // a folder
}

TEST_CASE("names_of_host_objects_are_identifiers")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);

    CHECK(qi_object_register(host.runtime, "window", &host.app) == QI_OK);
    CHECK(qi_object_register(host.runtime, "fenster_\xC3\xA4", &host.app) == QI_OK);
    CHECK(qi_object_register(host.runtime, "", &host.app) == QI_ERR_ARGUMENT);
    CHECK(qi_object_register(host.runtime, "two words", &host.app) == QI_ERR_ARGUMENT);
    CHECK(qi_object_register(host.runtime, "class", &host.app) == QI_ERR_ARGUMENT);
    CHECK(qi_object_register(host.runtime, nullptr, &host.app) == QI_ERR_ARGUMENT);
    CHECK(qi_object_register(host.runtime, "\xFF", &host.app) == QI_ERR_ENCODING);
    CHECK(qi_object_register(host.runtime, "window", nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_object_unregister(host.runtime, "window") == QI_OK);
}

// It is opened in the very way in which the source of an error is.
TEST_CASE("parameters_of_tls_are_read_from_the_current_folder")
{
    Folder folder;
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    folder.write("dh.pem", "no parameters");
    QDir::setCurrent(QString::fromStdString(folder.path()));
    host.exec("import ssl\n"
              "def raised(path):\n"
              "    try: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_dh_params(path)\n"
              "    except OSError as error: return type(error).__name__\n");
    CHECK(host.eval("raised('dh.pem')") == "'SSLError'"); // which has read it
    CHECK(host.eval("raised('none.pem')") == "'FileNotFoundError'");
    QDir::setCurrent(QStringLiteral("/"));
}
