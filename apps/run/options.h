// SPDX-License-Identifier: BSD-3-Clause
// The command line of qi-run.
#ifndef QI_RUN_OPTIONS_H
#define QI_RUN_OPTIONS_H

#include <string>
#include <vector>

enum class App { None, Core, Gui, Widgets };

struct Options {
    App app = App::Core;
    std::string loop; // "guest", "owner", "none"
    std::string how;  // "script", "module", "code", "stdin", "bundle", "doctor", "plugin", "stubs"
    std::vector<const char *> argv; // what is run, and its arguments; never empty
    std::string venv, home;         // whole paths; empty: none
    bool debug = false;
    bool stay = false; // in the event loop, though nothing is left to do
};

extern const char help_text[];

// The value of "--name=value", or of "--name" "value", after which `at` is at the value; null if it is
// another option.
const char *value_of(const char *name, const std::vector<const char *> &argv, int &at);

// The whole path of one on the command line, which begins where the user is.
std::string whole_path(const char *path);

// Either fills the options and returns an empty text, or returns what is wrong with the command line.
// --help and --version are for the caller to look for: they come back in `how`.
std::string parse(int argc, char **argv, Options &options);

#endif
