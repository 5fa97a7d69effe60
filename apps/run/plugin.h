// SPDX-License-Identifier: BSD-3-Clause
// qi-run plugin run: a test host for one plugin, with a window or without.
#ifndef QI_RUN_PLUGIN_H
#define QI_RUN_PLUGIN_H

#include <string>

#include <qi/qi.h>

#include "options.h"

struct PluginWish {
    std::string folder; // absolute; empty: nothing is to be run
    std::string host;   // absolute: stand-ins of the application's objects; empty: none
    std::string wrong;  // with the command line
    bool help = false, headless = false, once = false;
};

extern const char plugin_help[];

// What `plugin run …` asks for; `options.argv` begins with "plugin", "run".
PluginWish parse_plugin_run(const Options &options);

// Runs the application's event loop with the plugin in it; returns the exit status.
int run_plugin(qi_runtime *runtime, const PluginWish &wish);

#endif
