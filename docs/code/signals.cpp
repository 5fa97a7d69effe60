// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/signals.md.
#include <QCoreApplication>
#include <QDebug>
#include <QVariant>
#include <QTimer>
#include <qi/qi.h>

class Sensor : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString summary MEMBER m_summary)

  public:
    Q_INVOKABLE void calibrate(double offset) { emit calibrated(offset); }

  signals:
    void sample(const QString &channel, double value, int sequence);
    void calibrated(double offset);

  private:
    QString m_summary;
};

static int fail()
{
    qCritical("%s", qi_last_error()->message);
    return 1;
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    Sensor sensor;
    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    qi_runtime *python = nullptr;
    if (qi_runtime_init(&config, &python) != QI_OK ||
        qi_object_register(python, "sensor", &sensor) != QI_OK)
        return fail();

    // [connect]
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.overlap = QI_OVERLAP_QUEUE; // one sample after the other, in order
    options.owner = &sensor;
    qi_connection *connection;
    if (qi_asyncslot_connect(python, &sensor, "sample(QString,double,int)", "lab:record", &options,
                             &connection) != QI_OK)
        return fail();
    // [/connect]

    if (qi_run_task(python, "lab:watch", nullptr, 0, nullptr, nullptr) != QI_OK)
        return fail();
    for (int i = 1; i <= 3; ++i)
        emit sensor.sample("pressure", 100 + i, i);
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &app, [&] {
        if (!sensor.property("summary").toString().isEmpty())
            app.quit();
    });
    poll.start(5);
    app.exec();
    qi_connection_release(connection);
    const QString summary = sensor.property("summary").toString();
    qDebug() << summary;
    return summary == "pressure 101.0, 102.0, 103.0; offset 0.25" ? 0 : 1;
}

#include "signals.moc"
