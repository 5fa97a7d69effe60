// SPDX-License-Identifier: BSD-3-Clause
// What `qi-run bundle` has to know of qi-run itself. The rest is Python, qi._life.bundle_tool.
#ifndef QI_RUN_BUNDLE_H
#define QI_RUN_BUNDLE_H

#include <qi/qi.h>

// Registers qi.host.qi_run.qt_plugins() and qi.host.qi_run.interpreter(). Returns a status.
int show_bundle_functions(qi_runtime *runtime);

#endif
