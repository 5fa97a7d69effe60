// SPDX-License-Identifier: BSD-3-Clause
// An application that hosts Python, runs a script, and says which errors it hears of. It quits at the first of
// them, or when the script says so.
#include <cstdio>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qtimer.h>

#include <qi/qi.h>

namespace
{

const char *or_nothing(const char *text)
{
    return text ? text : "-";
}

void on_error(const qi_error *error, const qi_origin *origin, void *)
{
    std::printf("error %s; target %s; task %s; signal %s; plugin %s\n", error->message,
                or_nothing(origin->target), or_nothing(origin->task), or_nothing(origin->signal),
                or_nothing(origin->plugin));
    std::fflush(stdout);
    QTimer::singleShot(0, [] { QCoreApplication::quit(); });
}

int fail(const char *what)
{
    std::fprintf(stderr, "%s: %s\n", what, qi_last_error()->message);
    return 2;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi_config config;
    qi_runtime *runtime;

    qi_config_init(&config);
    config.use_environment = true;
    config.keep_on_quit = true;
    config.error = on_error;
    if (qi_runtime_init(&config, &runtime) != QI_OK)
        return fail("init");
    if (qi_object_register(runtime, "app", &app) != QI_OK)
        return fail("register");
    if (qi_exec_file(runtime, argv[1]) != QI_OK)
        return fail("script");
    app.exec();
    for (int i = 0; i < 20; i++) // what else there is to say
        app.processEvents();
    if (qi_exec(runtime, "kept = None; import gc; gc.collect()", nullptr) != QI_OK)
        return fail("collect");
    app.processEvents();
    std::printf("the host lives\n");
    std::fflush(stdout);
    return qi_runtime_shutdown(runtime, QI_SHUTDOWN_FLAG_FINALIZE) == QI_OK ? 0 : fail("shutdown");
}
