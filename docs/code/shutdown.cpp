// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/shutdown.md.
#include <QCoreApplication>
#include <QDebug>
#include <QTimer>
#include <qi/qi.h>

static size_t cancelled = 0;
static bool clean = false;

// [report]
static void onShutdown(const qi_shutdown_report *report, void *)
{
    for (size_t i = 0; i < report->tasks_left; ++i)
        qWarning("left behind: %s", report->task_names[i]);
    clean = report->clean;
    cancelled = report->tasks_cancelled;
}
// [/report]

static qi_runtime *startPython()
{
    const char *folders[] = {"plugins"};
    qi_runtime *python = nullptr;
    // [deadlines]
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    config.on_shutdown = onShutdown;
    config.cancel_ms = 500; // for tasks that are slow to let go
    // [/deadlines]
    if (qi_runtime_init(&config, &python) != QI_OK)
        qFatal("%s", qi_last_error()->message);
    return python;
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi_runtime *python = startPython();
    if (qi_run_task(python, "guard:stand", nullptr, 0, nullptr, nullptr) != QI_OK)
        qFatal("%s", qi_last_error()->message);
    QTimer::singleShot(0, &app, &QCoreApplication::quit);
    app.exec(); // aboutToQuit shuts the runtime down
    if (!clean || cancelled != 1 || qi_runtime_state(python) != QI_RUNTIME_STATE_CLOSED)
        return 1;

    // [again]
    // A new runtime in the same interpreter: plugins are imported afresh.
    python = startPython();
    qi_value posts;
    if (qi_eval(python, "__import__('guard').posts", &posts) != QI_OK)
        qFatal("%s", qi_last_error()->message);
    const bool fresh = posts.kind == QI_KIND_INT && posts.as.integer == 0;
    qi_value_clear(&posts);
    qi_runtime_shutdown(python, 0);
    // [/again]
    return fresh ? 0 : 1;
}
