// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/errors.md.
#include <QCoreApplication>
#include <QDebug>
#include <QTimer>
#include <qi/qi.h>

struct Seen {
    QByteArray type, target, signal;
    int count = 0;
};

// [callback]
static void onError(const qi_error *error, const qi_origin *origin, void *user)
{
    Seen *seen = static_cast<Seen *>(user);
    seen->type = error->python_type; // "divide.NothingLeft"
    seen->target = origin->target;   // "divide:share"
    seen->signal = origin->signal;   // "QTimer::timeout()"
    seen->count++;
    qDebug("%s", error->traceback);
}
// [/callback]

// [call]
static bool tryToStart(qi_runtime *python, const char *target)
{
    const int status = qi_run_task(python, target, nullptr, 0, nullptr, nullptr);
    if (status == QI_OK)
        return true;
    const qi_error *error = qi_last_error(); // of this thread, until its next failure
    qDebug("%s: %s", qi_status_name(status), error->message);
    if (error->traceback)
        qDebug("%s", error->traceback);
    return false;
}
// [/call]

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    Seen seen;
    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    config.error = onError;
    config.error_user = &seen;
    qi_runtime *python = nullptr;
    if (qi_runtime_init(&config, &python) != QI_OK)
        return 1;

    const bool started = tryToStart(python, "divide:shrae"); // a slip: the message says what there is
    const bool helpful = QByteArray(qi_last_error()->message).contains("share");

    QTimer timer;
    timer.setSingleShot(true);
    if (qi_asyncslot_connect(python, &timer, "timeout", "divide:share", nullptr, nullptr) != QI_OK)
        return 1;
    timer.start(0);
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &app, [&] {
        if (seen.count)
            app.quit();
    });
    poll.start(5);
    app.exec();

    const bool right = !started && helpful && seen.count == 1 && seen.type == "divide.NothingLeft" &&
                       seen.target == "divide:share" && seen.signal.contains("timeout");
    if (!right)
        qCritical() << started << helpful << seen.count << seen.type << seen.target << seen.signal;
    return right ? 0 : 1;
}
