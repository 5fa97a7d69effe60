// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/threads-and-gil.md.
#include <QCoreApplication>
#include <QThread>
#include <qi/qi.h>

static int64_t answer = 0;
static int refused = QI_OK;

// [worker]
// Runs in a thread that Python has never seen.
static void work(qi_runtime *python)
{
    const qi_value args[] = {qi_int(6), qi_int(7)};
    qi_task *task;
    qi_value result;

    // Queued to the GUI thread, where the loop is; nothing is waited for here …
    if (qi_run_task(python, "sums:multiply", args, 2, nullptr, &task) != QI_OK)
        return;
    // … but here, at most five seconds.
    if (qi_task_wait(task, 5000, &result) == QI_OK) {
        answer = result.as.integer;
        qi_value_clear(&result);
    }
    qi_task_release(task);
}
// [/worker]

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    qi_runtime *python = nullptr;
    if (qi_runtime_init(&config, &python) != QI_OK) {
        qCritical("%s", qi_last_error()->message);
        return 1;
    }

    QThread *thread = QThread::create([&] {
        work(python);
        refused = qi_exec(python, "pass", nullptr); // belongs to the GUI thread
    });
    QObject::connect(thread, &QThread::finished, &app, &QCoreApplication::quit);
    thread->start();
    app.exec();
    thread->wait();
    delete thread;
    return answer == 42 && refused == QI_ERR_WRONG_THREAD ? 0 : 1;
}
