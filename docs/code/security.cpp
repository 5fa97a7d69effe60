// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/security.md.
#include <QByteArray>
#include <QCoreApplication>
#include <QDebug>
#include <QFile>
#include <QTemporaryDir>
#include <qi/qi.h>

// [audit]
// Called in whichever thread runs the Python code.
static bool onAudit(const qi_audit_event *event, void *user)
{
    const QByteArray name(event->name);
    if (name != "open" && name != "socket.connect" && name != "subprocess.Popen")
        return true;
    qInfo("%s: %s%s", event->plugin ? event->plugin : "the application", event->name,
          event->arguments);
    const auto *secret = static_cast<const QByteArray *>(user);
    return name != "open" || !QByteArray(event->arguments).contains(*secret);
}
// [/audit]

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QTemporaryDir folder;
    const QByteArray secret = folder.filePath("keys.txt").toUtf8();
    for (const char *name : {"keys.txt", "notes.txt"}) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write("first line\nsecond") < 0)
            return 1;
    }
    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    qi_runtime *python = nullptr;
    if (qi_runtime_init(&config, &python) != QI_OK)
        return 1;

    // [set]
    if (qi_audit_set(python, onAudit, const_cast<QByteArray *>(&secret), nullptr) != QI_OK)
        qWarning("%s", qi_last_error()->message);
    // [/set]

    const auto read = [&](const char *name) {
        const QByteArray path = folder.filePath(name).toUtf8();
        const qi_value argument = qi_text(path.constData());
        qi_task *task = nullptr;
        if (qi_run_task(python, "reader:read", &argument, 1, nullptr, &task) != QI_OK)
            return qi_last_error()->status;
        const int status = qi_task_result(task, nullptr);
        qi_task_release(task);
        return status;
    };
    const bool allowed = read("notes.txt") == QI_OK;
    const bool refused = read("keys.txt") == QI_ERR_PYTHON &&
                         QByteArray(qi_last_error()->python_type) == "PermissionError";
    const bool ended = qi_runtime_shutdown(python, 0) == QI_OK;
    if (!allowed || !refused || !ended)
        qWarning("allowed %d, refused %d, ended %d: %s", allowed, refused, ended,
                 qi_last_error()->message);
    return allowed && refused && ended ? 0 : 1;
}
