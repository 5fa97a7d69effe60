// SPDX-License-Identifier: BSD-3-Clause
//
// qi-bench SCRIPT [ARGUMENTS]: runs a script of the suite as a guest of a running QApplication, until it
// calls _bench.quit(). There need be no display.
#include <cstdio>
#include <vector>

#include <QtWidgets/qapplication.h>

#include <qi/qi.h>

#include "module.h"

namespace
{

int fail(const char *what)
{
    const qi_error *error = qi_last_error();

    std::fprintf(stderr, "qi-bench: %s: %s\n", what, error->message);
    if (error->traceback)
        std::fputs(error->traceback, stderr);
    return 1;
}

void print_error(const qi_error *error, const qi_origin *, void *)
{
    std::fputs(error->traceback ? error->traceback : error->message, stderr);
    QCoreApplication::exit(1);
}

} // namespace

int main(int argc, char **argv)
{
    // The window is a part of what is measured, not what draws it.
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false);
    const std::vector<const char *> arguments(argv + 1, argv + argc);
    const char *const paths[] = {QI_BENCH_DIR};
    qi_config config;
    qi_runtime *runtime;

    if (arguments.empty()) {
        std::fputs("usage: qi-bench SCRIPT [ARGUMENTS]\n", stderr);
        return 2;
    }
    qi_config_init(&config);
    config.argv = arguments.data();
    config.argc = arguments.size();
    config.module_paths = paths;
    config.module_path_count = 1;
    config.error = print_error;
    if (!bench::add_module() || qi_runtime_init(&config, &runtime) != QI_OK)
        return fail("Python does not start");
    if (qi_exec_file(runtime, arguments[0]) != QI_OK)
        return fail(arguments[0]);
    const int status = QApplication::exec();
    (void)qi_runtime_shutdown(runtime, 0); // nothing is left by now, or the log says what
    return status;
}
