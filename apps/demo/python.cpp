// SPDX-License-Identifier: BSD-3-Clause
#include "python.h"

#include <memory>

#include <QFile>
#include <QPointer>

bool Python::start(const QString &folder)
{
    const QByteArray path = QFile::encodeName(folder);
    const char *paths[] = {path.constData()};

    qi_config config;
    qi_config_init(&config);
    config.module_paths = paths;
    config.module_path_count = 1;
    config.error = onError;
    config.error_user = this;
    config.out = onLine;
    config.out_user = this;
    config.err = onLine;
    config.err_user = this;
    config.on_shutdown = onShutdown;
    config.on_shutdown_user = this;
    qRegisterMetaType<Failure>();
    return qi_runtime_init(&config, &m_runtime) == QI_OK;
}

QString Python::why() const
{
    return QString::fromUtf8(qi_last_error()->message);
}

QString Python::version() const
{
    qi_value value;
    if (qi_eval(m_runtime, "__import__('platform').python_version()", &value) != QI_OK)
        return why();
    QString version = QString::fromUtf8(value.as.text.data, qsizetype(value.as.text.size));
    qi_value_clear(&value);
    return version;
}

void Python::show(const char *name, QObject *object)
{
    check(qi_host_register(m_runtime, name, object), name);
}

void Python::connectSignal(QObject *sender, const char *signal, const char *target, qi_overlap overlap)
{
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.overlap = overlap;
    options.task_name = target;
    check(qi_asyncslot_connect(m_runtime, sender, signal, target, &options, nullptr), target);
}

// What a task's end needs: it may come after its owner has gone.
struct Waiter {
    QPointer<QObject> owner;
    Python::Done done;
};

static void onDone(int status, const qi_value *result, const qi_error *error, void *user)
{
    const std::unique_ptr<Waiter> waiter(static_cast<Waiter *>(user));
    if (!waiter->owner || !waiter->done)
        return;
    char text[400];
    if (status == QI_OK)
        qi_value_describe(result, text, sizeof text);
    waiter->done(status, QString::fromUtf8(status == QI_OK ? text : error->message));
}

qi_task *Python::run(const char *target, std::initializer_list<qi_value> args, QObject *owner,
                     Done done)
{
    auto waiter = std::make_unique<Waiter>(Waiter{owner, std::move(done)});
    qi_task_options options;
    qi_task_options_init(&options);
    options.name = target;
    options.owner = owner;
    // Without a callback an exception goes where all others go: to onError.
    if (waiter->done) {
        options.done = onDone;
        options.user = waiter.get();
    }
    qi_task *task = nullptr;
    const bool wanted = options.done != nullptr;
    const int status = qi_run_task(m_runtime, target, args.begin(), args.size(), &options,
                                   wanted ? &task : nullptr);
    check(status, target);
    if (status == QI_OK && wanted)
        (void)waiter.release(); // onDone owns it now, and may have freed it already
    return task;
}

// A call that libqi refuses is shown where the plugins' errors are shown.
void Python::check(int status, const QString &what)
{
    if (status == QI_OK)
        return;
    const qi_error *error = qi_last_error();
    emit failed({QString::fromUtf8(qi_status_name(status)),
                 QString::fromUtf8(error->message),
                 QString::fromUtf8(error->traceback),
                 {},
                 {},
                 what});
}

void Python::onError(const qi_error *error, const qi_origin *origin, void *user)
{
    emit static_cast<Python *>(user)->failed(
        {QString::fromUtf8(error->python_type), QString::fromUtf8(error->message),
         QString::fromUtf8(error->traceback), QString::fromUtf8(origin->task),
         QString::fromUtf8(origin->signal), QString::fromUtf8(origin->target)});
}

// Lines come from any thread: the signal carries them to the window's.
void Python::onLine(const char *line, size_t size, void *user)
{
    emit static_cast<Python *>(user)->printed(QString::fromUtf8(line, qsizetype(size)));
}

void Python::onShutdown(const qi_shutdown_report *report, void *user)
{
    auto *self = static_cast<Python *>(user);
    self->m_clean = report->clean;
    self->m_cancelled = report->tasks_cancelled;
}
