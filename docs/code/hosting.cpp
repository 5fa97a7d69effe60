// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/hosting-plugins.md. Its plugin is that of docs/guide/plugins.md.
#include <QCoreApplication>
#include <QDebug>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTimer>
#include <qi/qi.h>

class Window : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString status MEMBER status)

  public:
    QString status;

  signals:
    void resized(int width);
};

static int fail()
{
    qCritical("%s", qi_last_error()->message);
    return 1;
}

// [callbacks]
static bool onConsent(const qi_plugin_consent *consent, void *)
{
    // An application with windows asks here; qi::PluginManager::askConsent() does that.
    qInfo("%s %s in %s wants to run (%s)", consent->name, consent->version, consent->folder,
          consent->reason);
    return true;
}

static void onEvent(const qi_plugin_event *event, void *)
{
    if (event->kind == QI_PLUGIN_EVENT_STATE)
        qInfo("%s is %s%s%s", event->id, qi_plugin_state_name(event->state),
              event->reason ? ": " : "", event->reason ? event->reason : "");
}
// [/callbacks]

// [test]
// A copy that only this user can write to, wherever the sources lie.
static QByteArray copyOfPlugins(const QTemporaryDir &folder)
{
    QDir().mkpath(folder.filePath("plugins/feeds"));
    for (const char *name : {"plugin.toml", "feeds.py", "units.py"}) {
        const QString to = folder.filePath(QString("plugins/feeds/") + name);
        QFile::copy(QString("hosting/feeds/") + name, to);
        QFile::setPermissions(to, QFile::ReadOwner | QFile::WriteOwner);
    }
    return folder.filePath("plugins").toUtf8();
}
// [/test]

// [find]
static void showPlugins(qi_runtime *python)
{
    qi_value plugins;
    if (qi_plugins_list(python, &plugins) != QI_OK)
        return;
    for (size_t i = 0; i < plugins.as.list.count; ++i) {
        const qi_value *plugin = &plugins.as.list.items[i];
        qInfo("%s: %s", qi_value_get(plugin, "name")->as.text.data,
              qi_value_get(plugin, "state")->as.text.data);
    }
    qi_value_clear(&plugins);
}
// [/find]

// [done]
static void onEnabled(qi_task *, const qi_task_end *end, void *user)
{
    if (end->status != QI_OK)
        qWarning("%s", end->error->message);
    else
        *static_cast<bool *>(user) = qi_value_get(end->result, "state")->as.text.data ==
                                     QByteArray("active");
}
// [/done]

// [stopped]
static void onStopped(qi_task *, const qi_task_end *end, void *user)
{
    for (size_t i = 0; const qi_value *plugin = qi_value_at(end->result, i); ++i)
        qInfo("%s is off", qi_value_get(plugin, "id")->as.text.data);
    *static_cast<bool *>(user) = true;
}
// [/stopped]

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    app.setOrganizationName("Example");
    Window window;
    qi_runtime *python = nullptr;
    if (qi_runtime_init(nullptr, &python) != QI_OK ||
        qi_object_register(python, "window", &window) != QI_OK)
        return fail();

    // [test]
    QTemporaryDir folder;
    const QByteArray path = copyOfPlugins(folder),
                     settings = folder.filePath("settings.ini").toUtf8();
    const QByteArray data = folder.filePath("data").toUtf8();
    // [/test]
    // [start]
    const char *folders[] = {path.constData()};
    qi_plugins_config config;
    qi_plugins_config_init(&config);
    config.application_folders = folders;
    config.application_folder_count = 1;
    config.consent = onConsent;
    config.event = onEvent;
    // [test]
    config.settings_file = settings.constData();
    config.data_folder = data.constData();
    config.user_folder = config.system_folder = "";
    // [/test]
    if (qi_plugins_start(python, &config) != QI_OK)
        return fail();
    // [/start]
    showPlugins(python);

    // [test]
    const QByteArray typings = folder.filePath("typings").toUtf8();
    // [/test]
    // [stubs]
    if (qi_stubs_write(python, typings.constData()) != QI_OK)
        return fail();
    // [/stubs]

    // [enable]
    bool active = false;
    qi_task_options options;
    qi_task_options_init(&options);
    options.done = onEnabled;
    options.user = &active;
    if (qi_plugin_enable(python, "feeds", &options, nullptr) != QI_OK)
        return fail();
    // [/enable]
    while (!active)
        app.processEvents(QEventLoop::WaitForMoreEvents);

    // [use]
    const qi_value unit = qi_text("celsius");
    if (qi_plugin_set_setting(python, "feeds", "unit", &unit) != QI_OK ||
        qi_plugin_trigger(python, "feeds", "refresh", nullptr, nullptr) != QI_OK ||
        qi_run_task(python, "feeds:latest", nullptr, 0, nullptr, nullptr) != QI_OK)
        return fail();
    // [/use]
    while (window.status != QString::fromUtf8("27 °C"))
        app.processEvents(QEventLoop::WaitForMoreEvents);
    emit window.resized(640);

    // [trigger]
    qi_task *refreshing = nullptr;
    if (qi_plugin_trigger(python, "feeds", "refresh", nullptr, &refreshing) != QI_OK)
        return fail();
    // [/trigger]
    while (qi_task_state(refreshing) == QI_TASK_STATE_PENDING)
        app.processEvents(QEventLoop::WaitForMoreEvents);
    if (qi_task_result(refreshing, nullptr) != QI_OK)
        return fail();
    qi_task_release(refreshing);

    // [stop]
    bool stopped = false;
    qi_task_options stopping;
    qi_task_options_init(&stopping);
    stopping.done = onStopped;
    stopping.user = &stopped;
    if (qi_plugins_stop(python, &stopping, nullptr) != QI_OK)
        return fail();
    // [/stop]
    while (!stopped)
        app.processEvents(QEventLoop::WaitForMoreEvents);

    QTimer::singleShot(0, &app, &QCoreApplication::quit);
    app.exec(); // its end would end the plugins, too
    qInfo() << window.status;
    return window.status == "no feed" ? 0 : 1;
}

#include "hosting.moc"
