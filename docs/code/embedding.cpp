// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/embedding.md.
#include <QCoreApplication>
#include <QDebug>
#include <QVariant>
#include <QTimer>
#include <qi/qi.h>

// [config]
static void onLine(const qi_output_line *line, void *user)
{
    static_cast<QStringList *>(user)->append(QString::fromUtf8(line->text));
}

static void onError(const qi_error *error, const qi_origin *origin, void *)
{
    qWarning("%s: %s", origin->target ? origin->target : "python", error->message);
}

static int startPython(QStringList *output, qi_runtime **python)
{
    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config); // always first: fields left alone have their defaults
    config.module_paths = folders;
    config.module_path_count = 1;
    config.out = onLine;
    config.out_user = output;
    config.error = onError;
    return qi_runtime_init(&config, python);
}
// [/config]

// What a plugin may ask of the host.
class Thermostat : public QObject
{
    Q_OBJECT
    Q_PROPERTY(double target MEMBER m_target NOTIFY targetChanged)

  public:
    Q_INVOKABLE double measured() const { return 18.5; }

  signals:
    void targetChanged(double target);

  private:
    double m_target = 20;
};

static int fail(const char *what)
{
    qCritical("%s: %s", what, qi_last_error()->message);
    return 1;
}

static void onDone(qi_task *, const qi_task_end *end, void *user)
{
    if (end->status == QI_OK && end->result->kind == QI_KIND_REAL)
        *static_cast<double *>(user) = end->result->as.real;
    else
        qWarning("heating:plan: %s", end->error ? end->error->message : "not a number");
    QCoreApplication::quit();
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QStringList output;
    Thermostat thermostat;
    double hours = 0;

    qi_runtime *python = nullptr;
    if (startPython(&output, &python) != QI_OK)
        return fail("python");
    if (qi_object_register(python, "thermostat", &thermostat) != QI_OK)
        return fail("thermostat");

    const qi_value args[] = {qi_text("living room"), qi_real(0.5)};
    qi_task_options options;
    qi_task_options_init(&options);
    options.name = "plan";
    options.timeout_ms = 5000;
    options.owner = &thermostat; // cancelled, should the thermostat go
    options.done = onDone;
    options.user = &hours;
    if (qi_run_task(python, "heating:plan", args, 2, &options, nullptr) != QI_OK)
        return fail("heating:plan");

    app.exec();

    qi_runtime_shutdown(python, 0);
    const bool right = hours == 5 && thermostat.property("target").toDouble() == 21 &&
                       output == QStringList{"living room: 5.0 hours to 21.0 degrees"};
    if (!right)
        qCritical() << hours << thermostat.property("target") << output;
    return right ? 0 : 1;
}

#include "embedding.moc"
