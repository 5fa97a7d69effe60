// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/monitoring.md.
#include <QCoreApplication>
#include <QDebug>
#include <QTimer>
#include <qi/qi.h>

#include <atomic>

static std::atomic<int> interrupted{0};

// [stalled]
// On the watchdog's thread, while the GUI thread hangs: do not wait for that here.
static int onStall(const qi_stall *stall, void *)
{
    if (stall->over) {
        qWarning("the window answers again, after %u ms", stall->milliseconds);
        return QI_STALL_WAIT;
    }
    qWarning("%s holds the window for %u ms, started by %s\n%s",
             stall->plugin ? stall->plugin : "Python", stall->milliseconds,
             stall->signal ? stall->signal : "the application", stall->stack ? stall->stack : "");
    // [test]
    interrupted++;
    // [/test]
    return stall->milliseconds < 500 ? QI_STALL_WAIT : QI_STALL_INTERRUPT;
}
// [/stalled]

// [slow]
static void onSlowStep(const qi_slow_step *step, void *)
{
    qInfo("%s took %.1f ms in one step", step->target ? step->target : "a callback",
          step->microseconds / 1000.0);
}
// [/slow]

static bool watch(qi_runtime *python)
{
    // [start]
    qi_watchdog_options options;
    qi_watchdog_options_init(&options);
    options.limit_ms = 250;    // 1000 if it is left alone
    options.repeat_ms = 250;   // tell again, until it is over
    options.slow_step_ms = 50; // no stall yet, but animations stutter
    options.stalled = onStall;
    options.slow = onSlowStep;
    if (qi_watchdog_start(python, &options) != QI_OK)
        return false;
    // [/start]
    return true;
}

// [tasks]
static void showTasks(qi_runtime *python)
{
    qi_value tasks;
    if (qi_tasks_list(python, &tasks) != QI_OK)
        return;
    for (size_t i = 0; i < tasks.as.list.count; i++) {
        const qi_value *task = &tasks.as.list.items[i];
        const qi_value *name = qi_value_get(task, "name"), *age = qi_value_get(task, "age");
        qInfo("%s: %.1f s", name->as.text.data, age->as.real);
    }
    qi_value_clear(&tasks);

    qi_loop_counters counters;
    qi_loop_counters_init(&counters);
    if (qi_loop_counters_read(python, &counters) == QI_OK)
        qInfo("busy for %llu ms, %zu callbacks are ready, the last turn came %llu µs late",
              static_cast<unsigned long long>(counters.busy_ns / 1000000), counters.ready,
              static_cast<unsigned long long>(counters.lag_ns / 1000));
}
// [/tasks]

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    qi_runtime *python = nullptr;
    if (qi_runtime_init(&config, &python) != QI_OK || !watch(python))
        return 1;

    qi_task *task = nullptr;
    if (qi_run_task(python, "hangs:main", nullptr, 0, nullptr, &task) != QI_OK)
        return 2;
    showTasks(python);
    while (qi_task_state(task) == QI_TASK_STATE_PENDING)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    const bool ended = qi_task_result(task, nullptr) == QI_ERR_PYTHON &&
                       QByteArray(qi_last_error()->python_type) == "qi.Interrupted";
    qi_task_release(task);
    qi_runtime_shutdown(python, 0);
    return ended && interrupted >= 1 ? 0 : 3;
}
