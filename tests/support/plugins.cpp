/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/support/plugins.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include "tests/support/catch.h"

namespace tests
{

static std::string text_of(const char *text)
{
    return text ? text : "";
}

static void on_event(const qi_plugin_event *event, void *user)
{
    static_cast<PluginHost *>(user)->events.push_back(
        {event->kind, event->id, event->state, event->before, text_of(event->reason),
         text_of(event->traceback), text_of(event->detail), event->progress});
}

static bool on_consent(const qi_plugin_consent *consent, void *user)
{
    auto host = static_cast<PluginHost *>(user);
    std::string asked = std::string(consent->id) + " " + consent->reason;

    for (size_t i = 0; i < consent->count; i++)
        asked += std::string(" ") + consent->files_changed[i];
    host->asked.push_back(asked);
    return host->agrees;
}

PluginHost::PluginHost(const std::function<void(qi_config &)> &configure) : Host(configure)
{
    REQUIRE(directory.isValid());
    QDir().mkpath(directory.filePath(QStringLiteral("plugins")));
}

PluginHost::~PluginHost()
{
    if (qi_runtime_state(runtime) != QI_RUNTIME_STATE_CLOSED)
        CHECK(shutdown() == QI_OK); /* before the folder goes */
}

std::string PluginHost::folder() const
{
    return directory.path().toStdString();
}

void PluginHost::write_file(const std::string &id, const std::string &name, const std::string &text)
{
    QString path = QString::fromStdString(folder() + "/plugins/" + id + "/" + name);
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);

    REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(text.data(), qint64(text.size()));
}

void PluginHost::write(const std::string &id, const std::string &source, const std::string &more)
{
    write_file(id, "plugin.toml",
               "[plugin]\nid = \"" + id + "\"\nname = \"The " + id +
                   "\"\nversion = \"1.0\"\nentry = \"" + id + "\"\n" + more);
    write_file(id, id + ".py", source);
}

void PluginHost::start(const std::function<void(qi_plugins_config &)> &configure)
{
    qi_value plugins = qi_none();

    start_looking(configure);
    (void)qi_plugins_list(runtime, &plugins); /* a callback may have ended the runtime */
    qi_value_clear(&plugins);
}

void PluginHost::rescan()
{
    REQUIRE(qi_plugins_rescan(runtime) == QI_OK);
    until([&] { return !qi_plugins_searching(runtime); });
}

int PluginHost::try_to_start(const std::function<void(qi_plugins_config &)> &configure)
{
    std::string plugins = folder() + "/plugins", settings = folder() + "/settings.ini",
                data = folder() + "/data";
    const char *folders[] = {plugins.c_str()};
    qi_plugins_config config;

    qi_plugins_config_init(&config);
    config.application_folders = folders;
    config.application_folder_count = 1;
    config.user_folder = config.system_folder = "";
    config.settings_file = settings.c_str();
    config.data_folder = data.c_str();
    config.consent = on_consent;
    config.consent_user = this;
    config.event = on_event;
    config.event_user = this;
    if (configure)
        configure(config);
    return qi_plugins_start(runtime, &config);
}

void PluginHost::start_looking(const std::function<void(qi_plugins_config &)> &configure)
{
    int status = try_to_start(configure);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
}

int PluginHost::change(Change function, const char *id)
{
    qi_task *task = nullptr;
    int status = function(runtime, id, nullptr, &task);

    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    qi_value info = qi_none();
    status = qi_task_result(task, &info);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    std::string state = qi_plugin_state_name(qi_plugin_state(runtime, id));
    CHECK(describe(*qi_value_get(&info, "state")) == "'" + state + "'");
    qi_value_clear(&info);
    qi_task_release(task);
    return qi_plugin_state(runtime, id);
}

int PluginHost::enable(const char *id)
{
    return change(qi_plugin_enable, id);
}

int PluginHost::disable(const char *id)
{
    return change(qi_plugin_disable, id);
}

int PluginHost::reload(const char *id)
{
    return change(qi_plugin_reload, id);
}

int PluginHost::withdraw(const char *id)
{
    return change(qi_plugin_withdraw, id);
}

std::string PluginHost::info(const char *id, const char *key)
{
    qi_value info = qi_none();
    int status = qi_plugin_describe(runtime, id, &info);

    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    const qi_value *value = qi_value_get(&info, key);
    REQUIRE(value);
    std::string text = describe(*value);
    qi_value_clear(&info);
    return text;
}

std::string PluginHost::states(const std::string &id) const
{
    std::string text;

    for (const PluginEvent &event : events) {
        if (event.kind == QI_PLUGIN_EVENT_STATE && event.id == id)
            text += (text.empty() ? "" : " ") + std::string(qi_plugin_state_name(event.state));
    }
    return text;
}

} // namespace tests
