// SPDX-License-Identifier: BSD-3-Clause
#include "options.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cstring>
#include <iterator>

const char help_text[] =
    R"(usage: qi-run [options] script.py [arguments]
       qi-run [options] -m module [arguments]
       qi-run [options] -c code [arguments]
       qi-run [options] - [arguments]
       qi-run [options] doctor [--json] [--plugins=FOLDER]…
       qi-run [options] plugin new | check | run | pack | install …
       qi-run [options] stubs [--host=PATH] [FOLDER]
       qi-run [options] bundle PROGRAM FOLDER …

Runs Python inside libqi's embedded runtime as python3 would: same sys.argv, __main__, sys.path,
tracebacks and exit status. Environment variables such as PYTHONPATH are honoured.

  --app=KIND     the application that exists when the script starts:
                 none      none; the script makes it, for example with PyQt6
                 core      a QCoreApplication (default)
                 gui       a QGuiApplication
                 widgets   a QApplication
  --loop=KIND    what asyncio runs on:
                 guest     the loop runs as a guest in the application's event loop (default). The
                           top level of the script runs first; asyncio.run() works there, too. Then
                           the event loop runs as long as a task is pending or a window is open, or
                           until qi.quit(), the application's quit() (qi.host.app.quit()), Ctrl+C, or
                           sys.exit() in a task. A top level that ends by sys.exit() or by an
                           exception ends the program at once.
                 owner     asyncio.run() runs qi's loop, which runs a Qt event loop of its own. The
                           program ends with the top level.
                 none      asyncio is as in python3; qi's loop classes can be used by the script.
                           Default, and the only choice besides owner, with --app=none.
  --stay         as a guest, stay in the event loop when no task is pending and no window is open
  --venv=FOLDER  use the packages of this virtual environment
  --home=PREFIX  use the Python installation under this prefix
  --debug        asyncio's debug mode
  --version      print the version of libqi and exit
  --help         print this and exit

doctor says what is wrong with the installation and how to put it right; plugin makes, checks, runs
and installs plugins; stubs tells editors what the application shows; bundle makes a folder of a
program and all that it needs, Python and Qt included. Each has a --help of its own. A script of such
a name is run as ./doctor.

The exit status is that of the script: 0 at its end, the one given to sys.exit(), 1 after an uncaught
exception, 2 for a wrong command line, 130 after Ctrl+C.
)";

namespace
{

bool has_prefix(const char *text, const char *prefix)
{
    return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

bool set_app(const char *value, App &app)
{
    static const struct {
        const char *name;
        App app;
    } kinds[] = {
        {"none", App::None}, {"core", App::Core}, {"gui", App::Gui}, {"widgets", App::Widgets}};

    for (const auto &kind : kinds) {
        if (std::strcmp(value, kind.name) == 0) {
            app = kind.app;
            return true;
        }
    }
    return false;
}

// What is taken in place of a script's name.
bool is_word(const char *given)
{
    static const char *const words[] = {"bundle", "doctor", "plugin", "stubs"};

    return std::any_of(std::begin(words), std::end(words),
                       [given](const char *word) { return std::strcmp(given, word) == 0; });
}

bool is_loop(const std::string &value)
{
    return value == "guest" || value == "owner" || value == "none";
}

// One of our own options, at `at`; what is wrong with it, or an empty text.
std::string parse_own(const std::vector<const char *> &argv, int &at, Options &options)
{
    const std::string given = argv[at];

    if (given == "--help" || given == "-h") {
        options.how = "help";
    } else if (given == "--version" || given == "-V") {
        options.how = "version";
    } else if (given == "--debug") {
        options.debug = true;
    } else if (given == "--stay") {
        options.stay = true;
    } else if (const char *app = value_of("--app", argv, at)) {
        if (!set_app(app, options.app))
            return "--app is none, core, gui or widgets, not " + std::string(app);
    } else if (const char *loop = value_of("--loop", argv, at)) {
        options.loop = loop;
        if (!is_loop(options.loop))
            return "--loop is guest, owner or none, not " + options.loop;
    } else if (const char *venv = value_of("--venv", argv, at)) {
        options.venv = whole_path(venv);
    } else if (const char *home = value_of("--home", argv, at)) {
        options.home = whole_path(home);
    } else {
        return "unknown option " + given;
    }
    return {};
}

std::string check(Options &options)
{
    if (options.loop.empty())
        options.loop = options.app == App::None ? "none" : "guest";
    if (options.app == App::None && options.loop == "guest")
        return "--loop=guest needs an application to be a guest of; choose another --app";
    if (options.stay && options.loop != "guest")
        return "--stay is for --loop=guest; with --loop=" + options.loop +
               " the script ends by itself";
    if (!options.venv.empty() && !options.home.empty())
        return "--venv and --home exclude each other";
    return {};
}

} // namespace

std::string whole_path(const char *path)
{
    return QFileInfo(QFile::decodeName(path)).absoluteFilePath().toStdString();
}

const char *value_of(const char *name, const std::vector<const char *> &argv, int &at)
{
    const size_t size = std::strlen(name);

    if (!has_prefix(argv[at], name))
        return nullptr;
    if (argv[at][size] == '=')
        return argv[at] + size + 1;
    if (argv[at][size] == '\0' && at + 1 < int(argv.size()))
        return argv[++at];
    return nullptr;
}

std::string parse(int argc, char **argv, Options &options)
{
    const std::vector<const char *> all(argv, argv + argc);
    int at = 1;

    while (at < argc && options.how.empty()) {
        const char *given = argv[at];
        const bool module = std::strcmp(given, "-m") == 0, code = std::strcmp(given, "-c") == 0;
        if (module || code) {
            if (at + 1 == argc)
                return std::string(given) + " wants one more argument";
            options.how = module ? "module" : "code";
            at++;
        } else if (std::strcmp(given, "-") == 0) {
            options.how = "stdin";
        } else if (is_word(given)) {
            options.how = given;
        } else if (given[0] != '-') {
            options.how = "script";
        } else {
            std::string wrong = parse_own(all, at, options);
            if (!wrong.empty())
                return wrong;
            at++;
        }
    }
    if (options.how.empty())
        return "nothing to run";
    options.argv.assign(argv + at, argv + argc);
    return check(options);
}
