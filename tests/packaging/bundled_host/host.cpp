// SPDX-License-Identifier: BSD-3-Clause
// Configures nothing of Python: what it runs, qi.conf beside libqi says.
#include <cstdlib>

#include <QtCore/QtCore>
#include <qi/qi.h>

static bool agree(const qi_plugin_consent *, void *)
{
    return true;
}

static void tell(const qi_plugin_event *event, void *)
{
    if (event->kind != QI_PLUGIN_EVENT_STATE)
        return;
    qInfo("%s is %s%s%s", event->id, qi_plugin_state_name(event->state), event->reason ? ": " : "",
          event->reason ? event->reason : "");
    if (event->state == QI_PLUGIN_STATE_BLOCKED || event->state == QI_PLUGIN_STATE_FAILED)
        QCoreApplication::exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QDir share(app.applicationDirPath() + "/../share/host");
    const QTemporaryDir own;
    const QByteArray plugins = share.filePath("plugins").toUtf8(),
                     settings = own.filePath("settings.ini").toUtf8(),
                     data = own.filePath("data").toUtf8();
    const char *folders[] = {plugins.constData()};
    qi_plugins_config config;
    qi_runtime *python;

    qi_plugins_config_init(&config);
    config.application_folders = folders;
    config.application_folder_count = 1;
    config.user_folder = config.system_folder = "";
    config.settings_file = settings.constData();
    config.data_folder = data.constData();
    config.consent = agree;
    config.event = tell;
    if (qi_runtime_init(nullptr, &python) || qi_object_register(python, "app", &app) ||
        qi_plugins_start(python, &config) || qi_plugin_enable(python, "greeter", nullptr, nullptr))
        qFatal("%s", qi_last_error()->message);
    return app.exec();
}
